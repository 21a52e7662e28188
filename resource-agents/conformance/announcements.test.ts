import assert from "node:assert/strict";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle, TestHost } from "./host.ts";

const FORGED_MAC = "02:00:00:00:00:01";
const IP = "/usr/sbin/ip";
/** Linux does not correct a neighbour by an ordinary request within a second of the last change. */
const ARP_LOCK_MS = 1200;

suite("announcements, also where the usual way is missing", function () {
  this.timeout(20_000);
  let host: TestHost;
  let script: string;
  suiteSetup(() => {
    host = new TestHost();
    script = bundle("resource-agents/ocf.ts", join(host.folder, "lb-ocf.cjs"));
  });
  suiteTeardown(() => host?.close());

  test("without arping a neighbour learns from an ARP request, the log tells once", async () => {
    const path = join(host.folder, "no-arping");
    mkdirSync(path);
    symlinkSync(IP, join(path, "ip"));
    forge("10.99.0.50");
    await sleep(ARP_LOCK_MS);
    const told = start("10.99.0.50", path);
    assert.equal(told.match(/arping: .*announcing by ARP requests instead/g)?.length, 1, told);
    await sleep(200);
    assert.ok(host.peerCommand("ip", "neigh", "show", "10.99.0.50").includes(ownMac()));
  });

  test("a driver that refuses its own MAC: known IPv6 neighbours are solicited", async () => {
    const path = join(host.folder, "no-link");
    mkdirSync(path);
    const wrapper = `#!/bin/sh\n[ "$1" = link ] && exit 2\nexec ${IP} "$@"\n`;
    writeFileSync(join(path, "ip"), wrapper, { mode: 0o755 });
    host.command("ping", "-6", "-c1", "-W2", "fd99::2");
    forge("fd99::50");
    start("fd99::50", path);
    await sleep(200);
    assert.ok(host.peerCommand("ip", "neigh", "show", "fd99::50").includes(ownMac()));
    const notify = "/proc/sys/net/ipv6/conf/eth0/ndisc_notify";
    assert.equal(host.command("cat", notify).trim(), "0");
  });

  for (const [way, ...programs] of [
    ["by ndptool", "ip", "ndptool", "sleep"],
    ["by the kernel", "ip"],
  ] as const) {
    test(`IPv6 ${way}: all nodes get an unsolicited advertisement with override`, async () => {
      const path = join(host.folder, way.replaceAll(" ", "-"));
      mkdirSync(path);
      for (const program of programs) symlinkSync(whereIs(program), join(path, program));
      const captured = join(host.folder, `${way.replaceAll(" ", "-")}.txt`);
      const filter = "icmp6 and ip6[40] == 136 and dst ff02::1";
      const capture = `tcpdump -i eth0 -nn -vv -l '${filter}' >${captured} 2>${captured}.err &`;
      host.peerCommand("sh", "-c", `${capture} echo $! >${captured}.pid`);
      const waiting = () => readFileSync(`${captured}.err`, "utf8").includes("listening on");
      while (!waiting()) await sleep(20);
      start("fd99::50", path);
      const advertised = /tgt is fd99::50, Flags \[override\]/;
      while (!advertised.test(readFileSync(captured, "utf8"))) await sleep(20);
      host.peerCommand("sh", "-c", `kill $(cat ${captured}.pid)`);
      host.command("ip", "addr", "del", "fd99::50/64", "dev", "eth0");
      assert.ok(readFileSync(captured, "utf8").includes(ownMac()));
    });
  }

  function whereIs(program: string): string {
    return host.command("sh", "-c", `command -v ${program}`).trim();
  }

  function forge(ip: string): void {
    const words = ["lladdr", FORGED_MAC, "dev", "eth0", "nud", "stale"];
    host.peerCommand("ip", "neigh", "replace", ip, ...words);
  }

  /** Starts with this PATH; what was told on both outputs. Throws when the status is not 0. */
  function start(ip: string, path: string): string {
    const environment = [`PATH=${path}`, `OCF_RESKEY_ip=${ip}`, "OCF_RESKEY_nic=eth0"];
    const words = ["env", "-i", ...environment, process.execPath, script, "IPaddr2", "start"];
    return host.command("sh", "-c", 'exec 2>&1; exec "$@"', "sh", ...words);
  }

  function ownMac(): string {
    return host.command("cat", "/sys/class/net/eth0/address").trim();
  }
});
