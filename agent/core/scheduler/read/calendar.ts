import type { DateSpec } from "../../model/index.ts";

// Times here are seconds since 1970 in UTC. `Date` is kept out of the core, so the calendar is
// counted by hand: the proleptic Gregorian one, in which ISO 8601 counts.

const DAY_S = 86_400;

/** One second of the calendar, field by field; weeks as ISO 8601 counts them, Monday is 1. */
export interface CalendarFields {
  readonly years: number;
  readonly months: number;
  readonly monthdays: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly yeardays: number;
  readonly weekyears: number;
  readonly weeks: number;
  readonly weekdays: number;
}

/** Reads an ISO 8601 time (calendar, ordinal or week date) or seconds since 1970; null: neither. */
export function parseTimeS(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d{9,}$/.test(trimmed)) return Number(trimmed);
  const match = /^([^T\s]+)(?:[T\s]+(.*))?$/.exec(trimmed);
  if (match === null) return null;
  const days = parseDays(match[1] ?? "");
  const seconds = parseTimeOfDay(match[2] ?? "");
  return days === null || seconds === null ? null : days * DAY_S + seconds;
}

/** The fields of one time. */
export function fieldsOf(timeS: number): CalendarFields {
  const days = Math.floor(timeS / DAY_S);
  const ofDay = timeS - days * DAY_S;
  const { year, month, day } = dateOf(days);
  const yearday = days - daysBefore(year, 1, 1) + 1;
  const weekday = weekdayOf(days);
  const thursday = days - weekday + 4;
  const weekYear = dateOf(thursday).year;
  return {
    years: year,
    months: month,
    monthdays: day,
    hours: Math.floor(ofDay / 3600),
    minutes: Math.floor(ofDay / 60) % 60,
    seconds: ofDay % 60,
    yeardays: yearday,
    weekyears: weekYear,
    weeks: Math.floor((thursday - daysBefore(weekYear, 1, 1)) / 7) + 1,
    weekdays: weekday,
  };
}

/** The time that lies so far behind `startS`: years and months first, then the fixed lengths. */
export function addDuration(startS: number, duration: DateSpec): number {
  const count = (name: string): number => Math.trunc(Number(duration[name] ?? 0)) || 0;
  const days = Math.floor(startS / DAY_S);
  const { year, month, day } = dateOf(days);
  const months = (year + count("years")) * 12 + (month - 1) + count("months");
  const [newYear, newMonth] = [Math.floor(months / 12), (months % 12) + 1];
  const newDay = Math.min(day, daysInMonth(newYear, newMonth));
  const fixed =
    (count("weeks") * 7 + count("days")) * DAY_S +
    count("hours") * 3600 +
    count("minutes") * 60 +
    count("seconds");
  return daysBefore(newYear, newMonth, newDay) * DAY_S + (startS - days * DAY_S) + fixed;
}

/** True when every field that the specification names lies in its range. */
export function matchesDateSpec(spec: DateSpec, timeS: number): boolean {
  return Object.entries(fieldsOf(timeS)).every(([name, value]) => isInRange(spec[name], value));
}

/** A range is `7`, `1-5`, `2026-` or `-3`; one that cannot be read restricts nothing. */
function isInRange(range: string | undefined, value: number): boolean {
  if (range === undefined) return true;
  const match = /^\s*(\d*)\s*(-?)\s*(\d*)\s*$/.exec(range);
  if (match === null) return true;
  const [low = "", dash = "", high = ""] = match.slice(1);
  if (dash === "") return low === "" || value === Number(low);
  return (low === "" || value >= Number(low)) && (high === "" || value <= Number(high));
}

function parseDays(text: string): number | null {
  const week = /^(\d{4})-?W(\d{1,2})(?:-?(\d))?$/i.exec(text);
  if (week !== null) {
    const first = daysBefore(Number(week[1]), 1, 4);
    const monday = first - weekdayOf(first) + 1;
    return monday + (Number(week[2]) - 1) * 7 + Number(week[3] ?? 1) - 1;
  }
  const ordinal = /^(\d{4})-?(\d{3})$/.exec(text);
  if (ordinal !== null) return daysBefore(Number(ordinal[1]), 1, 1) + Number(ordinal[2]) - 1;
  const date = /^(\d{4})-?(\d{2})(?:-?(\d{2}))?$/.exec(text);
  if (date === null) return null;
  const [year, month, day] = [Number(date[1]), Number(date[2]), Number(date[3] ?? 1)];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? daysBefore(year, month, day) : null;
}

function parseTimeOfDay(text: string): number | null {
  if (text === "") return 0;
  const match = /^(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?(?:[.,]\d+)?\s*(Z|[+-].*)?$/i.exec(text);
  if (match === null) return null;
  const [hours, minutes, seconds] = [match[1], match[2], match[3]].map((x) => Number(x ?? 0));
  const offset = parseOffset(match[4] ?? "Z");
  if (offset === null) return null;
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0) - offset;
}

function parseOffset(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])\s*(\d{1,2}):?(\d{2})?(?::?\d{2})?\s*$/.exec(text);
  if (match === null) return null;
  const size = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60;
  return match[1] === "-" ? -size : size;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 1 January 1970 to a date. */
function daysBefore(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is the last of its year.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

function weekdayOf(days: number): number {
  // 1 January 1970 was a Thursday.
  return ((((days + 3) % 7) + 7) % 7) + 1;
}
