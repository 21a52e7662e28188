import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { TestHost } from "./host.ts";

const AGENT = "ocf:heartbeat:IPaddr2";
const IP = "10.99.0.50";
const IP6 = "fd99::50";
const FORGED_MAC = "02:00:00:00:00:01";
const V4 = { parameters: { ip: IP, nic: "eth0", cidr_netmask: "32" } };
const V6 = { parameters: { ip: "FD99:0::50", nic: "eth0" } };
const PROBE = { ...V4, isProbe: true };

suite("IPaddr2 on a real link", function () {
  this.timeout(20_000);
  let host: TestHost;
  suiteSetup(() => {
    host = new TestHost();
  });
  suiteTeardown(() => host?.close());
  setup(() => flush());

  for (const [family, options, ip] of [
    ["IPv4", V4, IP],
    ["IPv6", V6, IP6],
  ] as const) {
    test(`${family}: monitor tells 7, start and start again 0, stop and stop again 0`, async () => {
      assert.equal((await host.act(AGENT, "monitor", options)).status, 7);
      assert.deepEqual(await statusAndReason("start", options), [0, ""]);
      assert.match(host.command("ip", "addr", "show", "dev", "eth0"), new RegExp(` ${ip}/`));
      assert.deepEqual(await statusAndReason("start", options), [0, ""]);
      assert.deepEqual(await statusAndReason("monitor", options), [0, ""]);
      assert.deepEqual(await statusAndReason("stop", options), [0, ""]);
      assert.doesNotMatch(host.command("ip", "addr", "show"), new RegExp(` ${ip}/`));
      assert.deepEqual(await statusAndReason("stop", options), [0, ""]);
      assert.equal((await host.act(AGENT, "monitor", options)).status, 7);
    });

    test(`${family}: an address of another host is not taken, its MAC is named`, async () => {
      host.peerCommand("ip", "addr", "add", ip, "dev", "eth0", ...noDad(ip));
      const { status, reason } = await host.act(AGENT, "start", options);
      assert.equal(status, 1);
      assert.ok(reason.includes(macOf("peer")), reason);
      assert.doesNotMatch(host.command("ip", "addr", "show"), new RegExp(` ${ip}/`));
    });

    test(`${family}: a remembered neighbour is no owner, only an answer counts`, async () => {
      const remembered = ["lladdr", FORGED_MAC, "dev", "eth0", "nud", "stale"];
      host.command("ip", "neigh", "replace", ip, ...remembered);
      assert.deepEqual(await statusAndReason("start", options), [0, ""]);
    });

    test(`${family}: a start corrects a neighbour that believes another MAC`, async () => {
      const wrong = ["lladdr", FORGED_MAC, "dev", "eth0", "nud", "stale"];
      host.peerCommand("ip", "neigh", "replace", ip, ...wrong);
      await host.act(AGENT, "start", options);
      await sleep(300);
      assert.ok(host.peerCommand("ip", "neigh", "show", ip).includes(macOf("host")));
    });
  }

  test("an address removed by hand is put back and announced by a repair", async () => {
    await host.act(AGENT, "start", V4);
    host.command("ip", "addr", "del", `${IP}/32`, "dev", "eth0");
    const gone = await host.act(AGENT, "monitor", V4);
    assert.deepEqual([gone.status, gone.reason], [7, `ip "${IP}": not on eth0`]);
    await sleep(1500); // The announcements of the start must not be taken for those of the repair.
    const wrong = ["lladdr", FORGED_MAC, "dev", "eth0", "nud", "stale"];
    host.peerCommand("ip", "neigh", "replace", IP, ...wrong);
    const repaired = await host.act(AGENT, "repair", V4);
    assert.deepEqual([repaired.status, repaired.reason], [0, ""]);
    assert.equal((await host.act(AGENT, "monitor", V4)).status, 0);
    await sleep(300);
    assert.ok(host.peerCommand("ip", "neigh", "show", IP).includes(macOf("host")));
  });

  test("a repair does not take the address from a host that answers for it", async () => {
    host.peerCommand("ip", "addr", "add", IP, "dev", "eth0");
    const { status, reason } = await host.act(AGENT, "repair", V4);
    assert.equal(status, 1);
    assert.match(reason, /already in use/);
  });

  test("the address on another interface is reported, and stop removes it there", async () => {
    host.command("ip", "addr", "add", `${IP}/32`, "dev", "lo");
    const expected = [1, `ip "${IP}": on lo, expected on eth0`];
    assert.deepEqual(await statusAndReason("monitor", V4), expected);
    assert.deepEqual(await statusAndReason("start", V4), expected);
    assert.deepEqual(await statusAndReason("stop", V4), [0, ""]);
    assert.doesNotMatch(host.command("ip", "addr", "show"), new RegExp(` ${IP}/`));
  });

  test("the interface and the prefix length are found by the subnet", async () => {
    const bare = { parameters: { ip: IP } };
    assert.deepEqual(await statusAndReason("start", bare), [0, ""]);
    assert.match(
      host.command("ip", "addr", "show", "eth0"),
      /10\.99\.0\.50\/24 brd 10\.99\.0\.255/,
    );
    assert.deepEqual((await host.act(AGENT, "watches", bare)).watches, [
      { kind: "address", ip: IP, nic: "eth0" },
    ]);
    assert.deepEqual(await statusAndReason("stop", bare), [0, ""]);
  });

  test("an address held with another prefix length is held once after a start", async () => {
    host.command("ip", "addr", "add", `${IP}/24`, "dev", "eth0");
    assert.deepEqual(await statusAndReason("start", V4), [0, ""]);
    const shown = host.command("ip", "addr", "show", "eth0").match(/10\.99\.0\.50\/[0-9]+/g);
    assert.deepEqual(shown, [`${IP}/32`]);
  });

  test("label and noprefixroute reach the kernel", async () => {
    const parameters = { ip: IP, nic: "eth0:vip", cidr_netmask: "25", noprefixroute: "true" };
    assert.deepEqual(await statusAndReason("start", { parameters }), [0, ""]);
    assert.match(host.command("ip", "addr", "show", "eth0"), /noprefixroute eth0:vip/);
  });

  test("without the interface: not running when probed, not installed otherwise", async () => {
    const parameters = { ip: IP, nic: "eth9" };
    const missing = `nic "eth9": not found on this host, expected one of lo, eth0`;
    assert.equal((await host.act(AGENT, "monitor", { parameters, isProbe: true })).status, 7);
    assert.deepEqual(await statusAndReason("validate", { parameters }), [5, missing]);
    assert.deepEqual(await statusAndReason("start", { parameters }), [5, missing]);
    assert.deepEqual(await statusAndReason("stop", { parameters }), [0, ""]);
  });

  test("an address outside the interface's subnets is refused", async () => {
    const options = { parameters: { ip: "10.98.0.50", nic: "eth0", cidr_netmask: "32" } };
    const reason = `ip "10.98.0.50": expected to be in a subnet of eth0, which has 10.99.0.1/24`;
    assert.deepEqual(await statusAndReason("validate", options), [6, reason]);
    assert.deepEqual(await statusAndReason("start", options), [1, reason]);
  });

  test("a route without a gateway places the address, without a subnet", async () => {
    host.command("ip", "route", "add", "10.98.0.0/24", "dev", "eth0");
    const options = { parameters: { ip: "10.98.0.50" } };
    try {
      assert.deepEqual(await statusAndReason("start", options), [0, ""]);
      assert.match(host.command("ip", "addr", "show", "eth0"), / 10\.98\.0\.50\/24 /);
      assert.deepEqual(await statusAndReason("stop", options), [0, ""]);
    } finally {
      host.command("ip", "route", "flush", "10.98.0.0/24");
    }
  });

  test("ready: nothing to say; no interface, no subnet, link down: why not", async () => {
    const findings = async (parameters: Record<string, string>) =>
      (await host.act(AGENT, "readiness", { parameters })).findings;
    assert.deepEqual(await findings(V4.parameters), []);
    assert.deepEqual(await findings(V6.parameters), []);
    const blocks = (problem: string, remedy: string) => [{ severity: "blocks", problem, remedy }];
    const noNic = `nic "eth9": not found on this host, expected one of lo, eth0`;
    assert.deepEqual(await findings({ ip: IP, nic: "eth9" }), blocks(noNic, "ip link show"));
    const away = "expected to be in a subnet of eth0, which has 10.99.0.1/24";
    assert.deepEqual(
      await findings({ ip: "10.98.0.50", nic: "eth0" }),
      blocks(`ip "10.98.0.50": ${away}`, "ip address show"),
    );
    host.peerCommand("ip", "link", "set", "eth0", "down");
    try {
      const down = 'nic "eth0": down or without carrier, expected up';
      assert.deepEqual(await findings(V4.parameters), blocks(down, "ip link set dev eth0 up"));
    } finally {
      host.peerCommand("ip", "link", "set", "eth0", "up");
      host.peerCommand("ip", "addr", "replace", "fd99::2/64", "dev", "eth0", "nodad");
    }
  });

  test("compared: the interface that was found, and the switches that decide answers", async () => {
    host.command("sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=1");
    const { compared } = await host.act(AGENT, "compared", { parameters: { ip: IP } });
    const name = `net.ipv4.conf.(interface of ${IP})`;
    for (const item of [
      { kind: "sysctl", name: `interface of ${IP}`, value: "eth0" },
      { kind: "sysctl", name: "net.ipv4.ip_nonlocal_bind", value: "0" },
      { kind: "sysctl", name: `${name}.arp_ignore`, value: "1" },
      { kind: "sysctl", name: `${name}.arp_announce`, value: "0" },
    ]) {
      assert.ok(
        compared.some((each) => JSON.stringify(each) === JSON.stringify(item)),
        JSON.stringify([item, compared]),
      );
    }
    host.command("sysctl", "-qw", "net.ipv4.conf.eth0.arp_ignore=0");
  });

  test("a clone is refused: two nodes would hold the same address", async () => {
    const options = { ...V4, meta: { CRM_meta_clone_max: "2" } };
    const reason = "clone of 2 instances: one address cannot be shared, expected no clone";
    assert.deepEqual(await statusAndReason("start", options), [6, reason]);
    assert.deepEqual(await statusAndReason("stop", options), [0, ""]);
  });

  test("bad parameters are status 6 in every action but never a crash", async () => {
    const parameters = { ip: "10.99.0", nic: "eth0" };
    for (const action of ["start", "stop", "monitor", "validate", "repair"]) {
      const [status, reason] = await statusAndReason(action, { parameters });
      assert.equal(status, 6, action);
      assert.match(String(reason), /ip "10.99.0": expected an IPv4 or IPv6 address/);
    }
    assert.equal((await host.act(AGENT, "monitor", PROBE)).status, 7);
  });

  async function statusAndReason(action: string, options: object) {
    const { status, reason } = await host.act(AGENT, action, options);
    return [status, reason];
  }

  function macOf(side: "host" | "peer"): string {
    const show = ["cat", "/sys/class/net/eth0/address"] as const;
    return (side === "host" ? host.command(...show) : host.peerCommand(...show)).trim();
  }

  /** Removes the virtual addresses and what the neighbours remember of them. */
  function flush(): void {
    for (const side of ["host", "peer"] as const) {
      const command = side === "host" ? host.command.bind(host) : host.peerCommand.bind(host);
      const script = `for a in ${IP}/32 ${IP}/24 ${IP}/25 ${IP6}/64 ${IP6}/128; do
        for nic in lo eth0; do ip addr del $a dev $nic; done; done 2>/dev/null
        ip neigh flush all; ip -6 neigh flush all; true`;
      command("sh", "-c", script);
    }
  }
});

function noDad(ip: string): string[] {
  return ip.includes(":") ? ["nodad"] : [];
}
