// Plans in a process of its own, so that a scheduler that never answers ends one case and not all.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PlanAnswer } from "./plan-answer.ts";

/** A case to plan. */
export interface PlanRequest {
  readonly xml: string;
  /** Wall-clock milliseconds since 1970. */
  readonly nowMs: number;
}

/** What came of it. */
export interface Planned {
  /** Null: no plan, as `crash` says. */
  readonly own: PlanAnswer | null;
  readonly crash: string;
  /** How long the scheduler took; reading is not counted. */
  readonly tookMs: number;
  /** Primitives of anonymous clones: their instances are told without a number. */
  readonly anonymous: readonly string[];
}

const ANSWER_TIMEOUT_MS = 20_000;

/** Plans one case at a time in another process, which is made anew after it had to be ended. */
export class Planner {
  #child: ChildProcess | null = null;

  async plan(request: PlanRequest): Promise<Planned> {
    const child = this.#child ?? startChild();
    this.#child = child;
    const answer = await ask(child, JSON.stringify(request));
    if (typeof answer !== "string") return answer;
    child.kill("SIGKILL");
    this.#child = null;
    return { own: null, crash: answer, tookMs: 0, anonymous: [] };
  }

  close(): void {
    this.#child?.disconnect();
    this.#child = null;
  }
}

function startChild(): ChildProcess {
  const entry = fileURLToPath(new URL("./planner-process.ts", import.meta.url));
  return fork(entry, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

/** The plan, or why there is none. */
function ask(child: ChildProcess, text: string): Promise<Planned | string> {
  return new Promise((resolve) => {
    let words = "";
    const listen = (chunk: Buffer): void => {
      words += chunk.toString("utf8");
    };
    const end = (answer: Planned | string): void => {
      clearTimeout(timer);
      child.stderr?.off("data", listen);
      child.removeAllListeners("message");
      child.removeAllListeners("close");
      resolve(answer);
    };
    const timer = setTimeout(
      () => end(`no plan within ${ANSWER_TIMEOUT_MS / 1000} s`),
      ANSWER_TIMEOUT_MS,
    );
    child.stderr?.on("data", listen);
    child.once("message", (answer: string) => end(JSON.parse(answer)));
    child.once("close", () => end(`the planner ended: ${lastWords(words)}`));
    child.send(text);
  });
}

function lastWords(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-2) ?? "without a word";
}
