/** Words of pcs commands: quoting for the shell, and rules in pcs's own form. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type { Condition, DateSpec, NameValues, Rule } from "../../agent/core/model/index.ts";
import { writeInterval } from "./write-values.ts";

/** One command line, quoted where the shell would take it apart. */
export function commandLine(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

/** `name=value` words; null when pcs could not tell where a name ends. */
export function assignments(values: NameValues): readonly string[] | null {
  const entries = Object.entries(values);
  // An empty value would remove the name instead of setting it; with a hyphen an option begins.
  const isPlain = entries.every(([name, value]) => /^[^-=\s][^=\s]*$/.test(name) && value !== "");
  return isPlain ? entries.map(([name, value]) => `${name}=${value}`) : null;
}

/** A score as pcs takes it. */
export function scoreWord(score: number): string {
  return renderScore(score);
}

/** A rule in pcs's words; null when pcs has none for something in it. */
export function ruleWords(rule: Rule): readonly string[] | null {
  const parts = rule.conditions.map((condition) => conditionWords(condition));
  if (parts.length === 0 || parts.includes(null)) return null;
  const known = parts.filter((words) => words !== null);
  return known.flatMap((words, index) => (index === 0 ? words : [rule.combine, ...words]));
}

function conditionWords(condition: Condition): readonly string[] | null {
  switch (condition.kind) {
    case "rule": {
      const inner = ruleWords(condition);
      return inner === null ? null : ["(", ...inner, ")"];
    }
    case "attribute":
      return attributeWords(condition);
    case "date":
      return dateWords(condition);
    case "resource": {
      const { standard, provider, type } = condition;
      const parts = [standard, provider, type].map((part) => part ?? "");
      return ["resource", parts.join(":")];
    }
    case "operation": {
      const { name, intervalMs } = condition;
      const interval = intervalMs === null ? [] : [`interval=${writeInterval(intervalMs)}`];
      return ["op", name, ...interval];
    }
  }
}

type AttributeCondition = Extract<Condition, { readonly kind: "attribute" }>;

function attributeWords(condition: AttributeCondition): readonly string[] | null {
  const { attribute, operation, value, type, valueSource } = condition;
  if (valueSource !== "literal" || !isPlainWord(attribute)) return null;
  if (operation === "defined" || operation === "not_defined") return [operation, attribute];
  if (value === null || !isPlainWord(value) || !isOfType(value, type)) return null;
  return [attribute, operation, ...(type === null ? [] : [type]), value];
}

// pcs refuses values that are not of their type, Pacemaker compares them as texts.
function isOfType(value: string, type: AttributeCondition["type"]): boolean {
  switch (type) {
    case "integer":
      return /^[+-]?\d+$/.test(value);
    case "number":
      return /^[+-]?\d+(?:\.\d+)?$/.test(value);
    case "version":
      return /^\d+(?:\.\d+)*$/.test(value);
    default:
      return true;
  }
}

type DateCondition = Extract<Condition, { readonly kind: "date" }>;

function dateWords({ operation, start, end, duration, spec }: DateCondition) {
  switch (operation) {
    case "gt":
      return start === null ? null : ["date", "gt", start];
    case "lt":
      return end === null ? null : ["date", "lt", end];
    case "date_spec":
      return spec === null ? null : ["date-spec", ...fieldWords(spec)];
    case "in_range":
      if (start === null) return null;
      if (duration !== null) {
        return ["date", "in_range", start, "to", "duration", ...fieldWords(duration)];
      }
      return end === null ? null : ["date", "in_range", start, "to", end];
  }
}

function fieldWords(fields: DateSpec): readonly string[] {
  return Object.entries(fields).map(([name, value]) => `${name}=${value}`);
}

// pcs takes these apart or takes them for its own.
function isPlainWord(word: string): boolean {
  const own = ["and", "or", "date", "date-spec", "defined", "not_defined", "resource", "op", "to"];
  return /^[^\s()'"]+$/.test(word) && !own.includes(word.toLowerCase());
}

function quoteWord(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
