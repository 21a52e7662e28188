// Counts the results of a corpus, and holds them against the bars.

import { coreKeyOf, isCore } from "./answer.ts";
import { LEVELS, type Level } from "./expectation.ts";
import { type CaseResult, failedLevels } from "./run-case.ts";

/** Passed and run, at one level. */
export interface Count {
  readonly passed: number;
  readonly total: number;
}

/** One count a level. */
export type Counts = Readonly<Record<Level, Count>>;

/** A case that takes longer than this is told. */
export const SLOW_MS = 1000;

const DIFF_LINES_MAX = 6;

// Per cent that have to pass among the cases on which Pacemaker 2.1.5 agrees with the expectation.
const BARS: Readonly<Record<string, Readonly<Record<Level, number>>>> = {
  A: { state: 100, placement: 100, core_actions: 100, all_actions: 98, order: 98 },
  B: { state: 0, placement: 92, core_actions: 92, all_actions: 88, order: 88 },
};

/** Counts per tier, in the order of their names. */
export function countTiers(results: readonly CaseResult[]): Readonly<Record<string, Counts>> {
  const tiers = [...new Set(results.map(({ tier }) => tier))].sort();
  return Object.fromEntries(
    tiers.map((tier) => [tier, count(results.filter((result) => result.tier === tier))]),
  );
}

/** The same, each level restricted to the cases on which Pacemaker 2.1.5 agrees there. */
export function countAgreed(results: readonly CaseResult[]): Readonly<Record<string, Counts>> {
  const tiers = [...new Set(results.map(({ tier }) => tier))].sort();
  return Object.fromEntries(
    tiers.map((tier) => {
      const own = results.filter((result) => result.tier === tier);
      return [
        tier,
        eachLevel((level) =>
          countLevel(
            own.filter((x) => x.agreed.has(level)),
            level,
          ),
        ),
      ];
    }),
  );
}

function count(results: readonly CaseResult[]): Counts {
  return eachLevel((level) => countLevel(results, level));
}

function eachLevel(make: (level: Level) => Count): Counts {
  return {
    state: make("state"),
    placement: make("placement"),
    core_actions: make("core_actions"),
    all_actions: make("all_actions"),
    order: make("order"),
  };
}

function countLevel(results: readonly CaseResult[], level: Level): Count {
  const passed = results.filter((result) => result.levels[level].length === 0).length;
  return { passed, total: results.length };
}

/** What does not reach its bar, one line each; nothing: all bars hold. */
export function missedBars(agreed: Readonly<Record<string, Counts>>): readonly string[] {
  return Object.entries(agreed).flatMap(([tier, counts]) =>
    LEVELS.flatMap((level) => {
      const bar = BARS[tier]?.[level] ?? 0;
      const { passed, total } = counts[level];
      if (passed * 100 >= bar * total) return [];
      return [`tier ${tier} ${level}: ${percent(counts[level])}, at least ${bar} % expected`];
    }),
  );
}

function percent({ passed, total }: Count): string {
  return total === 0 ? "-" : `${((100 * passed) / total).toFixed(1)} %`;
}

/** The answer for programs. */
export function renderJson(results: readonly CaseResult[]): string {
  const agreed = countAgreed(results);
  const failed = results.filter((result) => failedLevels(result).length > 0);
  return JSON.stringify(
    {
      tiers: countTiers(results),
      agreed,
      failed: failed.map((result) => ({ name: result.name, levels: failedLevels(result) })),
      crashed: results.filter(({ own }) => own === null).map(({ name }) => name),
      slow: results.filter(({ tookMs }) => tookMs > SLOW_MS).map(({ name }) => name),
      cycles: results.filter((x) => (x.own?.stuck.length ?? 0) > 0).map(({ name }) => name),
      missed: missedBars(agreed),
    },
    null,
    2,
  );
}

/** The answer for people: what fails, then the table. */
export function renderText(results: readonly CaseResult[]): string {
  const troubles = results.flatMap(renderTroubles);
  const failures = results.filter((x) => failedLevels(x).length > 0).map(renderFailure);
  return [...failures, "", ...troubles, ...renderTable(results)].join("\n");
}

function renderTroubles({ name, tookMs, own }: CaseResult): readonly string[] {
  const stuck = own?.stuck ?? [];
  return [
    ...(tookMs > SLOW_MS ? [`${name}: slow: ${Math.round(tookMs)} ms`] : []),
    ...(stuck.length > 0 ? [`${name}: a cycle: ${stuck.slice(0, 10).join(", ")}`] : []),
  ];
}

function renderFailure(result: CaseResult): string {
  const levels = failedLevels(result);
  const differing = levels.filter((level) => !result.agreed.has(level));
  const note = differing.length > 0 ? ` (2.1.5 differs too: ${differing.join(", ")})` : "";
  if (result.own === null) return `${result.name} [${result.tier}]: ${result.levels.state[0]}`;
  const lines = levels.flatMap((level) => shorten(result.levels[level], level));
  return [`${result.name} [${result.tier}]: ${levels.join(", ")}${note}`, ...lines].join("\n");
}

function shorten(lines: readonly string[], level: Level): readonly string[] {
  const shown = lines.slice(0, DIFF_LINES_MAX).map((line) => `    ${level}: ${line}`);
  const rest = lines.length - DIFF_LINES_MAX;
  return rest > 0 ? [...shown, `    ${level}: and ${rest} more`] : shown;
}

function renderTable(results: readonly CaseResult[]): readonly string[] {
  const agreed = countAgreed(results);
  const header = [
    "tier",
    "level",
    "passed",
    "",
    "of those 2.1.5 agrees on",
    "",
    "bar",
    "above idle",
  ];
  const rows = Object.entries(countTiers(results)).flatMap(([tier, counts]) =>
    LEVELS.map((level) => {
      const among = agreed[tier]?.[level] ?? { passed: 0, total: 0 };
      const bar = BARS[tier]?.[level] ?? 0;
      const isMissed = among.passed * 100 < bar * among.total;
      const idle = aboveIdle(
        results.filter((x) => x.tier === tier),
        level,
      );
      return [
        tier,
        level,
        `${counts[level].passed}/${counts[level].total}`,
        percent(counts[level]),
        `${among.passed}/${among.total}`,
        percent(among),
        `${bar} %${isMissed ? " missed" : ""}`,
        idle === null ? "" : percent(idle),
      ];
    }),
  );
  return align([header, ...rows]);
}

/** The share without the cases that a scheduler passes which does nothing at all. */
function aboveIdle(results: readonly CaseResult[], level: Level): Count | null {
  if (level !== "core_actions" && level !== "all_actions") return null;
  const busy = results.filter(({ expected }) => {
    const actions = expected?.actions ?? [];
    return (level === "core_actions" ? actions.filter(isCore).map(coreKeyOf) : actions).length > 0;
  });
  return countLevel(busy, level);
}

function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
