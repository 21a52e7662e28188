// Runs a range of seeds, and shrinks what differs.

import { carryOut } from "../carry-out.ts";
import type { Level } from "../corpus/expectation.ts";
import { type Deviation, explainDifference } from "./deviations.ts";
import { describeLeft } from "./left-features.ts";
import { forEachIn, type Pool } from "./pool.ts";
import { randomSpec } from "./random-spec.ts";
import { shrink } from "./shrink.ts";
import type { Mix, Spec } from "./spec.ts";
import { differingLevels, isBroken, type Seat, type Trial, tryCase } from "./trial.ts";

/** Which cases. */
export interface Range {
  readonly mix: Mix;
  readonly seed: number;
  readonly count: number;
  /** How many of the cases that differ are shrunk. */
  readonly shrinks: number;
  /**
   * So often a case is answered: first as it is, then as it stands after crm_simulate's plan has
   * been carried out, and so on. Each round counts as a case.
   */
  readonly rounds: number;
}

/** A case that differs, made small. */
export interface Difference {
  readonly seed: number;
  /** The most severe level at which it differs. */
  readonly level: Level;
  readonly left: readonly string[];
  readonly trial: Trial;
}

/** What a range of seeds gave. */
export interface Campaign {
  readonly range: Range;
  readonly usable: number;
  /** Seeds without an answer of crm_simulate, with its reason. */
  readonly unusable: readonly { readonly seed: number; readonly reason: string }[];
  /** Seeds for which the scheduler gives no plan that can be carried out. */
  readonly broken: readonly { readonly seed: number; readonly reason: string }[];
  /** Usable cases that agree, level by level. */
  readonly agreed: Readonly<Record<Level, number>>;
  /** Usable cases that agree at placement and core actions. */
  readonly agreedAtBars: number;
  readonly explained: Readonly<Record<string, number>>;
  /** All seeds that differ anywhere but in the state read. */
  readonly differing: readonly number[];
  readonly differences: readonly Difference[];
  readonly perSecond: number;
}

// The most severe first. The state read is told and is no difference of the plan.
const JUDGED: readonly Level[] = ["core_actions", "placement", "all_actions", "order"];
const SEVERITY: readonly Level[] = [...JUDGED, "state"];

/** Runs all seeds of the range. */
export async function runCampaign(pool: Pool, range: Range): Promise<Campaign> {
  const startedAt = performance.now();
  const seeds = Array.from({ length: range.count }, (_none, index) => range.seed + index);
  const perSeed = await forEachIn(pool, seeds, async (seed, seat) => runRounds(seed, range, seat));
  const outcomes = perSeed.flat();
  const tookMs = performance.now() - startedAt;
  const usable = outcomes.filter(({ isUsable }) => isUsable);
  const agrees = ({ levels }: Outcome, level: Level): boolean => !levels.includes(level);
  const differing = usable.filter((x) => JUDGED.some((level) => !agrees(x, level)));
  return {
    range,
    usable: usable.length,
    unusable: outcomes
      .filter((x) => !x.isUsable)
      .map(({ seed, unusable }) => ({ seed, reason: unusable })),
    broken: outcomes
      .filter((x) => x.broken !== "")
      .map(({ seed, broken }) => ({ seed, reason: broken })),
    agreed: countAgreed(usable),
    agreedAtBars: usable.filter((x) => agrees(x, "placement") && agrees(x, "core_actions")).length,
    explained: countExplained(usable),
    differing: [...new Set(differing.map(({ seed }) => seed))],
    differences: await shrinkAll(
      pool,
      range,
      bySeverity(usable.filter((x) => x.levels.length > 0)),
    ),
    perSecond: (outcomes.length * 1000) / tookMs,
  };
}

async function runRounds(seed: number, { mix, rounds }: Range, seat: Seat): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let spec = randomSpec(seed, mix);
  for (let round = 0; round < rounds; round++) {
    const trial = await tryCase(spec, seat);
    outcomes.push(judge(trial));
    if (trial.expected === null || trial.expected.actions.length === 0) break;
    spec = carryOut(spec, trial.expected);
  }
  return outcomes;
}

/** What is kept of a trial; the trial itself would fill the memory. */
interface Outcome {
  readonly seed: number;
  /** Kept where something differs. */
  readonly spec: Spec | null;
  readonly isUsable: boolean;
  readonly unusable: string;
  readonly broken: string;
  readonly levels: readonly Level[];
  readonly explainedBy: string | null;
}

function judge(trial: Trial): Outcome {
  const { spec, own, crash, unusable, expected } = trial;
  const levels = unexplainedLevels(trial);
  return {
    seed: spec.seed,
    spec: levels.length > 0 ? spec : null,
    isUsable: expected !== null,
    unusable,
    broken: own === null ? crash : own.stuck.length > 0 ? `a cycle: ${own.stuck.join(", ")}` : "",
    levels,
    explainedBy: levels.length > 0 ? null : (deviationOf(trial)?.name ?? null),
  };
}

function deviationOf(trial: Trial): Deviation | null {
  const { spec, expected, own } = trial;
  const levels = differingLevels(trial);
  if (levels.length === 0 || expected === null || own === null || isBroken(trial)) return null;
  return explainDifference(spec, levels, { expected, own });
}

function unexplainedLevels(trial: Trial): readonly Level[] {
  return deviationOf(trial) === null ? differingLevels(trial) : [];
}

function countAgreed(usable: readonly Outcome[]): Readonly<Record<Level, number>> {
  const count = (level: Level): number => usable.filter((x) => !x.levels.includes(level)).length;
  return {
    state: count("state"),
    placement: count("placement"),
    core_actions: count("core_actions"),
    all_actions: count("all_actions"),
    order: count("order"),
  };
}

function countExplained(usable: readonly Outcome[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { explainedBy } of usable) {
    if (explainedBy !== null) counts[explainedBy] = (counts[explainedBy] ?? 0) + 1;
  }
  return counts;
}

function bySeverity(differing: readonly Outcome[]): readonly Outcome[] {
  const severity = ({ levels }: Outcome): number =>
    SEVERITY.findIndex((level) => levels.includes(level));
  return differing.toSorted((a, b) => severity(a) - severity(b) || a.seed - b.seed);
}

async function shrinkAll(
  pool: Pool,
  { mix, shrinks }: Range,
  differing: readonly Outcome[],
): Promise<readonly Difference[]> {
  // Each case is shrunk at one seat, one try after the other: all seats stay busy.
  return await forEachIn(
    pool,
    differing.slice(0, shrinks),
    async ({ seed, spec: whole, levels }, seat) => {
      const level = SEVERITY.find((each) => levels.includes(each)) ?? "order";
      const shows = async (specs: readonly Spec[]): Promise<readonly boolean[]> => {
        const answers: boolean[] = [];
        for (const spec of specs) {
          answers.push(unexplainedLevels(await tryCase(spec, seat)).includes(level));
        }
        return answers;
      };
      const spec = await shrink(whole ?? randomSpec(seed, mix), shows, 1);
      const trial = await tryCase(spec, seat);
      return { seed, level, left: describeLeft(spec), trial };
    },
  );
}

/** True where as many cases agree at placement and core actions as have to. */
export function meetsBar({ range, usable, agreedAtBars }: Campaign): boolean {
  return agreedAtBars * 1000 >= barOf(range.mix) * 10 * usable;
}

/** Per cent of the usable cases that have to agree at placement and core actions. */
export function barOf(mix: Mix): number {
  return mix === "A" ? 99.5 : 97;
}
