import { isIPv6 } from "node:net";

import type { LeaseRequest } from "../../core/model/index.ts";
import { AddressTurns, isSameAddress, nameOf, type Place } from "./address-turns.ts";
import type { IpAnswer, IpBatch, RefuseRun } from "./lease-batch.ts";

/** A lease is renewed with whatever wakes this process from this age on. */
const RENEW_AFTER_MS = 390;
/** Nothing else woke it: one renewal may fail, and take its time to, before the margin. */
const RENEW_SLACK_MS = 20;
/** One that failed is tried again with what wakes this process from then on. */
const RETRY_AFTER_MS = 30;
/** Left of the lifetime when renewing ends: the kernel must not have removed the address yet. */
const RENEW_MARGIN_MS = 300;
const REMOVE_TRIES = 3;

interface Lease {
  readonly request: LeaseRequest;
  readonly name: string;
  /** Written several times a second: made once. */
  readonly lines: { readonly show: string; readonly replace: string };
  /** When the last renewal was written that was seen to work. */
  renewedAt: number;
  /** When the next one may be written. */
  renewAfter: number;
  isRenewing: boolean;
}

/** Whom the keeper tells what happens by itself. */
export interface LeaseEvents {
  /** A lease ended although it was wanted. The address is deleted first. */
  onLost(request: LeaseRequest, reason: string): void;
  /** `renewalDueAt` may be earlier than it was. */
  onDueChanged(): void;
}

/** Kernel lifetime of a leased address: whole seconds, at least the kernel's smallest, 1. */
export function leaseLifetimeSec(tokenTimeoutMs: number): number {
  return Math.max(1, Math.ceil(tokenTimeoutMs / 2 / 1000));
}

/**
 * Holds addresses that the kernel removes by itself unless they are renewed, which is the owner's
 * to ask for: a timer of its own would be one more reason to wake up. A lease is never renewed when
 * the kernel may have removed it and the peer may have taken it over in between.
 */
export class LeaseKeeper {
  readonly #batch: IpBatch;
  readonly #lifetimeSec: number;
  /** Nothing older than this is renewed. */
  readonly #renewLimitMs: number;
  readonly #events: LeaseEvents;
  readonly #turns = new AddressTurns();
  readonly #leases = new Map<string, Lease>();
  /** Not renewed, but may be there: being added, or not seen to be gone. */
  readonly #stuck = new Map<string, LeaseRequest>();
  /** How often each address was released: a hold asked for before that is not carried out. */
  readonly #releases = new Map<string, number>();
  #isClosed = false;

  constructor(batch: IpBatch, lifetimeSec: number, events: LeaseEvents) {
    this.#batch = batch;
    this.#lifetimeSec = lifetimeSec;
    this.#renewLimitMs = lifetimeSec * 1000 - RENEW_MARGIN_MS;
    this.#events = events;
  }

