import assert from "node:assert/strict";
import type { KernelAddress } from "../contract.ts";
import { findPlace, type HostLinks } from "./place.ts";
import type { IpSettings } from "./settings.ts";

const SETTINGS: IpSettings = {
  ip: "192.0.2.10",
  nic: null,
  prefixLength: null,
  broadcast: null,
  label: null,
  hasPrefixRoute: true,
  isPreferredSource: true,
  announceCount: 5,
  announceIntervalMs: 200,
  announceCountRefresh: 0,
  handoverMs: 2000,
  ignored: [],
};
const HOST: HostLinks = {
  nics: ["lo", "eth0", "eth1"].map((name) => ({ name, isUp: true })),
  addresses: [
    address("lo", "127.0.0.1", 8),
    address("eth0", "192.0.2.1", 24),
    address("eth0", "2001:db8::1", 64),
    address("eth1", "198.51.100.1", 25),
  ],
};

suite("where an address belongs", () => {
  for (const [settings, nic, prefixLength, broadcast] of [
    [{}, "eth0", 24, "192.0.2.255"],
    [{ nic: "eth0", prefixLength: 32 }, "eth0", 32, null],
    [{ nic: "eth0", broadcast: "-" }, "eth0", 24, "192.0.2.0"],
    [{ nic: "eth0", broadcast: "192.0.2.7" }, "eth0", 24, "192.0.2.7"],
    [{ nic: "eth0", broadcast: "+", prefixLength: 16 }, "eth0", 16, "192.0.255.255"],
    [{ ip: "2001:db8::10" }, "eth0", 64, null],
    [{ ip: "198.51.100.20" }, "eth1", 25, "198.51.100.127"],
    [{ nic: "lo" }, "lo", 32, null],
  ] as const) {
    test(`${JSON.stringify(settings)}: ${nic}/${prefixLength}`, () => {
      const place = findPlace({ ...SETTINGS, ...settings }, HOST);
      assert.ok(place.kind === "place");
      const { request } = place;
      assert.deepEqual(
        [request.nic, request.prefixLength, request.broadcast],
        [nic, prefixLength, broadcast],
      );
    });
  }

  for (const [settings, kind, reason] of [
    [
      { nic: "eth9" },
      "noNic",
      'nic "eth9": not found on this host, expected one of lo, eth0, eth1',
    ],
    [
      { ip: "203.0.113.1" },
      "noNic",
      "nic missing: no interface of this host has a subnet that contains 203.0.113.1",
    ],
    [
      { nic: "eth1" },
      "noSubnet",
      'ip "192.0.2.10": expected to be in a subnet of eth1, which has 198.51.100.1/25',
    ],
    [
      { ip: "2001:db8::10", nic: "eth1" },
      "noSubnet",
      'ip "2001:db8::10": expected to be in a subnet of eth1, which has none of its family',
    ],
  ] as const) {
    test(`${JSON.stringify(settings)}: ${kind}`, () => {
      assert.deepEqual(findPlace({ ...SETTINGS, ...settings }, HOST), { kind, reason });
    });
  }

  test("two interfaces with a fitting subnet: one must be named", () => {
    const addresses = [...HOST.addresses, address("eth1", "192.0.2.2", 24)];
    const place = findPlace(SETTINGS, { ...HOST, addresses });
    const reason = "nic missing: subnets of eth0, eth1 contain 192.0.2.10, name one";
    assert.deepEqual(place, { kind: "noNic", reason });
  });

  test("two interfaces with the same subnet: the kernel's preferred route decides", () => {
    const addresses = [...HOST.addresses, address("eth1", "192.0.2.2", 24)];
    const routes = [
      { nic: "eth0", prefixLength: 24, metric: 101 },
      { nic: "eth1", prefixLength: 24, metric: 100 },
    ];
    const place = findPlace(SETTINGS, { ...HOST, addresses, routes });
    assert.equal(place.kind === "place" && place.request.nic, "eth1");
    const alike = routes.map((route) => ({ ...route, metric: 0 }));
    assert.equal(findPlace(SETTINGS, { ...HOST, addresses, routes: alike }).kind, "noNic");
  });

  test("of several subnets the longest decides", () => {
    const addresses = [...HOST.addresses, address("eth1", "192.0.2.2", 25)];
    const place = findPlace(SETTINGS, { ...HOST, addresses });
    assert.equal(place.kind === "place" && place.request.nic, "eth1");
    assert.equal(place.kind === "place" && place.request.prefixLength, 25);
  });

  test("a route without an address of its subnet is enough", () => {
    const routes = [{ nic: "eth1", prefixLength: 28, metric: 0 }];
    const place = findPlace({ ...SETTINGS, ip: "203.0.113.1" }, { ...HOST, routes });
    assert.equal(place.kind === "place" && place.request.nic, "eth1");
    assert.equal(place.kind === "place" && place.request.prefixLength, 28);
  });

  test("the address itself is no subnet to be in, however it is held", () => {
    const addresses = [address("eth0", "192.0.2.10", 24), address("eth0", "192.0.2.11", 32)];
    assert.equal(findPlace({ ...SETTINGS, nic: "eth0" }, { ...HOST, addresses }).kind, "noSubnet");
  });
});

function address(nic: string, ip: string, prefixLength: number): KernelAddress {
  return { nic, ip, prefixLength, remainingMs: null };
}
