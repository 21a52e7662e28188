/** Problems of rules and of the sets of values that depend on them. */
import type { Condition, NameValues, Problem, Rule, ValueSet } from "../model/index.ts";
import { checkDate, checkDateFields, DATE_SPEC_FIELDS, DURATION_FIELDS } from "./check-dates.ts";
import { checkCount, checkScore } from "./check-scores.ts";
import { isAttributeName } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { OPERATION_NAMES } from "./operation-names.ts";
import { RULE_DEPTH_MAX } from "./parse-rules.ts";

/** Most conditions that one rule may have, those of rules in it not counted. */
export const CONDITIONS_MAX = 100;

/** Most sets of values that one bearer may have. */
export const VALUE_SETS_MAX = 50;

/** Where a rule stands: only defaults may ask for whom they are. */
export type RuleScope = "resourceDefaults" | "operationDefaults" | "other";

type AttributeCondition = Condition & { readonly kind: "attribute" };
type DateCondition = Condition & { readonly kind: "date" };

/** Problems of sets of values; `check` looks at the values of each. */
export function checkValueSets(
  path: string,
  sets: readonly ValueSet[] | undefined,
  {
    check,
    scope = "other",
  }: {
    readonly check: (path: string, values: NameValues) => readonly Problem[];
    readonly scope?: RuleScope;
  },
): readonly Problem[] {
  if (sets === undefined) return [];
  const problems = sets.flatMap((set) => {
    const at = `${path} set ${quote(set.id)}`;
    return [
      ...checkScore(at, set.score),
      ...(set.rule === null ? [] : checkRule(at, set.rule, scope)),
      ...check(at, set.values),
    ];
  });
  return [...checkCount(`${path} sets`, sets.length, VALUE_SETS_MAX), ...problems];
}

/** Problems of a rule and of everything in it. */
export function checkRule(path: string, rule: Rule, scope: RuleScope): readonly Problem[] {
  return checkRuleAt(path, rule, { scope, depth: 1 });
}

interface RulePlace {
  readonly scope: RuleScope;
  readonly depth: number;
}

function checkRuleAt(path: string, rule: Rule, place: RulePlace): readonly Problem[] {
  const at = `${path} rule ${quote(rule.id)}`;
  const count = rule.conditions.length;
  if (count === 0) {
    return [badRule(at, "", "has no condition; name at least one")];
  }
  if (count > CONDITIONS_MAX) return checkCount(at, count, CONDITIONS_MAX);
  if (place.depth > RULE_DEPTH_MAX) {
    const expected = `at most ${RULE_DEPTH_MAX} rules may be nested`;
    return [{ code: "too-many", path: at, found: String(place.depth), expected }];
  }
  return rule.conditions.flatMap((condition) => checkCondition(path, condition, { ...place, at }));
}

function checkCondition(
  path: string,
  condition: Condition,
  { at, scope, depth }: RulePlace & { readonly at: string },
): readonly Problem[] {
  switch (condition.kind) {
    case "rule":
      return checkRuleAt(path, condition, { scope, depth: depth + 1 });
    case "attribute":
      return checkAttribute(at, condition);
    case "date":
      return checkDateCondition(at, condition);
    case "resource":
      return scope === "other" ? [outOfPlace(at, "resource")] : [];
    case "operation":
      return checkOperation(at, condition.name, scope);
  }
}

function checkAttribute(path: string, condition: AttributeCondition): readonly Problem[] {
  const { attribute, operation, value, type, valueSource } = condition;
  const problems: Problem[] = [];
  if (!isAttributeName(attribute)) {
    problems.push(badRule(path, quote(attribute), "is not the name of a node attribute"));
  }
  if (operation === "defined" || operation === "not_defined") return problems;
  const at = `${path} ${quote(attribute)} ${operation}`;
  if (value === null) return [...problems, badRule(at, "", "needs a value to compare with")];
  if (valueSource === "literal" && type !== null && !TYPED[type].test(value)) {
    problems.push(badRule(at, quote(value), `must be ${TYPE_WORDS[type]}`));
  }
  return problems;
}

const TYPED = {
  string: /^/,
  integer: /^[+-]?\d+$/,
  number: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i,
  version: /^\d+(?:\.\d+)*$/,
} as const;

const TYPE_WORDS = {
  string: "a text",
  integer: "a whole number",
  number: "a number such as 3 or 3.5",
  version: "a version such as 1.2.3",
} as const;

function checkDateCondition(path: string, condition: DateCondition): readonly Problem[] {
  const { operation, start, end, duration, spec } = condition;
  const at = `${path} date ${operation}`;
  switch (operation) {
    case "gt":
      return start === null ? [badRule(at, "", "needs a date")] : checkDate(at, start);
    case "lt":
      return end === null ? [badRule(at, "", "needs a date")] : checkDate(at, end);
    case "in_range":
      return checkRange(at, { start, end, duration });
    case "date_spec":
      return spec === null
        ? [badRule(at, "", "needs at least one field of a date")]
        : checkDateFields(at, spec, DATE_SPEC_FIELDS);
  }
}

function checkRange(
  path: string,
  { start, end, duration }: Pick<DateCondition, "start" | "end" | "duration">,
): readonly Problem[] {
  const problems = [
    ...(start === null ? [] : checkDate(path, start)),
    ...(end === null ? [] : checkDate(path, end)),
    ...(duration === null ? [] : checkDateFields(`${path} duration`, duration, DURATION_FIELDS)),
  ];
  if (start === null && end === null) {
    problems.push(badRule(path, "", "needs a date that it begins or ends at"));
  }
  if (duration !== null && start === null) {
    problems.push(badRule(path, "", "needs the date that its duration begins at"));
  }
  // Days are compared as written: of dates in different forms or zones only the agent can say more.
  const isSameForm = start?.length === end?.length && /^\d{4}-\d\d-\d\d/.test(start ?? "");
  const isPlain = !/[Z+]|\d-\d\d:?\d\d$/i.test(`${start} ${end}`);
  if (start !== null && end !== null && isSameForm && isPlain && start > end) {
    problems.push(badRule(path, `${start} to ${end}`, "must end after it begins"));
  }
  return problems;
}

function checkOperation(path: string, name: string, scope: RuleScope): readonly Problem[] {
  if (scope !== "operationDefaults") return [outOfPlace(path, "op")];
  if (OPERATION_NAMES.includes(name)) return [];
  return [badRule(path, quote(name), `must be one of ${OPERATION_NAMES.join(", ")}`)];
}

function outOfPlace(path: string, word: "resource" | "op"): Problem {
  const where = word === "op" ? "operation defaults" : "resource defaults and operation defaults";
  return badRule(path, quote(word), `may stand in rules of ${where} only`);
}

function badRule(path: string, found: string, expected: string): Problem {
  return { code: "bad-rule", path, found, expected };
}
