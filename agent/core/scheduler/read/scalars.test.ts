import assert from "node:assert/strict";
import {
  compareNumbered,
  compareVersions,
  readCount,
  readDurationMs,
  readFlag,
} from "./scalars.ts";

suite("values as people write them", () => {
  test("durations", () => {
    const rows = [
      ["90", 90_000],
      ["500ms", 500],
      ["5min", 300_000],
      ["PT1M30S", 90_000],
      ["soon", 7],
    ] as const;
    for (const [text, expected] of rows) assert.equal(readDurationMs(text, 7), expected);
  });

  test("a count that is none is 0, and one that is missing the fallback", () => {
    assert.deepEqual(
      [readCount("3", 1), readCount("three", 1), readCount(undefined, 1)],
      [3, 0, 1],
    );
  });

  test("anything but yes and no leaves a flag as it is", () => {
    assert.deepEqual(
      [readFlag("On", false), readFlag("no", true), readFlag("?", true)],
      [true, false, true],
    );
  });
});

suite("orders of names and versions", () => {
  test("node9 comes before node10, and case does not matter", () => {
    const names = ["node10", "Node9", "node1-b", "node1-a", "node"];
    assert.deepEqual(names.sort(compareNumbered), [
      "node",
      "node1-a",
      "node1-b",
      "Node9",
      "node10",
    ]);
  });

  test("3.0.13 is newer than 3.0.9, and 3 is the same as 3.0", () => {
    assert.deepEqual([compareVersions("3.0.13", "3.0.9"), compareVersions("3", "3.0")], [1, 0]);
  });
});
