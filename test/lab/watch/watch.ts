import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pause } from "../clock.ts";
import type { Lab } from "../lab.ts";
import { repositoryRoot } from "../repository-root.ts";
import { endChild } from "../run-command.ts";
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

/** The lab as a client sees it: requests, owners of the address, announcements. */
export class Watch {
  readonly probes: ProbeRecord[] = [];
  readonly owners: OwnerRecord[] = [];
  readonly #lab: Lab;
  readonly #plan: WatchPlan;
  readonly #process: ChildProcess;
  readonly #announcements: AnnouncementWatch;

  constructor(lab: Lab, options: WatchOptions) {
    this.#lab = lab;
    this.#plan = {
      address: options.address,
      port: options.port ?? 80,
      intervalMs: options.intervalMs ?? 5,
      timeoutMs: options.timeoutMs ?? 100,
      hosts: hostPids(lab),
    };
    const root = repositoryRoot();
    const program = join(root, "test", "lab", "watch", "main.ts");
    const args = ["--import=tsx", program, JSON.stringify(this.#plan)];
    const stdio = ["pipe", "pipe", "inherit"] as const;
    this.#process = lab.client.spawn(process.execPath, args, { cwd: root, stdio: [...stdio] });
    this.#process.stdin?.on("error", () => {});
    if (this.#process.stdout === null) throw new Error("watch: no output");
    createInterface({ input: this.#process.stdout }).on("line", (line) => this.#take(line));
    this.#announcements = new AnnouncementWatch(lab.client, options.link ?? "eth0");
    lab.onHostsChanged(() => this.#tellHosts());
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
    await Promise.all([endChild(this.#process), this.#announcements.close()]);
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
    const host = this.#lab.hosts.find(({ macs }) => macs.includes(mac));
    return host?.name ?? mac;
  }

  #take(line: string): void {
    const record = decodeRecord(line);
    if (record === undefined) return;
    if ("probe" in record) this.probes.push(record.probe);
    else this.owners.push(record.owners);
  }

  #tellHosts(): void {
    const plan = { ...this.#plan, hosts: hostPids(this.#lab) };
    this.#process.stdin?.write(`${JSON.stringify(plan)}\n`);
  }
}

function hostPids(lab: Lab): [string, number | null][] {
  return lab.hosts.map(({ name, initPid }) => [name, initPid ?? null]);
}
