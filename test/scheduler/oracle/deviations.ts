// Where the scheduler may differ from crm_simulate 2.1.5. A case to which a rule applies, and which
// differs at no other level than those of the rule, counts as agreeing. The reasons at length are
// in docs/decisions/0009-scheduler-follows-pacemaker.md.

import { type Answer, baseName, type ClusterState, coreKeyOf, isCore } from "../corpus/answer.ts";
import { differences } from "../corpus/compare.ts";
import type { Level } from "../corpus/expectation.ts";
import { reachState } from "../corpus/reach-state.ts";
import { type Tied, tiedTo } from "./colocation-net.ts";
import { isPromotable, type Spec } from "./spec.ts";

/** One allowed difference. */
export interface Deviation {
  /** A few words. */
  readonly name: string;
  readonly reason: string;
  readonly levels: readonly Level[];
  readonly applies: (spec: Spec, expected: Answer, own: Answer) => boolean;
}

const OF_THE_PLAN: readonly Level[] = ["placement", "core_actions", "all_actions", "order"];

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
  {
    name: "mandatory first",
    reason:
      "Mandatory colocations count before advisory ones, as in Pacemaker 3.0; 2.1.5 goes by the " +
      "names of the resources.",
    levels: OF_THE_PLAN,
    applies: (spec, expected, own) =>
      allTied(spec, expected, own, ({ colocations, hasGroup }) => {
        const isAdvisory = ({ score }: { readonly score: number }): boolean =>
          Number.isFinite(score) && score !== 0;
        if (!colocations.some(isAdvisory)) return false;
        return hasGroup || !colocations.every(isAdvisory);
      }),
  },
  {
    name: "place of the group",
    reason:
      "What a member of a group is tied to goes where the group may be, as in Pacemaker 3.0; " +
      "2.1.5 looks at the constraints of the group for its first member alone.",
    levels: OF_THE_PLAN,
    applies: (spec, expected, own) =>
      allTied(spec, expected, own, ({ colocations, laterMembers }) =>
        colocations.some(({ dependent }) => laterMembers.has(dependent)),
      ),
  },
  {
    name: "the last place",
    reason:
      "A resource that keeps apart from another one makes way for it where that one has a single " +
      "place left, as in Pacemaker 3.0; with 2.1.5 one of the two stays down.",
    levels: OF_THE_PLAN,
    applies: (spec, expected, own) =>
      runsAsMuch(expected, own) &&
      allTied(spec, expected, own, ({ colocations }) => colocations.some(({ score }) => score < 0)),
  },
  {
    name: "instances stay",
    reason:
      "Instances of a clone stay where they are when the clone as a whole is where it should be, " +
      "and never two of them are on one node while the other has none; 2.1.5 restarts, swaps and " +
      "doubles them.",
    levels: OF_THE_PLAN,
    applies: (spec, expected, own) =>
      countCore(own) <= countCore(expected) &&
      runsOnAsMany(expected, own) &&
      allTied(spec, expected, own, ({ hasClone }) => hasClone),
  },
  {
    name: "beside what cannot start",
    reason:
      "What must run beside a group or a clone that cannot start does not run without it, as " +
      "beside a primitive; 2.1.5 overlooks it.",
    levels: OF_THE_PLAN,
    applies: (spec, expected, own) =>
      runsAsMuch(own, expected) &&
      allTied(spec, expected, own, ({ colocations, collectives }) =>
        colocations.some(
          ({ primary, score }) => score === Number.POSITIVE_INFINITY && collectives.has(primary),
        ),
      ),
  },
  {
    name: "maintenance of a node",
    reason:
      "Monitors end on a node in maintenance as they do in a cluster in maintenance; 2.1.5 goes " +
      "on with those of nodes.",
    levels: ["all_actions", "order"],
    applies: (spec, expected, own) => {
      const left = differences(expected.actions.map(wordsOf), own.actions.map(wordsOf));
      // What is active there and elsewhere is in maintenance on both.
      const isInMaintenance = spec.nodes.some(({ attributes }) => attributes["maintenance"]);
      return isInMaintenance && left.every((line) => / (cancel|monitor) /.test(line));
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

function wordsOf({ op, rsc, node }: Answer["actions"][number]): string {
  return `${op} ${rsc} ${node}`;
}

/** True where each resource whose actions or place differ is tied to others in such a way. */
function allTied(
  spec: Spec,
  expected: Answer,
  own: Answer,
  holds: (tied: Tied) => boolean,
): boolean {
  const lines = [
    ...differences(coreLines(expected), coreLines(own)),
    ...differences(listPlaces(expected.after), listPlaces(own.after)),
  ];
  const resources = new Set(lines.map((line) => baseName(line.split(" ")[2] ?? "")));
  return resources.size > 0 && [...resources].every((resource) => holds(tiedTo(spec, resource)));
}

function coreLines({ actions }: Answer): readonly string[] {
  return actions.filter(isCore).map(coreKeyOf);
}

function countCore(answer: Answer): number {
  return coreLines(answer).length;
}

/** True where each resource has as many active copies in the second answer, or more. */
function runsAsMuch(least: Answer, other: Answer): boolean {
  return Object.keys(least.after.resources).every(
    (id) => nodesOf(other, id).length >= nodesOf(least, id).length,
  );
}

/** The same for nodes that have at least one copy. */
function runsOnAsMany(least: Answer, other: Answer): boolean {
  return Object.keys(least.after.resources).every(
    (id) => new Set(nodesOf(other, id)).size >= new Set(nodesOf(least, id)).size,
  );
}

function nodesOf({ after }: Answer, resource: string): readonly string[] {
  return Object.values(after.resources[resource] ?? {}).flat();
}

function isSamePlace(a: ClusterState, b: ClusterState): boolean {
  return differences(listPlaces(a), listPlaces(b)).length === 0;
}

/** `at web node1 Started`: the resource is the second word, as in an action. */
function listPlaces({ resources }: ClusterState): readonly string[] {
  return Object.entries(resources).flatMap(([id, roles]) =>
    Object.entries(roles).flatMap(([role, nodes]) =>
      nodes.map((node) => `at ${id} ${node} ${role}`),
    ),
  );
}
