import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { AnswerAction } from "./answer.ts";
import { reachState } from "./reach-state.ts";

type Roles = Readonly<Record<string, readonly string[]>>;

function reach(before: Roles, actions: readonly string[], isPromotable = false): Roles | undefined {
  const listed = actions.map((text): AnswerAction => {
    const [op = "", node = "", detail = ""] = text.split(" ");
    return { op, rsc: op === "fence" ? null : "web", node, interval: null, detail };
  });
  const course = { actions: listed, implied: [], isPromotable: () => isPromotable };
  return reachState({ nodes: {}, resources: { web: before }, flags: {} }, course).resources["web"];
}

const ROWS: readonly (readonly [string, Roles, readonly string[], Roles])[] = [
  ["a stop and a start move it", { Started: ["a"] }, ["start b", "stop a"], { Started: ["b"] }],
  ["a restart leaves it", { Started: ["a"] }, ["start a", "stop a"], { Started: ["a"] }],
  ["a fencing stops it", { Started: ["a"] }, ["fence a reboot"], {}],
  ["unfencing stops nothing", { Started: ["a"] }, ["fence a on"], { Started: ["a"] }],
  ["a migration moves it", { Started: ["a"] }, ["migrate_from b", "stop a"], { Started: ["b"] }],
  ["one stop ends one instance", { Started: ["a", "a"] }, ["stop a"], { Started: ["a"] }],
  ["a start under way ends started", { Starting: ["a"] }, ["start a"], { Started: ["a"] }],
];

suite("state after a plan", () => {
  for (const [rule, before, actions, after] of ROWS) {
    test(rule, () => {
      assert.deepEqual(reach(before, actions), after);
    });
  }

  test("a promotable one starts unpromoted, and promotion comes last", () => {
    assert.deepEqual(reach({}, ["start a"], true), { Unpromoted: ["a"] });
    assert.deepEqual(reach({}, ["promote a", "start a"], true), { Promoted: ["a"] });
  });

  test("a demotion and a promotion swap the roles", () => {
    const before = { Promoted: ["a"], Unpromoted: ["b"] };
    const after = { Unpromoted: ["a"], Promoted: ["b"] };
    assert.deepEqual(reach(before, ["promote b", "demote a"], true), after);
  });

  test("implied stops and demotions count", () => {
    const resources = { web: { Promoted: ["a", "b"] } };
    const implied = [
      { operation: "demote", resource: "web", node: "a" },
      { operation: "stop", resource: "web", node: "b" },
    ] as const;
    const course = { actions: [], implied, isPromotable: () => true };
    const after = reachState({ nodes: {}, resources, flags: {} }, course);
    assert.deepEqual(after.resources, { web: { Unpromoted: ["a"] } });
  });
});