  /** What is held, in no order. An address that may be there counts as held. */
  leases(): readonly LeaseRequest[] {
    const requests = new Map(this.#stuck);
    for (const [name, { request }] of this.#leases) requests.set(name, request);
    return [...requests.values()];
  }

  /**
   * Adds the address and keeps it; resolves to null when the kernel shows it, else to why not.
   * `refuse` is asked right before the kernel is told.
   */
  hold(request: LeaseRequest, refuse: RefuseRun = () => null): Promise<string | null> {
    const name = nameOf(request);
    const releases = this.#releases.get(name);
    const refuseNow = () =>
      this.#releases.get(name) === releases ? refuse() : "released before it was added";
    return this.#turns.take(request, () => this.#add(request, refuseNow));
  }

  async #add(request: LeaseRequest, refuse: RefuseRun): Promise<string | null> {
    const first = await this.#tryAdd(request, { refuse });
    // An interface that was made anew under its old name is known to a new child only.
    const last = first.canRetry ? await this.#tryAdd(request, { refuse, isFresh: true }) : first;
    return last.problem === null ? null : `${request.ip} on ${request.nic}: ${last.problem}`;
  }

  async #tryAdd(request: LeaseRequest, options: AddOptions): Promise<Added> {
    const name = nameOf(request);
    let writtenAt = performance.now();
    const refuse = () => {
      const refusal = options.refuse();
      if (refusal === null) this.#stuck.set(name, request);
      writtenAt = performance.now();
      return refusal;
    };
    const lines = { replace: this.#replaceLine(request), show: showLine(request) };
    const answer = await this.#batch.run([lines.replace, lines.show], { ...options, refuse });
    if (answer.kind === "refused") return { problem: answer.reason, canRetry: false };
    const tookMs = Math.round(performance.now() - writtenAt);
    const isLate = tookMs > this.#lifetimeSec * 1000;
    if (answer.kind === "answered" && !isLate) {
      this.#stuck.delete(name);
      if (!showsAddress(answer.shown, request)) {
        return { problem: problemOf(answer), canRetry: options.isFresh !== true };
      }
      const renewAfter = writtenAt + RENEW_AFTER_MS;
      const renewedAt = writtenAt;
      this.#leases.set(name, { request, name, lines, renewedAt, renewAfter, isRenewing: false });
      this.#events.onDueChanged();
      return { problem: null, canRetry: false };
    }
    this.#leases.delete(name);
    await this.#remove(request); // It may have been added, or be added late.
    return { problem: isLate ? `added after ${tookMs} ms` : problemOf(answer), canRetry: false };
  }

  /** Stops renewing and deletes the address; null when the kernel shows it no more. */
  release(ip: string, nic: string): Promise<string | null> {
    const name = nameOf({ ip, nic });
    this.#releases.set(name, (this.#releases.get(name) ?? 0) + 1);
    this.#endRenewal(name);
    return this.#turns.take({ ip, nic }, () => {
      // One that was being added when the release was asked for is a lease by this turn.
      this.#endRenewal(name);
      return this.#remove(this.#stuck.get(name) ?? { ip, nic, prefixLength: null });
    });
  }

  /** Releases everything, also what is only being added; null when all of it is gone. */
  async releaseAll(): Promise<string | null> {
    const places = new Map(
      [...this.leases(), ...this.#turns.places()].map((place) => [nameOf(place), place]),
    );
    const problems = await Promise.all(
      [...places.values()].map(({ ip, nic }) => this.release(ip, nic)),
    );
    return problems.find((problem) => problem !== null) ?? null;
  }

  /**
   * Renews what is old enough. To be called whenever the process is awake, and when it is due: so
   * a renewal needs no wake-up of its own, and one that failed is tried again soon.
   */
  renewDue(): void {
    if (this.#isClosed) return;
    const now = performance.now();
    for (const { renewAfter, isRenewing } of this.#leases.values()) {
      if (isRenewing || now < renewAfter) continue;
      this.renewAll();
      return;
    }
  }

  /** Renews all leases in one pass, whatever their age, so that none is older than the others. */
  renewAll(): void {
    for (const lease of this.#leases.values()) {
      if (!lease.isRenewing) this.#renew(lease).catch((error: unknown) => crash(error));
    }
  }

  /** When `renewDue` is to be called at the latest, as `performance.now()`; null: never. */
  renewalDueAt(): number | null {
    if (this.#isClosed) return null;
    let dueAt: number | null = null;
    for (const { renewAfter, isRenewing } of this.#leases.values()) {
      if (!isRenewing) dueAt = Math.min(dueAt ?? Number.POSITIVE_INFINITY, renewAfter);
    }
    return dueAt === null ? null : dueAt + RENEW_SLACK_MS;
  }

  /**
   * Stops renewing; what is there stays for `seconds`, for whoever renews it next. What is not
   * extended in time ends as a lease does.
   */
  async holdFor(seconds: number): Promise<void> {
    this.close();
    const leases = [...this.#leases.values()];
    // A renewal that is under way must not shorten it again.
    for (const { name } of leases) this.#endRenewal(name);
    await Promise.all(
      leases.map((lease) => this.#turns.take(lease.request, () => this.#extend(lease, seconds))),
    );
  }

  async #extend({ request, lines, renewedAt }: Lease, seconds: number): Promise<void> {
    const ageMs = () => performance.now() - renewedAt;
    const refuse = () => (ageMs() > this.#renewLimitMs ? "its turn came too late" : null);
    const seen = await this.#batch.run([lines.show], { refuse });
    if (seen.kind !== "answered" || !showsAddress(seen.shown, request)) return;
    const answer = await this.#batch.run([this.#replaceLine(request, seconds)], { refuse });
    // The line waited in a pipe: had it waited too long, the address was added anew.
    if (answer.kind !== "refused" && ageMs() > this.#lifetimeSec * 1000) {
      await this.#remove(request);
    }
  }

  /** Stops renewing without deleting anything: the kernel removes it soon. */
  close(): void {
    this.#isClosed = true;
  }

  #endRenewal(name: string): void {
    const lease = this.#leases.get(name);
    if (lease === undefined) return;
    this.#leases.delete(name);
    this.#stuck.set(name, lease.request);
  }

  async #renew(lease: Lease): Promise<void> {
    const limitMs = this.#renewLimitMs;
    let writtenAt = performance.now();
    const sinceMs = Math.round(writtenAt - lease.renewedAt);
    if (sinceMs > limitMs) return this.#lose(lease, `not renewed for ${sinceMs} ms`);
    lease.isRenewing = true;
    const { request, name, lines } = lease;
    const isOver = () => this.#leases.get(name) !== lease;
    const refuse = () => {
      writtenAt = performance.now();
      if (isOver()) return "released";
      return writtenAt - lease.renewedAt > limitMs ? "its turn came too late" : null;
    };
    // A renewal adds what is gone: so it is looked at first, and one that was gone is deleted.
    const answer = await this.#batch.run([lines.show, lines.replace], { refuse });
    lease.isRenewing = false;
    if (isOver()) return;
    if (answer.kind !== "answered") {
      lease.renewAfter = performance.now() + RETRY_AFTER_MS; // Until the limit.
      return this.#events.onDueChanged();
    }
    const error = firstError(answer.errors);
    if (!showsAddress(answer.shown, request)) {
      return this.#lose(lease, error ?? "removed by somebody else");
    }
    // No error is the kernel's word that it was renewed, and the next renewal looks again.
    if (error !== null) return this.#lose(lease, error);
    // The lines waited in a pipe: had they waited too long, the address was added anew.
    const tookMs = Math.round(performance.now() - lease.renewedAt);
    if (tookMs > this.#lifetimeSec * 1000) return this.#lose(lease, `renewed after ${tookMs} ms`);
    lease.renewedAt = writtenAt;
    lease.renewAfter = writtenAt + RENEW_AFTER_MS;
    this.#events.onDueChanged();
  }

  async #lose({ request, name }: Lease, reason: string): Promise<void> {
    this.#endRenewal(name);
    const problem = await this.#turns.take(request, async () =>
      // A hold that was asked for before may have made it a lease again.
      this.#leases.has(name) ? null : this.#remove(request),
    );
    this.#events.onLost(request, problem === null ? reason : `${reason}; ${problem}`);
  }

  async #remove(target: Removal): Promise<string | null> {
    let lines: readonly string[] =
      target.prefixLength === null ? [] : [deleteLine(target, target.prefixLength)];
    for (let tries = 0; tries < REMOVE_TRIES; tries++) {
      const answer = await this.#batch.run([...lines, showLine(target)]);
      if (answer.kind !== "answered") continue;
      const lengths = shownPrefixLengths(answer.shown, target);
      if (lengths.length === 0) {
        this.#stuck.delete(nameOf(target));
        return null;
      }
      lines = lengths.map((length) => deleteLine(target, length));
    }
    return `${target.ip} on ${target.nic}: could not be deleted`;
  }

  #replaceLine(request: LeaseRequest, lifetimeSec = this.#lifetimeSec): string {
    const { ip, prefixLength, nic, broadcast, label } = request;
    const isV6 = isIPv6(ip);
    const more = [
      ...(broadcast === null || isV6 ? [] : ["broadcast", broadcast]),
      ...(label === null || isV6 ? [] : ["label", label]),
      // Duplicate address detection would hold the address back for a second.
      ...(isV6 ? ["nodad"] : []),
      ...(request.hasPrefixRoute === false ? ["noprefixroute"] : []),
    ];
    const preferredSec = isV6 && request.isPreferredSource === false ? 0 : lifetimeSec;
    const lifetime = `valid_lft ${lifetimeSec} preferred_lft ${preferredSec}`;
    return ["addr replace", `${ip}/${prefixLength}`, "dev", nic, lifetime, ...more].join(" ");
  }
}

interface AddOptions {
  readonly refuse: RefuseRun;
  readonly isFresh?: boolean;
}
interface Added {
  readonly problem: string | null;
  /** The kernel answered, and did not add it. */
  readonly canRetry: boolean;
}
type Removal = Place & { readonly prefixLength: number | null };

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
    const isIt = name === nic && (address === ip || isSameAddress(address ?? "", ip));
    return isIt ? [Number(length)] : [];
  });
  return [...new Set(lengths)];
}

function showsAddress(shown: string, request: LeaseRequest): boolean {
  return shownPrefixLengths(shown, request).includes(request.prefixLength);
}

function problemOf(answer: IpAnswer): string {
  if (answer.kind !== "answered") return answer.reason;
  return firstError(answer.errors) ?? "the kernel does not show it";
}

function firstError(errors: string): string | null {
  const lines = errors.split("\n").map((line) => line.trim());
  // The end of the mark of the run before may come late.
  const first = lines.find((line) => line !== "" && !/^(Command failed|, try)/.test(line));
  return first?.slice(0, 200) ?? null;
}

function crash(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
