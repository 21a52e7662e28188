import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { RELEASE } from "../../agent/core/model/index.ts";
import { type Host, killGroup, repositoryRoot } from "../lab/index.ts";
import {
  formGuidePair,
  formPair,
  must,
  openPair,
  type Pair,
  type Refusal,
  readStatus,
  refused,
  run,
  setUp,
  startBoth,
  statusOf,
  stopBoth,
  untilServing,
  untilStatus,
  untilTrue,
} from "./pair.ts";

const NOBODY = "setpriv --reuid=65534 --regid=65534 --clear-groups";
const CIB_FILE = "/var/lib/lb-cluster/cib.json";
const CONFIG_FILE = "/etc/lb-cluster/cluster.yaml";
const KEY_FILE = "/etc/lb-cluster/authkey";

type Row = readonly [line: string, ...says: (string | RegExp)[]];

/** Refused while nothing is set up on the host. */
const SETUP_ROWS: readonly Row[] = [
  ["lbctl cluster setup webcluster", /^Error: .*setup/],
  ["lbctl cluster setup webcluster ip1", "exactly two nodes, found 1: ip1"],
  ["lbctl cluster setup webcluster ip1 ip2 ip3", "exactly two nodes, found 3: ip1 ip2 ip3"],
  ["lbctl cluster setup webcluster ip1 nohost", "nohost", "/etc/hosts"],
  ["lbctl cluster setup webcluster ip1 ip2 addr=10.1.1.1 addr=10.1.1.2", /address/],
  ["lbctl cluster setup webcluster other addr=10.1.1.1 another addr=10.1.1.2", /ip1/],
  ["lbctl cluster setup 'web cluster' ip1 ip2", "web cluster"],
  ["lbctl cluster setup webcluster ip1 ip2 --token 5", "'5'", "from 100 to 60000"],
  ["lbctl cluster setup webcluster ip1 ip2 --token soon", "'soon'", "from 100 to 60000"],
  ["lbctl cluster setup webcluster ip1 ip2 --profile quick", "'quick'", "'fast', 'lan', 'vm'"],
  ["lbctl cluster setup webcluster ip1 ip2 --transport pigeon", "'pigeon'", "'udpu', 'udp'"],
  ["lbctl cluster setup webcluster ip1 ip2 --port 65535", "'65535'", "from 1 to 65534"],
  ["lbctl cluster setup webcluster ip1 ip2 --wait-for-all --quorum-timeout 0", "exclude"],
  ["lbctl cluster setup webcluster ip1 ip2 --color red", "--color"],
  ["lbctl cluster start", "/etc/lb-cluster", "setup"],
  ["lbctl cluster token", "/etc/lb-cluster", "setup"],
  ["echo garbage | lbctl cluster join -", "not a token", "lbctl cluster token"],
  ["lbctl cluster join - </dev/null", "lbctl cluster token"],
  ["lbctl cluster join lbc1.secret", "standard input"],
];

