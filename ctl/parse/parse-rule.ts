/**
 * Rules in the words of pcs: `#uname eq ip1 and date-spec hours=9-17`. `and` and `or` are read from
 * left to right, without precedence; parentheses group. Pure; throws `CtlError`.
 */
import { parseDuration } from "../../agent/core/configuration/index.ts";
import type { Condition, NameValues, Rule } from "../../agent/core/model/index.ts";
import { type CtlError, refused } from "../ctl-error.ts";
import { COMPARISONS, PRESENCES, VALUE_SOURCES, VALUE_TYPES } from "./rule-words.ts";

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([()])|([^\s()"]+))/y;
// A name that pcs has accepted for years, although Pacemaker knows the other one.
const FIELD_NAMES: Readonly<Record<string, string>> = { yearsdays: "yeardays" };

interface Token {
  readonly text: string;
  /** True for what stood in quotes: it is never a word of the grammar. */
  readonly isLiteral: boolean;
}

interface Reader {
  readonly whole: string;
  readonly tokens: readonly Token[];
  position: number;
}

/** The rule of words of a command line. Its ids are empty: the cluster makes them. */
export function parseRule(words: readonly string[]): Rule {
  const whole = words.join(" ");
  const tokens: Token[] = [];
  for (const word of words) {
    const isWhole = /\s/.test(word) && expectsValue(tokens) && !word.startsWith('"');
    // A shell word after a comparison is its value, spaces and all; anywhere else it is a text.
    tokens.push(...(isWhole ? [{ text: word, isLiteral: true }] : readTokens(word, whole)));
  }
  const reader: Reader = { whole, tokens, position: 0 };
  const rule = asRule(readExpression(reader));
  const rest = peek(reader);
  if (rest !== null) throw invalid(reader, `unexpected '${rest.text}'`);
  return rule;
}

function readTokens(text: string, whole: string): readonly Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const [found, quoted, parenthesis, plain] = TOKEN.exec(text) ?? [];
    if (found === undefined) throw invalid({ whole }, `unexpected '${text.slice(at).trim()}'`);
    const isLiteral = quoted !== undefined;
    const inner = isLiteral ? quoted.replace(/\\(.)/g, "$1") : (parenthesis ?? plain ?? "");
    tokens.push({ text: inner, isLiteral });
  }
  return tokens;
}

function expectsValue(tokens: readonly Token[]): boolean {
  const [before, last] = [tokens.at(-2), tokens.at(-1)];
  if (isOneOf(last, COMPARISONS)) return true;
  return isOneOf(before, COMPARISONS) && isOneOf(last, [...VALUE_TYPES, ...VALUE_SOURCES]);
}

function readExpression(reader: Reader): Condition {
  let left = readTerm(reader);
  let joined: Rule | null = null;
  for (;;) {
    const word = peek(reader);
    if (word === null || word.isLiteral || (word.text !== "and" && word.text !== "or")) return left;
    reader.position += 1;
    const right = readTerm(reader);
    const conditions: readonly Condition[] =
      joined?.combine === word.text ? [...joined.conditions, right] : [left, right];
    joined = { kind: "rule", id: "", combine: word.text, conditions };
    left = joined;
  }
}

function readTerm(reader: Reader): Condition {
  if (!isOneOf(peek(reader), ["("])) return readCondition(reader);
  reader.position += 1;
  const inner = readExpression(reader);
  if (!isOneOf(peek(reader), [")"])) throw invalid(reader, "missing ')'");
  reader.position += 1;
  return inner;
}

function readCondition(reader: Reader): Condition {
  const first = take(reader);
  const next = peek(reader);
  if (isOneOf(first, PRESENCES)) {
    const operation = PRESENCES.find((word) => word === first.text) ?? "defined";
    return compare(take(reader).text, { operation, value: null });
  }
  if (isOneOf(first, ["date-spec"])) {
    const spec = readFields(reader, "date-spec");
    return { kind: "date", operation: "date_spec", start: null, end: null, duration: null, spec };
  }
  if (isOneOf(first, ["date"]) && isOneOf(next, ["gt", "lt", "in_range"])) return readDate(reader);
  // A node attribute may bear one of the words: then a comparison follows.
  if (!isOneOf(next, COMPARISONS)) {
    if (isOneOf(first, ["resource"])) return readResourceCondition(reader);
    if (isOneOf(first, ["op"])) return readOperationCondition(reader);
  }
  return readComparison(reader, first);
}

