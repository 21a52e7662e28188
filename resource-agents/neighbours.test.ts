import assert from "node:assert/strict";
import { findFreeHost, parseArpTable, parseIpv6Neighbour } from "./neighbours.ts";

suite("neighbours", () => {
  test("lines of /proc/net/arp tell address, completeness, MAC and interface", () => {
    const table = [
      "IP address       HW type     Flags       HW address            Mask     Device",
      "192.0.2.7        0x1         0x2         AA:00:00:00:00:01     *        eth0",
      "192.0.2.8        0x1         0x0         00:00:00:00:00:00     *        eth1",
      "",
    ].join("\n");
    assert.deepEqual(parseArpTable(table), [
      { ip: "192.0.2.7", isComplete: true, mac: "aa:00:00:00:00:01", nic: "eth0" },
      { ip: "192.0.2.8", isComplete: false, mac: "00:00:00:00:00:00", nic: "eth1" },
    ]);
    assert.deepEqual(parseArpTable(""), []);
  });

  for (const [line, mac] of [
    ["2001:db8::1 lladdr aa:00:00:00:00:01 REACHABLE \n", "aa:00:00:00:00:01"],
    ["2001:db8::1 lladdr AA:00:00:00:00:01 router STALE\n", "aa:00:00:00:00:01"],
    ["2001:db8::1 INCOMPLETE\n", null],
    ["2001:db8::1 lladdr aa:00:00:00:00:01 FAILED\n", null],
    ["", null],
  ] as const) {
    test(`IPv6 neighbour "${line.trim()}": ${mac}`, () => {
      assert.equal(parseIpv6Neighbour(line), mac);
    });
  }

  for (const [cidr, taken, host] of [
    ["10.0.0.5/24", [], "10.0.0.254"],
    ["10.0.0.5/24", ["10.0.0.254", "10.0.0.253"], "10.0.0.252"],
    ["200.1.255.9/16", [], "200.1.255.254"],
    ["10.0.0.1/30", ["10.0.0.1", "10.0.0.2"], null],
    ["10.0.0.1/32", [], null],
    ["10.0.0.1/31", [], null],
  ] as const) {
    test(`free host of ${cidr} beside ${taken.length} taken: ${host}`, () => {
      assert.equal(findFreeHost(cidr, new Set(taken)), host);
    });
  }
});