/** Refused by a running pair, whose resources are those of the guide. */
const CHANGE_ROWS: readonly Row[] = [
  ["lbctl resource create x ocf:heartbeat:NoSuch", "ocf:heartbeat:NoSuch", "known are"],
  ["lbctl resource create x NoSuch", "NoSuch", "known are"],
  ["lbctl resource create x ocf:heartbeat:IPadr2 ip=1.2.3.4", "did you mean ocf:heartbeat:IPaddr2"],
  ["lbctl resource create webserver ocf:heartbeat:Dummy", '"webserver"', "already exists"],
  ["lbctl resource create 'a b' ocf:heartbeat:Dummy", '"a b"'],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 nic=eth0", '"ip"', "required"],
  ["lbctl resource create x ocf:heartbeat:Dummy colour=red", '"colour"', "unknown", "takes"],
  ["lbctl resource create x ocf:heartbeat:Dummy colour", "colour"],
  ["lbctl resource create x", "usage: lbctl resource create"],
  ["lbctl resource create", "usage: lbctl resource create"],
  ["lbctl resource create x ocf:heartbeat:Dummy op monitor interval=soon", '"soon"', "30s"],
  ["lbctl resource create x ocf:heartbeat:Dummy op monitor interval=-5s", '"-5s"', "30s"],
  ["lbctl resource create x ocf:heartbeat:Dummy op monitor timeout=long", '"long"', "30s"],
  ["lbctl resource create x ocf:heartbeat:Dummy op monitor pace=3", '"pace"'],
  ["lbctl resource create x ocf:heartbeat:Dummy op dance interval=3", '"dance"'],
  ["lbctl resource create x ocf:heartbeat:Dummy meta target-role=Up", '"Up"', "Stopped"],
  ["lbctl resource create x ocf:heartbeat:Dummy meta mood=good", '"mood"', "known"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=10.9.9.9 nic=eth0", "10.9.9.9", "subnet"],
  [
    "lbctl resource create x ocf:heartbeat:IPaddr2 ip=10.9.9.9 nic=eth0 cidr_netmask=32",
    "10.9.9.9",
    "subnet of eth0",
    "/24",
  ],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=10.9.9.9", "10.9.9.9", "subnet"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=192.168.33.21 nic=eth7", '"eth7"', "eth0"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=192.168.33.321 nic=eth0", "192.168.33.321"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=192.168.33.21 cidr_netmask=99", '"99"', "32"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=192.168.33.20 nic=eth0", "virtual_ip"],
  ["lbctl resource create x ocf:heartbeat:IPaddr2 ip=192.168.33.18 nic=eth0", "node's own address"],
  ["lbctl resource create x ocf:heartbeat:apache configfile=/none", "/none", "not found"],
  ["lbctl resource update webserver colour=red", '"colour"', "unknown"],
  ["lbctl resource update nothing ip=1.2.3.4", '"nothing"', "the resources are"],
  ["lbctl resource delete nothing", '"nothing"', "the resources are"],
  ["lbctl resource delete", "usage: lbctl resource delete"],
  ["lbctl resource enable nothing", '"nothing"', "the resources are"],
  ["lbctl resource move nothing", '"nothing"', "the resources are"],
  ["lbctl resource move webserver ip9", '"ip9"', "the nodes are ip1, ip2"],
  ["lbctl resource ban webserver ip9", '"ip9"', "the nodes are ip1, ip2"],
  ["lbctl resource cleanup nothing", '"nothing"'],
  ["lbctl resource restart nothing", '"nothing"'],
  ["lbctl resource meta webserver migration-threshold=many", '"many"', "from 0 to 1000000"],
  ["lbctl resource defaults migration-threshold=-1", '"-1"', "from 0 to 1000000"],
  ["lbctl resource group add g nothing", '"nothing"', "the resources are"],
  ["lbctl resource describe NoSuch", "NoSuch"],
  ["lbctl constraint colocation add webserver with nothing", '"nothing"', "the resources are"],
  ["lbctl constraint colocation add webserver with webserver", '"webserver" to itself'],
  ["lbctl constraint colocation add virtual_ip with webserver fast", '"fast"', "INFINITY"],
  ["lbctl constraint order nothing then webserver", '"nothing"', "the resources are"],
  ["lbctl constraint order webserver then webserver", '"webserver" to itself'],
  ["lbctl constraint order webserver then virtual_ip", "loop", "virtual_ip", "webserver"],
  ["lbctl constraint location nothing prefers ip1", '"nothing"', "the resources are"],
  ["lbctl constraint location webserver prefers ip9=5", '"ip9"', "the nodes are ip1, ip2"],
  ["lbctl constraint location webserver prefers ip1=-5", "-5", "avoids"],
  ["lbctl constraint location webserver avoids ip1=-5", "-5", "prefers"],
  ["lbctl constraint location webserver prefers ip1=many", '"many"', "INFINITY"],
  ["lbctl constraint location webserver prefers ip1=99999999", '"99999999"', "INFINITY"],
  ["lbctl constraint location webserver prefers", "usage: lbctl constraint location"],
  ["lbctl constraint delete nothing", '"nothing"', "order-virtual_ip-webserver"],
  ["lbctl property set nonsense=1", '"nonsense"', "known"],
  ["lbctl property set stonith-enabled=maybe", '"maybe"', "true or false"],
  ["lbctl property set no-quorum-policy=whatever", '"whatever"', "stop, freeze, ignore"],
  ["lbctl property set", "usage: lbctl property set"],
  ["lbctl property set maintenance-mode", "maintenance-mode"],
  ["lbctl node standby ip9", '"ip9"', "ip1, ip2"],
  ["lbctl node attribute ip9 a=b", "'ip9'", "ip1, ip2"],
  ["lbctl frobnicate", "frobnicate", "lists them"],
  ["lbctl resource frobnicate", "frobnicate", "lists them"],
  ["lbctl quorum frobnicate", "frobnicate", "the commands are"],
  ["lbctl cluster", "known are"],
  ["lbctl status --frob", "--frob"],
  ["lbctl status --output-format xml", "'xml'", "'json'"],
  ["lbctl cluster setup webcluster ip1 ip2", "cluster.yaml exists", "--force"],
  ["lbctl cluster setup webcluster ip1 ip2 --force", "lb-agent is running", "cluster stop"],
  ["lbctl cluster token | cut -c1-99 | lbctl cluster join -", "token: damaged or cut off"],
];

suite("pair: mistakes of people", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  const outside = (host: Host, path: string) => `/proc/${host.initPid}/root${path}`;
  const filesOf = (host: Host) =>
    [CONFIG_FILE, KEY_FILE, CIB_FILE].map((path) => host.readFile(path));
  const bothFiles = () => pair.lab.hosts.map(filesOf);

  async function refusedWithoutTrace(host: Host, line: string, refusal: Refusal): Promise<void> {
    const before = bothFiles();
    await refused(host, line, refusal);
    assert.deepEqual(bothFiles(), before, `files changed by ${line}`);
  }

  /** The programs where everybody may read them, whatever the checkout's own folder allows. */
  async function copyPrograms(host: Host, folder: string): Promise<void> {
    const dist = join(repositoryRoot(), "dist");
    await must(host, `mkdir -p ${folder} && cp -r ${dist}/. ${folder}/ && chmod -R a+rX ${folder}`);
  }

  suite("before there is a cluster", () => {
    for (const [line, ...says] of SETUP_ROWS) {
      test(line, () => refusedWithoutTrace(pair.first, line, { status: 2, says }));
    }

    test("an agent without files ends with one line and status 2", async () => {
      const { status, stderr } = await run(pair.first, "lb-agent");
      assert.equal(status, 2);
      assert.match(stderr, /^lb-agent: .*cluster\.yaml.*lbctl cluster setup.*$/m);
      assert.doesNotMatch(stderr, / {4}at /);
    });

    test("status without an agent: one line, exit code 3", async () => {
      await refusedWithoutTrace(pair.first, "lbctl status", { status: 3, says: ["lb-agent"] });
    });
  });

  suite("on hosts that are set up, before the start", () => {
    suiteSetup(() => setUp(pair));

    test("an authkey that others can read: no start, and the mode is named", async () => {
      const path = outside(pair.first, KEY_FILE);
      chmodSync(path, 0o444);
      try {
        const says = [KEY_FILE, "0444", "0400"];
        await refusedWithoutTrace(pair.first, "lbctl cluster start", { status: [2, 3], says });
        const { status, stderr } = await run(pair.first, "lb-agent");
        assert.equal(status, 2);
        assert.match(stderr, /^lb-agent: \/etc\/lb-cluster\/authkey: .*0444.*\n$/);
        assert.equal(pair.first.agentPids().length, 0);
      } finally {
        chmodSync(path, 0o400);
      }
    });

    test("a cluster.yaml that is none: no start, and the file is named", async () => {
      const kept = `cp -p ${CONFIG_FILE} /tmp/kept`;
      await must(pair.first, kept);
      for (const line of [`echo 'name: [' >${CONFIG_FILE}`, `echo 'name: 7' >${CONFIG_FILE}`]) {
        await must(pair.first, line);
        const { status, stderr } = await run(pair.first, "lbctl cluster start");
        assert.ok(status === 2 || status === 3, `status ${status}: ${stderr}`);
        for (const text of stderr.trimEnd().split("\n")) {
          assert.match(text, /^Error: \/etc\/lb-cluster\/cluster\.yaml/);
        }
      }
      await must(pair.first, `cp -p /tmp/kept ${CONFIG_FILE}`);
    });

    for (const port of [5405, 5406]) {
      test(`port ${port} in use: no start, and the port is named`, async () => {
        const script =
          `require("dgram").createSocket("udp4")` +
          `.bind(${port}, "192.168.33.18", () => console.log("bound"))`;
        const holder = pair.first.spawn("node", ["-e", script], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        try {
          await new Promise((resolve) => holder.stdout?.once("data", resolve));
          const says = [String(port), "192.168.33.18", /in use/];
          await refusedWithoutTrace(pair.first, "lbctl cluster start", { status: [2, 3], says });
          await untilTrue("no agent is left", () => pair.first.agentPids().length === 0);
        } finally {
          killGroup(holder);
        }
      });
    }

    test("without root: no start, no setup, no agent, one line each", async () => {
      await copyPrograms(pair.first, "/tmp/programs");
      const lbctl = `${NOBODY} node /tmp/programs/lbctl.cjs`;
      const rows: readonly Row[] = [
        [`${lbctl} cluster start`, "root"],
        [`${lbctl} cluster token`, /permission|EACCES/, "root"],
        [`${lbctl} cluster destroy`, "root"],
        [`${lbctl} cluster setup webcluster ip1 ip2 --force`, "root"],
        [`${lbctl} status`, "lb-agent"],
      ];
      for (const [line, ...says] of rows) {
        await refusedWithoutTrace(pair.first, line, { status: 3, says });
      }
      const agent = await run(pair.first, `${NOBODY} node /tmp/programs/lb-agent.cjs`);
      assert.equal(agent.status, 3);
      assert.match(agent.stderr, /^lb-agent: .*root.*\n$/);
    });

    test("a peer of another protocol version: counted, said in words, never a member", async () => {
      await copyPrograms(pair.second, "/tmp/other");
      const change = "s/oldest: 1, newest: 1/oldest: 200, newest: 200/";
      await must(pair.second, `sed -i '${change}' /tmp/other/*.cjs`);
      await must(pair.second, "node /tmp/other/lbctl.cjs cluster start");
      await must(pair.first, "lbctl cluster start");
      try {
        const status = await untilStatus(
          pair.first,
          "packets of another version",
          ({ counters }) => (counters["wrongVersion"] ?? 0) > 0,
        );
        assert.equal(status.nodes.filter(({ isOnline }) => isOnline).length, 1);
        assert.match(await must(pair.first, "lbctl status --full"), /wrongVersion: [1-9]/);
        const said = async (host: Host, words: RegExp) => {
          await untilStatus(host, `a warning like ${words}`, ({ warnings }) =>
            warnings.some((line) => words.test(line)),
          );
          const log = await must(host, "cat /var/log/lb-cluster/agent.log");
          assert.match(log, new RegExp(`versionRefused.*${words.source}`));
        };
        await said(pair.first, /ip2 speaks protocol 200, .* 1: .* update lb-cluster on ip1 to/);
        await said(pair.second, /ip1 speaks protocol 1, .* 200: .* update lb-cluster on ip1 to/);
      } finally {
        await must(pair.second, "node /tmp/other/lbctl.cjs cluster stop");
        await must(pair.first, "lbctl cluster stop");
      }
    });

    test("a peer of the next minor release, of a newer protocol too, becomes one", async () => {
      await copyPrograms(pair.second, "/tmp/next");
      const change = `s/oldest: 1, newest: 1/oldest: 1, newest: 2/; s/"${RELEASE}"/"0.99.0"/`;
      await must(pair.second, `sed -i '${change}' /tmp/next/*.cjs`);
      await must(pair.second, "node /tmp/next/lbctl.cjs cluster start");
      await must(pair.first, "lbctl cluster start");
      try {
        const { nodes, warnings } = await untilStatus(pair.first, "both agree", (status) => {
          return status.nodes.every(({ isOnline }) => isOnline) && status.pending.length === 0;
        });
        assert.deepEqual(
          nodes.map(({ release }) => release),
          [RELEASE, "0.99.0"],
        );
        assert.deepEqual(
          warnings.filter((line) => /protocol|agree/.test(line)),
          [],
        );
        await must(pair.second, "node /tmp/next/lbctl.cjs property set stonith-enabled=false");
        assert.match(await must(pair.first, "lbctl config"), /stonith-enabled[:=] ?false/);
      } finally {
        await must(pair.second, "node /tmp/next/lbctl.cjs cluster stop");
        await must(pair.first, "lbctl cluster stop");
      }
    });
  });

  suite("on the running pair of the guide", () => {
    suiteSetup(async () => {
      await Promise.all(pair.lab.hosts.map((host) => must(host, "lbctl cluster destroy")));
      await formGuidePair(pair);
    });

    for (const [line, ...says] of CHANGE_ROWS) {
      test(line, () => refusedWithoutTrace(pair.second, line, { status: 2, says }));
    }

    test("a second agent on the same host ends and disturbs nothing", async () => {
      const { status, stderr } = await run(pair.first, "lb-agent");
      assert.notEqual(status, 0);
      assert.match(stderr, /^lb-agent: .*another lb-agent is running\n$/);
      await untilServing(pair);
    });

    test("somebody without permission is told so: exit code 3", async () => {
      await copyPrograms(pair.first, "/tmp/programs");
      const line = `${NOBODY} node /tmp/programs/lbctl.cjs status`;
      await refusedWithoutTrace(pair.first, line, { status: 3, says: [/permission/] });
    });

    test("nothing of all this has disturbed the service", async () => {
      const active = await untilServing(pair);
      const { failures } = await statusOf(active);
      assert.deepEqual(failures, []);
    });
  });

  suite("with a cluster.yaml that differs from the peer's", () => {
    suiteSetup(async () => {
      await stopBoth(pair);
      await must(pair.second, `echo '# changed' >>${CONFIG_FILE}`);
      await startBoth(pair);
    });

    test("both nodes say so", async () => {
      for (const host of pair.lab.hosts) {
        const other = pair.lab.peerOf(host).name;
        await untilStatus(host, "the files differ", ({ warnings }) =>
          warnings.some((line) => line.includes(`cluster.yaml differs from that of ${other}`)),
        );
        assert.match(await must(host, "lbctl status"), /cluster\.yaml differs from that of ip/);
      }
    });

    test("the survivor of a crash does not take over, and says why", async () => {
      const active = await untilServing(pair);
      const survivor = pair.lab.peerOf(active);
      await active.crash();
      const status = await untilStatus(
        survivor,
        "the peer is lost, and its resources are not taken over",
        ({ warnings }) => warnings.some((line) => line.includes("not taken over")),
      );
      assert.match(status.warnings.join("\n"), /cluster\.yaml/);
      assert.ok(status.resources.every(({ nodes }) => !nodes.includes(survivor.name)));
      // Longer than any timeout of arbitration: three probes and two tokens.
      const since = Date.now();
      await untilTrue("five seconds of no take-over", async () => {
        const { value } = await readStatus(survivor);
        const there = value?.resources.filter(({ nodes }) => nodes.includes(survivor.name)) ?? [];
        assert.deepEqual(there, []);
        return Date.now() - since > 5_000;
      });
    });
  });
});

suite("pair: two hosts with different keys", function () {
  this.timeout(60_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("each counts the other's packets, and says in words that the keys differ", async () => {
    for (const host of pair.lab.hosts) {
      await must(host, "lbctl cluster setup webcluster ip1 ip2");
    }
    await Promise.all(pair.lab.hosts.map((host) => must(host, "lbctl cluster start")));
    for (const host of pair.lab.hosts) {
      const { nodes } = await untilStatus(
        host,
        "packets with a wrong key",
        ({ counters }) => (counters["wrongKey"] ?? 0) > 0,
      );
      assert.equal(nodes.filter(({ isOnline }) => isOnline).length, 1);
      await untilStatus(host, "a warning that names the key", ({ warnings }) =>
        warnings.some((line) => /key/.test(line)),
      );
    }
  });

  test("destroy removes what setup wrote, and the pair can be made anew", async () => {
    for (const host of pair.lab.hosts) {
      await must(host, "lbctl cluster destroy");
      assert.equal(host.readFile(CONFIG_FILE), undefined);
      assert.equal(host.readFile(KEY_FILE), undefined);
      assert.equal(host.agentPids().length, 0);
    }
    await formPair(pair);
  });
});
