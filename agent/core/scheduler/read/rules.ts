import { assertNever } from "../../base/index.ts";
import type { AgentName, Condition, NameValues, Rule } from "../../model/index.ts";
import { addDuration, matchesDateSpec, parseTimeS } from "./calendar.ts";
import { compareVersions, readInteger } from "./scalars.ts";

/** What the conditions of a rule are asked about. What is absent fulfils no condition on it. */
export interface RuleContext {
  /** Seconds since 1970; null: unknown, and conditions on dates never hold. */
  readonly nowS: number | null;
  readonly attributes?: ReadonlyMap<string, string>;
  readonly agent?: AgentName;
  readonly operation?: { readonly name: string; readonly intervalMs: number };
  readonly parameters?: NameValues;
  readonly meta?: NameValues;
  /** What a pattern matched in the name of a resource; `%1` in a condition stands for part 1. */
  readonly matched?: readonly string[];
  /** Hears of each time (seconds since 1970) at which the answer may change by itself. */
  readonly onChangeAt?: (timeS: number) => void;
}

type AttributeCondition = Extract<Condition, { readonly kind: "attribute" }>;
type DateCondition = Extract<Condition, { readonly kind: "date" }>;
type ResourceCondition = Extract<Condition, { readonly kind: "resource" }>;

/**
 * True when the rule holds. A rule without conditions holds when it combines by `and`. Source:
 * Pacemaker Explained, "Rules".
 */
export function evaluateRule(rule: Rule, context: RuleContext): boolean {
  const holds = (condition: Condition): boolean => evaluateCondition(condition, context);
  return rule.combine === "and" ? rule.conditions.every(holds) : rule.conditions.some(holds);
}

/** Puts what a pattern matched in the places `%0` to `%9` of a name. */
export function fillMatches(name: string, matched: readonly string[] | undefined): string {
  if (matched === undefined) return name;
  return name.replace(/%(\d)/g, (_text, digit: string) => matched[Number(digit)] ?? "");
}

function evaluateCondition(condition: Condition, context: RuleContext): boolean {
  switch (condition.kind) {
    case "rule":
      return evaluateRule(condition, context);
    case "attribute":
      return evaluateAttribute(condition, context);
    case "date":
      return evaluateDate(condition, context);
    case "resource":
      return matchesAgent(condition, context.agent);
    case "operation": {
      const { operation } = context;
      if (operation === undefined || condition.name !== operation.name) return false;
      return condition.intervalMs === null || condition.intervalMs === operation.intervalMs;
    }
    default:
      return assertNever(condition);
  }
}

function matchesAgent(condition: ResourceCondition, agent: AgentName | undefined): boolean {
  const { standard, provider, type } = condition;
  return (
    (standard === null || standard === agent?.standard) &&
    (provider === null || provider === agent?.provider) &&
    (type === null || type === agent?.type)
  );
}

function evaluateAttribute(condition: AttributeCondition, context: RuleContext): boolean {
  const actual = context.attributes?.get(fillMatches(condition.attribute, context.matched));
  const { operation } = condition;
  if (operation === "defined") return actual !== undefined;
  if (operation === "not_defined") return actual === undefined;
  const reference = referenceOf(condition, context);
  if (actual === undefined || reference === undefined) {
    const areEqual = actual === undefined && reference === undefined;
    if (operation === "eq") return areEqual;
    return operation === "ne" && !areEqual;
  }
  const order = compareAs(typeOf(condition, actual, reference), actual, reference);
  switch (operation) {
    case "eq":
      return order === 0;
    case "ne":
      return order !== 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    default:
      return assertNever(operation);
  }
}

function referenceOf(condition: AttributeCondition, context: RuleContext): string | undefined {
  const { value, valueSource } = condition;
  if (value === null || value === "") return undefined;
  switch (valueSource) {
    case "literal":
      return value;
    case "param":
      return context.parameters?.[value];
    case "meta":
      return context.meta?.[value];
    default:
      return assertNever(valueSource);
  }
}

/** Without a type, equality compares texts, and order compares numbers. */
function typeOf(
  { type, operation }: AttributeCondition,
  actual: string,
  reference: string,
): NonNullable<AttributeCondition["type"]> {
  if (type !== null) return type;
  if (operation === "eq" || operation === "ne") return "string";
  return actual.includes(".") || reference.includes(".") ? "number" : "integer";
}

function compareAs(
  type: NonNullable<AttributeCondition["type"]>,
  actual: string,
  reference: string,
): number {
  switch (type) {
    case "string":
      return compareFolded(actual, reference);
    case "version":
      return compareVersions(actual, reference);
    case "integer": {
      const [a, b] = [readInteger(actual), readInteger(reference)];
      return a === null || b === null ? compareFolded(actual, reference) : Math.sign(a - b);
    }
    case "number": {
      const [a, b] = [Number(actual), Number(reference)];
      const areTexts = actual.trim() === "" || Number.isNaN(a) || Number.isNaN(b);
      return areTexts ? compareFolded(actual, reference) : Math.sign(a - b);
    }
    default:
      return assertNever(type);
  }
}

function compareFolded(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x === y) return 0;
  return x < y ? -1 : 1;
}

function evaluateDate(condition: DateCondition, context: RuleContext): boolean {
  const { nowS } = context;
  if (nowS === null) return false;
  const { operation } = condition;
  const start = condition.start === null ? null : parseTimeS(condition.start);
  const end = condition.end === null ? null : parseTimeS(condition.end);
  switch (operation) {
    case "date_spec":
      if (condition.spec !== null) context.onChangeAt?.(nextUnit(condition.spec, nowS));
      return condition.spec !== null && matchesDateSpec(condition.spec, nowS);
    case "gt":
      if (start === null) return false;
      if (nowS <= start) context.onChangeAt?.(start + 1);
      return nowS > start;
    case "lt":
      if (end === null) return false;
      if (nowS < end) context.onChangeAt?.(end);
      return nowS < end;
    case "in_range":
      return isWithin(condition, { start, end }, context);
    default:
      return assertNever(operation);
  }
}

/** When a date specification may begin or cease to hold; whole days are looked at hourly too. */
function nextUnit(spec: NameValues, nowS: number): number {
  const unitS = "seconds" in spec ? 1 : "minutes" in spec ? 60 : 3600;
  return nowS - (nowS % unitS) + unitS;
}

function isWithin(
  { duration }: DateCondition,
  { start, end: given }: { readonly start: number | null; readonly end: number | null },
  { nowS, onChangeAt }: RuleContext,
): boolean {
  if (nowS === null || (start === null && given === null)) return false;
  const hasLength = given === null && duration !== null && start !== null;
  const end = hasLength ? addDuration(start, duration) : given;
  if (start !== null && nowS < start) {
    onChangeAt?.(start);
    return false;
  }
  if (end !== null && nowS <= end) onChangeAt?.(end + 1);
  return end === null || nowS <= end;
}
