import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { DeepFinding } from "../model/index.ts";
import { compareFindings, type DeepComparison } from "./index.ts";

const checks = (...names: readonly string[]): DeepFinding => ({ checks: names, groups: null });
const groups = (...names: readonly string[]): DeepFinding => ({ checks: null, groups: names });
const NOTHING: DeepFinding = { checks: null, groups: null };

suite("a deep check that fails here, and what the other node says", () => {
  const rows: readonly (readonly [
    what: string,
    here: DeepFinding,
    there: DeepFinding | null,
    expected: DeepComparison,
  ])[] = [
    ["the same check fails there", checks("a"), checks("a"), "alike"],
    ["it passes there", checks("a"), checks(), "onlyHere"],
    ["one of two passes there", checks("a", "b"), checks("b"), "onlyHere"],
    ["more fails there", checks("a"), checks("a", "b"), "alike"],
    ["another one fails there", checks("a"), checks("b"), "alike"],
    ["a name twice counts once", checks("a", "a"), checks("a"), "alike"],
    ["no answer", checks("a"), null, "unknown"],
    ["an answer that says nothing", checks("a"), NOTHING, "unknown"],
    ["its server is stopped, members here unknown", checks("a"), groups("m"), "unknown"],
    ["members down from both", { checks: ["a"], groups: ["m"] }, groups("m"), "alike"],
    ["members down from here only", { checks: ["a"], groups: ["m"] }, groups(), "onlyHere"],
    ["all members are reached from here", { checks: ["a"], groups: [] }, groups("m"), "unknown"],
    [
      "checks count more than members",
      { checks: ["a"], groups: ["m"] },
      { checks: ["a"], groups: [] },
      "alike",
    ],
  ];
  for (const [what, here, there, expected] of rows) {
    test(`${what}: ${expected}`, () => {
      assert.equal(compareFindings(here, there), expected);
    });
  }
});
