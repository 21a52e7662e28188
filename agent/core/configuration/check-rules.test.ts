import assert from "node:assert/strict";
import { FULL_CIB, FULL_CIB_NODES, isEqual, ruleOf } from "../../../test/configuration/full-cib.ts";
import type { Cib, Condition, Rule } from "../model/index.ts";
import { renderProblem } from "../model/index.ts";
import { checkCib } from "./index.ts";
import { RULE_DEPTH_MAX } from "./parse-rules.ts";

type Row = readonly [name: string, change: Partial<Cib>, expected: readonly string[]];

function lines(change: Partial<Cib>): readonly string[] {
  return checkCib({ ...FULL_CIB, ...change }, FULL_CIB_NODES).map(renderProblem);
}

function checkRows(rows: readonly Row[]): void {
  for (const [name, change, expected] of rows) {
    test(name, () => {
      assert.deepEqual(lines(change), expected);
    });
  }
}

suite("checkCib of rules", () => {
  const rule = (...conditions: readonly Condition[]): Partial<Cib> => ({
    propertySets: [{ id: "p1", score: 0, rule: ruleOf("r", ...conditions), values: {} }],
  });
  const compare = (rest: Partial<Condition & { readonly kind: "attribute" }>): Partial<Cib> =>
    rule({
      kind: "attribute",
      attribute: "a",
      operation: "eq",
      value: "1",
      type: null,
      valueSource: "literal",
      ...rest,
    });
  const date = (rest: Partial<Condition & { readonly kind: "date" }>): Partial<Cib> =>
    rule({
      kind: "date",
      operation: "in_range",
      start: null,
      end: null,
      duration: null,
      spec: null,
      ...rest,
    });
  const at = 'property set "p1" rule "r"';
  const iso = "must be a date of ISO 8601 such as 2026-12-31 or 2026-12-31T18:00:00Z";
  checkRows([
    ["a rule has a condition", rule(), [`${at}: has no condition; name at least one`]],
    [
      "a name is that of an attribute",
      compare({ attribute: "a b" }),
      [`${at}: "a b": is not the name of a node attribute`],
    ],
    ["a built-in attribute is one", compare({ attribute: "#uname" }), []],
    [
      "a comparison has a value",
      compare({ value: null }),
      [`${at} "a" eq: needs a value to compare with`],
    ],
    ["a question for the name has none", compare({ operation: "defined", value: null }), []],
    [
      "a whole number is one",
      compare({ type: "integer", value: "1.5" }),
      [`${at} "a" eq: "1.5": must be a whole number`],
    ],
    [
      "a number is one",
      compare({ type: "number", value: "x" }),
      [`${at} "a" eq: "x": must be a number such as 3 or 3.5`],
    ],
    [
      "a version is one",
      compare({ type: "version", value: "1.a" }),
      [`${at} "a" eq: "1.a": must be a version such as 1.2.3`],
    ],
    [
      "the name of a parameter is no number",
      compare({ type: "integer", value: "x", valueSource: "param" }),
      [],
    ],
    [
      "a range has a date",
      date({}),
      [`${at} date in_range: needs a date that it begins or ends at`],
    ],
    ["a range may be open", date({ end: "2026-12-31T18:00:00+01:00" }), []],
    [
      "a range begins before it ends",
      date({ start: "2026-02-01", end: "2026-01-31" }),
      [`${at} date in_range: 2026-02-01 to 2026-01-31: must end after it begins`],
    ],
    [
      "a duration begins at a date, and has no days of the week",
      date({ end: "2026-01-01", duration: { weekdays: "1", days: "1-2" } }),
      [
        `${at} date in_range duration "weekdays": is not known here; known: weeks, days, years, ` +
          "seconds, hours, minutes, months",
        `${at} date in_range duration "days": "1-2": must be a whole number from 0 to 1000000`,
        `${at} date in_range: needs the date that its duration begins at`,
      ],
    ],
    ["after what?", date({ operation: "gt" }), [`${at} date gt: needs a date`]],
    [
      "before what?",
      date({ operation: "lt", start: "2026-01-01" }),
      [`${at} date lt: needs a date`],
    ],
    [
      "a date is in the calendar",
      date({ operation: "gt", start: "2026-02-29" }),
      [`${at} date gt: "2026-02-29": ${iso}`],
    ],
    [
      "fields of what?",
      date({ operation: "date_spec" }),
      [`${at} date date_spec: needs at least one field of a date`],
    ],
    [
      "fields of a date are known and in their bounds",
      date({
        operation: "date_spec",
        spec: { hours: "9-24", weekdays: "5-1", day: "1", months: "12-", years: "2026-" },
      }),
      [
        `${at} date date_spec "hours": "9-24": must be a whole number from 0 to 23, or a range ` +
          "such as 0-23",
        `${at} date date_spec "weekdays": "5-1": must be a whole number from 1 to 7, or a range ` +
          "such as 1-7",
        `${at} date date_spec "day": is not known here; known: moon, years, hours, ` +
          "weekdays, weeks, yeardays, monthdays, months, minutes, seconds, weekyears",
      ],
    ],
    [
      "only defaults ask for whom they are",
      rule(
        { kind: "resource", standard: "ocf", provider: null, type: null },
        { kind: "operation", name: "monitor", intervalMs: null },
      ),
      [
        `${at}: "resource": may stand in rules of resource defaults and operation defaults only`,
        `${at}: "op": may stand in rules of operation defaults only`,
      ],
    ],
    [
      "resource defaults are not asked for operations, and operations are known",
      {
        resourceDefaultSets: [
          {
            id: "d1",
            score: 0,
            rule: ruleOf("r", { kind: "operation", name: "monitor", intervalMs: null }),
            values: {},
          },
        ],
        operationDefaultSets: [
          {
            id: "d2",
            score: 0,
            rule: ruleOf("r2", { kind: "operation", name: "watch", intervalMs: null }),
            values: {},
          },
        ],
      },
      [
        'resource defaults set "d1" rule "r": "op": may stand in rules of operation defaults only',
        'operation defaults set "d2" rule "r2": "watch": must be one of monitor, start, stop, ' +
          "promote, demote, notify, migrate_to, migrate_from, reload, reload-agent, status, " +
          "validate-all, meta-data",
      ],
    ],
  ]);

  test("rules are nested so deep, and have so many conditions, and no more", () => {
    const nested = (depth: number): Rule =>
      ruleOf(`r${depth}`, depth === 1 ? isEqual("a", "1") : nested(depth - 1));
    assert.deepEqual(lines(rule(nested(RULE_DEPTH_MAX - 1))), []);
    assert.deepEqual(lines(rule(nested(RULE_DEPTH_MAX))), [
      'property set "p1" rule "r1": 17: at most 16 rules may be nested',
    ]);
    const many = Array.from({ length: 101 }, () => isEqual("a", "1"));
    assert.deepEqual(lines(rule(...many)), [`${at}: 101: at most 100 are possible`]);
  });

  const dates: readonly (readonly [string, boolean])[] = [
    ["2026-02-28", true],
    ["20260228", true],
    ["2024-02-29", true],
    ["2000-02-29", true],
    ["1900-02-29", false],
    ["2024-366", true],
    ["2026-366", false],
    ["2026-W53-7", true],
    ["2026-W54-1", false],
    ["2026-13-01", false],
    ["2026-04-31", false],
    ["2026-01-01T10", true],
    ["2026-01-01 10:30:00 Z", true],
    ["2026-01-01T10:30:00.5+0100", true],
    ["2026-01-01T25:00", false],
    ["2026-01-01T10:60", false],
    ["2026", false],
    ["today", false],
    ["", false],
  ];
  for (const [text, isOne] of dates) {
    test(`"${text}" is ${isOne ? "a" : "no"} date`, () => {
      const problems = lines(date({ operation: "gt", start: text }));
      assert.deepEqual(problems, isOne ? [] : [`${at} date gt: "${text}": ${iso}`]);
    });
  }
});
