/** A simulation as JSON: docs/operations.md lists the members. */
import type { Action, Decision, Transition } from "../../agent/core/model/index.ts";
import type { Happening } from "./carry-out-transition.ts";
import type { NodeSupposition } from "./change-input.ts";
import { type Fault, renderFault } from "./fault.ts";
import { type Picture, pictureBefore } from "./picture.ts";
import { hasWork, type SimulatedStep, type Simulation } from "./run-steps.ts";

/** What was asked, for the reader of the answer. */
export interface SimulationQuestion {
  readonly file: string | null;
  readonly suppositions: readonly NodeSupposition[];
  readonly notes: readonly object[];
  readonly withScores: boolean;
}

/** One step of a described simulation. */
export interface DescribedStep {
  readonly before: Picture;
  readonly decisions: readonly Decision[];
  readonly actions: readonly Action[];
  /** What became of the actions, in the order of their beginning; by id. */
  readonly happenings: readonly {
    readonly action: number;
    readonly outcome: Happening["outcome"];
    readonly status: number | null;
    readonly skippedFor: NonNullable<Happening["skippedFor"]> | null;
  }[];
  readonly placements: Transition["placements"];
  readonly scores?: Transition["scores"];
  readonly promotions?: Transition["promotions"];
}

/** The whole answer. */
export interface DescribedSimulation {
  /** Null: the live cluster. */
  readonly file: string | null;
  readonly suppositions: readonly NodeSupposition[];
  /** What of the file was not understood. */
  readonly notes: readonly object[];
  /** ISO 8601; null: the input names no time. */
  readonly at: string | null;
  readonly failuresFirst: readonly string[];
  readonly failuresUnused: readonly string[];
  readonly steps: readonly DescribedStep[];
  readonly after: Picture;
  /** False: more would be planned from there. */
  readonly isAtRest: boolean;
}

/** Everything there is to say, as plain values. */
export function describeSimulation(
  simulation: Simulation,
  { file, suppositions, notes, withScores }: SimulationQuestion,
): DescribedSimulation {
  const { steps, end, next, injected, unused } = simulation;
  const wallMs = steps[0]?.input.wallNowMs;
  return {
    file,
    suppositions,
    notes,
    at: wallMs === undefined ? null : new Date(wallMs).toISOString(),
    failuresFirst: listFaults(injected),
    failuresUnused: listFaults(unused),
    steps: steps.map((step) => describeStep(step, withScores)),
    after: pictureBefore(end, next),
    isAtRest: !hasWork(next),
  };
}

function listFaults(faults: readonly Fault[]): readonly string[] {
  return faults.map(renderFault);
}

function describeStep(
  { input, transition, happenings }: SimulatedStep,
  withScores: boolean,
): DescribedStep {
  const { decisions, actions, placements, scores, promotions = {} } = transition;
  return {
    before: pictureBefore(input, transition),
    decisions,
    actions,
    happenings: happenings.map(({ action, outcome, status, skippedFor }) => ({
      action: action.id,
      outcome,
      status: status ?? null,
      skippedFor: skippedFor ?? null,
    })),
    placements,
    ...(withScores ? { scores, promotions } : {}),
  };
}
