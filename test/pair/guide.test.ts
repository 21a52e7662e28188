import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { GUIDE_COMMANDS, type Host, VIRTUAL_IP } from "../lab/index.ts";
import {
  agentPid,
  holds,
  must,
  openPair,
  type Pair,
  placeOf,
  run,
  setUp,
  startBoth,
  statusOf,
  untilRuns,
  untilServedBy,
  untilServing,
  untilStatus,
  untilTrue,
} from "./pair.ts";

suite("pair: the vendor's guide, word for word", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  const modeOf = (host: Host, path: string): string => {
    const { mode } = statSync(`/proc/${host.initPid}/root${path}`);
    return (mode & 0o7777).toString(8).padStart(4, "0");
  };

  test("setup, token and join leave the same two files on both hosts", async () => {
    await setUp(pair);
    const { first, second } = pair;
    const config = first.readFile("/etc/lb-cluster/cluster.yaml") ?? "";
    assert.match(config, /webcluster/);
    assert.equal(config, second.readFile("/etc/lb-cluster/cluster.yaml"));
    const key = first.readFile("/etc/lb-cluster/authkey") ?? "";
    assert.match(key, /^[0-9a-f]{64,}\s*$/);
    assert.equal(key, second.readFile("/etc/lb-cluster/authkey"));
    for (const host of pair.lab.hosts) {
      assert.equal(modeOf(host, "/etc/lb-cluster/cluster.yaml"), "0644");
      assert.equal(modeOf(host, "/etc/lb-cluster/authkey"), "0400");
    }
    assert.match(config, /192\.168\.33\.18/);
    assert.match(config, /192\.168\.33\.19/);
  });

  test("its commands run in its order, and httpd answers at the virtual address", async () => {
    const { first } = pair;
    await startBoth(pair);
    for (const line of GUIDE_COMMANDS) await must(first, line);
    const active = await untilServing(pair);
    await untilServedBy(pair, active.name);
    assert.equal(await holds(active), true);
    assert.equal(await holds(pair.lab.peerOf(active)), false);
  });

  test("status says the same from both nodes, and complains of nothing", async () => {
    const texts = await Promise.all(pair.lab.hosts.map((host) => must(host, "lbctl status")));
    for (const text of texts) {
      assert.match(text, /^Cluster name: webcluster$/m);
      assert.match(text, /Current DC: ip[12] .*partition with quorum/);
      assert.match(text, /^ {2}\* Online: \[ ip1 ip2 \]$/m);
      assert.match(text, /^ {2}\* virtual_ip\t\(ocf:heartbeat:IPaddr2\):\t Started ip[12]$/m);
      assert.match(text, /^ {2}\* webserver\t\(ocf:heartbeat:apache\):\t Started ip[12]$/m);
      assert.doesNotMatch(text, /WARNING/i);
    }
    const lines = texts.map((text) => text.replace(/.*Last updated.*\n/, ""));
    assert.equal(lines[0], lines[1]);
  });

  test("mon -1 -o shows the operations, with the guide's intervals and thresholds", async () => {
    for (const host of pair.lab.hosts) {
      const text = await must(host, "lbctl mon -1 -o");
      assert.match(text, /^Operations:$/m);
      assert.match(text, /virtual_ip: migration-threshold=1:\n {6}\* \(\d+\) start\n/);
      assert.match(text, /webserver: migration-threshold=10:/);
      assert.match(text, /\* \(\d+\) monitor: interval="30000ms"/);
    }
  });

  test("a cleanup answers by resource and node and disturbs nothing", async () => {
    const active = await untilServing(pair);
    const text = await must(pair.second, "lbctl resource cleanup webserver");
    assert.equal(text, "Cleaned up webserver on ip1\nCleaned up webserver on ip2\n");
    assert.equal((await untilServing(pair)).name, active.name);
  });

  test("with the peer's agent hung, the survivor takes over and says why", async () => {
    const active = await untilServing(pair);
    const survivor = pair.lab.peerOf(active);
    const pid = agentPid(active);
    process.kill(pid, "SIGSTOP");
    try {
      await untilRuns(survivor, "webserver", survivor.name);
      await untilServedBy(pair, survivor.name);
      const text = await must(survivor, "lbctl status");
      assert.match(text, new RegExp(`node ${active.name} says that its agent hangs`));
      const answer = await run(active, "lbctl status");
      assert.equal(answer.status, 3);
      assert.match(answer.stderr, /^Error: lb-agent on this host did not answer within \d+ s\n$/);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await untilServing(pair);
  });

  test("with the peer cut off, each node says so, and the service goes on", async () => {
    await untilServing(pair);
    await pair.lab.cutHosts();
    try {
      for (const host of pair.lab.hosts) {
        const other = pair.lab.peerOf(host).name;
        await untilStatus(host, `${other} lost`, ({ warnings }) =>
          warnings.some((line) => line.includes(`node ${other} is lost`)),
        );
        const text = await must(host, "lbctl status");
        assert.match(text, new RegExp(`node ${other} is lost: no token has come`));
      }
    } finally {
      await pair.lab.healNetwork();
    }
    const keeper = await untilServing(pair);
    await untilServedBy(pair, keeper.name);
    assert.equal(await holds(pair.lab.peerOf(keeper)), false);
  });

  test("with the peer dead, the survivor serves and says that nothing can take over", async () => {
    const active = await untilServing(pair);
    const survivor = pair.lab.peerOf(active);
    await active.crash();
    await untilServedBy(pair, survivor.name);
    const status = await untilRuns(survivor, "webserver", survivor.name);
    const [warning = ""] = status.warnings;
    assert.match(warning, new RegExp(`node ${active.name} is lost: .*nothing can take over`));
    const text = await must(survivor, "lbctl status");
    assert.match(text, new RegExp(`OFFLINE: \\[ ${active.name} \\]`));
    assert.ok(text.includes(warning), text);
    await active.boot();
    await must(active, "lbctl cluster start");
    assert.equal((await untilServing(pair)).name, survivor.name);
  });

  test("stopped and started, it comes back by itself; stop says goodbye at once", async () => {
    const active = await untilServing(pair);
    const other = pair.lab.peerOf(active);
    await must(active, "lbctl cluster stop");
    const status = await statusOf(other);
    assert.equal(placeOf(status.resources[0]), other.name);
    await untilStatus(other, "the goodbye is named", ({ warnings }) =>
      warnings.some((line) => line.includes(`node ${active.name} has left the cluster in order`)),
    );
    const answer = await run(active, "lbctl status");
    assert.equal(answer.status, 3);
    assert.match(answer.stderr, /^Error: .*lb-agent.*\n$/);
    await untilTrue("the address has left", async () => !(await holds(active, VIRTUAL_IP)));
    await must(active, "lbctl cluster start");
    await untilServing(pair);
  });
});
