import { INFINITY_SCORE } from "../model/index.ts";

/**
 * Adds two scores. Minus infinity wins over everything, infinity over every finite score, and sums
 * saturate at both. Source: Pacemaker Explained, "Scores".
 */
export function addScores(a: number, b: number): number {
  if (a <= -INFINITY_SCORE || b <= -INFINITY_SCORE) return -INFINITY_SCORE;
  if (a >= INFINITY_SCORE || b >= INFINITY_SCORE) return INFINITY_SCORE;
  return Math.max(-INFINITY_SCORE, Math.min(INFINITY_SCORE, a + b));
}

/**
 * The part of a dependent's score that counts for its primary: `score` times `factor` millionths,
 * rounded to the nearest integer, halves away from zero. The result is never zero unless `score`
 * or `factor` is, so that weak preferences still break ties.
 */
export function scaleScore(score: number, factor: number): number {
  if (score === 0 || factor === 0) return 0;
  const product = Math.abs(score * factor);
  const size = Math.floor((product + INFINITY_SCORE / 2) / INFINITY_SCORE);
  if (size === 0) return factor > 0 ? 1 : -1;
  return Math.sign(score) * Math.sign(factor) * size;
}

/** The product of two factors in millionths; zero only when one of them is. */
export function multiplyFactors(a: number, b: number): number {
  const product = Math.trunc((a * b) / INFINITY_SCORE);
  return product === 0 ? Math.sign(a) * Math.sign(b) : product;
}

/** A score as people write it: `INFINITY`, `-INFINITY` or the number. */
export function renderScore(score: number): string {
  if (score >= INFINITY_SCORE) return "INFINITY";
  return score <= -INFINITY_SCORE ? "-INFINITY" : String(score);
}

/**
 * Reads a score or count; anything that does not begin as one gives `fallback`. What follows the
 * digits is ignored, as Pacemaker does: configurations from there say `2.0` for a priority.
 */
export function parseScore(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const match = /^([+-]?)(INFINITY|\d+)/i.exec(text.trim());
  if (match === null) return fallback;
  const digits = match[2] ?? "0";
  const size = /^\d/.test(digits) ? Math.min(Number(digits), INFINITY_SCORE) : INFINITY_SCORE;
  return match[1] === "-" ? -size : size;
}
