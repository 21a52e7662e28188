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
 * it names an offset. Null when it is none.
 */
export function readTimeText(text: string): number | null {
  if (/^\d{9,}$/.test(text)) return Number(text) * 1000;
  const found = DATE.exec(text.trim());
  if (found === null) return null;
  const [, year = "", month, day, ordinal, week, weekday] = found;
  const [hours = "0", minutes = "0", seconds = "0"] = found.slice(7, 10);
  const start = Date.UTC(Number(year), 0, 1);
  const dayMs =
    month !== undefined && day !== undefined
      ? Date.UTC(Number(year), Number(month) - 1, Number(day))
      : ordinal !== undefined
        ? start + (Number(ordinal) - 1) * DAY_MS
        : startOfWeekOne(Number(year)) + (Number(week) * 7 + Number(weekday) - 8) * DAY_MS;
  const timeMs = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
  return dayMs + timeMs - offsetMs(found[10]);
}

/** A whole number of seconds as milliseconds; 0 when it is missing or none. */
export function readSecondsAsMs(text: string | null): number {
  return readWholeNumber(text) * 1000;
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
