import assert from "node:assert/strict";
import { INFINITY_SCORE } from "../model/index.ts";
import { addScores, multiplyFactors, parseScore, renderScore, scaleScore } from "./score.ts";

const INF = INFINITY_SCORE;

suite("scores", () => {
  const sums = [
    [999_999, 1, INF],
    [INF, -1000, INF],
    [INF, -INF, -INF],
    [-INF, INF, -INF],
    [-INF, 5, -INF],
    [-999_999, -5, -INF],
    [10, -15, -5],
  ] as const;
  for (const [a, b, sum] of sums) {
    test(`${renderScore(a)} + ${renderScore(b)} = ${renderScore(sum)}`, () => {
      assert.equal(addScores(a, b), sum);
    });
  }

  const scaled = [
    [50, 100, 1],
    [20_000, 100, 2],
    [-20_000, 100, -1],
    [100, 500_000, 50],
    [50, -100, -1],
    [77, INF, 77],
    [-INF, INF, -INF],
    [-INF, -INF, INF],
    [0, INF, 0],
  ] as const;
  for (const [score, factor, share] of scaled) {
    test(`a score of ${score} through a colocation of ${factor} counts ${share}`, () => {
      assert.equal(scaleScore(score, factor), share);
    });
  }

  test("the product of two factors is never zero unless one of them is", () => {
    assert.equal(multiplyFactors(100, 100), 1);
    assert.equal(multiplyFactors(-100, 100), -1);
    assert.equal(multiplyFactors(0, INF), 0);
    assert.equal(multiplyFactors(INF, 500), 500);
  });

  const texts = [
    ["INFINITY", INF],
    ["+INFINITY", INF],
    ["-infinity", -INF],
    ["-17", -17],
    ["5000000", INF],
    ["many", 3],
    [undefined, 3],
  ] as const;
  for (const [text, score] of texts) {
    test(`${text} reads as ${score}`, () => assert.equal(parseScore(text, 3), score));
  }
});
