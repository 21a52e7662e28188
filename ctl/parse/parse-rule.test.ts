import assert from "node:assert/strict";
import fc from "fast-check";
import type { Condition, NameValues, Rule } from "../../agent/core/model/index.ts";
import { CtlError } from "../ctl-error.ts";
import { renderLocationRule, renderRule, renderRuleLines } from "../render/render-rule.ts";
import { parseRule } from "./parse-rule.ts";

type AttributeCondition = Condition & { readonly kind: "attribute" };
type DateCondition = Condition & { readonly kind: "date" };

function compare(
  attribute: string,
  operation: AttributeCondition["operation"],
  value: string | null,
  rest: Partial<AttributeCondition> = {},
): Condition {
  return {
    kind: "attribute",
    attribute,
    operation,
    value,
    type: null,
    valueSource: "literal",
    ...rest,
  };
}

function date(operation: DateCondition["operation"], rest: Partial<DateCondition>): Condition {
  return { kind: "date", operation, start: null, end: null, duration: null, spec: null, ...rest };
}

function rule(combine: Rule["combine"], ...conditions: readonly Condition[]): Rule {
  return { kind: "rule", id: "", combine, conditions };
}

const A = compare("a", "defined", null);
const B = compare("b", "not_defined", null);
const C = compare("c", "eq", "1");

/** What the text means: a rule of one condition is that condition. */
function normal(given: Rule): Rule {
  const conditions = given.conditions.map((condition): Condition => {
    if (condition.kind !== "rule") return condition;
    const inner = normal(condition);
    const [only, ...others] = inner.conditions;
    return only !== undefined && others.length === 0 ? only : inner;
  });
  const [only, ...others] = conditions;
  if (only?.kind === "rule" && others.length === 0) return only;
  return { ...given, combine: conditions.length === 1 ? "and" : given.combine, conditions };
}

