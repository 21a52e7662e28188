import { closeSync, openSync, readSync } from "node:fs";

/** How often watched processes are looked at: one timer for all, no forks. */
const POLL_MS = 40;
/** Each watched process costs an open file. */
const PROCESSES_MAX = 256;
const STAT_MAX_BYTES = 512;
const CLOSING_PARENTHESIS = 0x29;
const ZOMBIE = 0x5a;
const DEAD = 0x58;

interface Watched {
  readonly stat: number;
  readonly listeners: Set<() => void>;
}

/**
 * Tells when processes end. An open /proc/PID/stat belongs to one process for good: read after
 * the process has gone fails even when the number is in use again, so no start time is compared.
 * A zombie counts as ended.
 */
export class ProcessWatch {
  readonly #watched = new Map<number, Watched>();
  readonly #buffer = Buffer.alloc(STAT_MAX_BYTES);
  #timer: NodeJS.Timeout | null = null;

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
      watched = { stat, listeners: new Set() };
      this.#watched.set(pid, watched);
      this.#timer ??= setInterval(() => this.#poll(), POLL_MS);
    }
    const { listeners } = watched;
    listeners.add(onGone);
    return () => this.#remove(pid, onGone, listeners);
  }

  /** Ends all watches. */
  close(): void {
    for (const { stat } of this.#watched.values()) closeSync(stat);
    this.#watched.clear();
    this.#stopWhenIdle();
  }

  #poll(): void {
    for (const [pid, watched] of this.#watched) {
      if (this.#isGone(watched)) this.#forget(pid, watched);
    }
  }

  #forget(pid: number, watched: Watched): void {
    this.#watched.delete(pid);
    closeSync(watched.stat);
    this.#stopWhenIdle();
    for (const onGone of watched.listeners) onGone();
  }

  #remove(pid: number, onGone: () => void, listeners: Set<() => void>): void {
    listeners.delete(onGone);
    const watched = this.#watched.get(pid);
    if (watched?.listeners !== listeners || listeners.size > 0) return;
    this.#watched.delete(pid);
    closeSync(watched.stat);
    this.#stopWhenIdle();
  }

  #stopWhenIdle(): void {
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
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

function openStat(pid: number): number | "gone" | null {
  try {
    return openSync(`/proc/${pid}/stat`, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ENOENT" || code === "ESRCH" ? "gone" : null;
  }
}
