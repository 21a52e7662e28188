import assert from "node:assert/strict";
import { addDuration, fieldsOf, matchesDateSpec, parseTimeS } from "./calendar.ts";

const DAY_S = 86_400;

suite("times as people write them", () => {
  const rows = [
    ["1970-01-02", DAY_S],
    ["1970-002", DAY_S],
    ["1970-W01-5", DAY_S],
    ["2024-02-29T12:30:15", 1_709_209_815],
    ["2024-02-29 12:30:15Z", 1_709_209_815],
    ["2024-02-29T13:30:15+01:00", 1_709_209_815],
    ["20240229T123015", 1_709_209_815],
    ["1709209815", 1_709_209_815],
    ["1900-03-01", -2_203_891_200],
    ["tomorrow", null],
    ["2024-13-01", null],
  ] as const;
  for (const [text, expected] of rows) {
    test(`"${text}" is ${expected ?? "no time"}`, () => {
      assert.equal(parseTimeS(text), expected);
    });
  }
});

suite("the calendar", () => {
  test("a week belongs to the year that has its Thursday", () => {
    const fields = fieldsOf(parseTimeS("2021-01-03T23:59:58") ?? 0);
    assert.deepEqual(
      [fields.weekyears, fields.weeks, fields.weekdays, fields.yeardays, fields.seconds],
      [2020, 53, 7, 3, 58],
    );
  });

  test("every day of 400 years comes after the one before it", () => {
    let before = fieldsOf(parseTimeS("1900-01-01") ?? 0);
    for (let day = 1; day < 146_097; day++) {
      const next = fieldsOf((parseTimeS("1900-01-01") ?? 0) + day * DAY_S);
      assert.ok(
        next.yeardays === before.yeardays + 1 ||
          (next.yeardays === 1 && next.years === before.years + 1),
      );
      assert.equal(next.weekdays, (before.weekdays % 7) + 1);
      before = next;
    }
  }).timeout(2000);

  test("2000 was a leap year, and 1900 was none", () => {
    for (const [year, day] of [
      ["2000", "29"],
      ["1900", "28"],
    ]) {
      const start = parseTimeS(`${year}-01-31`) ?? 0;
      assert.equal(addDuration(start, { months: "1" }), parseTimeS(`${year}-02-${day}`));
    }
  });

  test("the last days of a year may belong to the first week of the next", () => {
    const { weekyears, weeks } = fieldsOf(parseTimeS("2024-12-30") ?? 0);
    assert.deepEqual([weekyears, weeks], [2025, 1]);
    assert.equal(fieldsOf(parseTimeS("2026-01-01") ?? 0).weekyears, 2026);
  });

  test("a month later than 31 January is the last day of February", () => {
    const start = parseTimeS("2023-01-31T10:00:00") ?? 0;
    assert.equal(addDuration(start, { months: "1" }), parseTimeS("2023-02-28T10:00:00"));
    assert.equal(addDuration(start, { weeks: "1", hours: "2" }), start + 7 * DAY_S + 7200);
  });
});

suite("date specifications", () => {
  const monday = parseTimeS("2024-07-01T09:30:00") ?? 0;
  const rows = [
    [{ hours: "9-17", weekdays: "1-5" }, true],
    [{ hours: "10-17" }, false],
    [{ hours: "9" }, true],
    [{ years: "2024-" }, true],
    [{ years: "-2023" }, false],
    [{ months: "7", monthdays: "1" }, true],
    [{ weeks: "27" }, true],
    [{ yeardays: "183" }, true],
    [{ hours: "nine" }, true],
    [{}, true],
  ] as const;
  for (const [spec, expected] of rows) {
    test(`${JSON.stringify(spec)} ${expected ? "holds" : "does not hold"} on a Monday`, () => {
      assert.equal(matchesDateSpec(spec, monday), expected);
    });
  }
});
