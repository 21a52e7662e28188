import { closeSync, openSync, readSync } from "node:fs";

import { untilBeatMs } from "../clock/index.ts";
import { ProcessWaiter } from "./process-waiter.ts";

/** How often processes are looked at that nothing in the kernel is known to wait for. */
const POLL_MS = 40;
/** How often all are looked at when each has a waiter: one of these may have been stopped. */
const GUARD_MS = 1000;
/** A waiter costs a fork and 1 MiB: only for what lives on, and not while a takeover goes on. */
const WAITER_AFTER_MS = 1000;
const WAITERS_MAX = 8;
/** Each watched process costs an open file. */
const PROCESSES_MAX = 256;
const STAT_MAX_BYTES = 512;
const CLOSING_PARENTHESIS = 0x29;
const ZOMBIE = 0x5a;
const DEAD = 0x58;

interface Watched {
  readonly stat: number;
  readonly listeners: Set<() => void>;
  readonly since: number;
  /** `none`: it ended before the process did, or could not be started. */
  waiter: ProcessWaiter | "later" | "none";
}

/**
 * Tells when processes end. An open /proc/PID/stat belongs to one process for good: read after
 * the process has gone fails even when the number is in use again, so no start time is compared.
 * A zombie counts as ended. A process that lives on gets a waiter, whose end leads to a look at
 * once; then there is no need to poll often.
 */
export class ProcessWatch {
  readonly #watched = new Map<number, Watched>();
  readonly #buffer = Buffer.alloc(STAT_MAX_BYTES);
  #timer: NodeJS.Timeout | null = null;
  #isPollSoon = false;

  /** Process ids of the children that wait for processes. */
  get waiterPids(): readonly number[] {
    return [...this.#watched.values()].flatMap(({ waiter }) => {
      const pid = typeof waiter === "string" ? null : waiter.childPid;
      return pid === null ? [] : [pid];
    });
  }

  /**
   * Calls `onGone` once when the process ends, soon when it has ended already. Returns the end of
   * this watch, or null when too many processes are watched or files are open.
   */
  add(pid: number, onGone: () => void): (() => void) | null {
    let watched = this.#watched.get(pid);
    if (watched !== undefined && this.#isGone(watched)) {
      this.#forget(pid, watched);
      watched = undefined;
    }
    if (watched === undefined) {
      const stat = this.#watched.size < PROCESSES_MAX ? openStat(pid) : null;
      if (stat === null) return null;
      if (stat === "gone") {
        const immediate = setImmediate(onGone);
        return () => clearImmediate(immediate);
      }
      watched = { stat, listeners: new Set(), since: performance.now(), waiter: "later" };
      this.#watched.set(pid, watched);
      this.#arm(true);
    }
    const { listeners } = watched;
    listeners.add(onGone);
    return () => this.#remove(pid, onGone, listeners);
  }

  /** Ends all watches. */
  close(): void {
    for (const [pid, watched] of this.#watched) this.#end(pid, watched);
  }

  #poll(): void {
    this.#timer = null;
    for (const [pid, watched] of this.#watched) this.#look(pid, watched);
    if (this.#watched.size === 0) return;
    const isEachWaitedFor = [...this.#watched.values()].every(({ waiter }) => isWaiting(waiter));
    this.#arm(!isEachWaitedFor);
  }

  #look(pid: number, watched: Watched): void {
    if (this.#isGone(watched)) this.#forget(pid, watched);
    else if (watched.waiter === "later") this.#startWaiter(pid, watched);
  }

  #startWaiter(pid: number, watched: Watched): void {
    if (performance.now() - watched.since < WAITER_AFTER_MS) return;
    if (this.waiterPids.length >= WAITERS_MAX) return;
    watched.waiter = new ProcessWaiter(pid, () => {
      watched.waiter = "none";
      if (this.#watched.get(pid) === watched) this.#look(pid, watched);
      if (this.#watched.size > 0) this.#arm(true);
    });
  }

  #forget(pid: number, watched: Watched): void {
    this.#end(pid, watched);
    for (const onGone of watched.listeners) onGone();
  }

  #end(pid: number, { stat, waiter }: Watched): void {
    this.#watched.delete(pid);
    closeSync(stat);
    if (typeof waiter !== "string") waiter.close();
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(isSoon: boolean): void {
    if (this.#timer !== null && this.#isPollSoon) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#isPollSoon = isSoon;
    this.#timer = setTimeout(() => this.#poll(), isSoon ? POLL_MS : untilBeatMs(GUARD_MS));
  }

  #remove(pid: number, onGone: () => void, listeners: Set<() => void>): void {
    listeners.delete(onGone);
    const watched = this.#watched.get(pid);
    if (watched?.listeners !== listeners || listeners.size > 0) return;
    this.#end(pid, watched);
  }

  #isGone({ stat }: Watched): boolean {
    let size: number;
    try {
      size = readSync(stat, this.#buffer, 0, STAT_MAX_BYTES, 0);
    } catch {
      return true; // ESRCH: the process has gone. Any other failure is worth a look too.
    }
    if (size === 0) return true;
    // The name before the state may hold any character, parentheses too: the last one closes it.
    const nameEnd = this.#buffer.lastIndexOf(CLOSING_PARENTHESIS, size - 1);
    const state = this.#buffer[nameEnd + 2];
    return state === ZOMBIE || state === DEAD;
  }
}

function isWaiting(waiter: Watched["waiter"]): boolean {
  return typeof waiter !== "string" && waiter.isWaiting();
}

function openStat(pid: number): number | "gone" | null {
  try {
    return openSync(`/proc/${pid}/stat`, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ENOENT" || code === "ESRCH" ? "gone" : null;
  }
}
