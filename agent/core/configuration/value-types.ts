import { INFINITY_SCORE, type NameValues } from "../model/index.ts";

/** Longest duration that is accepted, in milliseconds: what a 32-bit timer can wait, 24.8 days. */
export const DURATION_MAX_MS = 0x7fff_ffff;

const TRUE_WORDS: readonly string[] = ["true", "on", "yes", "y", "1"];
const FALSE_WORDS: readonly string[] = ["false", "off", "no", "n", "0"];

const DURATION = /^(\d{1,15})(us|usec|ms|msec|s|sec|m|min|h|hr)?$/i;
const ISO_DURATION = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const ISO_UNITS_MS: readonly number[] = [604_800_000, 86_400_000, 3_600_000, 60_000, 1000];
const WHOLE_NUMBER = /^[+-]?\d{1,15}$/;

/** What a value must look like; closed, so that every kind can be checked and described. */
export type ValueType =
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  /** A whole number from 0, or INFINITY. */
  | { readonly kind: "count" }
  | { readonly kind: "score" }
  | { readonly kind: "duration" }
  /** A duration, or -1: the cluster finds it out. */
  | { readonly kind: "durationOrAuto" }
  | { readonly kind: "percentage" }
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  | { readonly kind: "text" };

/** One name that may be set, with its type and what it means to people. */
export interface ValueDefinition {
  readonly name: string;
  readonly type: ValueType;
  /** The value that counts when it is not set; "" when there is none. */
  readonly default: string;
  /** One line for people. */
  readonly description: string;
  /** Names of other releases of Pacemaker under which people may set it; it is stored as `name`. */
  readonly otherNames?: readonly string[];
}

/** A closed list of names. `noun` is what one of them is called in messages. */
export interface ValueTable {
  readonly noun: string;
  readonly definitions: readonly ValueDefinition[];
}

/**
 * Milliseconds of a duration as Pacemaker reads it: `30`, `30s`, `1min`, `500ms`, `2h`, or ISO 8601
 * weeks to seconds (`PT1M30S`). Null when negative, not recognised, not a whole number of
 * milliseconds, or longer than `DURATION_MAX_MS`.
 */
export function parseDuration(text: string): number | null {
  const [, digits, unit] = DURATION.exec(text) ?? [];
  const milliseconds =
    digits === undefined ? parseIsoDuration(text) : toMilliseconds(Number(digits), unit);
  if (milliseconds === null || !Number.isSafeInteger(milliseconds)) return null;
  return milliseconds > DURATION_MAX_MS ? null : milliseconds;
}

/** A duration as pcs shows it: whole seconds as `30s`, anything finer as `500ms`. */
export function renderDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/**
 * A score: a whole number within ±1 000 000, `INFINITY`, `+INFINITY` or `-INFINITY` in any case.
 * Null when it is none of them.
 */
export function parseScore(text: string): number | null {
  const [, sign] = /^([+-]?)INFINITY$/i.exec(text) ?? [];
  if (sign !== undefined) return sign === "-" ? -INFINITY_SCORE : INFINITY_SCORE;
  const score = parseInteger(text);
  return score === null || Math.abs(score) > INFINITY_SCORE ? null : score;
}

/** A score as people write it: `INFINITY`, `-INFINITY` or the number. Saturates. */
export function renderScore(score: number): string {
  if (score >= INFINITY_SCORE) return "INFINITY";
  return score <= -INFINITY_SCORE ? "-INFINITY" : String(score);
}

/** One of Pacemaker's words for true and false, in any case; null when it is neither. */
export function parseBoolean(text: string): boolean | null {
  const word = text.toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : null;
}

/** A whole number of at most 15 digits; null when it is none. */
export function parseInteger(text: string): number | null {
  // Adding 0 turns -0 into 0, which would otherwise be written as another text.
  return WHOLE_NUMBER.test(text) ? Number(text) + 0 : null;
}

