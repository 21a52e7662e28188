/** Problems of dates, durations and fields of the calendar, as rules have them. */
import type { NameValues, Problem } from "../model/index.ts";
import { quote, renderNearNames } from "./near-names.ts";

/** Bounds of a field of the calendar, both within. */
type Bounds = readonly [min: number, max: number];

const YEARS: Bounds = [0, 9999];

/** What a date may be asked for: one number or a range of them. */
export const DATE_SPEC_FIELDS: Readonly<Record<string, Bounds>> = {
  years: YEARS,
  months: [1, 12],
  monthdays: [1, 31],
  yeardays: [1, 366],
  weekyears: YEARS,
  weeks: [1, 53],
  weekdays: [1, 7],
  hours: [0, 23],
  minutes: [0, 59],
  seconds: [0, 59],
  moon: [0, 7],
};

const LONG: Bounds = [0, 1_000_000];

/** What a duration adds up from. */
export const DURATION_FIELDS: Readonly<Record<string, Bounds>> = {
  years: LONG,
  months: LONG,
  weeks: LONG,
  days: LONG,
  hours: LONG,
  minutes: LONG,
  seconds: LONG,
};

// ISO 8601: calendar, ordinal and week dates, each with or without hyphens, then perhaps a time.
const DATE = /^(\d{4})-?(?:(\d\d)-?(\d\d)|(\d{3})|W(\d\d)-?([1-7]))(?:[T ](.*))?$/;
const TIME = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const RANGE = /^(\d{1,9})?(-)?(\d{1,9})?$/;

/** Problems of a date and time of ISO 8601. */
export function checkDate(path: string, text: string): readonly Problem[] {
  if (isDate(text)) return [];
  const expected = "must be a date of ISO 8601 such as 2026-12-31 or 2026-12-31T18:00:00Z";
  return [{ code: "bad-date", path, found: quote(text), expected }];
}

/** Problems of fields: unknown ones, numbers out of bounds, ranges that end before they begin. */
export function checkDateFields(
  path: string,
  fields: NameValues,
  known: Readonly<Record<string, Bounds>>,
): readonly Problem[] {
  const entries = Object.entries(fields);
  if (entries.length === 0) {
    return [{ code: "bad-date", path, found: "", expected: "needs at least one field of a date" }];
  }
  return entries.flatMap(([name, text]): readonly Problem[] => {
    const at = `${path} ${quote(name)}`;
    const bounds = Object.hasOwn(known, name) ? known[name] : undefined;
    if (bounds === undefined) {
      const expected = `is not known here; known: ${renderNearNames(name, Object.keys(known))}`;
      return [{ code: "unknown-name", path: at, found: "", expected }];
    }
    const isSpec = known === DATE_SPEC_FIELDS;
    if (isWithin(text, bounds, isSpec)) return [];
    const [min, max] = bounds;
    const number = `a whole number from ${min} to ${max}`;
    const expected = `must be ${number}${isSpec ? `, or a range such as ${min}-${max}` : ""}`;
    return [{ code: "bad-date", path: at, found: quote(text), expected }];
  });
}

function isWithin(text: string, [min, max]: Bounds, mayBeRange: boolean): boolean {
  const [, low, dash, high] = RANGE.exec(text) ?? [];
  const bounds = [low, high].filter((bound) => bound !== undefined).map(Number);
  if (bounds.length === 0 || bounds.some((bound) => bound < min || bound > max)) return false;
  if (dash === undefined) return high === undefined;
  const [first = 0, last = max] = bounds;
  return mayBeRange && first <= last;
}

function isDate(text: string): boolean {
  const [, year, month, day, yearDay, week, , time] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  if (time !== undefined && !isTime(time)) return false;
  if (yearDay !== undefined) {
    return Number(yearDay) >= 1 && Number(yearDay) <= (daysOf(Number(year), 2) === 29 ? 366 : 365);
  }
  if (week !== undefined) return Number(week) >= 1 && Number(week) <= 53;
  const days = daysOf(Number(year), Number(month));
  return Number(day) >= 1 && Number(day) <= days;
}

function daysOf(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isTime(text: string): boolean {
  const [whole, hours, minutes = "0", seconds = "0"] = TIME.exec(text) ?? [];
  if (whole === undefined) return false;
  return Number(hours) <= 24 && Number(minutes) <= 59 && Number(seconds) <= 60;
}
