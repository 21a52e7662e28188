import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Condition, Constraint, Rule } from "../../agent/core/model/index.ts";
import { renderLocations } from "./render-constraints.ts";
import { isExpired } from "./render-rule.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 16);
const NODE: Condition = {
  kind: "attribute",
  attribute: "#uname",
  operation: "eq",
  value: "ip1",
  type: null,
  valueSource: "literal",
};

function date(operation: "lt" | "gt" | "in_range", time: string): Condition {
  const end = operation === "gt" ? null : time;
  const start = operation === "gt" ? time : null;
  return { kind: "date", operation, start, end, duration: null, spec: null };
}

function rule(combine: "and" | "or", ...conditions: readonly Condition[]): Rule {
  return { kind: "rule", id: "r", combine, conditions };
}

const PAST = "2026-11-21T15:00:00Z";
const FUTURE = "2026-11-21T17:00:00Z";

suite("rules whose time is over", () => {
  const rows: readonly (readonly [what: string, rule: Rule, expected: boolean])[] = [
    ["all of it must hold, and a part cannot", rule("and", NODE, date("lt", PAST)), true],
    ["its time is to come", rule("and", NODE, date("lt", FUTURE)), false],
    ["one part may hold still", rule("or", NODE, date("lt", PAST)), false],
    ["no part can", rule("or", date("lt", PAST), date("in_range", PAST)), true],
    ["from a time on", rule("and", date("gt", PAST)), false],
    ["a rule within", rule("and", rule("or", date("lt", PAST))), true],
    ["without dates", rule("and", NODE), false],
  ];
  for (const [what, one, expected] of rows) {
    test(`${what}: ${expected ? "expired" : "not"}`, () => {
      assert.equal(isExpired(one, NOW_MS), expected);
    });
  }

  test("are marked in the listing, the constraint and the rule", () => {
    const constraint: Constraint = {
      kind: "locationRules",
      id: "cli-ban-web-on-ip1",
      target: { kind: "resource", resource: "web" },
      nodes: {
        kind: "rules",
        rules: [{ rule: rule("and", NODE, date("lt", "2020-01-01")), score: -5, role: null }],
      },
    };
    assert.deepEqual(renderLocations([constraint], false).slice(1, 4), [
      "  Resource: web",
      "    Constraint (expired): cli-ban-web-on-ip1",
      "      Rule (expired): boolean-op=and score=-5",
    ]);
  });
});
