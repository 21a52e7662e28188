// Where the scheduler may differ from crm_simulate 2.1.5. A case to which a rule applies, and which
// differs at no other level than those of the rule, counts as agreeing.

import type { Answer, ClusterState } from "../corpus/answer.ts";
import { differences } from "../corpus/compare.ts";
import type { Level } from "../corpus/expectation.ts";
import { reachState } from "../corpus/reach-state.ts";
import { isPromotable, type Spec } from "./spec.ts";

/** One allowed difference. */
export interface Deviation {
  /** A few words, or the file in docs/decisions that says why. */
  readonly name: string;
  readonly reason: string;
  readonly levels: readonly Level[];
  readonly applies: (spec: Spec, expected: Answer, own: Answer) => boolean;
}

/** All of them. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    name: "simulated history",
    reason:
      "crm_simulate carries the plan out in a history of its own making. Where that still holds " +
      "an operation under way, or a monitor that it cancels, the state that it reads out of it " +
      "is not what its plan brings about; here both plans and the states before are the same.",
    levels: ["placement"],
    applies: (spec, expected, own) => {
      const course = {
        actions: expected.actions,
        implied: [],
        isPromotable: (resource: string) => isPromotable(spec, resource),
      };
      return isSamePlace(reachState(expected.before, course), own.after);
    },
  },
];

/** The rule that explains the difference; null when none does. */
export function explainDifference(
  spec: Spec,
  levels: readonly Level[],
  { expected, own }: { readonly expected: Answer; readonly own: Answer },
): Deviation | null {
  const found = DEVIATIONS.find(
    (deviation) =>
      levels.every((level) => deviation.levels.includes(level)) &&
      deviation.applies(spec, expected, own),
  );
  return found ?? null;
}

function isSamePlace(a: ClusterState, b: ClusterState): boolean {
  return differences(listPlaces(a), listPlaces(b)).length === 0;
}

function listPlaces({ resources }: ClusterState): readonly string[] {
  return Object.entries(resources).flatMap(([id, roles]) =>
    Object.entries(roles).flatMap(([role, nodes]) => nodes.map((node) => `${id} ${role} ${node}`)),
  );
}