/**
 * The text under which a value is stored: booleans as `true` or `false`, choices in their own case,
 * numbers without sign and zeros in front; the rest as it was written. Null: not of the type.
 */
export function normalValue(type: ValueType, text: string): string | null {
  switch (type.kind) {
    case "boolean":
      return textOf(parseBoolean(text), String);
    case "integer": {
      const value = parseInteger(text);
      return value === null || value < type.min || value > type.max ? null : String(value);
    }
    case "count": {
      const value = parseScore(text);
      return value === null || value < 0 ? null : renderScore(value);
    }
    case "score":
      return textOf(parseScore(text), renderScore);
    case "duration":
      return textOf(parseDuration(text), () => text);
    case "durationOrAuto":
      return text === "-1" ? text : textOf(parseDuration(text), () => text);
    case "percentage":
      return /^(\d|[1-9]\d|100)%$/.test(text) ? text : null;
    case "choice":
      return type.choices.find((choice) => choice.toLowerCase() === text.toLowerCase()) ?? null;
    case "text":
      return text;
  }
}

/** What a value of this type may be, to stand after "must be". */
export function renderValueType(type: ValueType): string {
  switch (type.kind) {
    case "boolean":
      return "true or false";
    case "integer":
      return type.max === Number.MAX_SAFE_INTEGER
        ? `a whole number from ${type.min}`
        : `a whole number from ${type.min} to ${type.max}`;
    case "count":
      return "a whole number from 0 to 1000000, or INFINITY";
    case "score":
      return "a whole number from -1000000 to 1000000, INFINITY or -INFINITY";
    case "duration":
      return "a duration such as 30s, 500ms, 1min or 2h, at most 24 days";
    case "durationOrAuto":
      return "a duration such as 30s or 1min, at most 24 days, or -1";
    case "percentage":
      return "a percentage such as 80%";
    case "choice":
      return `one of ${type.choices.join(", ")}`;
    case "text":
      return "a text";
  }
}

/** The value set under `name`; null when it is not set. Safe for names such as `constructor`. */
export function readText(values: NameValues, name: string): string | null {
  return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

/** A boolean by its name; `fallback` when it is not set or not one of the words for it. */
export function readBoolean(values: NameValues, name: string, fallback: boolean): boolean {
  return parseBoolean(readText(values, name) ?? "") ?? fallback;
}

/** A whole number by its name; `fallback` when it is not set or is none. */
export function readInteger(values: NameValues, name: string, fallback: number): number {
  return parseInteger(readText(values, name) ?? "") ?? fallback;
}

/** A score or count by its name, INFINITY as 1 000 000; `fallback` when not set or none. */
export function readScore(values: NameValues, name: string, fallback: number): number {
  return parseScore(readText(values, name) ?? "") ?? fallback;
}

/** Milliseconds of a duration by its name; `fallback` when it is not set or is none. */
export function readDurationMs(values: NameValues, name: string, fallback: number): number {
  return parseDuration(readText(values, name) ?? "") ?? fallback;
}

function textOf<Value>(value: Value | null, render: (value: Value) => string): string | null {
  return value === null ? null : render(value);
}

function toMilliseconds(value: number, unit: string | undefined): number | null {
  switch (unit?.toLowerCase()) {
    case "us":
    case "usec":
      return value % 1000 === 0 ? value / 1000 : null;
    case "ms":
    case "msec":
      return value;
    case "m":
    case "min":
      return value * 60_000;
    case "h":
    case "hr":
      return value * 3_600_000;
    default:
      return value * 1000;
  }
}

// Years and months are refused: how long they are depends on the calendar.
function parseIsoDuration(text: string): number | null {
  const found = ISO_DURATION.exec(text);
  if (found === null) return null;
  return ISO_UNITS_MS.reduce((sum, unit, index) => sum + unit * Number(found[index + 1] ?? 0), 0);
}
