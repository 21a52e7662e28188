import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { isMeant, parseFault, renderFault } from "./fault.ts";

suite("supposed failures", () => {
  const written = [
    ["web_monitor_10000@ip1=7", "web", "monitor", 10_000, "ip1", 7],
    ["my_web_start_0@ip2=1", "my_web", "start", 0, "ip2", 1],
    ["vm_migrate_to_0@ip1=1", "vm", "migrate_to", 0, "ip1", 1],
    ["ping:1_stop_0@host.example=1", "ping:1", "stop", 0, "host.example", 1],
  ] as const;
  for (const [text, resource, operation, intervalMs, node, status] of written) {
    test(`${text} is understood`, () => {
      const fault = parseFault(text);
      assert.deepEqual(fault, { resource, operation, intervalMs, node, status });
      assert.equal(fault === null ? "" : renderFault(fault), text);
    });
  }

  for (const text of [
    "",
    "web",
    "web_start@ip1=1",
    "web_start_0@ip1",
    "web_jump_0@ip1=1",
    "web_start_0@ip1=256",
  ]) {
    test(`"${text}" is not`, () => assert.equal(parseFault(text), null));
  }

  test("an instance answers to its number and to the name of all", () => {
    const start = { operation: "start", intervalMs: 0, node: "ip1" };
    const fault = { ...start, resource: "ping:1", status: 1 };
    assert.equal(isMeant(fault, { ...start, resource: "ping:1" }), true);
    assert.equal(isMeant(fault, { ...start, resource: "ping" }), true);
    assert.equal(isMeant(fault, { ...start, resource: "ping:0" }), false);
    assert.equal(isMeant({ ...fault, resource: "ping" }, { ...start, resource: "ping:0" }), true);
    assert.equal(isMeant(fault, { ...start, resource: "ping", node: "ip2" }), false);
  });
});
