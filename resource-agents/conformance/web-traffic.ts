/** A member behind the balancer and clients in front of it, as processes in a host's namespace. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TestHost } from "./host.ts";

/** Answers `/?ms=N` after that time, never without it; a line for each request that has come. */
const MEMBER = `
  require("node:http").createServer((request, response) => {
    const ms = new URL(request.url, "http://x").searchParams.get("ms");
    console.log("asked");
    if (ms !== null) setTimeout(() => response.end("answered"), Number(ms));
  }).listen(Number(process.argv[1]), "127.0.0.1", () => console.log("ready"));
`;

/** Makes requests at once, each on its own connection, and prints what became of each. */
const CLIENT = `
  const [url, count] = process.argv.slice(1);
  for (let number = 0; number < Number(count); number++) {
    const request = require("node:http").get(url, { agent: false }, (response) => {
      response.resume();
      response.on("end", () => console.log(response.statusCode));
      response.on("error", (error) => console.log(error.code));
    });
    request.on("error", (error) => console.log(error.code));
  }
`;

/** Makes requests one after the other until its input ends; then how many came to what. */
const STREAM = `
  const url = process.argv[1];
  const found = {};
  let isOver = false;
  process.stdin.on("data", () => { isOver = true; });
  const next = () => {
    const count = (what) => { found[what] = (found[what] ?? 0) + 1; again(); };
    const request = require("node:http").get(url, { agent: false }, (response) => {
      response.resume();
      response.on("end", () => count(response.statusCode));
    });
    request.on("error", (error) => count(error.code));
  };
  let isFirst = true;
  const again = () => {
    if (isFirst) console.log("running");
    isFirst = false;
    if (isOver) { console.log(JSON.stringify(found)); process.exit(); }
    next();
  };
  next();
`;

/** A process of the test. `lines` counts what it has printed so far. */
export class TestTraffic {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #hasEnded = false;
  #wake: () => void = () => {};

  private constructor(host: TestHost, script: string, args: readonly string[]) {
    const words = ["netns", "exec", host.hostName, process.execPath, "-e", script, ...args];
    this.#child = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#child.stdout === null) throw new Error("traffic without standard output");
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.lines.push(line);
      this.#wake();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        this.#hasEnded = true;
        resolve();
        this.#wake();
      });
    });
  }

  /** A member that listens on 127.0.0.1:`port`. Its first line is `ready`. */
  static async member(host: TestHost, port: number): Promise<TestTraffic> {
    const member = new TestTraffic(host, MEMBER, [String(port)]);
    await member.untilLines(1);
    return member;
  }

  /** `count` requests at once; a line for each, its status or what cut it off. */
  static requests(host: TestHost, url: string, count: number): TestTraffic {
    return new TestTraffic(host, CLIENT, [url, String(count)]);
  }

  /** Requests one after the other, of which the first has been answered when this resolves. */
  static async stream(host: TestHost, url: string): Promise<TestTraffic> {
    const stream = new TestTraffic(host, STREAM, [url]);
    await stream.untilLines(1);
    return stream;
  }

  /** Waits until so many lines have been printed. Rejects when the process ends before. */
  async untilLines(count: number): Promise<void> {
    while (this.lines.length < count) {
      if (this.#hasEnded) throw new Error(`ended after ${this.lines.length} lines of ${count}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends a stream: how many of its requests came to which status or error. */
  async endStream(): Promise<Record<string, number>> {
    const { length } = this.lines;
    this.#child.stdin?.write("end\n");
    await this.untilLines(length + 1);
    return JSON.parse(this.lines.at(-1) ?? "{}");
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
