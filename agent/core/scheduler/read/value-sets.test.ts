import assert from "node:assert/strict";
import type { Rule } from "../../model/index.ts";
import { resolveValues } from "./value-sets.ts";

const NEVER: Rule = { kind: "rule", id: "never", combine: "or", conditions: [] };

suite("values of several sets", () => {
  test("a higher score counts first, the plain values have the score 0", () => {
    const sets = [
      { id: "low", score: -1, rule: null, values: { a: "low", b: "low", c: "low" } },
      { id: "high", score: 1, rule: null, values: { a: "high" } },
    ];
    const found = resolveValues([{ values: { a: "plain", b: "plain" }, sets }], { nowS: null });
    assert.deepEqual(found, { a: "high", b: "plain", c: "low" });
  });

  test("names that every object has are names like others", () => {
    const values = { constructor: "a", toString: "b" };
    assert.deepEqual(resolveValues([{ values, sets: undefined }], { nowS: null }), values);
  });

  test("a set whose rule does not hold says nothing", () => {
    const sets = [{ id: "s", score: 9, rule: NEVER, values: { a: "set" } }];
    assert.deepEqual(resolveValues([{ values: {}, sets }], { nowS: null }), {});
  });

  test("at one score an earlier bearer counts before a later one, not above a higher score", () => {
    const template = {
      values: { a: "template", b: "template" },
      sets: [{ id: "s", score: 5, rule: null, values: { c: "template" } }],
    };
    const own = { values: { a: "own", c: "own" }, sets: undefined };
    const found = resolveValues([own, template], { nowS: null });
    assert.deepEqual(found, { a: "own", b: "template", c: "template" });
  });
});
