/**
 * A host for the conformance tests: a network namespace of its own, with a second one as its link.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { buildSync } from "esbuild";
import type { ActorReply, ActorRequest } from "./actor.ts";

const ACTION_TIMEOUT_MS = 20_000;
let hostsMade = 0;

/** What of a request differs from its defaults. */
export type ActionOptions = Partial<Omit<ActorRequest, "agent" | "action">>;

/**
 * Two namespaces joined by eth0: `host`, where the agents run (10.99.0.1/24, fd99::1/64), and
 * `peer` (10.99.0.2/24, fd99::2/64). `close` ends and removes all of it.
 */
export class TestHost {
  readonly folder: string;
  readonly hostName: string;
  readonly peerName: string;
  readonly #actor: ChildProcess;
  readonly #replies: Interface;
  #waiting: ((reply: ActorReply) => void) | null = null;

  constructor() {
    requireRoot();
    hostsMade += 1;
    this.folder = mkdtempSync(join(tmpdir(), "lb-conformance-"));
    this.hostName = `lbra-${process.pid}-${hostsMade}-h`;
    this.peerName = `lbra-${process.pid}-${hostsMade}-p`;
    this.#makeLink();
    const actor = bundle("resource-agents/conformance/actor.ts", join(this.folder, "actor.cjs"));
    this.#actor = spawn("ip", ["netns", "exec", this.hostName, process.execPath, actor], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (this.#actor.stdout === null) throw new Error("actor without standard output");
    this.#replies = createInterface({ input: this.#actor.stdout });
    this.#replies.on("line", (line) => {
      const reply: ActorReply = JSON.parse(line);
      this.#waiting?.(reply);
    });
  }

  /** Runs one action in the host's namespace. One at a time. */
  act(agent: string, action: string, options: ActionOptions = {}): Promise<ActorReply> {
    const request: ActorRequest = {
      agent,
      action,
      parameters: {},
      isProbe: false,
      checkLevel: 0,
      timeoutMs: ACTION_TIMEOUT_MS,
      runFolder: this.folder,
      isExternal: false,
      ...options,
    };
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#actor.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Runs a command in the host's namespace; its standard output. Throws when it fails. */
  command(...words: readonly string[]): string {
    return run("ip", ["netns", "exec", this.hostName, ...words]);
  }

  /** The same in the peer's namespace. */
  peerCommand(...words: readonly string[]): string {
    return run("ip", ["netns", "exec", this.peerName, ...words]);
  }

  /** Process ids of all that runs in the host's namespace. */
  processes(): number[] {
    const text = run("ip", ["netns", "pids", this.hostName]).trim();
    return text === "" ? [] : text.split(/\s+/).map(Number);
  }

  /**
   * Runs a shell command that sees files as the agents do: what it mounts, only they and the
   * commands that they run see.
   */
  mountCommand(command: string): string {
    return run("nsenter", ["-t", String(this.#actor.pid), "-m", "sh", "-c", command]);
  }

  close(): void {
    this.#replies.close();
    this.#actor.stdin?.end();
    this.#actor.kill("SIGKILL");
    run("ip", ["netns", "del", this.hostName]);
    run("ip", ["netns", "del", this.peerName]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #makeLink(): void {
    run("ip", ["netns", "add", this.hostName]);
    run("ip", ["netns", "add", this.peerName]);
    const peer = ["peer", "name", "eth0", "netns", this.peerName];
    run("ip", ["link", "add", "eth0", "netns", this.hostName, "type", "veth", ...peer]);
    for (const [index, name] of [this.hostName, this.peerName].entries()) {
      run("ip", ["-n", name, "link", "set", "lo", "up"]);
      run("ip", ["-n", name, "link", "set", "eth0", "up"]);
      run("ip", ["-n", name, "addr", "add", `10.99.0.${index + 1}/24`, "dev", "eth0"]);
      run("ip", ["-n", name, "addr", "add", `fd99::${index + 1}/64`, "dev", "eth0", "nodad"]);
    }
  }
}

/** Bundles a program as scripts/build.mjs does; the bundle's path. */
export function bundle(entry: string, outfile: string): string {
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
  });
  return outfile;
}

function requireRoot(): void {
  if (process.getuid?.() !== 0) {
    throw new Error("the conformance tests make network namespaces: run them as root");
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
