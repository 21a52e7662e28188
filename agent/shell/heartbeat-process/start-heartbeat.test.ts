// Real processes, real sockets, real addresses; needs root. Times have room for a busy machine.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";

import type { ClusterConfig, HeartbeatReport, LeaseRequest } from "../../core/model/index.ts";
import {
  FACTS,
  hasAddress,
  ip,
  LabHeartbeat,
  makeNamespaces,
  NAMESPACES,
  pairConfig,
  pause,
  removeNamespaces,
  waitUntil,
} from "./heartbeat-pair.ts";
import { startHeartbeat } from "./index.ts";

const AUTHKEY = "ab".repeat(32);
const UNICAST = { family: "ipv4", linkCount: 1, transport: "udpu", tokenTimeoutMs: 500 } as const;
const LEASE: LeaseRequest = {
  ip: "203.0.113.9",
  prefixLength: 32,
  nic: "e0",
  broadcast: null,
  label: "e0:vip",
};

suite("lb-heartbeat, two real processes", function () {
  this.timeout(20_000);
  this.slow(10_000);
  const folder = mkdtempSync(join(tmpdir(), "lb-heartbeat-"));
  const scriptPath = join(folder, "lb-heartbeat.cjs");
  let nodes: LabHeartbeat[] = [];

  suiteSetup(() => {
    buildSync({
      entryPoints: ["agent/heartbeat.ts"],
      outfile: scriptPath,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
    });
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));
  setup(makeNamespaces);
  teardown(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    nodes = [];
    removeNamespaces();
  });

  function startNode(index: number, config: ClusterConfig, more: object = {}): LabHeartbeat {
    const node = new LabHeartbeat(index, scriptPath);
    nodes.push(node);
    const common = {
      authkeyHex: AUTHKEY,
      otherAuthkeyHex: null,
      ringSeqFloor: 0,
      isSupervised: false,
      facts: FACTS,
    };
    const localNode = `n${index + 1}`;
    node.send({ kind: "configure", config, localNode, ...common, ...more });
    return node;
  }

  async function startPair(config: ClusterConfig, more: object = {}) {
    const [a, b] = [startNode(0, config, more), startNode(1, config, more)];
    await Promise.all([a.waitFor(isRing("joined"), 3000), b.waitFor(isRing("joined"), 3000)]);
    return { a, b };
  }

  async function holdLease(node: LabHeartbeat, request: LeaseRequest): Promise<void> {
    await waitUntil(() => node.ring !== null, 2000);
    node.askLease(request);
    const { report } = await node.waitFor(({ kind }) => kind === "leaseHeld", 1000);
    assert.deepEqual(report, { kind: "leaseHeld", requestId: 1, problem: null });
  }

  for (const family of ["ipv4", "ipv6"] as const) {
    for (const transport of ["udpu", "udp"] as const) {
      test(`${family} ${transport}: two links, one ring, and a killed peer is missed`, async () => {
        const config = pairConfig({ family, linkCount: 2, transport, tokenTimeoutMs: 500 });
        const { a, b } = await startPair(config);
        await pause(1000);
        const links = a.seen.filter(({ report }) => report.kind === "linkChanged");
        assert.equal(links.length, 2);
        assert.deepEqual(rings(a), rings(b));
        assert.equal(a.seen.filter(({ report }) => isRing()(report)).length, 2);
        const killedAt = performance.now();
        b.child.kill("SIGKILL");
        const lost = await a.waitFor(isRing("tokenLost"), 2000);
        const tookMs = lost.atMs - killedAt;
        assert.ok(tookMs > 390 && tookMs < 620, `noticed after ${tookMs} ms`);
      });
    }
  }

  test("a node that loses its agent says so at once, without its address", async () => {
    const { a, b } = await startPair(pairConfig(UNICAST));
    await holdLease(b, LEASE);
    assert.ok(hasAddress(1, "e0", LEASE.ip));
    const endedAt = performance.now();
    b.child.stdin?.end();
    const { report, atMs } = await a.waitFor(isRing("peerUnwell"), 1000);
    assert.equal(report.kind === "ringChanged" && report.hasPeerReleased, true);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
    assert.ok(atMs - endedAt < 100, `said after ${atMs - endedAt} ms`);
    await b.ended;
  });

  test("a supervised node whose agent is gone is unwell, and its lease runs out", async () => {
    const { a, b } = await startPair(pairConfig(UNICAST), { isSupervised: true });
    await holdLease(b, LEASE);
    await pause(350); // Old, and not yet renewed.
    const cutAt = performance.now();
    b.child.stdin?.end();
    const { report } = await a.waitFor(isRing("peerUnwell"), 1000);
    assert.equal(report.kind === "ringChanged" && report.hasPeerReleased, false);
    const endedAt = await b.ended;
    await pause(cutAt + 800 - performance.now());
    assert.ok(hasAddress(1, "e0", LEASE.ip), "renewed when the agent had gone");
    const goneAt = await waitUntil(() => !hasAddress(1, "e0", LEASE.ip), 3000);
    assert.ok(goneAt - endedAt < 1600, `gone after ${goneAt - endedAt} ms`);
  });

  test("SIGTERM is a goodbye", async () => {
    const { a, b } = await startPair(pairConfig(UNICAST));
    await holdLease(b, LEASE);
    b.child.kill("SIGTERM");
    await a.waitFor(isRing("goodbye"), 1000);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
    await b.ended;
  });

  test("a lease lives as long as it is renewed, and not after SIGKILL", async () => {
    const b = startNode(1, pairConfig(UNICAST));
    await holdLease(b, LEASE);
    for (let i = 0; i < 150; i++) {
      assert.ok(hasAddress(1, "e0", LEASE.ip), `there at ${i * 20} ms`);
      await pause(20);
    }
    assert.match(
      ip("-n", NAMESPACES[1] ?? "", "addr", "show", "dev", "e0"),
      /e0:vip\s+valid_lft 1s/,
    );
    const killedAt = performance.now();
    b.child.kill("SIGKILL");
    const goneAt = await waitUntil(() => !hasAddress(1, "e0", LEASE.ip), 3000);
    assert.ok(goneAt - killedAt < 1600, `gone after ${goneAt - killedAt} ms`);
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    test(`an ip that gets ${signal} is replaced before the lease runs out`, async () => {
      const b = startNode(1, pairConfig(UNICAST));
      await holdLease(b, LEASE);
      const { pid } = b.child;
      const children = () => readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
      const before = children();
      process.kill(Number(before), signal);
      for (let i = 0; i < 100; i++) {
        assert.ok(hasAddress(1, "e0", LEASE.ip), `there at ${i * 20} ms`);
        await pause(20);
      }
      assert.match(children(), /^\d+$/);
      assert.notEqual(children(), before);
      assert.ok(!b.seen.some(({ report }) => report.kind === "leaseLost"));
    });
  }

  test("after a pause a lease is given up, not renewed, and the ring left", async () => {
    const { a, b } = await startPair(pairConfig(UNICAST));
    await holdLease(b, LEASE);
    b.child.kill("SIGSTOP");
    await a.waitFor(isRing("tokenLost"), 2000);
    await waitUntil(() => !hasAddress(1, "e0", LEASE.ip), 3000);
    b.forget();
    a.forget();
    b.child.kill("SIGCONT");
    await b.waitFor(({ kind }) => kind === "paused", 1000);
    await b.waitFor(isRing("evicted"), 1000);
    const { report } = await b.waitFor(({ kind }) => kind === "leaseLost", 1000);
    assert.match(report.kind === "leaseLost" ? report.reason : "", /^not renewed for \d+ ms$/);
    await b.waitFor(isRing("joined"), 1000);
    await a.waitFor(isRing("joined"), 1000);
    await pause(300);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
  });

  test("an agent that hangs costs the node address and ring until it answers", async () => {
    const { a, b } = await startPair(pairConfig(UNICAST));
    await holdLease(b, LEASE);
    a.forget();
    b.forget();
    b.answersPings = false;
    const { report } = await a.waitFor(isRing("peerUnwell"), 4000);
    assert.equal(report.kind === "ringChanged" && report.hasPeerReleased, true);
    assert.ok(!hasAddress(1, "e0", LEASE.ip));
    await b.waitFor(({ kind }) => kind === "leaseLost", 100);
    b.answersPings = true;
    const pings = b.seen.flatMap(({ report }) => (report.kind === "ping" ? [report.ping] : []));
    b.send({ kind: "alive", ping: pings.at(-1) ?? 0 });
    await b.waitFor(isRing("joined"), 1000);
    await a.waitFor(isRing("joined"), 1000);
  });

  test("an agent that hangs is noticed although tokens come rarely", async () => {
    const { a, b } = await startPair(pairConfig({ ...UNICAST, tokenTimeoutMs: 2600 }));
    await pause(3 * 2600 + 500); // Until the pair is calm.
    b.answersPings = false;
    const hungAt = performance.now();
    const { atMs } = await a.waitFor(isRing("peerUnwell"), 7000);
    assert.ok(atMs - hungAt > 4200, `after ${atMs - hungAt} ms`);
  });

  test("a released lease is gone when that is reported; IPv6 too", async () => {
    const b = startNode(1, pairConfig(UNICAST));
    const request = { ...LEASE, ip: "fd00:1::0009", prefixLength: 64, label: null };
    await holdLease(b, request);
    assert.ok(hasAddress(1, "e0", "fd00:1::9"));
    b.send({ kind: "releaseLease", requestId: 2, ip: request.ip, nic: "e0" });
    const { report } = await b.waitFor(({ kind }) => kind === "leaseReleased", 1000);
    assert.deepEqual(report, { kind: "leaseReleased", requestId: 2, problem: null });
    assert.ok(!hasAddress(1, "e0", "fd00:1::9"));
  });

  test("a lease on a missing interface is refused with the kernel's words", async () => {
    const b = startNode(1, pairConfig(UNICAST));
    await b.waitFor(isRing(), 2000);
    b.askLease({ ...LEASE, nic: "nope", label: null }, 7);
    const { report } = await b.waitFor(({ kind }) => kind === "leaseHeld", 1000);
    const problem = `${LEASE.ip} on nope: Cannot find device "nope"`;
    assert.deepEqual(report, { kind: "leaseHeld", requestId: 7, problem });
  });

  test("tokens under another key or cluster name are counted and change nothing", async () => {
    const config = pairConfig(UNICAST);
    const a = startNode(0, config);
    const b = startNode(1, config, { authkeyHex: "cd".repeat(32) });
    const counted = await a.waitFor((r) => r.kind === "counters" && r.counters.wrongKey > 5, 5000);
    assert.equal(counted.report.kind === "counters" && counted.report.counters.accepted, 0);
    await b.kill();
    startNode(1, { ...config, clusterName: "other" });
    await a.waitFor((r) => r.kind === "counters" && r.counters.foreignCluster > 5, 5000);
    assert.deepEqual(rings(a), []);
  });

  test("a port in use is one fatal line", async () => {
    startNode(0, pairConfig(UNICAST));
    await nodes[0]?.waitFor(({ kind }) => kind === "ready", 2000);
    await pause(100);
    const second = startNode(0, pairConfig(UNICAST));
    const { report } = await second.waitFor(({ kind }) => kind === "fatal", 2000);
    const text = "port 5405 on 192.0.2.1: in use by another program; expected it free";
    assert.deepEqual(report, { kind: "fatal", text });
    await second.ended;
    assert.equal(second.child.exitCode, 1);
  });

  test("multicast links that went down and up again carry tokens again", async () => {
    const config = pairConfig({ ...UNICAST, transport: "udp" });
    const { a, b } = await startPair(config);
    ip("-n", NAMESPACES[0] ?? "", "link", "set", "e0", "down");
    await a.waitFor(isRing("tokenLost"), 2000);
    await b.waitFor(isRing("tokenLost"), 2000);
    a.forget();
    ip("-n", NAMESPACES[0] ?? "", "link", "set", "e0", "up");
    await a.waitFor(isRing("joined"), 3000);
  });

  test("packets that one side cannot send make the link dead for both", async () => {
    const { a, b } = await startPair(pairConfig({ ...UNICAST, linkCount: 2 }));
    const rules = "add table ip t; add chain ip t o { type filter hook output priority 0; };";
    const drop = "add rule ip t o ip daddr 198.51.100.2 udp dport 5405 drop";
    ip("netns", "exec", NAMESPACES[0] ?? "", "nft", `${rules} ${drop}`);
    const isDown = (r: HeartbeatReport) => r.kind === "linkChanged" && r.link === 1 && !r.isUp;
    await Promise.all([a.waitFor(isDown, 1500), b.waitFor(isDown, 1500)]);
    assert.equal(a.seen.filter(({ report }) => isRing()(report)).length, 2);
  });

  test("a busy host keeps its ring at the shortest token timeout", async () => {
    const { a, b } = await startPair(pairConfig({ ...UNICAST, tokenTimeoutMs: 200 }));
    a.forget();
    b.forget();
    const loops = Array.from({ length: 4 }, () => spawn("sh", ["-c", "while :; do :; done"]));
    await pause(4000);
    for (const loop of loops) loop.kill("SIGKILL");
    assert.deepEqual(
      [a, b].flatMap(({ seen }) => seen.filter(({ report }) => isRing()(report))),
      [],
    );
  });

  test("an address that comes later is waited for", async () => {
    ip("-n", NAMESPACES[1] ?? "", "addr", "del", "192.0.2.2/24", "dev", "e0");
    const b = startNode(1, pairConfig(UNICAST));
    await b.waitFor(({ kind }) => kind === "warning", 2000);
    const a = startNode(0, pairConfig(UNICAST));
    ip("-n", NAMESPACES[1] ?? "", "addr", "add", "192.0.2.2/24", "dev", "e0");
    await a.waitFor(isRing("joined"), 3000);
    ip("-n", NAMESPACES[1] ?? "", "addr", "del", "192.0.2.2/24", "dev", "e0");
    await a.waitFor(isRing("tokenLost"), 3000);
    a.forget();
    ip("-n", NAMESPACES[1] ?? "", "addr", "add", "192.0.2.2/24", "dev", "e0");
    await a.waitFor(isRing("joined"), 3000);
  });

  test("the agent's client answers pings, holds and releases, and hears of a death", async () => {
    const reports: HeartbeatReport[] = [];
    const heartbeat = startHeartbeat({
      scriptPath,
      launcher: ["ip", "netns", "exec", NAMESPACES[0] ?? ""],
      onReport: (report) => reports.push(report),
    });
    const config = pairConfig({ ...UNICAST, tokenTimeoutMs: 200 });
    const common = {
      authkeyHex: AUTHKEY,
      otherAuthkeyHex: null,
      ringSeqFloor: 41,
      isSupervised: false,
      facts: FACTS,
    };
    heartbeat.send({ kind: "configure", config, localNode: "n1", ...common });
    assert.match(String(await heartbeat.holdLease(LEASE)), /asked for without a ring/);
    await waitUntil(() => reports.some(isRing()), 2000);
    assert.equal(await heartbeat.holdLease(LEASE), null);
    await pause(2600); // Longer than the watch over the agent.
    assert.ok(hasAddress(0, "e0", LEASE.ip));
    assert.equal(await heartbeat.releaseLease(LEASE.ip, LEASE.nic), null);
    const [first] = reports.filter(isRing());
    assert.equal(first?.kind === "ringChanged" && first.ring.seq, 42);
    process.kill(heartbeat.pid ?? 0, "SIGKILL");
    assert.match(String(await heartbeat.holdLease(LEASE)), /has ended/);
    assert.deepEqual(reports.at(-1), {
      kind: "fatal",
      text: "heartbeat process: ended with SIGKILL",
    });
  });

  test("one that hangs is killed: its ports are free for the next one", async () => {
    const reports: HeartbeatReport[] = [];
    const start = (silenceMaxMs: number) => {
      const heartbeat = startHeartbeat({
        scriptPath,
        launcher: ["ip", "netns", "exec", NAMESPACES[0] ?? ""],
        onReport: (report) => reports.push(report),
        silenceMaxMs,
      });
      const config = pairConfig({ ...UNICAST, tokenTimeoutMs: 200 });
      const keys = { authkeyHex: AUTHKEY, otherAuthkeyHex: null };
      const common = { ...keys, ringSeqFloor: 0, isSupervised: false, facts: FACTS };
      heartbeat.send({ kind: "configure", config, localNode: "n1", ...common });
      return heartbeat;
    };
    const first = start(1500);
    await waitUntil(() => reports.some(isRing()), 2000);
    await pause(2000); // It speaks often enough.
    assert.ok(!reports.some(({ kind }) => kind === "fatal"));
    process.kill(first.pid ?? 0, "SIGSTOP");
    await waitUntil(() => reports.some(({ kind }) => kind === "fatal"), 5000);
    assert.deepEqual(reports.at(-1), {
      kind: "fatal",
      text: "heartbeat process: ended with SIGKILL: killed: it had said nothing",
    });
    reports.length = 0;
    const second = start(1500);
    await waitUntil(() => reports.some(isRing()), 2000);
    await second.leave();
  });
});

function isRing(reason?: string): (report: HeartbeatReport) => boolean {
  return (report) =>
    report.kind === "ringChanged" && (reason === undefined || report.reason === reason);
}

function rings(node: LabHeartbeat): readonly unknown[] {
  return node.seen.flatMap(({ report }) =>
    report.kind === "ringChanged" && report.members.length === 2 ? [report.ring] : [],
  );
}
