import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { ActorReply } from "./actor.ts";
import type { ActionOptions, TestHost } from "./host.ts";
import type { TestHttpd } from "./httpd.ts";

/** The agent's actions on one private server. */
export class ApacheActions {
  readonly #host: TestHost;
  readonly #web: TestHttpd;

  constructor(host: TestHost, web: TestHttpd) {
    this.#host = host;
    this.#web = web;
  }

  /** One action with the server's own parameters. */
  act(action: string, options: ActionOptions = {}): Promise<ActorReply> {
    const parameters = this.#web.parameters;
    return this.#host.act("ocf:heartbeat:apache", action, { parameters, ...options });
  }

  /** The same, and its status has to be 0. */
  async succeeds(action: string, options: ActionOptions = {}): Promise<ActorReply> {
    const reply = await this.act(action, options);
    assert.deepEqual([reply.status, reply.reason], [0, ""], action);
    return reply;
  }

  /** The parent's process id. */
  pid(): number {
    return Number(readFileSync(this.#web.pidFile, "utf8"));
  }

  /** Process ids of the private server, zombies and processes of other hosts left out. */
  processes(): number[] {
    return this.#host.processes().filter((pid) => {
      try {
        const [, state] = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return state !== "Z" && words[words.indexOf("-f") + 1] === this.#web.configFile;
      } catch {
        return false; // It has ended meanwhile.
      }
    });
  }

  /** Stops the server and ends what a failed test has left of it. */
  async end(): Promise<void> {
    await this.act("stop");
    for (const pid of this.processes()) process.kill(pid, "SIGKILL");
  }
}
