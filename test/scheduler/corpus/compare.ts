// Compares an answer with the expected one on five levels, as the README of the corpus says.

import {
  type Answer,
  type AnswerAction,
  type ClusterState,
  coreKeyOf,
  isCore,
  keyOf,
} from "./answer.ts";
import type { Level } from "./expectation.ts";

/** Lines per level, `- ` expected and not there, `+ ` there and not expected; empty: agrees. */
export interface Comparison {
  readonly levels: Readonly<Record<Level, readonly string[]>>;
  /** What differs and fails nothing. */
  readonly remarks: readonly string[];
}

/** Compares on all levels. */
export function compareAnswers(expected: Answer, own: Answer): Comparison {
  const [before, ownBefore] = leveled(expected.before, own.before);
  const [after, ownAfter] = leveled(expected.after, own.after);
  return {
    levels: {
      state: [
        ...differences(listNodes(before), listNodes(ownBefore)),
        ...differences(listPlaces(before), listPlaces(ownBefore)),
        ...differences(listFlags(before), listFlags(ownBefore)),
      ],
      placement: differences(listPlaces(after), listPlaces(ownAfter)),
      core_actions: differences(
        expected.actions.filter(isCore).map(coreKeyOf),
        own.actions.filter(isCore).map(coreKeyOf),
      ),
      all_actions: differences(expected.actions.map(keyOf), own.actions.map(keyOf)),
      order: missingPairs(expected, own).map((pair) => `- ${pair}`),
    },
    remarks: [
      ...differences(listNodes(after), listNodes(ownAfter)).map((line) => `after: ${line}`),
      ...differences(listFlags(after), listFlags(ownAfter)).map((line) => `after: ${line}`),
      ...missingPairs(own, expected).map((pair) => `extra order: ${pair}`),
    ],
  };
}

/** What is in one list and not in the other; a line counts as often as it occurs. */
export function differences(expected: readonly string[], own: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of expected) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of own) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left]
    .flatMap(([line, count]) =>
      Array.from({ length: Math.abs(count) }, () => `${count > 0 ? "-" : "+"} ${line}`),
    )
    .sort();
}

/** A failed resource may be told as Started where it was Unpromoted: then both say Started. */
function leveled(expected: ClusterState, own: ClusterState): readonly [ClusterState, ClusterState] {
  const failed = Object.keys(expected.flags).filter((id) => expected.flags[id]?.includes("failed"));
  const level = (state: ClusterState): ClusterState => ({
    ...state,
    resources: {
      ...state.resources,
      ...Object.fromEntries(failed.map((id) => [id, joined(state, id)])),
    },
  });
  return [level(expected), level(own)];
}

function joined({ resources }: ClusterState, id: string): Record<string, readonly string[]> {
  const { Unpromoted = [], Started = [], ...others } = resources[id] ?? {};
  return { ...others, Started: [...Unpromoted, ...Started] };
}

function listNodes({ nodes }: ClusterState): readonly string[] {
  return Object.entries(nodes).map(([name, text]) => `node ${name}: ${text}`);
}

/** A line for each role of each resource; what is stopped has none, whether listed or not. */
function listPlaces({ resources }: ClusterState): readonly string[] {
  return Object.entries(resources).flatMap(([id, roles]) =>
    Object.entries(roles)
      .filter(([, nodes]) => nodes.length > 0)
      .map(([role, nodes]) => `${id} ${role}: ${[...nodes].sort().join(" ")}`),
  );
}

function listFlags({ flags }: ClusterState): readonly string[] {
  return Object.entries(flags).flatMap(([id, words]) =>
    [...new Set(words)].map((word) => `${id} is ${word}`),
  );
}

/**
 * Pairs of the first answer's order that are not in the second's. Actions with the same key are
 * told apart by what they are about where both answers tell it; those that remain alike (instances
 * of an anonymous clone) count: as many pairs have to hold, whichever of them these are.
 */
function missingPairs(first: Answer, second: Answer): readonly string[] {
  const tellsDetail = [first, second].every(({ actions }) =>
    actions.every(({ op, detail }) => op !== "notify" || detail !== ""),
  );
  const name = (action: AnswerAction): string =>
    tellsDetail && action.op === "notify" ? `${keyOf(action)} ${action.detail}` : keyOf(action);
  const held = countPairs(second, name);
  return [...countPairs(first, name)]
    .filter(([pair, count]) => count > (held.get(pair) ?? 0))
    .map(([pair]) => pair)
    .sort();
}

function countPairs(
  { actions, order }: Answer,
  name: (action: AnswerAction) => string,
): ReadonlyMap<string, number> {
  const names = actions.map(name);
  const counts = new Map<string, number>();
  for (const [index, later] of names.entries()) {
    for (const earlier of order[index] ?? []) {
      const pair = `${names[earlier]} < ${later}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  return counts;
}
