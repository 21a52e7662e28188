import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { monotonicMs, pause } from "../lab/clock.ts";
import { repositoryRoot } from "../lab/repository-root.ts";
import { endChild, startCommand } from "../lab/run-command.ts";
import { findOutages, longestDoubleOwnerMs } from "../lab/watch/index.ts";
import {
  decodeRecord,
  type OwnerRecord,
  type ProbeRecord,
  type WatchPlan,
} from "../lab/watch/records.ts";
import type { Machine } from "./machine.ts";

/** What a client saw from an instant on. All in ms but the counts. */
export interface Figures {
  /** Each outage as the client saw it: last success to the first that stays; null: not back. */
  readonly outagesMs: readonly (number | null)[];
  readonly failed: number;
  readonly requests: number;
  /** The longest time with the address on both machines, sampled every 5 ms. */
  readonly doubleOwnerMs: number;
  /** Who held the address, in order; "-" for nobody, "a+b" for both. */
  readonly owners: readonly string[];
  /** How long nobody held the address, in all. */
  readonly noOwnerMs: number;
  /** Who answered last. */
  readonly served: string;
}

/** Asks the address every 5 ms from here, and reads as often which machines hold it. */
export class Recorder {
  readonly #probes: ProbeRecord[] = [];
  readonly #owners: OwnerRecord[] = [];
  readonly #plan: Omit<WatchPlan, "hosts">;
  readonly #process: ChildProcess;

  constructor(address: string) {
    this.#plan = { address, port: 80, intervalMs: 5, timeoutMs: 100 };
    const root = repositoryRoot();
    const program = join(root, "test", "lab", "watch", "main.ts");
    const plan = JSON.stringify({ ...this.#plan, hosts: [] });
    const argv = [process.execPath, "--import=tsx", program, plan];
    this.#process = startCommand(argv, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdin?.on("error", () => {}); // It ends with the drill.
    if (this.#process.stdout === null) throw new Error("watch: no output");
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      const record = decodeRecord(line);
      if (record === undefined) return;
      if ("probe" in record) this.#probes.push(record.probe);
      else this.#owners.push(record.owners);
    });
  }

  /** Tells the watch where the machines are now. */
  follow(machines: readonly Machine[]): void {
    const hosts = machines.map(({ name, initPid }) => [name, initPid] as const);
    this.#process.stdin?.write(`${JSON.stringify({ ...this.#plan, hosts })}\n`);
  }

  /** Forgets all but the last seconds. */
  forget(): void {
    const from = monotonicMs() - 3000;
    const first = this.#probes.findIndex(({ endAt }) => endAt >= from);
    this.#probes.splice(0, first < 0 ? this.#probes.length : first);
    this.#owners.splice(0, Math.max(0, this.#owners.length - 1));
  }

  /** The machines that hold the address now. */
  ownersNow(): readonly string[] {
    return this.#owners.at(-1)?.owners ?? [];
  }

  /**
   * Waits until every request of the last `forMs` succeeded; false when it did not come to that.
   */
  async untilServed(forMs: number, limitMs: number): Promise<boolean> {
    const end = monotonicMs() + limitMs;
    for (;;) {
      const recent = this.#probes.filter(({ endAt }) => endAt > monotonicMs() - forMs);
      if (recent.length >= forMs / 20 && recent.every(({ ok }) => ok)) return true;
      if (monotonicMs() > end) return false;
      await pause(50);
    }
  }

  /** What the client saw since. */
  figures(sinceAt: number): Figures {
    const toAt = monotonicMs();
    const counted = this.#probes.filter(({ endAt }) => endAt >= sinceAt);
    const held = this.#owners.findLastIndex(({ at }) => at <= sinceAt);
    const owners = this.#owners.slice(Math.max(0, held));
    const noOwnerMs = owners.reduce((sum, record, index) => {
      const endAt = owners[index + 1]?.at ?? toAt;
      return record.owners.length === 0 ? sum + endAt - Math.max(record.at, sinceAt) : sum;
    }, 0);
    return {
      outagesMs: findOutages(this.#probes, sinceAt).map(({ lastGoodAt, recoveredAt }) =>
        recoveredAt === undefined ? null : Math.round(recoveredAt - lastGoodAt),
      ),
      failed: counted.filter(({ ok }) => !ok).length,
      requests: counted.length,
      doubleOwnerMs: Math.round(longestDoubleOwnerMs(this.#owners, { fromAt: sinceAt, toAt })),
      owners: owners.map((record) => record.owners.join("+") || "-"),
      noOwnerMs: Math.round(noOwnerMs),
      served: counted.filter(({ ok }) => ok).at(-1)?.host ?? "nobody",
    };
  }

  /** Ends the watch. */
  close(): Promise<void> {
    return endChild(this.#process);
  }
}
