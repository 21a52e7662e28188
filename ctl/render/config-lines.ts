/** What the listings of a configuration are made of. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type { NameValues, ValueSet } from "../../agent/core/model/index.ts";
import { renderRuleLines } from "./render-rule.ts";

/** A title and the values under it, by name; nothing when there are none. */
export function renderValues(title: string, values: NameValues): readonly string[] {
  const pairs = sortedPairs(values).map(([name, value]) => `  ${name}=${value}`);
  return pairs.length === 0 ? [] : [title, ...pairs];
}

/** Sets of values, each with its score and its rule. */
export function renderSets(
  noun: string,
  sets: readonly ValueSet[] | undefined,
  withIds: boolean,
): readonly string[] {
  return (sets ?? []).flatMap(({ id, score, rule, values }) => [
    `${noun}: ${id}${score === 0 ? "" : ` score=${renderScore(score)}`}`,
    ...sortedPairs(values).map(([name, value]) => `  ${name}=${value}`),
    ...(rule === null ? [] : indent(renderRuleLines(rule, withIds))),
  ]);
}

/** Names and values in code-unit order. */
export function sortedPairs(values: NameValues): readonly (readonly [string, string])[] {
  return Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Names and values on one line. */
export function renderPairs(values: NameValues): string {
  return sortedPairs(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** The lines, two columns further in. */
export function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** The id of something, when ids are wanted. */
export function idMark(id: string, withIds: boolean): string {
  return withIds ? ` (id:${id})` : "";
}
