import assert from "node:assert/strict";
import { parseExtendedRegex } from "../web-checks/index.ts";
import { splitWords } from "./read-parameters.ts";

suite("parameters of servers", () => {
  for (const [text, words] of [
    ["", []],
    [" -D  A ", ["-D", "A"]],
    [`-c "Listen 80" -D 'B C'`, ["-c", "Listen 80", "-D", "B C"]],
    [`-DX="a b"c`, ["-DX=a bc"]],
  ] as const) {
    test(`options ${JSON.stringify(text)} are ${words.length} words`, () => {
      assert.deepEqual(splitWords(text), words);
    });
  }

  for (const [expression, page, isMatch] of [
    ["</ *html *>", "<body></HTML >", true],
    ["BusyWorkers:[[:space:]]+[[:digit:]]", "busyworkers:  7", true],
    ["[^[:alpha:]]x", "ax", false],
    ["\\<ok\\>", "all ok here", true],
    ["\\<ok\\>", "token", false],
  ] as const) {
    test(`expression ${expression} in "${page}": ${isMatch}`, () => {
      assert.equal(parseExtendedRegex(expression)?.test(page), isMatch);
    });
  }

  test("what is no expression is null", () => {
    for (const text of ["(", "[", "*"]) assert.equal(parseExtendedRegex(text), null, text);
  });
});
