import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { ExpectedAddresses } from "./expected-addresses.ts";

const nic = "eth0";

function collection(own: readonly string[] = []) {
  const clock = { now: 0 };
  const ports = { now: () => clock.now, ownAddresses: () => new Set(own) };
  return { clock, expected: new ExpectedAddresses(ports) };
}

suite("addresses that may have to be held here", () => {
  test("with one that is asked for come the others, once in a while", () => {
    const { clock, expected } = collection();
    for (const ip of ["192.0.2.1", "192.0.2.2", "FD00:0::1"]) expected.note({ ip, nic });
    const others = [
      { ip: "192.0.2.2", nic },
      { ip: "FD00:0::1", nic },
    ];
    assert.deepEqual(expected.takeOthers({ ip: "192.0.2.1", nic }), others);
    assert.deepEqual(expected.takeOthers({ ip: "192.0.2.2", nic }), []);
    clock.now = 500;
    assert.equal(expected.takeOthers({ ip: "fd00::1", nic }).length, 2);
  });

  test("those that are on this host do not", () => {
    const { expected } = collection(["192.0.2.2"]);
    for (const ip of ["192.0.2.1", "192.0.2.2"]) expected.note({ ip, nic });
    assert.deepEqual(expected.takeOthers({ ip: "192.0.2.1", nic }), []);
  });

  test("the oldest are forgotten", () => {
    const { expected } = collection();
    for (let last = 0; last < 100; last++) expected.note({ ip: `192.0.2.${last}`, nic });
    const others = expected.takeOthers({ ip: "192.0.2.99", nic });
    assert.equal(others.length, 63);
    assert.ok(!others.some(({ ip }) => ip === "192.0.2.0"));
  });
});
