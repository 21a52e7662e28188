import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "mocha";
import { readExpectation, readNow } from "./expectation.ts";

suite("expectation of a case", () => {
  for (const [now, text] of [
    [1_461_920_819, "2016-04-29T09:06:59.000Z"],
    ["2005-020T11:30", "2005-01-20T11:30:00.000Z"],
    ["2024-366", "2024-12-31T00:00:00.000Z"],
    ["2020-05-01 10:00:00", "2020-05-01T10:00:00.000Z"],
    ["2020-05-01", "2020-05-01T00:00:00.000Z"],
    ["2020-05-01T10:00:00+02:00", "2020-05-01T08:00:00.000Z"],
  ] as const) {
    test(`the time ${now} is ${text}`, () => {
      assert.equal(new Date(readNow(now)).toISOString(), text);
    });
  }

  test("no time is later than all inputs", () => {
    assert.ok(readNow(null) > Date.parse("2030-01-01"));
  });

  test("a file is read, and Pacemaker's word for actions counts for two levels", () => {
    const folder = mkdtempSync(join(tmpdir(), "expectation-"));
    const state = { nodes: {}, resources: {}, flags: {} };
    const actions = [
      { op: "fence", node: "n1", action: "off" },
      { op: "start", rsc: "a", node: "n2" },
    ];
    const content = {
      name: "x",
      tier: "B",
      now: null,
      expected: { before: state, after: state, actions, edges: [[0, 1]], scores: {} },
      pacemaker215: { before: false, after: true, actions: true, scores: true, edges: false },
    };
    writeFileSync(join(folder, "x.expected.json"), JSON.stringify(content));
    const { tier, answer, agreed } = readExpectation(folder, "x");
    rmSync(folder, { recursive: true });
    assert.equal(tier, "B");
    assert.deepEqual([...agreed].sort(), ["all_actions", "core_actions", "placement"]);
    assert.deepEqual(answer.order, [[], [0]]);
    assert.deepEqual(answer.actions[0], {
      op: "fence",
      rsc: null,
      node: "n1",
      interval: null,
      detail: "off",
    });
  });
});
