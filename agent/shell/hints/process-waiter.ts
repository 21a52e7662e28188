import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The helper dies with the thread that started it, so a killed agent leaves none behind. */
const COMMAND = ["setpriv", "--pdeathsig", "KILL", "pidwait", "-F", "/dev/stdin"] as const;

/**
 * Waits in the kernel for the end of one process, by a `pidwait` child with a pidfd. Its end is a
 * reason to look, never the proof that the process ended: it may be killed, or not be installed.
 */
export class ProcessWaiter {
  readonly #pid: number;
  readonly #child: ChildProcess | null;
  #isWaiting = false;
  #hasEnded = false;

  /** `onEnd` is called once when the child ends or cannot be started, never after `close`. */
  constructor(pid: number, onEnd: () => void) {
    this.#pid = pid;
    const end = (): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      onEnd();
    };
    this.#child = start(pid);
    if (this.#child === null) setImmediate(end);
    this.#child?.on("error", end).on("exit", end);
  }

  /** Process id of the child, null when it could not be started or has ended. */
  get childPid(): number | null {
    return this.#hasEnded ? null : (this.#child?.pid ?? null);
  }

  /** True once the child is seen to hold a pidfd of the process: from then on its end is told. */
  isWaiting(): boolean {
    if (this.#hasEnded) return false;
    this.#isWaiting ||= holdsPidfd(this.#child?.pid, this.#pid);
    return this.#isWaiting;
  }

  /** Ends the child; nothing is told any more. */
  close(): void {
    this.#hasEnded = true;
    this.#child?.kill("SIGKILL");
  }
}

function start(pid: number): ChildProcess | null {
  const [program, ...words] = COMMAND;
  try {
    const list = openNamelessFile();
    try {
      writeSync(list, `${pid}\n`, 0); // At a position, so that the child reads from the start.
      return spawn(program, words, { stdio: [list, "ignore", "ignore"] });
    } finally {
      closeSync(list);
    }
  } catch {
    return null; // No file or process can be made now: whoever asked polls.
  }
}

/** A regular file, which `pidwait` insists on, that has no name any more. */
function openNamelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), "lb-pid-"));
  try {
    return openSync(join(folder, "pid"), "wx+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function holdsPidfd(holder: number | undefined, pid: number): boolean {
  try {
    return readdirSync(`/proc/${holder}/fdinfo`).some((fd) => {
      const text = readFileSync(`/proc/${holder}/fdinfo/${fd}`, "utf8");
      return Number(/^Pid:\s+(\d+)$/m.exec(text)?.[1]) === pid;
    });
  } catch {
    return false; // It has just ended, which is told.
  }
}
