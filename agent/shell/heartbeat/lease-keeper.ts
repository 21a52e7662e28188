import { isIPv6 } from "node:net";

import type { LeaseRequest } from "../../core/model/index.ts";
import type { IpAnswer, IpBatch } from "./lease-batch.ts";

const RENEW_EVERY_MS = 250;
/** Left of the lifetime when renewing ends: the kernel must not have removed the address yet. */
const RENEW_MARGIN_MS = 300;
const REMOVE_TRIES = 3;

interface Lease {
  readonly request: LeaseRequest;
  /** When the last renewal was written that was seen to work. */
  renewedAt: number;
  isRenewing: boolean;
}

/** Called when a lease ended although it was wanted. The address is deleted first. */
export type LeaseLost = (request: LeaseRequest, reason: string) => void;

/** Kernel lifetime of a leased address: whole seconds, at least the kernel's smallest, 1. */
export function leaseLifetimeSec(tokenTimeoutMs: number): number {
  return Math.max(1, Math.ceil(tokenTimeoutMs / 2 / 1000));
}

/**
 * Holds addresses that the kernel removes by itself unless they are renewed. A lease is never
 * renewed when the kernel may have removed it and the peer may have taken it over in between.
 */
export class LeaseKeeper {
  readonly #batch: IpBatch;
  readonly #lifetimeSec: number;
  readonly #onLost: LeaseLost;
  readonly #leases = new Map<string, Lease>();
  /** Not renewed any more, but not seen to be gone either. */
  readonly #stuck = new Map<string, Lease>();
  readonly #timer: NodeJS.Timeout;

  constructor(batch: IpBatch, lifetimeSec: number, onLost: LeaseLost) {
    this.#batch = batch;
    this.#lifetimeSec = lifetimeSec;
    this.#onLost = onLost;
    this.#timer = setInterval(() => this.#renewAll(), RENEW_EVERY_MS);
  }

