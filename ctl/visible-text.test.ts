import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { visibleLine, visibleText } from "./visible-text.ts";

suite("texts that are shown", () => {
  const rows = [
    ["web runs on ip1: ü, 漢, 🙂", "web runs on ip1: ü, 漢, 🙂"],
    ["a\u001b[31mred", "a\\u001b[31mred"],
    ["a\u009b31mred", "a\\u009b31mred"],
    ["a\rover", "a\\rover"],
    ["turned \u202eround", "turned \\u202eround"],
    ["\u0000\u007f", "\\u0000\\u007f"],
  ] as const;
  for (const [given, shown] of rows) {
    test(`${JSON.stringify(given)} cannot steer the terminal`, () => {
      assert.equal(visibleLine(given), shown);
      assert.equal(visibleText(given), shown);
    });
  }

  test("a line stays one line", () => {
    assert.equal(visibleLine("a\n\tError: b"), "a\\n\\tError: b");
    assert.equal(visibleText("a\n\tb"), "a\n\tb");
  });
});
