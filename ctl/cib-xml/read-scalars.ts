/** Numbers and times as Pacemaker writes them. */
import { INFINITY_SCORE } from "../../agent/core/model/index.ts";

const UNITS_MS: readonly (readonly [prefix: string, factor: number])[] = [
  ["ms", 1],
  ["us", 0.001],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
];

// Units of a duration; those of a day can come without the T before them, as Pacemaker reads them.
const ISO_UNITS_MS: Readonly<Record<string, number>> = {
  W: 604_800_000,
  D: 86_400_000,
  H: 3_600_000,
  M: 60_000,
  S: 1000,
};

// Calendar, ordinal or week date; a time of day; an offset.
const DATE = new RegExp(
  [
    /^(\d{4})(?:-?(\d{2})-?(\d{2})|-?(\d{3})|-?W(\d{2})-?(\d))/,
    /(?:[T ]+(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d+)?)?/,
    /\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/,
  ]
    .map(({ source }) => source)
    .join(""),
);

const DAY_MS = 86_400_000;

/** The end of the year 9999, the last that ISO 8601 writes with four digits. */
const TIME_MAX_MS = Date.UTC(10_000, 0, 1) - 1;

/** A score, saturated at ±INFINITY; null when the text is none. */
export function readScoreText(text: string): number | null {
  const [, sign, digits] = /^\s*([+-]?)(INFINITY|\d+)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  const size = /^\d/.test(digits) ? Math.min(Number(digits), INFINITY_SCORE) : INFINITY_SCORE;
  return sign === "-" && size !== 0 ? -size : size;
}

/** Milliseconds of an interval or timeout: a bare number is in seconds; null when it is none. */
export function readIntervalText(text: string): number | null {
  const [, digits, unit = ""] = /^\s*\+?(\d{1,15})\s*([a-z]*)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return readIsoDuration(text.trim());
  if (unit === "") return Number(digits) * 1000;
  const found = UNITS_MS.find(([prefix]) => unit.toLowerCase().startsWith(prefix));
  return found === undefined ? null : Math.floor(Number(digits) * found[1]);
}

/**
 * Milliseconds since 1970 of a point in time: seconds since 1970, or ISO 8601 with a calendar
 * (2026-07-01), ordinal (2026-182) or week date (2026-W27-3), a time of day if wanted, UTC unless
 * it names an offset. Null when it is none, or a day or an hour that no calendar has.
 */
export function readTimeText(text: string): number | null {
  if (/^\d{9,}$/.test(text)) return asTime(Number(text) * 1000);
  const found = DATE.exec(text.trim());
  if (found === null) return null;
  const [, year = "", month, day, ordinal, week, weekday] = found;
  const [hours = "0", minutes = "0", seconds = "0"] = found.slice(7, 10);
  const isClock = Number(minutes) < 60 && Number(seconds) < 60;
  const timeMs = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  const dayMs =
    month !== undefined && day !== undefined
      ? readDay(Number(year), Number(month), Number(day))
      : ordinal !== undefined
        ? readOrdinal(Number(year), Number(ordinal))
        : readWeekday(Number(year), Number(week), Number(weekday));
  // 24:00 is the end of the day.
  if (dayMs === null || !isClock || timeMs > DAY_MS) return null;
  return asTime(dayMs + timeMs - offsetMs(found[10]));
}

/** The same number when it is a time that can be told, from 1970 to 9999; else null. */
export function asTime(ms: number): number | null {
  return Number.isFinite(ms) && ms >= 0 && ms <= TIME_MAX_MS ? ms : null;
}

function readDay(year: number, month: number, day: number): number | null {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : null;
}

function readOrdinal(year: number, ordinal: number): number | null {
  const start = Date.UTC(year, 0, 1);
  const days = (Date.UTC(year + 1, 0, 1) - start) / DAY_MS;
  return ordinal >= 1 && ordinal <= days ? start + (ordinal - 1) * DAY_MS : null;
}

function readWeekday(year: number, week: number, weekday: number): number | null {
  if (week < 1 || weekday < 1 || weekday > 7) return null;
  const ms = startOfWeekOne(year) + (week * 7 + weekday - 8) * DAY_MS;
  return ms < startOfWeekOne(year + 1) ? ms : null;
}

/** Seconds since 1970 as milliseconds; 0 when they are missing or no time that can be told. */
export function readSecondsAsMs(text: string | null): number {
  return asTime(readWholeNumber(text) * 1000) ?? 0;
}

/** A whole number; 0 when it is missing or none. */
export function readWholeNumber(text: string | null): number {
  return text !== null && /^-?\d{1,15}$/.test(text) ? Number(text) : 0;
}

// The first week is the one that holds 4 January; weeks begin on Monday.
function startOfWeekOne(year: number): number {
  const fourth = Date.UTC(year, 0, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * DAY_MS;
}

function offsetMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? "") ?? [];
  if (hours === undefined) return 0;
  const size = (Number(hours) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === "-" ? -size : size;
}

// Years and months are refused: how long they are depends on the calendar.
function readIsoDuration(text: string): number | null {
  if (!/^P(?:\d+[WDHS])*(?:T(?:\d+[HMS])+)?$/.test(text) || text === "P") return null;
  const parts = [...text.matchAll(/(\d+)([WDHMS])/g)];
  return parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (ISO_UNITS_MS[unit] ?? 0),
    0,
  );
}
