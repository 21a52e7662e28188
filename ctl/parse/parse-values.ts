import type { NameValues } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";

/** Names and values of words such as `ip=192.0.2.1`. An empty value stays: it removes the name. */
export function parseValues(words: readonly string[]): NameValues {
  const values = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf("=");
    if (at < 0) throw refused(`missing value of '${word}' option`);
    if (at === 0) throw refused(`missing key in '${word}' option`);
    const name = word.slice(0, at);
    const value = word.slice(at + 1);
    const other = values.get(name);
    if (other !== undefined && other !== value) {
      throw refused(`duplicate option '${name}' with different values '${other}' and '${value}'`);
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

/** The same for values that must not be empty. */
export function parseFilledValues(words: readonly string[]): NameValues {
  const values = parseValues(words);
  const empty = Object.entries(values).find(([, value]) => value === "");
  if (empty !== undefined) throw refused(`missing value of '${empty[0]}' option`);
  return values;
}

/** The names and values among words, all of them known; throws otherwise. */
export function onlyKnown(words: readonly string[], known: readonly string[]): NameValues {
  const options = parseFilledValues(words.filter((word) => word.includes("=")));
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw refused(`invalid option '${unknown}', allowed options are: ${known.join(", ")}`);
  }
  return options;
}

/** One of the words for true and false; throws otherwise. */
export function parseYesNo(name: string, text: string): boolean {
  if (/^(true|on|yes|y|1)$/i.test(text)) return true;
  if (/^(false|off|no|n|0)$/i.test(text)) return false;
  throw refused(`'${text}' is not a valid ${name} value, use true or false`);
}

/** A whole number within bounds; throws otherwise. */
export function parseWhole(
  name: string,
  text: string,
  [min, max]: readonly [number, number],
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : null;
  if (value !== null && value >= min && value <= max) return value;
  throw refused(`'${text}' is not a valid ${name}: must be a whole number from ${min} to ${max}`);
}

/** Throws the usage line when fewer or more words than expected were given. */
export function expectWords(
  words: readonly string[],
  [min, max]: readonly [number, number],
  usage: string,
): void {
  if (words.length < min || words.length > max) throw refused(`usage: lbctl ${usage}`);
}
