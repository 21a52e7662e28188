/** The words of constraints of sets: `set ID... [options] [set ...] [setoptions ...]`. */
import type { Change, ResourceSetInput } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseInfluence, parseStrength } from "./parse-constraint.ts";
import { onlyKnown, parseFilledValues } from "./parse-values.ts";

/** `constraint colocation set …`. */
export function parseColocationSets(words: readonly string[]): Change {
  const { sets, setOptions } = parseSets("colocation", words);
  const options = onlyKnown(setOptions, ["id", "score", "influence", "node-attribute"]);
  return {
    kind: "addColocationSets",
    id: options["id"] ?? null,
    score: options["score"] ?? "INFINITY",
    sets,
    ...parseInfluence(options),
  };
}

/** `constraint order set …`. */
export function parseOrderSets(words: readonly string[]): Change {
  const { sets, setOptions } = parseSets("order", words);
  const options = onlyKnown(setOptions, ["id", "kind", "symmetrical"]);
  return { kind: "addOrderSets", id: options["id"] ?? null, ...parseStrength(options), sets };
}

/** The words after the first `set`. */
function parseSets(
  kind: "colocation" | "order",
  words: readonly string[],
): { readonly sets: readonly ResourceSetInput[]; readonly setOptions: readonly string[] } {
  const end = words.indexOf("setoptions");
  const setOptions = end < 0 ? [] : words.slice(end + 1);
  const parts: string[][] = [[]];
  for (const word of end < 0 ? words : words.slice(0, end)) {
    if (word === "set") parts.push([]);
    else parts.at(-1)?.push(word);
  }
  const sets = parts.map((part): ResourceSetInput => {
    const resources = part.filter((word) => !word.includes("="));
    if (resources.length === 0) {
      throw refused(
        `usage: lbctl constraint ${kind} set ID... [NAME=VALUE...] ` +
          "[set ID... [NAME=VALUE...]]... [setoptions NAME=VALUE...]",
      );
    }
    return { resources, options: parseFilledValues(part.filter((word) => word.includes("="))) };
  });
  const stray = setOptions.find((word) => !word.includes("="));
  if (stray !== undefined) throw refused(`missing value of '${stray}' option`);
  return { sets, setOptions };
}
