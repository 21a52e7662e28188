// What features of random cases are made of, and the small steps that they share.

import type { Dice } from "./dice.ts";
import {
  allPrimitives,
  type Mix,
  type Piece,
  piece,
  type Spec,
  type SpecEntry,
  type SpecHistory,
  type SpecNode,
  type SpecPrimitive,
  type SpecResource,
} from "./spec.ts";

/** One thing that a random case can have. */
export interface Feature {
  readonly name: string;
  /** The smallest mix that has it. */
  readonly mix: Mix;
  /** Per cent of the cases of the full mix that have it. */
  readonly weight: number;
  /**
   * `shape` makes resources, `config` all else of the configuration and how the nodes stand; then
   * the histories are written as after a quiet time, and `state` disturbs them.
   */
  readonly phase: "shape" | "config" | "state";
  readonly apply: (spec: Spec, dice: Dice) => void;
}

/** A line of a table of features. */
export type FeatureRow = readonly [name: string, weight: number, apply: Feature["apply"]];

/** Turns a table into features. */
export function featuresOf(
  mix: Mix,
  phase: Feature["phase"],
  rows: readonly FeatureRow[],
): readonly Feature[] {
  return rows.map(([name, weight, apply]) => ({ name, mix, weight, phase, apply }));
}

/** A Dummy that most of the time has a monitor. */
export function newPrimitive(id: string, dice: Dice): SpecPrimitive {
  return {
    kind: "primitive",
    id,
    agent: "ocf:pacemaker:Dummy",
    template: null,
    parameters: {},
    meta: {},
    utilization: {},
    operations: dice.happens(75) ? [{ name: "monitor", intervalS: 10, options: {} }] : [],
    sets: [],
  };
}

/** An id of that letter that no primitive has. */
export function freeId(spec: Spec, letter: string): string {
  const taken = new Set([
    ...allPrimitives(spec).map(({ id }) => id),
    ...spec.resources.flatMap((x) => (x.kind === "clone" ? [x.id, x.child.id] : [x.id])),
  ]);
  for (let number = 1; ; number++) {
    if (!taken.has(`${letter}${number}`)) return `${letter}${number}`;
  }
}

/** The resources that people configure, without fencing devices. */
export function ordinary(spec: Spec): readonly SpecResource[] {
  return spec.resources.filter(({ id }) => !id.startsWith("fencer"));
}

/** The primitives of these. */
export function ordinaryPrimitives(spec: Spec): readonly SpecPrimitive[] {
  return allPrimitives(spec).filter(({ id }) => !id.startsWith("fencer"));
}

/** A resource for a constraint: mostly a whole one, now and then a member of a group. */
export function pickTarget(spec: Spec, dice: Dice): string {
  const wholes = ordinary(spec).map(({ id }) => id);
  const members = ordinary(spec).flatMap((x) => (x.kind === "group" ? x.members : []));
  const ids = dice.happens(12) && members.length > 0 ? members.map(({ id }) => id) : wholes;
  return dice.pickAny(ids) ?? "a1";
}

/** Two different ones. */
export function pickPair(spec: Spec, dice: Dice): readonly [string, string] | null {
  const [first, second] = dice.sample(
    ordinary(spec).map(({ id }) => id),
    2,
  );
  return first === undefined || second === undefined ? null : [first, second];
}

/** Adds a constraint between two resources, where there are two. */
export function constrain(
  spec: Spec,
  dice: Dice,
  make: (first: string, second: string) => Piece,
): void {
  const pair = pickPair(spec, dice);
  if (pair !== null) spec.constraints.push(make(...pair));
}

/** A location constraint. */
export function location(
  rsc: string,
  node: string,
  score: string,
  more: Record<string, string> = {},
): Piece {
  return piece("rsc_location", { rsc, node, score, ...more });
}

/** One of the two nodes. */
export function pickNode(spec: Spec, dice: Dice): SpecNode {
  const [first, second] = spec.nodes;
  if (first === undefined || second === undefined) throw new Error("a case has two nodes");
  return dice.pick([first, second]);
}

/** Calls for one resource, group, clone or member of one. */
export function withAnyResource(
  spec: Spec,
  dice: Dice,
  change: (resource: { meta: Record<string, string> }) => void,
): void {
  const all = [...ordinary(spec), ...ordinaryPrimitives(spec)];
  const chosen = dice.pickAny(all);
  if (chosen !== null) change(chosen);
}

/** An entry that went as it should. */
export function entry(node: SpecNode, operation: string, more: Partial<SpecEntry> = {}): SpecEntry {
  return {
    operation,
    intervalS: 0,
    status: 0,
    rc: 0,
    expected: more.rc ?? 0,
    callId: nextCallId(node),
    ageS: 1000 - nextCallId(node),
    digest: "current",
    isFailure: false,
    source: null,
    target: null,
    reloadKeeps: null,
    ...more,
  };
}

function nextCallId({ history }: SpecNode): number {
  return 1 + Math.max(0, ...history.flatMap(({ entries }) => entries.map(({ callId }) => callId)));
}

/** The history of a resource on a node; a new one where there is none. */
export function historyOf(spec: Spec, node: SpecNode, resource: string): SpecHistory {
  const found = node.history.find((history) => history.resource === resource);
  if (found !== undefined) return found;
  const primitive = allPrimitives(spec).find(({ id }) => id === resource.replace(/:\d+$/, ""));
  const template = spec.templates.find(({ id }) => id === primitive?.template);
  const agent = template?.agent ?? primitive?.agent ?? "ocf:pacemaker:Dummy";
  const made: SpecHistory = { resource, agent, lockedAgeS: null, entries: [] };
  node.history.push(made);
  return made;
}

/** Replaces the last operation that was run once. */
export function setLast(history: SpecHistory, last: SpecEntry): void {
  history.entries = history.entries.filter((x) => x.intervalS > 0 || x.isFailure);
  history.entries.unshift(last);
}

/** Where something is active by its history: a start, and nothing after it that ended it. */
export function listActive(spec: Spec): readonly { node: SpecNode; history: SpecHistory }[] {
  return spec.nodes.flatMap((node) =>
    node.history
      .filter(({ entries }) =>
        entries.some(
          (x) => ["start", "promote"].includes(x.operation) && x.intervalS === 0 && x.rc === 0,
        ),
      )
      .map((history) => ({ node, history })),
  );
}

/** The same without fencing devices. */
export function pickActive(
  spec: Spec,
  dice: Dice,
): { node: SpecNode; history: SpecHistory } | null {
  return dice.pickAny(listActive(spec).filter(({ history }) => !/^fencer/.test(history.resource)));
}

/** Adds a failed operation: the entry that keeps it, and its count. */
export function fail(
  { node, history }: { node: SpecNode; history: SpecHistory },
  failure: Partial<SpecEntry> & { readonly operation: string },
  count: string | null,
): void {
  const made = entry(node, failure.operation, {
    expected: 0,
    rc: 1,
    ageS: 500,
    ...failure,
  });
  const kept = { ...made, isFailure: true };
  // Twice: as the last result of the operation, and as the failure that is kept beside it.
  if (made.intervalS === 0) setLast(history, made);
  else {
    history.entries = history.entries.filter(
      (x) => x.isFailure || x.operation !== made.operation || x.intervalS !== made.intervalS,
    );
    history.entries.push(made);
  }
  history.entries = [...history.entries.filter((x) => !x.isFailure), kept];
  if (count === null) return;
  const { operation, intervalS, ageS } = made;
  const { resource } = history;
  node.failures.push({ resource, operation, intervalS, count, ageS });
}
