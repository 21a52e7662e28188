import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { LEVELS, type Level } from "./expectation.ts";
import { countAgreed, countTiers, missedBars, renderJson, renderText } from "./report.ts";
import type { CaseResult } from "./run-case.ts";

function result(name: string, more: Partial<CaseResult> & { readonly fails?: readonly Level[] }) {
  const { fails = [], ...given } = more;
  const line = (level: Level): readonly string[] => (fails.includes(level) ? ["- x"] : []);
  const levels = {
    state: line("state"),
    placement: line("placement"),
    core_actions: line("core_actions"),
    all_actions: line("all_actions"),
    order: line("order"),
  };
  const none: CaseResult = {
    name,
    tier: "A",
    agreed: new Set(LEVELS),
    expected: null,
    own: null,
    tookMs: 1,
    levels,
    remarks: [],
  };
  return { ...none, ...given };
}

function many(count: number, more: Parameters<typeof result>[1]): CaseResult[] {
  return Array.from({ length: count }, (_none, index) => result(`case-${index}`, more));
}

suite("report of a corpus", () => {
  test("cases are counted by tier and level", () => {
    const results = [result("a", { fails: ["order"] }), result("b", { tier: "B" })];
    const tiers = countTiers(results);
    assert.deepEqual(tiers["A"]?.order, { passed: 0, total: 1 });
    assert.deepEqual(tiers["A"]?.state, { passed: 1, total: 1 });
    assert.deepEqual(tiers["B"]?.order, { passed: 1, total: 1 });
  });

  test("a level on which Pacemaker differs from the expectation does not count for the bar", () => {
    const agreed = new Set(LEVELS.filter((level) => level !== "order"));
    const counts = countAgreed([result("a", { fails: ["order"], agreed })]);
    assert.deepEqual(counts["A"]?.order, { passed: 0, total: 0 });
    assert.deepEqual(missedBars(counts), []);
  });

  for (const [tier, level, passed, failed, isMissed] of [
    ["A", "state", 199, 1, true],
    ["A", "core_actions", 200, 0, false],
    ["A", "order", 98, 2, false],
    ["A", "order", 97, 3, true],
    ["B", "placement", 92, 8, false],
    ["B", "placement", 91, 9, true],
    ["B", "all_actions", 88, 12, false],
    ["B", "order", 87, 13, true],
  ] as const) {
    test(`${tier} ${level}: ${passed} of ${passed + failed} misses the bar: ${isMissed}`, () => {
      const results = [...many(passed, { tier }), ...many(failed, { tier, fails: [level] })];
      assert.equal(missedBars(countAgreed(results)).length > 0, isMissed);
    });
  }

  test("the answer for programs names what failed, crashed and was slow", () => {
    const own = {
      before: { nodes: {}, resources: {}, flags: {} },
      after: { nodes: {}, resources: {}, flags: {} },
      actions: [],
      order: [],
      decisions: [],
      scores: [],
      stuck: ["3 operation n1"],
      contradictions: [],
    };
    const results = [result("a", { fails: ["order"], own, tookMs: 1500 }), result("b", {})];
    const json = JSON.parse(renderJson(results));
    assert.deepEqual(json.failed, [{ name: "a", levels: ["order"] }]);
    assert.deepEqual(json.crashed, ["b"]);
    assert.deepEqual(json.slow, ["a"]);
    assert.deepEqual(json.cycles, ["a"]);
    assert.deepEqual(json.tiers.A.order, { passed: 1, total: 2 });
    assert.match(renderText(results), /a: slow: 1500 ms\na: a cycle: 3 operation n1/);
  });
});
