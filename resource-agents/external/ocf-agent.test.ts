import assert from "node:assert/strict";
import { readReason } from "./ocf-agent.ts";
import { parseUnitState } from "./systemd-unit.ts";

suite("what other agents answer", () => {
  for (const [stderr, reason] of [
    ["ocf-exit-reason:first\nocf-exit-reason: last \nnoise\n", "last"],
    ["one\ntwo\n\n", "two"],
    ["", "exit status 4"],
  ] as const) {
    test(`reason in ${JSON.stringify(stderr)}: ${reason}`, () => {
      assert.equal(readReason(stderr, 4), reason);
    });
  }

  test("the state of a systemd unit is read by name, in any order", () => {
    const text = "ActiveState=active\nLoadState=loaded\nSubState=running\n";
    const expected = { kind: "unit", load: "loaded", active: "active", sub: "running" };
    assert.deepEqual(parseUnitState(text), expected);
    assert.deepEqual(parseUnitState(""), { kind: "unit", load: "", active: "", sub: "" });
  });
});
