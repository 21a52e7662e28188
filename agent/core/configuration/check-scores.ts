/** Problems of what several parts of the configuration hold: scores, patterns, counts. */
import { INFINITY_SCORE, type Problem } from "../model/index.ts";
import { quote } from "./near-names.ts";
import { renderValueType } from "./value-types.ts";

/** Longest pattern, in UTF-16 units. */
export const PATTERN_LENGTH_MAX = 500;

/** The problem of a score that is no whole number within infinity. */
export function checkScore(path: string, score: number): readonly Problem[] {
  if (Number.isInteger(score) && Math.abs(score) <= INFINITY_SCORE) return [];
  const expected = `must be ${renderValueType({ kind: "score" })}`;
  return [{ code: "bad-score", path: `${path} score`, found: String(score), expected }];
}

/** The problem of a text that is no regular expression. */
export function checkPattern(path: string, pattern: string): readonly Problem[] {
  if (pattern !== "" && pattern.length <= PATTERN_LENGTH_MAX && isPattern(pattern)) return [];
  const expected = `must be a regular expression of at most ${PATTERN_LENGTH_MAX} characters`;
  return [{ code: "bad-pattern", path, found: quote(pattern), expected }];
}

/** The problem of more things than there may be; none up to `most`. */
export function checkCount(path: string, count: number, most: number): readonly Problem[] {
  if (count <= most) return [];
  return [
    { code: "too-many", path, found: String(count), expected: `at most ${most} are possible` },
  ];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
