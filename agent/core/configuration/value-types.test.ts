import assert from "node:assert/strict";
import {
  normalValue,
  parseBoolean,
  parseDuration,
  parseInteger,
  parseScore,
  readBoolean,
  readDurationMs,
  readInteger,
  readScore,
  readText,
  renderDuration,
  renderScore,
  renderValueType,
  type ValueType,
} from "./value-types.ts";

suite("values as people write them", () => {
  const durations = [
    ["30", 30_000],
    ["30s", 30_000],
    ["30sec", 30_000],
    ["0", 0],
    ["500ms", 500],
    ["500msec", 500],
    ["2000us", 2],
    ["1min", 60_000],
    ["2m", 120_000],
    ["2h", 7_200_000],
    ["1HR", 3_600_000],
    ["PT30S", 30_000],
    ["PT1M30S", 90_000],
    ["P1D", 86_400_000],
    ["P1DT1H", 90_000_000],
    ["2147483647ms", 2_147_483_647],
    ["2147483648ms", null],
    ["P4W", null],
    ["1500us", null],
    ["-5", null],
    ["-5s", null],
    ["+5", null],
    ["1.5s", null],
    ["abc", null],
    ["30 s", null],
    ["30x", null],
    ["", null],
    ["P", null],
    ["PT", null],
    ["P1DT", null],
    ["P1M", null],
    ["9999999999999999", null],
    ["constructor", null],
  ] as const;
  for (const [text, expected] of durations) {
    test(`the duration "${text}" is ${expected} ms`, () => {
      assert.equal(parseDuration(text), expected);
    });
  }

  const renderedDurations = [
    [0, "0s"],
    [30_000, "30s"],
    [60_000, "60s"],
    [500, "500ms"],
    [1500, "1500ms"],
  ] as const;
  for (const [milliseconds, expected] of renderedDurations) {
    test(`${milliseconds} ms are shown as ${expected}`, () => {
      assert.equal(renderDuration(milliseconds), expected);
      assert.equal(parseDuration(expected), milliseconds);
    });
  }

  const scores = [
    ["50", 50],
    ["+50", 50],
    ["-50", -50],
    ["0", 0],
    ["-0", 0],
    ["INFINITY", 1_000_000],
    ["+INFINITY", 1_000_000],
    ["-INFINITY", -1_000_000],
    ["infinity", 1_000_000],
    ["1000000", 1_000_000],
    ["1000001", null],
    ["-1000001", null],
    ["abc", null],
    ["1.5", null],
    ["", null],
    ["INF", null],
    ["1e3", null],
  ] as const;
  for (const [text, expected] of scores) {
    test(`the score "${text}" is ${expected}`, () => {
      assert.ok(Object.is(parseScore(text), expected), String(parseScore(text)));
    });
  }

  test("scores are shown as INFINITY, -INFINITY or the number", () => {
    assert.deepEqual([1_000_000, -1_000_000, 0, -7, 2_000_000].map(renderScore), [
      "INFINITY",
      "-INFINITY",
      "0",
      "-7",
      "INFINITY",
    ]);
  });

  test("Pacemaker's words for true and false are known in any case", () => {
    for (const word of ["true", "on", "yes", "y", "1", "TRUE", "On"]) {
      assert.equal(parseBoolean(word), true, word);
    }
    for (const word of ["false", "off", "no", "n", "0", "False"]) {
      assert.equal(parseBoolean(word), false, word);
    }
    for (const word of ["maybe", "", "2", "toString"]) assert.equal(parseBoolean(word), null, word);
  });

  test("whole numbers have at most 15 digits", () => {
    assert.deepEqual(["12", "-3", "1.0", "", "1234567890123456"].map(parseInteger), [
      12,
      -3,
      null,
      null,
      null,
    ]);
  });

  const choice: ValueType = { kind: "choice", choices: ["Started", "Stopped"] };
  const normals: readonly (readonly [ValueType, string, string | null])[] = [
    [{ kind: "boolean" }, "Yes", "true"],
    [{ kind: "boolean" }, "0", "false"],
    [{ kind: "boolean" }, "maybe", null],
    [{ kind: "integer", min: 0, max: 10 }, "007", "7"],
    [{ kind: "integer", min: 0, max: 10 }, "11", null],
    [{ kind: "integer", min: 0, max: 10 }, "-1", null],
    [{ kind: "count" }, "infinity", "INFINITY"],
    [{ kind: "count" }, "-1", null],
    [{ kind: "count" }, "abc", null],
    [{ kind: "score" }, "-infinity", "-INFINITY"],
    [{ kind: "score" }, "+5", "5"],
    [{ kind: "duration" }, "1min", "1min"],
    [{ kind: "duration" }, "-5", null],
    [{ kind: "percentage" }, "80%", "80%"],
    [{ kind: "percentage" }, "101%", null],
    [choice, "stopped", "Stopped"],
    [choice, "stop", null],
    [{ kind: "text" }, "any thing", "any thing"],
  ];
  for (const [type, text, expected] of normals) {
    test(`"${text}" as ${type.kind} is stored as ${expected}`, () => {
      assert.equal(normalValue(type, text), expected);
      assert.ok(renderValueType(type).length > 0);
    });
  }

  test("accessors give the value, or the fallback when it is absent or malformed", () => {
    const values = { flag: "yes", count: "3", score: "-INFINITY", wait: "2min", bad: "x" };
    assert.equal(readBoolean(values, "flag", false), true);
    assert.equal(readBoolean(values, "bad", true), true);
    assert.equal(readInteger(values, "count", 9), 3);
    assert.equal(readInteger(values, "none", 9), 9);
    assert.equal(readScore(values, "score", 0), -1_000_000);
    assert.equal(readDurationMs(values, "wait", 0), 120_000);
    assert.equal(readDurationMs(values, "constructor", 7), 7);
    assert.equal(readText(values, "toString"), null);
  });
});
