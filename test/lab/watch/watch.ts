import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pause } from "../clock.ts";
import { repositoryRoot } from "../repository-root.ts";
import { endChild, type RunOptions } from "../run-command.ts";
import { AnnouncementWatch } from "./announcements.ts";
import { decodeRecord, type OwnerRecord, type ProbeRecord, type WatchPlan } from "./records.ts";

/** What to watch; the defaults are those of the measured comparison: each 5 ms, 100 ms at most. */
export interface WatchOptions {
  readonly address: string;
  readonly port?: number;
  readonly link?: string;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

/** Whatever can start a program on the client's side. */
export interface WatchClient {
  spawn(command: string, args: readonly string[], options: RunOptions): ChildProcess;
}

/** A host as far as it is watched. `initPid` is PID 1 of its namespaces; without one it is down. */
export interface WatchedHost {
  readonly name: string;
  readonly macs: readonly string[];
  readonly initPid?: number | undefined;
}

/** What to watch: a lab, or hosts of another kind. */
export interface WatchedPair {
  readonly client: WatchClient;
  readonly hosts: readonly WatchedHost[];
  /** Calls back whenever a host goes down or comes up. */
  onHostsChanged(listener: () => void): void;
  /**
   * Tells who holds the address, beginning with who does now, where that cannot be read from
   * outside. `close` ends it.
   */
  watchOwners?(address: string, take: (record: OwnerRecord) => void): { close(): Promise<void> };
}

/** The hosts as a client sees them: requests, owners of the address, announcements. */
export class Watch {
  readonly probes: ProbeRecord[] = [];
  readonly owners: OwnerRecord[] = [];
  readonly #pair: WatchedPair;
  readonly #plan: WatchPlan;
  readonly #process: ChildProcess;
  readonly #announcements: AnnouncementWatch;
  readonly #ownerWatch: { close(): Promise<void> } | undefined;

  constructor(pair: WatchedPair, options: WatchOptions) {
    this.#pair = pair;
    this.#plan = {
      address: options.address,
      port: options.port ?? 80,
      intervalMs: options.intervalMs ?? 5,
      timeoutMs: options.timeoutMs ?? 100,
      hosts: hostPids(pair),
    };
    const root = repositoryRoot();
    const program = join(root, "test", "lab", "watch", "main.ts");
    const args = ["--import=tsx", program, JSON.stringify(this.#plan)];
    const stdio = ["pipe", "pipe", "inherit"] as const;
    this.#process = pair.client.spawn(process.execPath, args, { cwd: root, stdio: [...stdio] });
    this.#process.stdin?.on("error", () => {});
    if (this.#process.stdout === null) throw new Error("watch: no output");
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#take(line));
    this.#announcements = new AnnouncementWatch(pair.client, options.link ?? "eth0");
    this.#ownerWatch = pair.watchOwners?.(options.address, (record) => this.owners.push(record));
    pair.onHostsChanged(() => this.#tellHosts());
  }

  /** Announcements of the watched address, with the name of the host that made them. */
  announcementsSince(sinceAt: number): { readonly at: number; readonly host: string }[] {
    return this.#announcements.announcements
      .filter(({ at, address }) => at >= sinceAt && address === this.#plan.address)
      .map(({ at, mac }) => ({ at, host: this.#hostOf(mac) }));
  }

  /** Requests that ended since. */
  probesSince(sinceAt: number): ProbeRecord[] {
    return this.probes.filter(({ endAt }) => endAt >= sinceAt);
  }

  /** The hosts that hold the address now. */
  ownersNow(): readonly string[] {
    return this.owners.at(-1)?.owners ?? [];
  }

  /** Waits until every request of the last `forMs` succeeded. Returns whether it came to that. */
  async untilHealthy({ forMs, limitMs }: { forMs: number; limitMs: number }): Promise<boolean> {
    for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 50) {
      if (this.#isHealthyFor(forMs)) return true;
      await pause(50);
    }
    return this.#isHealthyFor(forMs);
  }

  /** Forgets what was recorded before, all but the present owners. */
  forgetBefore(at: number): void {
    this.probes.splice(
      0,
      Math.max(
        0,
        this.probes.findIndex(({ endAt }) => endAt >= at),
      ),
    );
    const last = this.owners.findLastIndex((record) => record.at <= at);
    this.owners.splice(0, Math.max(0, last));
  }

  /** Ends the watch; resolves when its processes are gone. */
  async close(): Promise<void> {
    await Promise.all([
      endChild(this.#process),
      this.#announcements.close(),
      this.#ownerWatch?.close(),
    ]);
  }

  #isHealthyFor(forMs: number): boolean {
    const lastAt = this.probes.at(-1)?.endAt ?? 0;
    const recent = this.probes
      .slice(-Math.ceil(forMs))
      .filter(({ endAt }) => endAt > lastAt - forMs);
    const isFull = (this.probes[0]?.endAt ?? lastAt) < lastAt - forMs;
    return isFull && recent.every(({ ok }) => ok);
  }

  #hostOf(mac: string): string {
    const host = this.#pair.hosts.find(({ macs }) => macs.includes(mac));
    return host?.name ?? mac;
  }

  #take(line: string): void {
    const record = decodeRecord(line);
    if (record === undefined) return;
    if ("probe" in record) this.probes.push(record.probe);
    else if (this.#ownerWatch === undefined) this.owners.push(record.owners);
  }

  #tellHosts(): void {
    const plan = { ...this.#plan, hosts: hostPids(this.#pair) };
    this.#process.stdin?.write(`${JSON.stringify(plan)}\n`);
  }
}

function hostPids(pair: WatchedPair): [string, number | null][] {
  return pair.hosts.map(({ name, initPid }) => [name, initPid ?? null]);
}