suite("rules in the words of pcs", () => {
  const rows: readonly (readonly [string, Rule])[] = [
    ["defined a", rule("and", A)],
    ["a eq 5", rule("and", compare("a", "eq", "5"))],
    ["#uname ne ip1", rule("and", compare("#uname", "ne", "ip1"))],
    ["a gte integer 5", rule("and", compare("a", "gte", "5", { type: "integer" }))],
    ["a eq string integer", rule("and", compare("a", "eq", "integer", { type: "string" }))],
    [
      "a eq version param wanted",
      rule("and", compare("a", "eq", "wanted", { type: "version", valueSource: "param" })),
    ],
    ["a eq meta and defined a", rule("and", compare("a", "eq", "meta"), A)],
    ["defined a and not_defined b and c eq 1", rule("and", A, B, C)],
    ["defined a or not_defined b and c eq 1", rule("and", rule("or", A, B), C)],
    ["defined a and not_defined b or c eq 1 or defined a", rule("or", rule("and", A, B), C, A)],
    ["defined a or (not_defined b and c eq 1)", rule("or", A, rule("and", B, C))],
    ["((defined a))", rule("and", A)],
    ["date gt 2026-01-01", rule("and", date("gt", { start: "2026-01-01" }))],
    ["date lt 2026-01-01T10:00:00Z", rule("and", date("lt", { end: "2026-01-01T10:00:00Z" }))],
    [
      "date in_range 2026-01-01 to 2026-02-01",
      rule("and", date("in_range", { start: "2026-01-01", end: "2026-02-01" })),
    ],
    ["date in_range to 2026-02-01", rule("and", date("in_range", { end: "2026-02-01" }))],
    ["date in_range 2026-01-01", rule("and", date("in_range", { start: "2026-01-01" }))],
    [
      "date in_range 2026-01-01 to duration months=3 days=1 and defined a",
      rule(
        "and",
        date("in_range", { start: "2026-01-01", duration: { months: "3", days: "1" } }),
        A,
      ),
    ],
    [
      "date-spec hours=9-17 weekdays=1-5 yearsdays=1",
      rule("and", date("date_spec", { spec: { hours: "9-17", weekdays: "1-5", yeardays: "1" } })),
    ],
    ["date eq 4", rule("and", compare("date", "eq", "4"))],
    ['"date" gt 4', rule("and", compare("date", "gt", "4"))],
    [
      "resource ocf::apache or resource systemd::",
      rule(
        "or",
        { kind: "resource", standard: "ocf", provider: null, type: "apache" },
        { kind: "resource", standard: "systemd", provider: null, type: null },
      ),
    ],
    ["resource eq 1", rule("and", compare("resource", "eq", "1"))],
    [
      "op monitor interval=10s and op start",
      rule(
        "and",
        { kind: "operation", name: "monitor", intervalMs: 10_000 },
        { kind: "operation", name: "start", intervalMs: null },
      ),
    ],
  ];
  for (const [text, expected] of rows) {
    test(`${text}`, () => {
      assert.deepEqual(parseRule(text.split(" ")), expected, "as words");
      assert.deepEqual(parseRule([text]), expected, "as one word");
    });
  }

  test("a word of the command line that is a value is taken whole", () => {
    assert.deepEqual(
      parseRule(["a", "eq", "x and y", "or", "b", "ne", "string", "( z"]),
      rule("or", compare("a", "eq", "x and y"), compare("b", "ne", "( z", { type: "string" })),
    );
  });

  const refusals: readonly (readonly [string, string])[] = [
    ["", "unexpected end of rule"],
    ["defined", "unexpected end of rule"],
    ["defined a and", "unexpected end of rule"],
    ["defined a defined b", "unexpected 'defined'"],
    ["and", "unexpected 'and'"],
    ["( defined a", "missing ')'"],
    ["defined a )", "unexpected ')'"],
    ["a", "missing one of lt, lte, gt, gte, eq, ne after 'a'"],
    ["a like b", "missing one of lt, lte, gt, gte, eq, ne after 'a'"],
    ["a eq", "unexpected end of rule"],
    ["a eq string", "unexpected end of rule"],
    ["a eq and", "unexpected 'and'"],
    ["date-spec", "missing one of hours=, weekdays=, … after 'date-spec'"],
    [
      "date in_range 2026-01-01 to duration",
      "missing one of hours=, weekdays=, … after 'duration'",
    ],
    ["resource apache", "'apache' is not [STANDARD]:[PROVIDER]:[TYPE], such as ocf::apache"],
    ["op monitor interval=soon", "'soon' is not a duration such as 30s"],
    ['a eq "b', `unexpected '"b'`],
  ];
  for (const [text, why] of refusals) {
    test(`"${text}" is refused: ${why}`, () => {
      const words = text.split(" ").filter((word) => word !== "");
      assert.throws(
        () => parseRule(words),
        (error: unknown) => {
          assert.ok(error instanceof CtlError);
          assert.deepEqual(error.lines, [`'${text}' is not a valid rule expression: ${why}`]);
          return true;
        },
      );
    });
  }

  const name = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      "and",
      "or",
      "date",
      "resource",
      "string",
      "param",
      "(",
      '"',
      "\\",
      "a b",
      "to",
    ),
  );
  const fields: fc.Arbitrary<NameValues> = fc.dictionary(
    fc.constantFrom("hours", "weekdays", "months", "years"),
    fc.stringMatching(/^[0-9-]{1,5}$/),
    { minKeys: 1 },
  );
  const optionalName = fc.option(name, { nil: null });
  const agentPart = fc.option(fc.stringMatching(/^[a-z0-9]{1,5}$/), { nil: null });
  const leaf: fc.Arbitrary<Condition> = fc.oneof(
    fc.record({
      kind: fc.constant("attribute" as const),
      attribute: name,
      operation: fc.constantFrom("lt", "lte", "gt", "gte", "eq", "ne"),
      value: fc.oneof(fc.string({ maxLength: 8 }), name),
      type: fc.constantFrom("string", "integer", "number", "version", null),
      valueSource: fc.constantFrom("literal", "param", "meta"),
    }),
    fc.record({
      kind: fc.constant("attribute" as const),
      attribute: name,
      operation: fc.constantFrom("defined", "not_defined"),
      value: fc.constant(null),
      type: fc.constant(null),
      valueSource: fc.constant("literal" as const),
    }),
    name.map((start) => date("gt", { start })),
    name.map((end) => date("lt", { end })),
    fields.map((spec) => date("date_spec", { spec })),
    fc
      .record({
        start: optionalName,
        end: optionalName,
        duration: fc.option(fields, { nil: null }),
      })
      .filter(({ start, end }) => start !== null || end !== null)
      .map((range) => date("in_range", range)),
    fc.record({
      kind: fc.constant("resource" as const),
      standard: agentPart,
      provider: agentPart,
      type: agentPart,
    }),
    fc.record({
      kind: fc.constant("operation" as const),
      name,
      intervalMs: fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null }),
    }),
  );
  const { tree } = fc.letrec<{ tree: Rule; node: Condition }>((tie) => ({
    tree: fc.record({
      kind: fc.constant("rule" as const),
      id: fc.constant(""),
      combine: fc.constantFrom("and", "or"),
      conditions: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
    }),
    node: fc.oneof({ maxDepth: 4 }, leaf, tie("tree")),
  }));

  test("what is rendered is read back as it was", () => {
    fc.assert(
      fc.property(tree, (given) => {
        assert.deepEqual(parseRule([renderRule(given)]), normal(structuredClone(given)));
      }),
      { numRuns: 500, seed: 1 },
    );
  }).timeout(20_000);

  test("rules are listed as pcs lists them", () => {
    const given: Rule = {
      kind: "rule",
      id: "r",
      combine: "or",
      conditions: [
        compare("#uname", "eq", "ip1"),
        {
          kind: "rule",
          id: "r-rule",
          combine: "and",
          conditions: [
            date("date_spec", { spec: { hours: "9-17" } }),
            date("in_range", { start: "2026-01-01", duration: { months: "3" } }),
          ],
        },
      ],
    };
    assert.deepEqual(renderRuleLines(given, true), [
      "Rule: boolean-op=or (id:r)",
      "  Expression: #uname eq ip1",
      "  Rule: boolean-op=and (id:r-rule)",
      "    Expression:",
      "      Date Spec: hours=9-17",
      "    Expression: date in_range 2026-01-01 to duration",
      "      Duration: months=3",
    ]);
    const located = { rule: rule("and", A), score: { attribute: "x" }, role: "Promoted" } as const;
    assert.deepEqual(renderLocationRule(located, false), [
      "Rule: role=Promoted score-attribute=x",
      "  Expression: defined a",
    ]);
  });
});
