/** Rules as pcs takes them in a command, and as it lists them. */
import { renderDuration, renderScore } from "../../agent/core/configuration/index.ts";
import type { Condition, LocationRule, NameValues, Rule } from "../../agent/core/model/index.ts";
import { quoteRuleWord } from "../parse/rule-words.ts";

/** The rule as one line that `parseRule` reads back: `#uname eq ip1 and defined pingd`. */
export function renderRule({ combine, conditions }: Rule): string {
  return conditions.map(renderTerm).join(` ${combine} `);
}

/** The rule as lines of a listing, with its score when it has one. */
export function renderRuleLines(
  rule: Rule,
  withIds: boolean,
  words: readonly string[] = [],
): readonly string[] {
  const combine = rule.conditions.length > 1 ? [`boolean-op=${rule.combine}`] : [];
  const own = ["Rule:", ...combine, ...words];
  return [
    `${own.join(" ")}${idOf(rule.id, withIds)}`,
    ...rule.conditions.flatMap((condition) =>
      renderConditionLines(condition, withIds).map((line) => `  ${line}`),
    ),
  ];
}

/** A rule of a location constraint as lines of a listing. */
export function renderLocationRule(
  { rule, score, role }: LocationRule,
  withIds: boolean,
  nowMs: number = Date.now(),
): readonly string[] {
  const scored =
    typeof score === "number"
      ? `score=${renderScore(score)}`
      : `score-attribute=${score.attribute}`;
  const words = [...(role === null ? [] : [`role=${role}`]), scored];
  const [head = "", ...rest] = renderRuleLines(rule, withIds, words);
  return [isExpired(rule, nowMs) ? head.replace("Rule:", "Rule (expired):") : head, ...rest];
}

/** Without the scheduler, which would be loaded for this alone; NaN for a form of week or day. */
function endMs(text: string): number {
  if (/^\d{9,}$/.test(text)) return Number(text) * 1000;
  const [day = "", time = "", zone = "Z"] = text.trim().split(/[T ]/);
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(time);
  return Date.parse(time === "" ? day : `${day}T${time}${hasZone ? "" : zone}`);
}

/** True when the rule cannot hold any more, whatever the nodes are like: its time is over. */
export function isExpired({ combine, conditions }: Rule, nowMs: number): boolean {
  const isOver = (condition: Condition): boolean => {
    if (condition.kind === "rule") return isExpired(condition, nowMs);
    if (condition.kind !== "date") return false;
    const { operation, end } = condition;
    return (operation === "lt" || operation === "in_range") && end !== null && endMs(end) < nowMs;
  };
  if (combine === "and") return conditions.some(isOver);
  return conditions.length > 0 && conditions.every(isOver);
}

function renderTerm(condition: Condition): string {
  if (condition.kind !== "rule") return renderCondition(condition);
  return `(${renderRule(condition)})`;
}

function renderCondition(condition: Exclude<Condition, Rule>): string {
  switch (condition.kind) {
    case "attribute":
      return renderAttribute(condition);
    case "date":
      return renderDate(condition).join(" ");
    case "resource": {
      const { standard, provider, type } = condition;
      return `resource ${quoteRuleWord(`${standard ?? ""}:${provider ?? ""}:${type ?? ""}`)}`;
    }
    case "operation": {
      const { name, intervalMs } = condition;
      const interval = intervalMs === null ? "" : ` interval=${renderDuration(intervalMs)}`;
      return `op ${quoteRuleWord(name)}${interval}`;
    }
  }
}

function renderAttribute({
  attribute,
  operation,
  value,
  type,
  valueSource,
}: Condition & { readonly kind: "attribute" }): string {
  const name = quoteRuleWord(attribute);
  if (operation === "defined" || operation === "not_defined") return `${operation} ${name}`;
  const words = [
    name,
    operation,
    ...(type === null ? [] : [type]),
    ...(valueSource === "literal" ? [] : [valueSource]),
    quoteRuleWord(value ?? ""),
  ];
  return words.join(" ");
}

function renderDate(condition: Condition & { readonly kind: "date" }): readonly string[] {
  const { operation, start, end, duration, spec } = condition;
  const word = (text: string | null): readonly string[] =>
    text === null ? [] : [quoteRuleWord(text)];
  switch (operation) {
    case "gt":
      return ["date", "gt", ...word(start)];
    case "lt":
      return ["date", "lt", ...word(end)];
    case "date_spec":
      return ["date-spec", ...renderFields(spec ?? {})];
    case "in_range": {
      const to = end === null && duration === null ? [] : ["to"];
      const fields = duration === null ? [] : ["duration", ...renderFields(duration)];
      return ["date", "in_range", ...word(start), ...to, ...word(end), ...fields];
    }
  }
}

// The calendar and the duration have lines of their own, as in pcs.
function renderConditionLines(condition: Condition, withIds: boolean): readonly string[] {
  if (condition.kind === "rule") return renderRuleLines(condition, withIds);
  if (condition.kind !== "date") return [`Expression: ${renderCondition(condition)}`];
  const { operation, duration, spec } = condition;
  if (operation === "date_spec") {
    return ["Expression:", `  Date Spec: ${renderFields(spec ?? {}).join(" ")}`];
  }
  if (duration === null) return [`Expression: ${renderDate(condition).join(" ")}`];
  const words = renderDate({ ...condition, duration: null }).join(" ");
  const to = condition.end === null ? " to duration" : "";
  return [`Expression: ${words}${to}`, `  Duration: ${renderFields(duration).join(" ")}`];
}

function renderFields(fields: NameValues): readonly string[] {
  return Object.entries(fields).map(([name, value]) => `${name}=${value}`);
}

function idOf(id: string, withIds: boolean): string {
  return withIds && id !== "" ? ` (id:${id})` : "";
}
