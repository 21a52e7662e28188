import assert from "node:assert/strict";
import { nearestAgent, nearestName } from "./nearest-name.ts";

suite("nearest name", () => {
  const names = ["IPaddr2", "apache", "Dummy", "nginx"];
  const rows = [
    ["IPadr2", "IPaddr2"],
    ["ipaddr2", "IPaddr2"],
    ["apche", "apache"],
    ["ngnix", "nginx"],
    ["nosuch", null],
    ["x", null],
    ["", null],
  ] as const;
  for (const [wanted, expected] of rows) {
    test(`${wanted}: ${expected}`, () => assert.equal(nearestName(wanted, names), expected));
  }

  test("another letter alone is no near name", () => assert.equal(nearestName("x", ["y"]), null));

  test("of agents the type decides, and the standard where several have the type", () => {
    const agents = ["lsb:nginx", "ocf:heartbeat:nginx", "ocf:heartbeat:apache"];
    assert.equal(nearestAgent("ocf:heartbeat:ngnix", agents), "ocf:heartbeat:nginx");
    assert.equal(nearestAgent("systemd:nginxx", agents), "lsb:nginx");
    assert.equal(nearestAgent("ocf:heartbeat:zzzzzz", agents), null);
  });
});
