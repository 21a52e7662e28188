import { type ChildProcess, spawn } from "node:child_process";

import { splitLines } from "../heartbeat/index.ts";
import type { WriteLog } from "../log/index.ts";

/** A child that lived shorter than this did not work at all: the next one waits. */
const SHORT_LIFE_MS = 1000;
const RESTART_WAIT_MIN_MS = 50;
const RESTART_WAIT_MAX_MS = 5000;
/** Longest line of the child, in characters: far beyond any that `ip` writes. */
const LINE_MAX = 65_536;
/** The child says nothing when it has begun to listen, so what it may have missed is looked up. */
const RECHECK_AFTER_MS = [10, 100, 1000];

/** What the monitor tells. */
export interface KernelMonitorPorts {
  /** One line of the child's output, as it came. */
  readonly onLine: (line: string) => void;
  /** Events may have been missed: look at everything that is watched. */
  readonly onDoubt: () => void;
  readonly log: WriteLog;
}

/**
 * One long-lived `ip -o monitor link address`, started again at once whenever it ends (with growing
 * waits when it does not work at all). States: running → waiting (ended) → running; closed.
 */
export class KernelMonitor {
  readonly #ports: KernelMonitorPorts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #child: ChildProcess | null = null;
  #startedAtMs = 0;
  #waitMs = 0;
  #isClosed = false;

  constructor(ports: KernelMonitorPorts) {
    this.#ports = ports;
    this.#start();
  }

  /** The child's process id, null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Ends the child for good. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#child?.kill("SIGKILL");
  }

  #start(): void {
    this.#startedAtMs = performance.now();
    const child = spawn("ip", ["-o", "monitor", "link", "address"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    // Read by lines and at once: the delay of a hint is the delay of one pipe.
    splitLines(child.stdout, LINE_MAX, {
      onLine: this.#ports.onLine,
      onTooLong: () => child.kill("SIGKILL"),
      onEnd: () => {},
    });
    // The kernel dropped events (the socket's buffer was full), or something else was lost.
    child.stderr.on("data", () => this.#ports.onDoubt());
    let hasEnded = false;
    const end = (how: string): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#ended(how);
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (status, signal) => end(signal ?? `exit status ${status}`));
    for (const ms of RECHECK_AFTER_MS) this.#later(ms, this.#ports.onDoubt);
  }

  #ended(how: string): void {
    this.#child = null;
    if (this.#isClosed) return;
    const livedMs = performance.now() - this.#startedAtMs;
    const isBroken = livedMs < SHORT_LIFE_MS;
    this.#waitMs = isBroken
      ? Math.min(RESTART_WAIT_MAX_MS, Math.max(RESTART_WAIT_MIN_MS, this.#waitMs * 2))
      : 0;
    const fields = { reason: `ip monitor: ${how}`, restartsAfterMs: this.#waitMs };
    this.#ports.log({ level: "warning", event: "kernelWatchEnded", fields });
    if (this.#waitMs === 0) this.#start();
    else this.#later(this.#waitMs, () => this.#start());
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}
