// Says what a campaign gave.

import { LEVELS, type Level } from "../corpus/expectation.ts";
import { barOf, type Campaign, type Difference, meetsBar } from "./campaign.ts";

const SEEDS_MAX = 20;
const LINES_MAX = 8;

/** For programs. */
export function renderJson(campaign: Campaign): string {
  const { range, usable, unusable, broken, agreed, agreedAtBars, explained } = campaign;
  return JSON.stringify(
    {
      mix: range.mix,
      seed: range.seed,
      count: range.count,
      usable,
      unusable,
      broken,
      agreement: Object.fromEntries(
        LEVELS.map((level) => [level, { passed: agreed[level], total: usable }]),
      ),
      placement_and_core_actions: { passed: agreedAtBars, total: usable },
      bar: barOf(range.mix),
      passed: meetsBar(campaign) && broken.length === 0,
      explained,
      differing: campaign.differing,
      differences: group(campaign.differences).map(({ level, left, seeds, first }) => ({
        level,
        left,
        seeds,
        lines: linesOf(first),
      })),
      inputs_per_second: Math.round(campaign.perSecond * 10) / 10,
    },
    null,
    2,
  );
}

/** For people. */
export function renderText(campaign: Campaign): string {
  const { range, usable, unusable, broken, agreedAtBars, explained, differing } = campaign;
  const levels = LEVELS.map((level) => row(level, campaign.agreed[level], usable));
  const speed = `${campaign.perSecond.toFixed(1)} cases a second`;
  return [
    ...renderDifferences(campaign),
    `mix ${range.mix}, seeds ${range.seed} to ${range.seed + range.count - 1}: ${speed}`,
    ...levels,
    `${row("placement and core", agreedAtBars, usable)}, at least ${barOf(range.mix)} % expected`,
    ...Object.entries(explained).map(([name, count]) => `differ as allowed (${name}): ${count}`),
    `differ at placement, actions or order: ${differing.length} ${listSeeds(differing)}`,
    `not usable: ${unusable.length} ${listSeeds(unusable.map(({ seed }) => seed))}`,
    `no plan that can be carried out: ${broken.length} ${listSeeds(broken.map((x) => x.seed))}`,
    ...broken.slice(0, LINES_MAX).map(({ seed, reason }) => `    seed ${seed}: ${reason}`),
  ].join("\n");
}

function row(name: string, agreed: number, total: number): string {
  const share = total === 0 ? "-" : `${((100 * agreed) / total).toFixed(2)} %`;
  return `${name.padEnd(19)}${`${agreed}/${total}`.padEnd(14)}${share}`;
}

function listSeeds(seeds: readonly number[]): string {
  if (seeds.length === 0) return "";
  const shown = seeds.slice(0, SEEDS_MAX).join(" ");
  return `(seeds ${shown}${seeds.length > SEEDS_MAX ? " ..." : ""})`;
}

interface Grouped {
  readonly level: Level;
  readonly left: readonly string[];
  readonly seeds: readonly number[];
  readonly first: Difference;
}

/** Differences with the same features left, the most frequent first. */
function group(differences: readonly Difference[]): readonly Grouped[] {
  const groups = new Map<string, Grouped>();
  for (const difference of differences) {
    const { level, left, seed } = difference;
    const key = [level, ...left].join(", ");
    const known = groups.get(key);
    const seeds = [...new Set([...(known?.seeds ?? []), seed])];
    groups.set(key, { level, left, seeds, first: known?.first ?? difference });
  }
  return [...groups.values()].sort((a, b) => b.seeds.length - a.seeds.length);
}

function renderDifferences({ differences }: Campaign): readonly string[] {
  return group(differences).flatMap(({ level, left, seeds, first }) => [
    `${level}: ${left.join(", ") || "nothing special"} (seeds ${seeds.join(" ")})`,
    ...linesOf(first).map((line) => `    ${line}`),
    "",
  ]);
}

function linesOf({ level, trial }: Difference): readonly string[] {
  const lines = trial.comparison?.levels[level] ?? [trial.crash];
  return lines.slice(0, LINES_MAX);
}
