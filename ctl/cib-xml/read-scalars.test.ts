import assert from "node:assert/strict";
import { test } from "mocha";
import { readIntervalText, readScoreText, readSecondsAsMs, readTimeText } from "./read-scalars.ts";

const SCORES: readonly (readonly [string, number | null])[] = [
  ["0", 0],
  ["-0", 0],
  ["-15", -15],
  ["+7", 7],
  ["INFINITY", 1_000_000],
  ["-infinity", -1_000_000],
  ["99999999999", 1_000_000],
  ["12x", null],
  ["", null],
];
for (const [text, score] of SCORES) {
  test(`"${text}" is the score ${score}`, () => assert.equal(readScoreText(text), score));
}

const INTERVALS: readonly (readonly [string, number | null])[] = [
  ["10", 10_000],
  ["10s", 10_000],
  ["250ms", 250],
  ["1500us", 1],
  ["3m", 180_000],
  ["3min", 180_000],
  ["2 hr", 7_200_000],
  ["PT1M30S", 90_000],
  ["P10S", 10_000],
  ["P1DT1H", 90_000_000],
  ["P1M", null],
  ["soon", null],
  ["-1", null],
];
for (const [text, milliseconds] of INTERVALS) {
  test(`"${text}" is ${milliseconds} ms`, () => {
    assert.equal(readIntervalText(text), milliseconds);
  });
}

const TIMES: readonly (readonly [string, string | null])[] = [
  ["2026-07-01", "2026-07-01T00:00:00.000Z"],
  ["2026-07-01T12:30", "2026-07-01T12:30:00.000Z"],
  ["2026-07-01 12:30:15Z", "2026-07-01T12:30:15.000Z"],
  ["2026-07-01T12:30:15+02:00", "2026-07-01T10:30:15.000Z"],
  ["20260701T123015", "2026-07-01T12:30:15.000Z"],
  ["2005-020T11:30", "2005-01-20T11:30:00.000Z"],
  ["2026-W27-3", "2026-07-01T00:00:00.000Z"],
  ["1782864000", "2026-07-01T00:00:00.000Z"],
  ["2024-02-29T24:00", "2024-03-01T00:00:00.000Z"],
  ["9999-12-31T23:59:59", "9999-12-31T23:59:59.000Z"],
  ["tomorrow", null],
  ["2026-13-01", null],
  ["2026-02-29", null],
  ["2026-366", null],
  ["2026-000", null],
  ["2026-W54-1", null],
  ["2026-W27-8", null],
  ["2026-07-01T25:00", null],
  ["2026-07-01T12:60", null],
  ["999999999999999", null],
  ["99999999999999999999", null],
];
for (const [text, time] of TIMES) {
  test(`"${text}" is ${time}`, () => {
    const read = readTimeText(text);
    assert.equal(read === null ? null : new Date(read).toISOString(), time);
  });
}

test("seconds beyond the year 9999 are no time, so that every time can be told", () => {
  assert.equal(readSecondsAsMs("1782864000"), 1_782_864_000_000);
  assert.equal(readSecondsAsMs("999999999999999"), 0);
});
