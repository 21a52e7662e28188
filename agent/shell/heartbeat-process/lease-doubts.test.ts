// What becomes of a lease when the agent or the heartbeat process was held up. Real processes and
// addresses; needs root.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";

import type { ClusterConfig, HeartbeatReport, LeaseRequest } from "../../core/model/index.ts";
import { hostMonotonicMs } from "../heartbeat/index.ts";
import {
  FACTS,
  hasAddress,
  LabHeartbeat,
  makeNamespaces,
  NAMESPACES,
  pairConfig,
  pause,
  removeNamespaces,
  waitUntil,
} from "./heartbeat-pair.ts";
import { type Heartbeat, startHeartbeat } from "./index.ts";

const CONFIG = pairConfig({
  family: "ipv4",
  linkCount: 1,
  transport: "udpu",
  tokenTimeoutMs: 500,
});
const COMMON = {
  authkeyHex: "ab".repeat(32),
  otherAuthkeyHex: null,
  ringSeqFloor: 0,
  facts: FACTS,
};
const LEASE: LeaseRequest = {
  ip: "203.0.113.9",
  prefixLength: 32,
  nic: "e0",
  broadcast: null,
  label: null,
};

suite("leases in doubt, real processes", function () {
  this.timeout(20_000);
  this.slow(10_000);
  const folder = mkdtempSync(join(tmpdir(), "lb-doubts-"));
  const scriptPath = join(folder, "lb-heartbeat.cjs");
  let nodes: LabHeartbeat[] = [];
  let clients: Heartbeat[] = [];

  suiteSetup(() => {
    buildSync({
      entryPoints: ["agent/heartbeat.ts"],
      outfile: scriptPath,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
    });
    // An ip that says when it is told to delete an address, and takes its time to do it.
    const real = execFileSync("/bin/sh", ["-c", "command -v ip"], { encoding: "utf8" }).trim();
    const slow = `case "$l" in "addr del"*) : >${folder}/deleting; sleep 0.15;; esac`;
    const loop = `while IFS= read -r l; do ${slow}; printf '%s\\n' "$l"; done`;
    writeFileSync(join(folder, "ip"), `#!/bin/sh\n${loop} | ${real} "$@"\n`);
    chmodSync(join(folder, "ip"), 0o755);
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));
  setup(() => {
    rmSync(join(folder, "deleting"), { force: true });
    makeNamespaces();
  });
  teardown(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await Promise.all(clients.map((client) => client.leave()));
    nodes = [];
    clients = [];
    removeNamespaces();
  });

  function startNode(index: number, config: ClusterConfig, programs: string | null = null) {
    const node = new LabHeartbeat(index, scriptPath, programs);
    nodes.push(node);
    const localNode = `n${index + 1}`;
    node.send({ kind: "configure", config, localNode, isSupervised: false, ...COMMON });
    return node;
  }

  function startClient(isWell: () => boolean, isSupervised = false) {
    const reports: HeartbeatReport[] = [];
    const client = startHeartbeat({
      scriptPath,
      launcher: ["ip", "netns", "exec", NAMESPACES[0] ?? ""],
      onReport: (report) => reports.push(report),
      isWell,
    });
    clients.push(client);
    const localNode = "n1";
    client.send({ kind: "configure", config: CONFIG, localNode, isSupervised, ...COMMON });
    return { client, reports };
  }

  async function heldProblem(node: LabHeartbeat): Promise<string | null> {
    const { report } = await node.waitFor(({ kind }) => kind === "leaseHeld", 2000);
    return report.kind === "leaseHeld" ? report.problem : "another report";
  }

  test("a request that waited during a stall is refused: the ring is over", async () => {
    const [a, b] = [startNode(0, CONFIG), startNode(1, CONFIG)];
    await Promise.all([a.waitFor(isRing("joined"), 3000), b.waitFor(isRing("joined"), 3000)]);
    b.child.kill("SIGSTOP");
    b.askLease(LEASE);
    await a.waitFor(isRing("tokenLost"), 2000);
    await pause(20); // Its new ring is on the way.
    b.child.kill("SIGCONT");
    assert.match(String(await heldProblem(b)), /asked for in ring \d\.\d+, expected ring \d\.\d+$/);
    await pause(300);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
  });

  test("a request older than the lifetime of a lease is refused", async () => {
    const b = startNode(1, CONFIG);
    await waitUntil(() => b.ring !== null, 2000);
    const { ring } = b;
    const writtenAtMs = hostMonotonicMs() - 1100;
    b.send({ kind: "holdLease", requestId: 1, request: LEASE, ring, writtenAtMs });
    assert.match(String(await heldProblem(b)), /asked for 1\d{3} ms ago, expected at most 1000$/);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
  });

  test("a request for a ring of later or none is refused", async () => {
    const b = startNode(1, CONFIG);
    await waitUntil(() => b.ring !== null, 2000);
    for (const ring of [null, { representative: 2, seq: 77 }]) {
      b.forget();
      const writtenAtMs = hostMonotonicMs();
      b.send({ kind: "holdLease", requestId: 1, request: LEASE, ring, writtenAtMs });
      assert.match(String(await heldProblem(b)), /asked for .*, expected ring 2\.1$/);
    }
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
  });

  test("an agent that answers while its leases are being deleted is a member again", async () => {
    const a = startNode(0, CONFIG);
    const b = startNode(1, CONFIG, folder);
    await Promise.all([a.waitFor(isRing("joined"), 3000), b.waitFor(isRing("joined"), 3000)]);
    b.askLease(LEASE);
    assert.equal(await heldProblem(b), null);
    a.forget();
    b.forget();
    b.answersPings = false;
    await waitUntil(() => existsSync(join(folder, "deleting")), 4000);
    b.answersPings = true;
    const pings = b.seen.flatMap(({ report }) => (report.kind === "ping" ? [report.ping] : []));
    b.send({ kind: "alive", ping: pings.at(-1) ?? 0 });
    await b.waitFor(({ kind }) => kind === "leaseLost", 1000);
    await b.waitFor(isRing("joined"), 2000);
    b.forget();
    b.askLease(LEASE);
    assert.equal(await heldProblem(b), null);
  });

  test("an agent whose core does not turn is unwell, though its pipes are read", async () => {
    let isWell = true;
    const { client, reports } = startClient(() => isWell);
    await waitUntil(() => reports.some(isRing("started")), 2000);
    assert.equal(await client.holdLease(LEASE), null);
    isWell = false;
    await waitUntil(() => reports.some(({ kind }) => kind === "leaseLost"), 4000);
    assert.ok(!hasAddress(0, "e0", LEASE.ip));
    assert.match(String(await client.holdLease(LEASE)), /taken for dead/);
  });

  test("a node that is abandoned by its agent has no address at once", async () => {
    const { client, reports } = startClient(() => true);
    await waitUntil(() => reports.some(isRing("started")), 2000);
    assert.equal(await client.holdLease(LEASE), null);
    const abandonedAt = performance.now();
    client.abandon();
    const goneAt = await waitUntil(() => !hasAddress(0, "e0", LEASE.ip), 1000);
    assert.ok(goneAt - abandonedAt < 300, `gone after ${goneAt - abandonedAt} ms`);
    assert.ok(!reports.some(({ kind }) => kind === "fatal"));
  });

  test("a request that a joining peer overtakes is carried out in the new ring", async () => {
    const { client, reports } = startClient(() => true);
    await waitUntil(() => reports.some(isRing("started")), 2000);
    process.kill(client.pid ?? 0, "SIGSTOP");
    // Both wait in pipe and socket: the peer's tokens are read first, and make a ring of two.
    const b = startNode(1, CONFIG);
    await waitUntil(() => b.ring !== null, 2000);
    const asked: Promise<string | null>[] = [];
    process.kill(client.pid ?? 0, "SIGCONT");
    while (!reports.some(isRing("joined"))) {
      asked.push(client.holdLease(LEASE));
      await pause(1);
    }
    asked.push(client.holdLease(LEASE));
    const problems = (await Promise.all(asked)).filter((problem) => problem !== null);
    assert.deepEqual(problems, []);
    assert.ok(hasAddress(0, "e0", LEASE.ip));
  });
});

function isRing(reason: string): (report: HeartbeatReport) => boolean {
  return (report) => report.kind === "ringChanged" && report.reason === reason;
}
