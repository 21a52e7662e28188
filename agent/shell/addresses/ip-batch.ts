import { type ChildProcess, spawn } from "node:child_process";

import type { WriteLog } from "../log/index.ts";

/** How long one answer may take; then the child is replaced and the waiting requests fail. */
const ANSWER_MAX_MS = 2000;
const REQUESTS_WAITING_MAX = 256;
const ERROR_LINES_MAX = 8;
const OUTPUT_MAX_CHARACTERS = 16 * 1024 * 1024;

/** What the kernel shows after the change, and what `ip` said against it. */
export interface BatchAnswer {
  /** One line of JSON: the answer to the question. */
  readonly shown: string;
  /** Error texts of this request, "" when there were none. */
  readonly problem: string;
}

interface Waiting {
  readonly line: string | null;
  readonly show: string;
  readonly isRepeated: boolean;
  readonly errors: string[];
  readonly settle: (answer: BatchAnswer | Error) => void;
}

/** The question that ends a request unless another is given. */
const SHOW_ADDRESSES = "address show";

/**
 * A warm `ip -json -force -batch -` child: no fork a request, 0.1 ms each. Every request is a
 * change (or none) followed by a question, whose one line of JSON ends the request; lines
 * before it are errors, in order, since both outputs are one pipe. The child is started when it is
 * first needed, and anew after it ended; it ends with this process, as its input closes.
 */
export class IpBatch {
  readonly #log: WriteLog;
  #child: ChildProcess | null = null;
  #waiting: Waiting[] = [];
  #rest: string[] = [];
  #restLength = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(log: WriteLog) {
    this.#log = log;
  }

  /**
   * Carries out the line (null: none) and shows, by default all addresses. `show` must be a
   * question that `ip -json` answers by one line. Rejects when `ip` cannot be run or is silent.
   */
  ask(line: string | null, show = SHOW_ADDRESSES): Promise<BatchAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new Error("ip: closed"));
      if (this.#waiting.length >= REQUESTS_WAITING_MAX) {
        return reject(new Error(`ip: ${REQUESTS_WAITING_MAX} requests are waiting already`));
      }
      const settle = (answer: BatchAnswer | Error): void =>
        answer instanceof Error ? reject(answer) : resolve(answer);
      this.#send({ line, show, isRepeated: false, errors: [], settle });
    });
  }

  /** Ends the child; waiting requests fail. */
  close(): void {
    this.#isClosed = true;
    this.#child?.stdin?.end();
    this.#fail(this.#child, "closed");
  }

  #send(waiting: Waiting): void {
    const child = this.#child ?? this.#start();
    this.#waiting.push(waiting);
    this.#timer ??= setTimeout(() => this.#giveUp(child), ANSWER_MAX_MS);
    const change = waiting.line === null ? "" : `${waiting.line}\n`;
    child.stdin?.write(`${change}${waiting.show}\n`);
  }

  #start(): ChildProcess {
    // The shell only joins the two outputs, so that errors stand before the answer; it becomes ip.
    const child = spawn("/bin/sh", ["-c", "exec ip -json -force -batch - 2>&1"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#child = child;
    this.#rest = [];
    this.#restLength = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => this.#onText(child, text));
    child.stdin.on("error", () => {}); // Its end is told by `exit`.
    child.on("error", (error) => this.#fail(child, error.message));
    child.on("exit", (status, signal) => this.#fail(child, signal ?? `exit status ${status}`));
    return child;
  }

  #onText(child: ChildProcess, text: string): void {
    if (child !== this.#child) return;
    this.#rest.push(text);
    this.#restLength += text.length;
    if (this.#restLength > OUTPUT_MAX_CHARACTERS) {
      this.#giveUp(child);
      return;
    }
    if (!text.includes("\n")) return;
    const lines = this.#rest.join("").split("\n");
    const rest = lines.pop() ?? "";
    this.#rest = [rest];
    this.#restLength = rest.length;
    for (const line of lines) this.#onLine(child, line);
  }

  #onLine(child: ChildProcess, line: string): void {
    const waiting = this.#waiting[0];
    if (waiting === undefined || line === "") return;
    if (!line.startsWith("[")) {
      const isError = !line.startsWith("Command failed");
      if (isError && waiting.errors.length < ERROR_LINES_MAX) waiting.errors.push(line);
      return;
    }
    this.#waiting.shift();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer =
      this.#waiting.length === 0 ? null : setTimeout(() => this.#giveUp(child), ANSWER_MAX_MS);
    waiting.settle({ shown: line, problem: waiting.errors.join("; ") });
  }

  #giveUp(child: ChildProcess): void {
    child.kill("SIGKILL");
    this.#fail(child, `no answer within ${ANSWER_MAX_MS} ms`);
  }

  #fail(child: ChildProcess | null, reason: string): void {
    if (child !== this.#child) return;
    this.#child = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (!this.#isClosed) {
      const fields = { reason: `ip -batch: ${reason}`, requestsFailed: waiting.length };
      this.#log({ level: "warning", event: "ipCommandFailed", fields });
    }
    for (const [index, each] of waiting.entries()) {
      // The first may be the cause. The others are asked again: done twice is done once.
      if (index === 0 || each.isRepeated || this.#isClosed) {
        each.settle(new Error(`ip: ${reason}`));
      } else {
        this.#send({ ...each, isRepeated: true, errors: [] });
      }
    }
  }
}
