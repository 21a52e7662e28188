import assert from "node:assert/strict";
import { smallInput } from "../../../../test/scheduler/small-input.ts";
import type { OperationRecord } from "../../model/index.ts";
import { compareAge, findActiveSpan, sortEntries } from "./entry-order.ts";
import { readWorking } from "./read-working.ts";

function records(lines: readonly string[], isForeign = false): readonly OperationRecord[] {
  const input = smallInput({ history: { alpha: { a: lines } }, isForeign });
  return input.histories[0]?.resources[0]?.records ?? [];
}

function sorted(given: readonly OperationRecord[]): readonly string[] {
  const [node] = readWorking(smallInput({})).nodes;
  assert.ok(node);
  const entries = sortEntries(node, { resource: "a", records: given, repairs: 0 });
  return entries.map(({ task, record }) => `${task} ${record.callId}`);
}

suite("the age of results", () => {
  test("numbers of calls decide, and what is under way elsewhere comes last", () => {
    const [start, stop] = records(["start 0", "stop 0"]);
    assert.ok(start && stop);
    assert.deepEqual(sorted([stop, start]), ["start 1", "stop 2"]);
    const foreign = records(["stop pending", "start 0"], true);
    assert.deepEqual(sorted(foreign.toReversed()), ["stop -1", "start 2"]);
  });

  test("a foreign result under way of a later transition is newer", () => {
    const foreign = records(["start 0", "stop pending"], true);
    assert.deepEqual(sorted(foreign), ["start 1", "stop -1"]);
  });

  test("between nodes the times decide", () => {
    const [early, late] = records(["stop 0 @90s", "start 0 @80s"]);
    assert.ok(early && late);
    assert.equal(compareAge({ record: late, node: "alpha" }, { record: early, node: "beta" }), 1);
  });

  test("where no time was written down nothing is newer", () => {
    const [first, second] = records(["stop 0", "start 0"], true);
    assert.ok(first && second);
    const undated = { record: { ...first, changedAt: 0 }, node: "beta" };
    assert.equal(compareAge({ record: second, node: "alpha" }, undated), 0);
  });
});

suite("since when a resource is active", () => {
  const rows = [
    [["probe 7", "start 0", "monitor 10s 0"], 1, -1],
    [["start 0", "stop 0"], 0, 1],
    [["probe 0"], 0, -1],
    [["probe 7"], -1, -1],
    [["stop 0", "promote 0"], 1, 0],
  ] as const;
  for (const [lines, startIndex, stopIndex] of rows) {
    test(`${lines.join(", ")}: start ${startIndex}, stop ${stopIndex}`, () => {
      const [node] = readWorking(smallInput({})).nodes;
      assert.ok(node);
      const entries = sortEntries(node, { resource: "a", records: records(lines), repairs: 0 });
      assert.deepEqual(findActiveSpan(entries), { startIndex, stopIndex });
    });
  }
});