function readComparison(reader: Reader, attribute: Token): Condition {
  const word = peek(reader);
  const operation = COMPARISONS.find((known) => isOneOf(word, [known]));
  if (operation === undefined) {
    throw invalid(
      reader,
      `missing one of ${[...COMPARISONS].join(", ")} after '${attribute.text}'`,
    );
  }
  reader.position += 1;
  const type = takeOne(reader, VALUE_TYPES);
  const source = takeOne(reader, VALUE_SOURCES);
  const value = take(reader);
  return compare(attribute.text, { operation, value: value.text, type, source });
}

/** The next word if it is one of these and something that can be a value follows it. */
function takeOne<Word extends string>(reader: Reader, words: readonly Word[]): Word | null {
  const found = words.find((word) => isOneOf(peek(reader), [word]));
  const after = reader.tokens[reader.position + 1] ?? null;
  if (found === undefined) return null;
  if (after === null || isOneOf(after, ["and", "or", ")"])) {
    const isType = VALUE_TYPES.some((type) => type === found);
    if (isType) throw invalid(reader, "unexpected end of rule");
    return null;
  }
  reader.position += 1;
  return found;
}

function compare(
  attribute: string,
  {
    operation,
    value,
    type = null,
    source = null,
  }: {
    readonly operation: (Condition & { readonly kind: "attribute" })["operation"];
    readonly value: string | null;
    readonly type?: (Condition & { readonly kind: "attribute" })["type"];
    readonly source?: "param" | "meta" | null;
  },
): Condition {
  const valueSource = source ?? "literal";
  return { kind: "attribute", attribute, operation, value, type, valueSource };
}

function readDate(reader: Reader): Condition {
  const { text: operation } = take(reader);
  const plain = { kind: "date", start: null, end: null, duration: null, spec: null } as const;
  if (operation === "gt") return { ...plain, operation, start: takeText(reader) };
  if (operation === "lt") return { ...plain, operation, end: takeText(reader) };
  const start = isOneOf(peek(reader), ["to"]) ? null : takeText(reader);
  let end: string | null = null;
  if (isOneOf(peek(reader), ["to"])) {
    reader.position += 1;
    if (!isOneOf(peek(reader), ["duration"])) end = takeText(reader);
  }
  let duration: NameValues | null = null;
  if (isOneOf(peek(reader), ["duration"])) {
    reader.position += 1;
    duration = readFields(reader, "duration");
  }
  return { ...plain, operation: "in_range", start, end, duration };
}

function readFields(reader: Reader, noun: string): NameValues {
  const fields = new Map<string, string>();
  for (;;) {
    const [, name, value] = /^([A-Za-z_]+)=(.*)$/.exec(peek(reader)?.text ?? "") ?? [];
    if (name === undefined || value === undefined) break;
    fields.set(FIELD_NAMES[name] ?? name, value);
    reader.position += 1;
  }
  if (fields.size > 0) return Object.fromEntries(fields);
  throw invalid(reader, `missing one of hours=, weekdays=, … after '${noun}'`);
}

function readResourceCondition(reader: Reader): Condition {
  const { text } = take(reader);
  const [standard = "", provider = "", ...type] = text.split(":");
  if (type.length === 0) {
    throw invalid(reader, `'${text}' is not [STANDARD]:[PROVIDER]:[TYPE], such as ocf::apache`);
  }
  const orNull = (part: string): string | null => (part === "" ? null : part);
  return {
    kind: "resource",
    standard: orNull(standard),
    provider: orNull(provider),
    type: orNull(type.join(":")),
  };
}

function readOperationCondition(reader: Reader): Condition {
  const { text: name } = take(reader);
  const given = /^interval=(.*)$/.exec(peek(reader)?.text ?? "")?.[1];
  if (given === undefined) return { kind: "operation", name, intervalMs: null };
  const intervalMs = parseDuration(given);
  if (intervalMs === null) throw invalid(reader, `'${given}' is not a duration such as 30s`);
  reader.position += 1;
  return { kind: "operation", name, intervalMs };
}

function asRule(condition: Condition): Rule {
  if (condition.kind === "rule") return condition;
  return { kind: "rule", id: "", combine: "and", conditions: [condition] };
}

function peek(reader: Reader): Token | null {
  return reader.tokens[reader.position] ?? null;
}

function take(reader: Reader): Token {
  const token = peek(reader);
  if (token === null) throw invalid(reader, "unexpected end of rule");
  if (isOneOf(token, ["(", ")", "and", "or"])) throw invalid(reader, `unexpected '${token.text}'`);
  reader.position += 1;
  return token;
}

function takeText(reader: Reader): string {
  return take(reader).text;
}

function isOneOf(token: Token | null | undefined, words: readonly string[]): boolean {
  return token !== null && token !== undefined && !token.isLiteral && words.includes(token.text);
}

function invalid({ whole }: Pick<Reader, "whole">, why: string): CtlError {
  return refused(`'${whole}' is not a valid rule expression: ${why}`);
}
