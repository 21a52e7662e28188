import assert from "node:assert/strict";
import type { Condition, Rule } from "../../model/index.ts";
import { parseTimeS } from "./calendar.ts";
import { evaluateRule, type RuleContext } from "./rules.ts";

const NOW_S = parseTimeS("2024-07-01T09:30:00") ?? 0;

const CONTEXT: RuleContext = {
  nowS: NOW_S,
  attributes: new Map([
    ["#uname", "alpha"],
    ["cores", "16"],
    ["load", "1.5"],
    ["kernel", "6.10.2"],
    ["site", "North"],
  ]),
  parameters: { rack: "north", limit: "9" },
  meta: { place: "north" },
};

function rule(conditions: readonly Condition[], combine: Rule["combine"] = "and"): Rule {
  return { kind: "rule", id: "r", combine, conditions };
}

type DateCondition = Extract<Condition, { readonly kind: "date" }>;

const NO_DATE: DateCondition = {
  kind: "date",
  operation: "gt",
  start: null,
  end: null,
  duration: null,
  spec: null,
};

type AttributeCondition = Extract<Condition, { readonly kind: "attribute" }>;

function attribute(given: Partial<AttributeCondition>): AttributeCondition {
  return {
    kind: "attribute",
    attribute: "cores",
    operation: "eq",
    value: null,
    type: null,
    valueSource: "literal",
    ...given,
  };
}

suite("conditions on attributes", () => {
  const rows: readonly (readonly [string, Partial<AttributeCondition>, boolean])[] = [
    ["texts are equal whatever their case", { attribute: "site", value: "north" }, true],
    ["order compares numbers", { operation: "gt", value: "9" }, true],
    ["as texts 16 comes before 9", { operation: "gt", value: "9", type: "string" }, false],
    ["a point makes decimal numbers", { attribute: "load", operation: "lt", value: "1.6" }, true],
    [
      "versions compare part by part",
      { attribute: "kernel", operation: "gt", value: "6.9", type: "version" },
      true,
    ],
    ["a missing attribute is not equal to a value", { attribute: "none", value: "1" }, false],
    ["and it is different", { attribute: "none", operation: "ne", value: "1" }, true],
    ["but neither more nor less", { attribute: "none", operation: "lt", value: "1" }, false],
    ["defined", { operation: "defined" }, true],
    ["not defined", { attribute: "none", operation: "not_defined" }, true],
    ["a parameter as value", { operation: "gt", value: "limit", valueSource: "param" }, true],
    ["a meta attribute as value", { attribute: "site", value: "place", valueSource: "meta" }, true],
    ["a parameter that there is not", { value: "none", valueSource: "param" }, false],
  ];
  for (const [name, given, expected] of rows) {
    test(name, () => {
      assert.equal(evaluateRule(rule([attribute(given)]), CONTEXT), expected);
    });
  }

  test("a name takes in what a pattern has matched", () => {
    const condition = attribute({ attribute: "%1", operation: "gte", value: "16" });
    const context = { ...CONTEXT, matched: ["the-cores", "cores"] };
    assert.equal(evaluateRule(rule([condition]), context), true);
  });
});

suite("conditions on dates", () => {
  const rows: readonly (readonly [string, Partial<DateCondition>, boolean, string | null])[] = [
    ["gt", { operation: "gt", start: "2024-07-01" }, true, null],
    ["gt", { operation: "gt", start: "2024-07-02" }, false, "2024-07-02T00:00:01"],
    ["lt", { operation: "lt", end: "2024-07-02" }, true, "2024-07-02"],
    ["in_range", { operation: "in_range", start: "2024-07-02" }, false, "2024-07-02"],
    [
      "in_range",
      { operation: "in_range", start: "2024-07-01", end: "2024-07-02" },
      true,
      "2024-07-02T00:00:01",
    ],
    [
      "in_range",
      { operation: "in_range", start: "2024-07-01", duration: { hours: "9" } },
      false,
      null,
    ],
    ["date_spec", { operation: "date_spec", spec: { hours: "9" } }, true, "2024-07-01T10:00:00"],
    [
      "date_spec to the minute",
      { operation: "date_spec", spec: { minutes: "59" } },
      false,
      "2024-07-01T09:31:00",
    ],
  ];
  for (const [name, given, expected, change] of rows) {
    test(`${name}: ${JSON.stringify(given)}`, () => {
      const changes: number[] = [];
      const condition: DateCondition = { ...NO_DATE, ...given };
      const context: RuleContext = { ...CONTEXT, onChangeAt: (timeS) => changes.push(timeS) };
      assert.equal(evaluateRule(rule([condition]), context), expected);
      assert.deepEqual(changes, change === null ? [] : [parseTimeS(change)]);
    });
  }

  test("without a clock no condition on dates holds", () => {
    const condition: DateCondition = { ...NO_DATE, start: "1970-01-01" };
    assert.equal(evaluateRule(rule([condition]), { nowS: null }), false);
  });
});

suite("rules", () => {
  const yes = attribute({ operation: "defined" });
  const no = attribute({ operation: "not_defined" });

  test("and needs all conditions, or needs one; rules nest", () => {
    assert.equal(evaluateRule(rule([yes, no]), CONTEXT), false);
    assert.equal(evaluateRule(rule([yes, no], "or"), CONTEXT), true);
    assert.equal(evaluateRule(rule([yes, rule([no, yes], "or")]), CONTEXT), true);
  });

  test("a rule without conditions holds only when it combines by and", () => {
    assert.equal(evaluateRule(rule([]), CONTEXT), true);
    assert.equal(evaluateRule(rule([], "or"), CONTEXT), false);
  });

  test("defaults can be for one agent, or for one operation", () => {
    const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
    const resource: Condition = { kind: "resource", standard: "ocf", provider: null, type: "ping" };
    assert.equal(evaluateRule(rule([resource]), { ...CONTEXT, agent }), false);
    assert.equal(evaluateRule(rule([{ ...resource, type: null }]), { ...CONTEXT, agent }), true);
    const operation = { name: "monitor", intervalMs: 10_000 };
    const every: Condition = { kind: "operation", name: "monitor", intervalMs: null };
    assert.equal(evaluateRule(rule([every]), { ...CONTEXT, operation }), true);
    const other: Condition = { ...every, intervalMs: 20_000 };
    assert.equal(evaluateRule(rule([other]), { ...CONTEXT, operation }), false);
  });
});
