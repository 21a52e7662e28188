import type { NameValues, ValueSet } from "../../model/index.ts";
import { evaluateRule, type RuleContext } from "./rules.ts";

/** Something that has plain values and sets of values with rules: a resource, a template, ... */
export interface ValueBearer {
  readonly values: NameValues;
  readonly sets: readonly ValueSet[] | undefined;
}

/**
 * All values that hold. Sets count by falling score; the plain values have the score 0 and come
 * before the sets of that score. Of several bearers an earlier one counts before a later one at
 * the same score. The first that names a value wins.
 */
export function resolveValues(
  bearers: readonly ValueBearer[],
  context: RuleContext,
): Record<string, string> {
  const layers = bearers.flatMap(({ values, sets = [] }) => [
    { score: 0, rule: null, values },
    ...sets,
  ]);
  const holding = layers.filter(({ rule }) => rule === null || evaluateRule(rule, context));
  const result: Record<string, string> = {};
  // Sorting is stable: equal scores stay in the order given.
  for (const { values } of holding.sort((a, b) => b.score - a.score)) fillIn(result, values);
  return result;
}

/** Adds the values of names that are not there yet. */
export function fillIn(target: Record<string, string>, values: NameValues): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(target, name) && value !== "#default") target[name] = value;
  }
}
