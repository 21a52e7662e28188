import { type ChildProcess, spawn } from "node:child_process";

/** What `ip` said to one run of lines. */
export type IpAnswer =
  | { readonly kind: "answered"; readonly shown: string; readonly errors: string }
  /** It died or hung: whether the lines were carried out is not known. */
  | { readonly kind: "unanswered"; readonly reason: string }
  /** Not one of the lines was carried out. */
  | { readonly kind: "refused"; readonly reason: string };

/** How lines are carried out. */
export interface RunOptions {
  readonly refuse?: RefuseRun;
  /**
   * By a new child: one that runs for long takes interfaces for what they were when it met them.
   */
  readonly isFresh?: boolean;
}

/** Asked right before lines are written: null lets them pass, a text says why they must not. */
export type RefuseRun = () => string | null;

interface Run {
  readonly lines: readonly string[];
  readonly refuse: RefuseRun;
  readonly isFresh: boolean;
  readonly resolve: (answer: IpAnswer) => void;
}

/** A run that was written. What is shown up to its mark belongs to it. */
interface WrittenRun {
  readonly mark: string;
  readonly resolve: (answer: IpAnswer) => void;
}

/** Runs that are written at once: together they leave the pipe far from full. */
const WRITTEN_MAX = 64;
/** From the writing, or from the answer before. */
const ANSWER_TIMEOUT_MS = 200;
const RESTART_AFTER_MS = 100;
const OUTPUT_CHARACTERS_MAX = 65_536;
/** What `ip -o` shows begins with the number of an interface; what it complains of does not. */
const SHOWN_LINE = /^\d+: /;

/**
 * One long-lived `ip -force -batch -`, so that nothing is forked when an address has to move.
 * It is started again at once when it dies, and killed when it does not answer.
 */
export class IpBatch {
  readonly #command: readonly string[];
  #child: ChildProcess | null = null;
  #written: WrittenRun[] = [];
  #timer: NodeJS.Timeout | null = null;
  #waiting: Run[] = [];
  #text = "";
  #runs = 0;
  #startedAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** `command` is put in front of `ip`, such as `chrt -r 10`. */
  constructor(command: readonly string[]) {
    this.#command = [...command, "ip", "-o", "-force", "-batch", "-"];
    this.#start();
  }

  /**
   * Carries out the lines in order, after all those given before; what is given in one turn of the
   * loop is written at once. `refuse` is asked right before, which may be late: what was right when
   * they were given may be wrong by then.
   */
  run(lines: readonly string[], options: RunOptions = {}): Promise<IpAnswer> {
    const { refuse = () => null, isFresh = false } = options;
    return new Promise((resolve) => {
      this.#waiting.push({ lines, refuse, isFresh, resolve });
      queueMicrotask(() => this.#next());
    });
  }

  /** Ends the child after what was written; later runs are not answered. */
  close(): void {
    this.#isClosed = true;
    this.#child?.stdin?.end();
    this.#child?.unref();
  }

  /** Writes what waits, once all that was written before has been answered. */
  #next(): void {
    if (this.#written.length > 0) return;
    const lines: string[] = [];
    while (this.#written.length < WRITTEN_MAX) {
      const run = this.#waiting[0];
      // A new child answers nothing of what the one before was told.
      if (run === undefined || (run.isFresh && this.#written.length > 0)) break;
      this.#waiting.shift();
      const refusal = run.refuse();
      if (refusal !== null) {
        run.resolve({ kind: "refused", reason: refusal });
        continue;
      }
      if (run.isFresh) this.#discard();
      this.#runs += 1;
      const mark = `lb-mark-${this.#runs}`;
      this.#written.push({ mark, resolve: run.resolve });
      // An unknown word is answered by an error line, unbuffered and in order: it marks the end.
      lines.push(...run.lines, mark);
    }
    if (lines.length > 0) this.#write(`${lines.join("\n")}\n`);
  }

  #write(text: string): void {
    if (this.#child === null && !this.#isClosed) this.#start();
    this.#text = "";
    if (this.#child === null || this.#isClosed) {
      this.#fail("ip is not running");
      return;
    }
    this.#timer = setTimeout(() => this.#fail("ip did not answer in time"), ANSWER_TIMEOUT_MS);
    this.#child.stdin?.write(text);
  }

  #discard(): void {
    const child = this.#child;
    this.#child = null;
    this.#startedAt = Number.NEGATIVE_INFINITY;
    child?.kill("SIGKILL");
  }

  #start(): void {
    if (performance.now() - this.#startedAt < RESTART_AFTER_MS) return;
    this.#startedAt = performance.now();
    // The shell only joins the two outputs, which then wake this process once; it becomes `ip`.
    const words = ["-c", 'exec "$@" 2>&1', "sh", ...this.#command];
    const child = spawn("/bin/sh", words, { stdio: ["pipe", "pipe", "ignore"] });
    this.#child = child;
    const isCurrent = () => this.#child === child;
    child.stdin.on("error", () => isCurrent() && this.#fail("ip closed its input"));
    child.on("error", (error) => isCurrent() && this.#fail(`ip: ${error.message}`));
    child.on("exit", (status) => isCurrent() && this.#fail(`ip ended with status ${status}`));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!isCurrent()) return;
      this.#text = (this.#text + text).slice(-OUTPUT_CHARACTERS_MAX);
      this.#answer();
    });
  }

  #answer(): void {
    for (let run = this.#written[0]; run !== undefined; run = this.#written[0]) {
      const sign = `Object "${run.mark}" is unknown`;
      const end = this.#text.indexOf(sign);
      if (end < 0) return;
      const lines = this.#text.slice(0, end).split("\n");
      this.#text = this.#text.slice(end + sign.length);
      const shown = lines.filter((line) => SHOWN_LINE.test(line)).join("\n");
      const errors = lines.filter((line) => !SHOWN_LINE.test(line)).join("\n");
      this.#written.shift();
      this.#timer?.refresh();
      run.resolve({ kind: "answered", shown, errors: errors.trim() });
    }
    this.#finish();
  }

  #fail(reason: string): void {
    const child = this.#child;
    this.#child = null;
    child?.kill("SIGKILL");
    if (!this.#isClosed) this.#start();
    for (const { resolve } of this.#written) resolve({ kind: "unanswered", reason });
    this.#written = [];
    this.#finish();
  }

  #finish(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#next();
  }
}
