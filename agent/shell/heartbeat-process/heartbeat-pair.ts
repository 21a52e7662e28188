// For tests: real heartbeat processes in two network namespaces, joined by two pairs of veth.
// Needs root. Everything is removed by `removeNamespaces`.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";

import type {
  ClusterConfig,
  HeartbeatCommand,
  HeartbeatReport,
  LeaseRequest,
  RingId,
  TokenFacts,
} from "../../core/model/index.ts";
import { encodeHeartbeatLine, HEARTBEAT_LINE_MAX, parseHeartbeatReport } from "../../wire/index.ts";
import { hostMonotonicMs, splitLines } from "../heartbeat/index.ts";
import { heartbeatCommand } from "./start-heartbeat.ts";

/** Names of the two network namespaces. */
export const NAMESPACES: readonly string[] = [`lbhb-a-${process.pid}`, `lbhb-b-${process.pid}`];

const ADDRESSES = {
  ipv4: [
    ["192.0.2.1", "198.51.100.1"],
    ["192.0.2.2", "198.51.100.2"],
  ],
  ipv6: [
    ["fd00:1::1", "fd00:2::1"],
    ["fd00:1::2", "fd00:2::2"],
  ],
} as const;

/** What an agent that has just started says. */
export const FACTS: TokenFacts = {
  state: "joining",
  configHash: "00000000000001",
  cibVersion: { adminEpoch: 0, epoch: 1, numUpdates: 0 },
  holds: [],
  release: "0.1.0",
};

/** Runs `ip` and returns what it prints. */
export function ip(...words: readonly string[]): string {
  return execFileSync("ip", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Makes both namespaces with links e0 and e1, and the addresses of both families on them. */
export function makeNamespaces(): void {
  const [a = "", b = ""] = NAMESPACES;
  for (const name of NAMESPACES) {
    ip("netns", "add", name);
    ip("-n", name, "link", "set", "lo", "up");
  }
  for (const link of [0, 1]) {
    const nic = `e${link}`;
    ip("link", "add", nic, "netns", a, "type", "veth", "peer", "name", nic, "netns", b);
    NAMESPACES.forEach((name, index) => {
      ip("-n", name, "addr", "add", `${ADDRESSES.ipv4[index]?.[link]}/24`, "dev", nic);
      ip("-n", name, "addr", "add", `${ADDRESSES.ipv6[index]?.[link]}/64`, "dev", nic, "nodad");
      ip("-n", name, "link", "set", nic, "up");
    });
  }
}

/** Removes the namespaces with all that is in them. */
export function removeNamespaces(): void {
  for (const name of NAMESPACES) ip("netns", "del", name);
}

/** True when the address is on the NIC of that namespace. */
export function hasAddress(index: number, nic: string, address: string): boolean {
  return ip("-n", NAMESPACES[index] ?? "", "-o", "addr", "show", "dev", nic).includes(
    ` ${address}/`,
  );
}

/** The configuration of a cluster of the two namespaces. */
export function pairConfig(options: {
  readonly family: "ipv4" | "ipv6";
  readonly linkCount: number;
  readonly transport: "udpu" | "udp";
  readonly tokenTimeoutMs: number;
}): ClusterConfig {
  const { family, linkCount, transport, tokenTimeoutMs } = options;
  const group = family === "ipv4" ? "239.192.7.7" : "ff15::7:7";
  return {
    clusterName: "lab",
    nodes: ADDRESSES[family].map((addresses, index) => {
      return { id: index + 1, name: `n${index + 1}`, addresses: addresses.slice(0, linkCount) };
    }),
    transport,
    multicastGroup: transport === "udp" ? group : null,
    port: 5405,
    profile: "lan",
    tokenTimeoutMs,
    quorum: { isTwoNode: true, votesExpected: 1, waitsForAll: true, aloneAfterMs: null },
  };
}

/** A report and when it came. */
export interface SeenReport {
  readonly report: HeartbeatReport;
  readonly atMs: number;
}

/** A heartbeat process whose agent is the test. */
export class LabHeartbeat {
  readonly child: ChildProcess;
  readonly seen: SeenReport[] = [];
  readonly ended: Promise<number>;
  answersPings = true;
  /** The ring that was reported last. */
  ring: RingId | null = null;

  /** `programs` is a folder whose programs are found before those of the system. */
  constructor(index: number, scriptPath: string, programs: string | null = null) {
    const words = ["netns", "exec", NAMESPACES[index] ?? "", ...heartbeatCommand(scriptPath)];
    const path = programs === null ? [] : ["env", `PATH=${programs}:${process.env["PATH"]}`];
    words.splice(3, 0, ...path);
    const child = spawn("ip", words, { stdio: ["pipe", "pipe", "inherit"] });
    this.child = child;
    this.ended = new Promise((resolve) => child.once("close", () => resolve(performance.now())));
    child.stdin.on("error", () => {});
    splitLines(child.stdout, HEARTBEAT_LINE_MAX, {
      onLine: (line) => this.#take(line),
      onTooLong: () => child.kill("SIGKILL"),
      onEnd: () => {},
    });
  }

  #take(line: string): void {
    const report = parseHeartbeatReport(line);
    if (report === null) throw new Error(`unexpected line ${line}`);
    this.seen.push({ report, atMs: performance.now() });
    if (report.kind === "ringChanged") this.ring = report.ring;
    if (report.kind === "ping" && this.answersPings)
      this.send({ kind: "alive", ping: report.ping });
  }

  send(command: HeartbeatCommand): void {
    this.child.stdin?.write(encodeHeartbeatLine(command));
  }

  /** Asks for a lease as an agent does that has read all reports so far. */
  askLease(request: LeaseRequest, requestId = 1): void {
    const ground = { ring: this.ring, writtenAtMs: hostMonotonicMs() };
    this.send({ kind: "holdLease", requestId, request, ...ground });
  }

  /** Waits for a report; fails with all that came instead. */
  async waitFor(
    matches: (report: HeartbeatReport) => boolean,
    timeoutMs: number,
  ): Promise<SeenReport> {
    const endAt = performance.now() + timeoutMs;
    while (performance.now() < endAt) {
      const found = this.seen.find(({ report }) => matches(report));
      if (found !== undefined) return found;
      await pause(2);
    }
    const lines = this.seen.filter(({ report }) => report.kind !== "ping");
    throw new Error(`not reported in ${timeoutMs} ms; instead:\n${JSON.stringify(lines, null, 1)}`);
  }

  /** Forgets what was reported so far. */
  forget(): void {
    this.seen.length = 0;
  }

  /** Kills the process and waits for its end. */
  async kill(): Promise<void> {
    this.child.kill("SIGCONT");
    this.child.kill("SIGKILL");
    await this.ended;
  }
}

/** Waits for real time to pass: what is measured here happens in the kernel. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until it holds and returns when that was. */
export async function waitUntil(holds: () => boolean, timeoutMs: number): Promise<number> {
  const endAt = performance.now() + timeoutMs;
  while (performance.now() < endAt) {
    if (holds()) return performance.now();
    await pause(2);
  }
  throw new Error(`did not come true in ${timeoutMs} ms`);
}
