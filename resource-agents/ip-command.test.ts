import assert from "node:assert/strict";
import type { AddressRequest } from "./contract.ts";
import { addressWords, parseShownNics } from "./ip-command.ts";

const REQUEST: AddressRequest = {
  ip: "192.0.2.10",
  prefixLength: 24,
  nic: "eth0",
  broadcast: "+",
  label: "eth0:vip",
};

suite("single ip commands", () => {
  for (const [request, words] of [
    [REQUEST, "192.0.2.10/24 dev eth0 broadcast + label eth0:vip"],
    [{ ...REQUEST, broadcast: null, label: null }, "192.0.2.10/24 dev eth0"],
    [{ ...REQUEST, ip: "2001:db8::1" }, "2001:db8::1/24 dev eth0 nodad"],
    [
      { ...REQUEST, ip: "2001:db8::1", hasPrefixRoute: false, isPreferredSource: false },
      "2001:db8::1/24 dev eth0 nodad noprefixroute preferred_lft 0",
    ],
  ] as const) {
    test(`words of a request: ${words}`, () => {
      assert.equal(addressWords(request).join(" "), words);
    });
  }

  test("the kernel's table is read with lifetimes and link states", () => {
    const text = JSON.stringify([
      {
        ifname: "eth0",
        flags: ["BROADCAST", "UP", "LOWER_UP"],
        addr_info: [
          { family: "inet", local: "192.0.2.1", prefixlen: 24, valid_life_time: 4294967295 },
          { family: "inet", local: "192.0.2.10", prefixlen: 32, valid_life_time: 2 },
          { family: "inet" },
        ],
      },
      { ifname: "eth1", flags: ["NO-CARRIER", "UP"] },
      {},
    ]);
    assert.deepEqual(parseShownNics(text), [
      {
        name: "eth0",
        isUp: true,
        addresses: [
          { ip: "192.0.2.1", prefixLength: 24, nic: "eth0", remainingMs: null },
          { ip: "192.0.2.10", prefixLength: 32, nic: "eth0", remainingMs: 2000 },
        ],
      },
      { name: "eth1", isUp: false, addresses: [] },
    ]);
  });

  test("text that is not the kernel's table is not an empty table", () => {
    for (const text of ["", "{}", "[", "Cannot open netlink socket"]) {
      assert.equal(parseShownNics(text), null, text);
    }
  });
});
