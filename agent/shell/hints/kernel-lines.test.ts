import assert from "node:assert/strict";
import { suite, test } from "mocha";

import { canonicalIp, parseKernelLine } from "./kernel-lines.ts";

const ADDRESS = "3: v0    inet 10.9.9.5/32 scope global dynamic v0\\       valid_lft 9sec";
const rows = [
  [`Deleted ${ADDRESS}`, { kind: "addressDeleted", ip: "10.9.9.5", nic: "v0" }],
  [`[ADDR]Deleted ${ADDRESS}`, { kind: "addressDeleted", ip: "10.9.9.5", nic: "v0" }],
  [
    "Deleted 3: v0    inet6 fd00::5/64 scope global nodad \\       valid_lft forever",
    { kind: "addressDeleted", ip: "fd00::5", nic: "v0" },
  ],
  [
    "Deleted 7: ppp0    inet 10.0.0.1 peer 10.0.0.2/32 scope global ppp0",
    { kind: "addressDeleted", ip: "10.0.0.1", nic: "ppp0" },
  ],
  [ADDRESS, null],
  ["", null],
  ["netlink receive error No buffer space available (105)", null],
  [
    "3: v0@v1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP",
    { kind: "link", nic: "v0", isUp: true },
  ],
  [
    "3: v0@if9: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state LOWERLAYERDOWN",
    { kind: "link", nic: "v0", isUp: false },
  ],
  [
    "2: eth0: <BROADCAST,MULTICAST> mtu 1500 state DOWN",
    { kind: "link", nic: "eth0", isUp: false },
  ],
  [
    "Deleted 3: v0@NONE: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500",
    { kind: "link", nic: "v0", isUp: false },
  ],
] as const;

suite("lines of ip monitor", () => {
  for (const [line, expected] of rows) {
    test(`"${line.slice(0, 60)}" is ${expected?.kind ?? "no hint"}`, () => {
      assert.deepEqual(parseKernelLine(line), expected);
    });
  }

  test("an address has one spelling", () => {
    assert.equal(canonicalIp("FD00:0:0::0005"), "fd00::5");
    assert.equal(canonicalIp("10.0.0.1"), "10.0.0.1");
  });
});
