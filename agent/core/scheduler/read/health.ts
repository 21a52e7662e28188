import { INFINITY_SCORE, type NameValues } from "../../model/index.ts";
import { addScores, parseScore } from "../score.ts";
import type { WorkingNode, WorkingOptions } from "../working.ts";

/** What the colours of health attributes count. */
export interface HealthScores {
  readonly red: number;
  readonly yellow: number;
  readonly green: number;
  /** Where the sum for each node starts. */
  readonly base: number;
}

/** The scores that the strategy gives to the colours. */
export function readHealthScores(
  strategy: WorkingOptions["nodeHealthStrategy"],
  properties: NameValues,
): HealthScores {
  const banned = -INFINITY_SCORE;
  switch (strategy) {
    case "none":
      return { red: 0, yellow: 0, green: 0, base: 0 };
    case "migrate-on-red":
      return { red: banned, yellow: 0, green: 0, base: 0 };
    case "only-green":
      return { red: banned, yellow: banned, green: 0, base: 0 };
    default: {
      const read = (name: string, fallback: number): number =>
        parseScore(properties[`node-health-${name}`], fallback);
      return {
        red: read("red", banned),
        yellow: read("yellow", 0),
        green: read("green", 0),
        base: strategy === "progressive" ? read("base", 0) : 0,
      };
    }
  }
}

/** The sum of all `#health…` attributes of a node; values that are no scores are passed over. */
export function sumHealth(attributes: ReadonlyMap<string, string>, scores: HealthScores): number {
  let sum = scores.base;
  for (const text of healthValues(attributes)) {
    const score = healthScore(text, scores);
    if (score !== null) sum = addScores(sum, score);
  }
  return sum;
}

/** How a node's health is to be shown. */
export function healthColour(
  { attributes }: Pick<WorkingNode, "attributes">,
  scores: HealthScores,
): "red" | "yellow" | "green" {
  let colour: "yellow" | "green" = "green";
  for (const text of healthValues(attributes)) {
    const word = text.toLowerCase();
    const score = healthScore(text, scores);
    if (word === "red") return "red";
    if (word === "yellow") colour = "yellow";
    else if (score !== null && score <= scores.red) return "red";
    else if (score !== null && score <= scores.yellow && scores.yellow !== scores.green) {
      colour = "yellow";
    }
  }
  return colour;
}

function healthValues(attributes: ReadonlyMap<string, string>): readonly string[] {
  return [...attributes].flatMap(([name, text]) => (name.startsWith("#health") ? [text] : []));
}

function healthScore(text: string, scores: HealthScores): number | null {
  switch (text.toLowerCase()) {
    case "red":
      return scores.red;
    case "yellow":
      return scores.yellow;
    case "green":
      return scores.green;
    default: {
      const score = parseScore(text, Number.NaN);
      return Number.isNaN(score) ? null : score;
    }
  }
}
