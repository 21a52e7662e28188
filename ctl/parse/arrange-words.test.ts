import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { arrangeWords, unguard } from "./arrange-words.ts";

suite("order of words and options", () => {
  const rows = [
    ["resource create x Dummy", ["resource", "create", "x", "Dummy"]],
    ["--force resource create x", ["resource", "create", "x", "--force"]],
    ["resource create --group g x --disabled y", "resource create x y --group=g --disabled"],
    ["node standby --wait ip1", ["node", "standby", "ip1", "--wait"]],
    ["node standby --wait=5 ip1", ["node", "standby", "ip1", "--wait=5"]],
    ["cluster setup c a b --wait-for-all 0", "cluster setup c a b --wait-for-all=0"],
    ["cluster setup --wait-for-all c a b", "cluster setup c a b --wait-for-all"],
    ["cluster join -", ["cluster", "join", "-"]],
    ["mon -1 -o", ["mon", "-1", "-o"]],
  ] as const;
  for (const [line, expected] of rows) {
    test(line, () => {
      const words = typeof expected === "string" ? expected.split(" ") : expected;
      assert.deepEqual(arrangeWords(line.split(" ")), words);
    });
  }

  const scores = ["-INFINITY", "-infinity", "-100"];
  for (const score of scores) {
    test(`${score} is a word, not an option`, () => {
      const [, , , guarded = "", option] = arrangeWords(["a", "b", "c", score, "--force"]);
      assert.equal(guarded.startsWith("-"), false);
      assert.equal(unguard(guarded), score);
      assert.equal(option, "--force");
    });
  }

  test("everything after -- is a word", () => {
    const arranged = arrangeWords(["resource", "create", "--force", "--", "x", "--y"]);
    assert.deepEqual(arranged.map(unguard), ["resource", "create", "x", "--y", "--force"]);
  });
});
