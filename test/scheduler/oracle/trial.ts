// One case, answered by both.

import { type Answer, baseName, type ClusterState } from "../corpus/answer.ts";
import { type Comparison, compareAnswers } from "../corpus/compare.ts";
import { LEVELS, type Level } from "../corpus/expectation.ts";
import type { PlanAnswer } from "../corpus/plan-answer.ts";
import type { Planner } from "../corpus/planner.ts";
import { renderCib } from "./render-cib.ts";
import { askOracle, type Workplace } from "./simulate.ts";
import { cloneOf, isSet, PRESENT_S, type Spec } from "./spec.ts";

/** How a case went. */
export interface Trial {
  readonly spec: Spec;
  /** Null: crm_simulate gives no answer, as `unusable` says. */
  readonly expected: Answer | null;
  readonly unusable: string;
  /** Null: the scheduler threw, as `crash` says. */
  readonly own: PlanAnswer | null;
  readonly crash: string;
  /** Null where one of the two gave no answer. */
  readonly comparison: Comparison | null;
}

/** Where both can be asked, one case at a time. */
export interface Seat {
  readonly oracle: Workplace;
  readonly planner: Planner;
}

/** Runs both on the same document. */
export async function tryCase(spec: Spec, { oracle: room, planner }: Seat): Promise<Trial> {
  const xml = renderCib(spec);
  const planning = planner.plan({ xml, nowMs: PRESENT_S * 1000 });
  const name = nameOf(spec);
  const [planned, oracle] = await Promise.all([planning, askOracle(xml, name, room)]);
  const expected = oracle.kind === "answer" ? leaveOutFlags(oracle.answer) : null;
  const own = planned.own === null ? null : leaveOutFlags(planned.own);
  return {
    spec,
    expected,
    unusable: oracle.kind === "unusable" ? oracle.reason : "",
    own: planned.own,
    crash: planned.crash,
    comparison: expected === null || own === null ? null : compareAnswers(expected, own),
  };
}

/** Drops the number of an instance of an anonymous clone. */
function nameOf(spec: Spec): (resource: string) => string {
  return (resource) => {
    const clone = cloneOf(spec, baseName(resource));
    return clone === null || isSet(clone, "globally-unique") ? resource : baseName(resource);
  };
}

/** The XML of crm_simulate tells other flags than its text, so only `failed` is looked at. */
function leaveOutFlags(answer: Answer): Answer {
  const strip = (state: ClusterState): ClusterState => ({
    ...state,
    flags: Object.fromEntries(
      Object.entries(state.flags).flatMap(([id, words]) =>
        words.includes("failed") ? [[id, ["failed"]]] : [],
      ),
    ),
  });
  return { ...answer, before: strip(answer.before), after: strip(answer.after) };
}

/** The levels at which the two differ; all of them where the scheduler threw. */
export function differingLevels({ comparison, own, expected }: Trial): readonly Level[] {
  if (own === null) return LEVELS;
  if (expected === null || comparison === null) return [];
  return LEVELS.filter((level) => comparison.levels[level].length > 0);
}

/** True where the scheduler gives no plan, or one that cannot be carried out. */
export function isBroken({ own }: Trial): boolean {
  return own === null || own.stuck.length > 0;
}
