import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { checkListenAddress, isAddressHere, readSysctl } from "./local-addresses.ts";

const ABSENT = "192.0.2.77"; // Of a net for examples: on no host.

suite("addresses to listen on", () => {
  test("loopback and all addresses are here, one of another host is not", () => {
    for (const ip of ["127.0.0.1", "127.1.2.3", "0.0.0.0", "::"]) {
      assert.equal(isAddressHere(ip), true, ip);
    }
    assert.equal(isAddressHere(ABSENT), false);
  });

  // The kernel of the test host is expected to have the switch off, as kernels do.
  for (const [comingAddresses, severity] of [
    [null, "warns"],
    [["192.0.2.78", ABSENT], null],
    [["192.0.2.78"], "blocks"],
  ] as const) {
    test(`an absent address, with ${comingAddresses} to come: ${severity}`, () => {
      assert.equal(readSysctl("net.ipv4.ip_nonlocal_bind"), "0");
      const finding = checkListenAddress({ ip: ABSENT, port: 80, comingAddresses });
      assert.equal(finding?.severity ?? null, severity);
      if (finding === null) return;
      assert.match(finding.problem, /^address 192\.0\.2\.77 of port 80: not on this host/);
      assert.equal(finding.remedy, "sysctl -w net.ipv4.ip_nonlocal_bind=1");
    });
  }

  test("a switch that the kernel does not have is null", () => {
    assert.equal(readSysctl("net.ipv4.no_such_switch"), null);
  });
});
