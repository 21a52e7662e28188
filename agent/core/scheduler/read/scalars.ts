import { INFINITY_SCORE } from "../../model/index.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  "": 1000,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
};

/** Reads a yes or no as people write it; anything else gives `fallback`. */
export function readFlag(text: string | undefined, fallback: boolean): boolean {
  switch (text?.toLowerCase()) {
    case "true":
    case "on":
    case "yes":
    case "y":
    case "1":
      return true;
    case "false":
    case "off":
    case "no":
    case "n":
    case "0":
      return false;
    default:
      return fallback;
  }
}

/** Reads `90`, `90s`, `500ms`, `5min`, `1h` or `PT1M30S` as milliseconds; else `fallback`. */
export function readDurationMs(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const plain = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unitMs = plain === null ? undefined : UNIT_MS[(plain[2] ?? "").toLowerCase()];
  if (plain !== null && unitMs !== undefined) return Number(plain[1]) * unitMs;
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text.trim());
  if (iso === null) return fallback;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((x) => Number(x ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** Reads a number from 0; `fallback` when absent, 0 when it is something else. */
export function readCount(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const match = /^\s*(\d+)/.exec(text);
  return match === null ? 0 : Math.min(Number(match[1]), INFINITY_SCORE);
}

/** Reads a whole number; null when the text is none. */
export function readInteger(text: string): number | null {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : null;
}

/**
 * Orders names as people count: without regard to case, and runs of digits by their value, so that
 * `node9` comes before `node10`.
 */
export function compareNumbered(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.toLowerCase().match(/\d+|\D/g) ?? []);
  const parts = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let index = 0; index < parts; index++) {
    const [x, y] = [left?.[index], right?.[index]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const areNumbers = /^\d/.test(x) && /^\d/.test(y);
    const difference = areNumbers ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference < 0 ? -1 : 1;
    if (x !== y && !(areNumbers && Number(x) === Number(y))) return x < y ? -1 : 1;
  }
  return 0;
}

/** Orders two version numbers part by part; parts that are missing count as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map((part) => Number(part) || 0));
  const parts = Math.max(left?.length ?? 0, right?.length ?? 0);
  for (let index = 0; index < parts; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
