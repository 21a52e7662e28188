import assert from "node:assert/strict";
import { ROLE, type Role } from "../working.ts";
import { nextRoleToward, stepBetween } from "./role-path.ts";

const { stopped, started, unpromoted, promoted } = ROLE;

/** All steps from one role to another. */
function steps(from: Role, target: Role): readonly string[] {
  const taken: string[] = [];
  for (let role = from; role !== target; ) {
    const next = nextRoleToward(role, target);
    const step = stepBetween(role, next);
    if (step === null) break;
    taken.push(step);
    role = next;
  }
  return taken;
}

suite("the way from role to role", () => {
  const rows: readonly (readonly [string, Role, Role, readonly string[]])[] = [
    ["what is stopped is started", stopped, started, ["start"]],
    ["what is stopped is promoted after its start", stopped, promoted, ["start", "promote"]],
    ["what runs is stopped", started, stopped, ["stop"]],
    ["what runs unpromoted already is left alone", started, unpromoted, []],
    ["what runs is promoted as it is", started, promoted, ["promote"]],
    ["what is promoted is demoted before its stop", promoted, stopped, ["demote", "stop"]],
    ["what is promoted keeps running unpromoted", promoted, unpromoted, ["demote"]],
  ];
  for (const [rule, from, target, expected] of rows) {
    test(rule, () => assert.deepEqual(steps(from, target), expected));
  }
});
