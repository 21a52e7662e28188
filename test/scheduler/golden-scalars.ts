import { INFINITY_SCORE } from "../../agent/core/model/index.ts";

/** A score as people write it: `100`, `INFINITY`, `-INFINITY`. */
export function readScore(text: string | undefined): number {
  if (text === "INFINITY") return INFINITY_SCORE;
  if (text === "-INFINITY") return -INFINITY_SCORE;
  const score = Number(text);
  if (text === undefined || !Number.isInteger(score)) throw new Error(`score "${text}": no number`);
  return score;
}

/** `10s` or `500ms` in milliseconds. */
export function readMs(text: string): number {
  return text.endsWith("ms") ? Number.parseInt(text, 10) : Number.parseInt(text, 10) * 1000;
}

/** `a=1 b=2` as an object; a word without `=` is refused. */
export function readPairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at < 1) throw new Error(`"${word}": expected name=value`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** The words of a text. */
export function splitWords(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
