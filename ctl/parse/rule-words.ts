/** The words of rules that mean something, and how a text that is one of them is told apart. */
import type { Comparison } from "../../agent/core/model/index.ts";

/** Comparisons of a node attribute with a value. */
export const COMPARISONS = ["lt", "lte", "gt", "gte", "eq", "ne"] as const satisfies Comparison[];

/** Questions for the name of a node attribute alone. */
export const PRESENCES = ["defined", "not_defined"] as const satisfies Comparison[];

/** As what two values are compared. */
export const VALUE_TYPES = ["string", "integer", "number", "version"] as const;

/** What a value may be the name of. */
export const VALUE_SOURCES = ["param", "meta"] as const;

const KEYWORDS: readonly string[] = [
  ...PRESENCES,
  ...VALUE_TYPES,
  ...VALUE_SOURCES,
  "and",
  "or",
  "date",
  "date-spec",
  "to",
  "duration",
  "resource",
  "op",
];

/** The text as one word of a rule: in double quotes when it would mean something else without. */
export function quoteRuleWord(text: string): string {
  const isPlain = /^[^\s()"\\]+$/.test(text) && !KEYWORDS.includes(text);
  return isPlain ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}
