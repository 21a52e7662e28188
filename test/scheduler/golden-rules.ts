import type { Comparison, Condition, Rule } from "../../agent/core/model/index.ts";
import { buildAgent } from "./golden-resources.ts";
import { readMs, readPairs, splitWords } from "./golden-scalars.ts";

// Rules as golden cases write them: conditions joined by `and`, or all by `or`.

const COMPARISONS = ["lt", "lte", "gt", "gte", "eq", "ne"] as const;

/**
 * Builds a rule out of conditions: `zone eq east`, `load lt 5 as integer`, `defined zone`,
 * `not_defined zone`, `date gt 2026-05-01`, `date 2026-05-01 to 2026-06-01`,
 * `date hours=9-17 weekdays=1-5`, `agent ocf:heartbeat:apache`, `operation monitor 10s`.
 */
export function buildRule(text: string, id: string): Rule {
  const isAny = text.includes(" or ");
  if (isAny && text.includes(" and ")) throw new Error(`rule "${text}": and beside or`);
  const conditions = text.split(isAny ? " or " : " and ").map(buildCondition);
  return { kind: "rule", id, combine: isAny ? "or" : "and", conditions };
}

function buildCondition(text: string): Condition {
  const [first = "", second = "", third, ...rest] = splitWords(text);
  switch (first) {
    case "date":
      return buildDateCondition(splitWords(text).slice(1));
    case "agent":
      return { kind: "resource", ...buildAgent(second) };
    case "operation": {
      const intervalMs = third === undefined ? null : readMs(third);
      return { kind: "operation", name: second, intervalMs };
    }
    case "defined":
    case "not_defined":
      return buildAttributeCondition(second, first, {});
    default: {
      const operation = COMPARISONS.find((each) => each === second);
      if (operation === undefined || third === undefined) {
        throw new Error(`condition "${text}": not understood`);
      }
      const [, type] = rest;
      return buildAttributeCondition(first, operation, { value: third, type });
    }
  }
}

function buildAttributeCondition(
  attribute: string,
  operation: Comparison,
  { value, type }: { readonly value?: string; readonly type?: string | undefined },
): Condition {
  const types = ["string", "integer", "number", "version"] as const;
  return {
    kind: "attribute",
    attribute,
    operation,
    value: value ?? null,
    type: types.find((each) => each === type) ?? null,
    valueSource: "literal",
  };
}

function buildDateCondition(words: readonly string[]): Condition {
  const nothing = { start: null, end: null, duration: null, spec: null };
  const [first = "", second = "", third = ""] = words;
  if (first === "gt") return { kind: "date", operation: "gt", ...nothing, start: second };
  if (first === "lt") return { kind: "date", operation: "lt", ...nothing, end: second };
  if (second === "to") {
    return { kind: "date", operation: "in_range", ...nothing, start: first, end: third };
  }
  return { kind: "date", operation: "date_spec", ...nothing, spec: readPairs(words) };
}
