import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { killGroup, VIRTUAL_IP } from "../lab/index.ts";
import {
  formGuidePair,
  formPair,
  holds,
  must,
  openPair,
  type Pair,
  placeOf,
  resourceIn,
  statusOf,
  untilQuiet,
  untilRuns,
  untilServedBy,
  untilServing,
  untilStatus,
  untilTrue,
} from "./pair.ts";

const IPV6_ADDRESS = "fd33::20";
const FOREIGN_ADDRESS = "192.168.33.77";
const CLIENT_MAC = "02:00:00:00:0c:00";

/** A link of both hosts loses the agents' packets that come in on it; `healLink` ends that. */
async function cutLink({ lab }: Pair, link: string): Promise<void> {
  const rules =
    "table ip cut {\nchain in {\ntype filter hook input priority 0;\n" +
    `iif ${link} udp dport 5405-5406 drop\n}\n}\n`;
  for (const host of lab.hosts) await must(host, "nft -f -", rules);
}

async function healLink({ lab }: Pair): Promise<void> {
  for (const host of lab.hosts) await must(host, "nft delete table ip cut");
}

suite("pair: addresses and links", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair({ secondLink: true });
    const words =
      "ip1 addr=192.168.33.18 addr=192.168.34.18 ip2 addr=192.168.33.19 addr=192.168.34.19";
    await formGuidePair(pair, words);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("both links are in the status, each with both addresses", async () => {
    const text = await must(pair.first, "lbctl status --full");
    assert.match(text, /Link 0: 192\.168\.33\.18 -> 192\.168\.33\.19: up/);
    assert.match(text, /Link 1: 192\.168\.34\.18 -> 192\.168\.34\.19: up/);
  });

  test("the service link cut between the hosts: nothing moves, the link is named", async () => {
    const active = await untilServing(pair);
    const before = await statusOf(active);
    await cutLink(pair, "eth0");
    try {
      for (const host of pair.lab.hosts) {
        await untilStatus(host, "link 0 down", ({ links }) => links[0]?.isUp === false);
        const text = await must(host, "lbctl status --full");
        assert.match(text, /Link 0: .*: DOWN/);
        assert.match(text, /Link 1: .*: up/);
        assert.match(await must(host, "lbctl status"), /link 0 is down/);
      }
      const during = await statusOf(active);
      assert.equal(during.ring, before.ring);
      assert.equal(placeOf(resourceIn(during, "webserver")), active.name);
      // The messages too take the link that is left.
      await must(pair.first, "lbctl node attribute ip1 over=link1");
      await must(pair.second, "lbctl node attribute ip1 over=");
    } finally {
      await healLink(pair);
    }
    for (const host of pair.lab.hosts) {
      await untilStatus(host, "link 0 up again", ({ links }) => links[0]?.isUp === true);
    }
    assert.equal((await untilServing(pair)).name, active.name);
  });

  test("the second link cut: nothing moves, the link is named", async () => {
    const active = await untilServing(pair);
    await cutLink(pair, "eth1");
    try {
      const status = await untilStatus(
        pair.second,
        "link 1 down",
        ({ links }) => links[1]?.isUp === false,
      );
      assert.match(status.warnings.join("\n"), /link 1 is down/);
      assert.ok(status.nodes.every(({ isOnline }) => isOnline));
    } finally {
      await healLink(pair);
    }
    await untilStatus(pair.second, "link 1 up", ({ links }) => links[1]?.isUp === true);
    assert.equal((await untilServing(pair)).name, active.name);
  });

  test("an IPv6 address beside the IPv4 one answers the client, and moves on standby", async () => {
    await must(
      pair.first,
      `lbctl resource create ip6 IPaddr2 ip=${IPV6_ADDRESS} nic=eth0 cidr_netmask=128`,
    );
    await must(pair.first, "lbctl constraint colocation add ip6 with virtual_ip");
    const active = await untilServing(pair);
    const other = pair.lab.peerOf(active);
    await untilServedBy(pair, active.name, IPV6_ADDRESS);
    await must(active, `lbctl node standby ${active.name}`);
    await untilServedBy(pair, other.name, IPV6_ADDRESS);
    await untilServedBy(pair, other.name);
    assert.equal(await holds(active, IPV6_ADDRESS), false);
    await must(other, `lbctl node unstandby ${active.name}`);
    assert.equal((await untilServing(pair)).name, other.name);
  });

  test("an IPv6 address deleted by hand is put back in place", async () => {
    const active = await untilServing(pair);
    await must(active, `ip -6 addr del ${IPV6_ADDRESS}/128 dev eth0`);
    await untilServedBy(pair, active.name, IPV6_ADDRESS);
    const { failcounts } = await statusOf(active);
    assert.deepEqual(
      failcounts.filter(({ count }) => count > 0),
      [],
    );
    await must(active, "lbctl resource delete ip6");
    await untilTrue("gone", async () => !(await holds(active, IPV6_ADDRESS)));
  });

  test("the IPv4 address deleted by hand is put back, and the service goes on", async () => {
    const active = await untilServing(pair);
    await must(active, `ip addr del ${VIRTUAL_IP}/32 dev eth0`);
    await untilServedBy(pair, active.name);
    assert.equal((await untilServing(pair)).name, active.name);
    await untilStatus(active, "the repair is counted", (status) => {
      return resourceIn(status, "virtual_ip").repairs > 0;
    });
  });

  test("a foreign host that has the address: no start, its hardware address is named", async () => {
    await pair.lab.client.run("ip", ["addr", "add", `${FOREIGN_ADDRESS}/24`, "dev", "eth0"]);
    try {
      await must(
        pair.first,
        `lbctl resource create taken ocf:heartbeat:IPaddr2 ip=${FOREIGN_ADDRESS} nic=eth0`,
      );
      const status = await untilStatus(pair.first, "the start failed", ({ failures }) =>
        failures.some(({ resource, operation }) => resource === "taken" && operation === "start"),
      );
      const failure = status.failures.find(({ resource }) => resource === "taken");
      assert.match(failure?.reason ?? "", new RegExp(`${FOREIGN_ADDRESS}.*${CLIENT_MAC}`));
      await untilRuns(pair.first, "taken", "");
      assert.match(await must(pair.second, "lbctl status"), new RegExp(CLIENT_MAC));
      for (const host of pair.lab.hosts) assert.equal(await holds(host, FOREIGN_ADDRESS), false);
      assert.equal(placeOf(resourceIn(await statusOf(pair.first), "virtual_ip")) !== "", true);
    } finally {
      await pair.lab.client.run("ip", ["addr", "del", `${FOREIGN_ADDRESS}/24`, "dev", "eth0"]);
    }
    await must(pair.first, "lbctl resource cleanup taken");
    await untilStatus(pair.first, "started when the foreign host is gone", (status) => {
      return placeOf(resourceIn(status, "taken")) !== "";
    });
    await must(pair.first, "lbctl resource delete taken");
    await untilServing(pair);
  });

  test("garbage on both ports is counted by cause and disturbs nothing", async () => {
    const active = await untilServing(pair);
    const before = await statusOf(pair.first);
    const script = `
      const { randomBytes, createHash } = require("crypto");
      const socket = require("dgram").createSocket("udp4");
      const cluster = createHash("sha256").update("webcluster").digest().subarray(0, 8);
      const packet = (kind, newest, name) => Buffer.concat([Buffer.from("LB"),
        Buffer.from([kind, newest, newest, 2, 0, 0]), name, randomBytes(8), randomBytes(100)]);
      const all = [Buffer.alloc(0), Buffer.from("x"), randomBytes(1400), Buffer.alloc(48),
        packet(1, 9, cluster), packet(2, 9, cluster), packet(1, 1, randomBytes(8)),
        packet(2, 1, randomBytes(8)), packet(1, 1, cluster), packet(2, 1, cluster)];
      let left = 0;
      for (const port of [5405, 5406]) for (let n = 0; n < 50; n++) for (const one of all) {
        left++;
        socket.send(one, port, "192.168.33.18", () => { if (--left === 0) socket.close(); });
      }`;
    const sent = await pair.lab.client.run("node", ["-e", script]);
    assert.equal(sent.status, 0, sent.stderr);
    const status = await untilStatus(pair.first, "all causes counted", ({ counters }) =>
      ["malformed", "foreignCluster", "wrongVersion", "wrongKey"].every(
        (cause) => (counters[cause] ?? 0) > (before.counters[cause] ?? 0),
      ),
    );
    assert.equal(status.ring, before.ring);
    const text = await must(pair.first, "lbctl status --full");
    assert.match(text, /malformed: [1-9]/);
    assert.match(text, /wrongKey: [1-9]/);
    assert.equal((await untilServing(pair)).name, active.name);
  });

  test("a recording of the peer's own packets is counted and believed by nobody", async () => {
    const before = await statusOf(pair.first);
    const capture = pair.first.spawn("sh", [
      "-c",
      "exec timeout 20 tcpdump -i eth0 -c 20 -w /tmp/seen.pcap " +
        "udp src port 5405 and dst host 192.168.33.18",
    ]);
    try {
      await new Promise((resolve) => capture.once("exit", resolve));
    } finally {
      killGroup(capture);
    }
    const script = `
      const bytes = require("fs").readFileSync("/tmp/seen.pcap");
      const socket = require("dgram").createSocket("udp4");
      let at = 24, left = 0;
      while (at < bytes.length) {
        const size = bytes.readUInt32LE(at + 8);
        left++;
        socket.send(bytes.subarray(at + 16 + 42, at + 16 + size), 5405, "192.168.33.18", () => {
          if (--left === 0) socket.close();
        });
        at += 16 + size;
      }`;
    await must(pair.first, `node -e '${script}'`);
    await untilStatus(
      pair.first,
      "replayed packets counted",
      ({ counters }) =>
        (counters["replayed"] ?? 0) + (counters["stale"] ?? 0) >
        (before.counters["replayed"] ?? 0) + (before.counters["stale"] ?? 0),
    );
    await untilServing(pair);
  });
});

suite("pair: multicast tokens, and tokens over IPv6", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("--transport udp forms a cluster and fails over", async () => {
    await formGuidePair(pair, "ip1 ip2 --transport udp");
    assert.match(await must(pair.first, "lbctl status --full"), /Transport: udp$/m);
    const active = await untilServing(pair);
    const survivor = pair.lab.peerOf(active);
    await active.crash();
    await untilServedBy(pair, survivor.name);
    await active.boot();
    await must(active, "lbctl cluster start");
    await untilServing(pair);
    for (const host of pair.lab.hosts) await must(host, "lbctl cluster destroy");
  });

  for (const transport of ["udpu", "udp"]) {
    test(`--transport ${transport} over IPv6 addresses forms a cluster`, async () => {
      const words = `ip1 addr=fd33::18 ip2 addr=fd33::19 --transport ${transport}`;
      await formPair(pair, words);
      await untilQuiet(pair);
      await must(pair.second, "lbctl property set no-quorum-policy=ignore");
      for (const host of pair.lab.hosts) await must(host, "lbctl cluster destroy");
    });
  }
});
