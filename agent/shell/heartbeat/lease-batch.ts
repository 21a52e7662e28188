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

/** The run that was written. One at a time, so that what is shown belongs to it. */
interface CurrentRun {
  readonly mark: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: IpAnswer) => void;
}

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
  #current: CurrentRun | null = null;
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
   * Carries out the lines in order, after all those given before. `refuse` is asked when their turn
   * has come, which may be late: what was right when they were given may be wrong by then.
   */
  run(lines: readonly string[], options: RunOptions = {}): Promise<IpAnswer> {
    const { refuse = () => null, isFresh = false } = options;
    return new Promise((resolve) => {
      this.#waiting.push({ lines, refuse, isFresh, resolve });
      this.#next();
    });
  }

  /** Ends the child after what was written; later runs are not answered. */
  close(): void {
    this.#isClosed = true;
    this.#child?.stdin?.end();
    this.#child?.unref();
  }

  #next(): void {
    if (this.#current !== null) return;
    const run = this.#waiting.shift();
    if (run === undefined) return;
    const refusal = run.refuse();
    if (refusal !== null) {
      run.resolve({ kind: "refused", reason: refusal });
      this.#next();
      return;
    }
    if (run.isFresh) this.#discard();
    if (this.#child === null && !this.#isClosed) this.#start();
    this.#runs += 1;
    const mark = `lb-mark-${this.#runs}`;
    const timer = setTimeout(() => this.#fail("ip did not answer in time"), ANSWER_TIMEOUT_MS);
    this.#current = { mark, timer, resolve: run.resolve };
    this.#text = "";
    if (this.#child === null || this.#isClosed) {
      this.#fail("ip is not running");
    } else {
      // An unknown word is answered by an error line, unbuffered and in order: it marks the end.
      this.#child.stdin?.write(`${[...run.lines, mark].join("\n")}\n`);
    }
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
    const current = this.#current;
    const end = this.#text.indexOf(`Object "${current?.mark}" is unknown`);
    if (current === null || end < 0) return;
    const lines = this.#text.slice(0, end).split("\n");
    const shown = lines.filter((line) => SHOWN_LINE.test(line)).join("\n");
    const errors = lines.filter((line) => !SHOWN_LINE.test(line)).join("\n");
    this.#finish(current, { kind: "answered", shown, errors: errors.trim() });
  }

  #fail(reason: string): void {
    const child = this.#child;
    this.#child = null;
    child?.kill("SIGKILL");
    if (!this.#isClosed) this.#start();
    if (this.#current !== null) this.#finish(this.#current, { kind: "unanswered", reason });
  }

  #finish(current: CurrentRun, answer: IpAnswer): void {
    clearTimeout(current.timer);
    this.#current = null;
    current.resolve(answer);
    this.#next();
  }
}
