import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { killGroup, monotonicMs } from "../../lab/index.ts";
import type { OwnerRecord } from "../../lab/watch/index.ts";
import type { VagrantHost } from "./vagrant-host.ts";

const AGAIN_AFTER_MS = 2_000;

/** What is watched, and where each change goes. */
export interface OwnerWatchPlan {
  readonly hosts: readonly VagrantHost[];
  readonly address: string;
  readonly take: (record: OwnerRecord) => void;
  /** Called whenever a host goes down or comes up; this watch adds its own. */
  readonly listeners: Set<() => void>;
}

/**
 * Follows who holds the address by what each host's kernel tells `ip monitor` there. A host that is
 * down, or hangs, counts as holding nothing. Instants are those of arrival here.
 */
export class OwnerWatch {
  readonly #plan: OwnerWatchPlan;
  readonly #holders = new Set<string>();
  readonly #monitors = new Map<string, ChildProcess>();
  #isClosed = false;

  constructor(plan: OwnerWatchPlan) {
    this.#plan = plan;
    plan.listeners.add(() => this.#follow());
    this.#follow();
  }

  /** Ends the watch. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const monitor of this.#monitors.values()) killGroup(monitor);
    return Promise.resolve();
  }

  #follow(): void {
    for (const host of this.#plan.hosts) {
      if (!host.isUp) this.#note(host, false);
      else if (!this.#monitors.has(host.name)) this.#open(host);
    }
  }

  #open(host: VagrantHost): void {
    if (this.#isClosed || !host.isUp) return;
    const { address } = this.#plan;
    // Through a pipe: to a terminal, `ip` would write in colours.
    const script = `{ ip -o addr show to ${address}; ip -o monitor address; } | cat`;
    const monitor = host.spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
    this.#monitors.set(host.name, monitor);
    if (monitor.stdout === null) throw new Error("owner-watch: no output");
    createInterface({ input: monitor.stdout }).on("line", (line) => {
      if (line.includes(` ${address}/`)) this.#note(host, !/^\s*Deleted/.test(line));
    });
    monitor.once("exit", () => {
      this.#monitors.delete(host.name);
      this.#note(host, false);
      setTimeout(() => this.#follow(), AGAIN_AFTER_MS).unref();
    });
  }

  #note(host: VagrantHost, isHeld: boolean): void {
    if (this.#isClosed || this.#holders.has(host.name) === isHeld) return;
    if (isHeld && !host.isUp) return; // Words of a host that is gone.
    if (isHeld) this.#holders.add(host.name);
    else this.#holders.delete(host.name);
    this.#plan.take({ at: monotonicMs(), owners: [...this.#holders].sort() });
  }
}