  /** What is held, in no order. An address that could not be deleted counts as held. */
  leases(): readonly LeaseRequest[] {
    return [...this.#leases.values(), ...this.#stuck.values()].map(({ request }) => request);
  }

  /** Adds the address and keeps it; resolves to null when the kernel shows it, else to why not. */
  async hold(request: LeaseRequest): Promise<string | null> {
    const writtenAt = performance.now();
    const answer = await this.#batch.run([this.#replaceLine(request), showLine(request)]);
    if (answer.kind === "answered" && showsAddress(answer.shown, request)) {
      const lease = { request, renewedAt: writtenAt, isRenewing: false };
      this.#leases.set(nameOf(request), lease);
      this.#stuck.delete(nameOf(request));
      return null;
    }
    if (answer.kind === "unanswered") await this.#remove(request); // It may have been added.
    return `${request.ip} on ${request.nic}: ${problemOf(answer)}`;
  }

  /** Stops renewing and deletes the address; null when the kernel shows it no more. */
  async release(ip: string, nic: string): Promise<string | null> {
    const lease = this.#leases.get(nameOf({ ip, nic }));
    if (lease !== undefined) return this.#drop(lease);
    return this.#remove({ ip, nic, prefixLength: null });
  }

  /** Releases everything; null when all of it is gone. */
  async releaseAll(): Promise<string | null> {
    const requests = [...this.#leases.values()].map(({ request }) => request);
    const problems = await Promise.all(requests.map(({ ip, nic }) => this.release(ip, nic)));
    return problems.find((problem) => problem !== null) ?? null;
  }

  /** Stops renewing without deleting anything: the kernel removes it soon. */
  close(): void {
    clearInterval(this.#timer);
  }

  #renewAll(): void {
    for (const lease of [...this.#leases.values()]) {
      if (!lease.isRenewing) this.#renew(lease).catch((error: unknown) => crash(error));
    }
  }

  async #renew(lease: Lease): Promise<void> {
    const writtenAt = performance.now();
    const sinceMs = Math.round(writtenAt - lease.renewedAt);
    const limitMs = this.#lifetimeSec * 1000 - RENEW_MARGIN_MS;
    if (sinceMs > limitMs) return this.#lose(lease, `not renewed for ${sinceMs} ms`);
    lease.isRenewing = true;
    const lines = [this.#replaceLine(lease.request), showLine(lease.request)];
    const answer = await this.#batch.run(lines, lease.renewedAt + limitMs);
    lease.isRenewing = false;
    if (this.#leases.get(nameOf(lease.request)) !== lease) return;
    if (answer.kind === "unanswered") return; // Tried again until the limit.
    if (!showsAddress(answer.shown, lease.request)) return this.#lose(lease, problemOf(answer));
    // The lines waited in a pipe: had they waited too long, the address was added anew.
    const tookMs = Math.round(performance.now() - lease.renewedAt);
    if (tookMs > this.#lifetimeSec * 1000) return this.#lose(lease, `renewed after ${tookMs} ms`);
    lease.renewedAt = writtenAt;
  }

  async #lose(lease: Lease, reason: string): Promise<void> {
    const problem = await this.#drop(lease);
    this.#onLost(lease.request, problem === null ? reason : `${reason}; ${problem}`);
  }

  async #drop(lease: Lease): Promise<string | null> {
    const name = nameOf(lease.request);
    this.#leases.delete(name);
    this.#stuck.set(name, lease);
    return this.#remove(lease.request);
  }

  async #remove(target: Removal): Promise<string | null> {
    let lines: readonly string[] =
      target.prefixLength === null ? [] : [deleteLine(target, target.prefixLength)];
    for (let tries = 0; tries < REMOVE_TRIES; tries++) {
      const answer = await this.#batch.run([...lines, showLine(target)]);
      if (answer.kind === "unanswered") continue;
      const lengths = shownPrefixLengths(answer.shown, target);
      if (lengths.length === 0) {
        this.#stuck.delete(nameOf(target));
        return null;
      }
      lines = lengths.map((length) => deleteLine(target, length));
    }
    return `${target.ip} on ${target.nic}: could not be deleted`;
  }

  #replaceLine(request: LeaseRequest): string {
    const { ip, prefixLength, nic, broadcast, label } = request;
    const isV6 = isIPv6(ip);
    const more = [
      ...(broadcast === null || isV6 ? [] : ["broadcast", broadcast]),
      ...(label === null || isV6 ? [] : ["label", label]),
      // Duplicate address detection would hold the address back for a second.
      ...(isV6 ? ["nodad"] : []),
    ];
    const lifetime = `valid_lft ${this.#lifetimeSec} preferred_lft ${this.#lifetimeSec}`;
    return ["addr replace", `${ip}/${prefixLength}`, "dev", nic, lifetime, ...more].join(" ");
  }
}

interface Place {
  readonly ip: string;
  readonly nic: string;
}
type Removal = Place & { readonly prefixLength: number | null };

function nameOf({ ip, nic }: Place): string {
  return `${ip} ${nic}`;
}

function showLine({ ip, nic }: Place): string {
  return `addr show dev ${nic} to ${ip}/${isIPv6(ip) ? 128 : 32}`;
}

function deleteLine({ ip, nic }: Place, prefixLength: number): string {
  return `addr del ${ip}/${prefixLength} dev ${nic}`;
}

/** Lines such as `3: eth0    inet 192.0.2.1/24 …`, of that NIC; other runs may have shown more. */
function shownPrefixLengths(shown: string, { ip, nic }: Place): readonly number[] {
  const lengths = shown.split("\n").flatMap((line) => {
    const [, name, address, length] = /^\d+:\s+(\S+)\s+inet6?\s+(\S+)\/(\d+)\s/.exec(line) ?? [];
    return name === nic && isSameAddress(address ?? "", ip) ? [Number(length)] : [];
  });
  return [...new Set(lengths)];
}

function showsAddress(shown: string, request: LeaseRequest): boolean {
  return shownPrefixLengths(shown, request).includes(request.prefixLength);
}

/** Compares texts of addresses: IPv6 has many spellings, of which a URL keeps one. */
export function isSameAddress(a: string, b: string): boolean {
  return canonicalAddress(a) === canonicalAddress(b);
}

function canonicalAddress(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip.replace(/%.*/, "")}]/`).hostname : ip;
}

function problemOf(answer: IpAnswer): string {
  if (answer.kind === "unanswered") return answer.reason;
  const lines = answer.errors.split("\n").map((line) => line.trim());
  const first = lines.find((line) => line !== "" && !/^(Command failed|, try)/.test(line));
  return (first ?? "the kernel does not show it").slice(0, 200);
}

function crash(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
