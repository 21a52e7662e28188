/** A client that asks one address again and again, each time over a new connection. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

const SCRIPT = `
const http = require("node:http");
let failures = [], answered = 0, isEnding = false;
const ask = () => new Promise((done) => {
  const request = http.get(process.argv[1], { agent: false, timeout: 5000 }, (response) => {
    let text = "";
    response.on("data", (chunk) => { text += chunk; });
    response.on("end", () => done({ status: response.statusCode, text }));
    response.on("error", (error) => done({ status: 0, text: error.message }));
  });
  request.on("timeout", () => request.destroy(new Error("timed out")));
  request.on("error", (error) => done({ status: 0, text: error.message }));
});
const loop = async () => {
  while (!isEnding) {
    const { status, text } = await ask();
    if (status === 200) answered += 1;
    else failures.push(status + " " + text);
    if (answered === 1) console.log(JSON.stringify({ kind: "started" }));
  }
};
const loops = [loop(), loop(), loop(), loop()];
require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  if (line === "now") console.log(JSON.stringify({ kind: "now", ...(await ask()) }));
  if (line !== "stop") return;
  isEnding = true;
  await Promise.all(loops);
  console.log(JSON.stringify({ kind: "stopped", answered, failures: failures.slice(0, 10) }));
  process.exit();
});`;

/** Four requests at a time, in a process of its own inside a network namespace. */
export class BalancerClient {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #last: Record<string, unknown> = {};

  constructor(namespace: string, url: string) {
    const words = ["netns", "exec", namespace, process.execPath, "-e", SCRIPT, url];
    const child = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when the first request was answered. */
  async started(): Promise<void> {
    await this.#read("started");
  }

  /** The text of one request more. */
  async answerNow(): Promise<string> {
    this.#child.stdin?.write("now\n");
    await this.#read("now");
    return String(this.#last["text"]);
  }

  /** Ends it: how many requests were answered with 200, and what became of the others. */
  async stop(): Promise<{ readonly answered: number; readonly failures: readonly unknown[] }> {
    this.#child.stdin?.write("stop\n");
    await this.#read("stopped");
    const failures = this.#last["failures"];
    const answered = Number(this.#last["answered"]);
    return { answered, failures: Array.isArray(failures) ? failures : [] };
  }

  async #read(kind: string): Promise<void> {
    do {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`client ended before it told "${kind}"`);
      this.#last = JSON.parse(value);
    } while (this.#last["kind"] !== kind);
  }
}
