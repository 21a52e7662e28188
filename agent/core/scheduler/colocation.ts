import { compareText } from "../base/index.ts";
import { INFINITY_SCORE, type NodeName } from "../model/index.ts";
import { addScores, multiplyFactors, renderScore, scaleScore } from "./score.ts";
import {
  addNote,
  canRunResources,
  isGroup,
  type PlannedColocation,
  type PlannedGroup,
  type PlannedResource,
  type Situation,
} from "./situation.ts";

/** Colocations by resource: those in which it is the dependent, and the primary. */
export interface ColocationIndex {
  readonly asDependent: ReadonlyMap<PlannedResource, readonly PlannedColocation[]>;
  readonly asPrimary: ReadonlyMap<PlannedResource, readonly PlannedColocation[]>;
}

/** How many resources one assignment may look at for the wishes of its dependents. */
export const DEPENDENT_VISITS_MAX = 2000;

/**
 * Finds out which colocations bear on which resource. Those of a group as dependent fall on its
 * first member (the mandatory ones on all), those of a group as primary on its last; the chain of
 * neighbours inside the group carries them to the rest.
 */
export function indexColocations(situation: Situation): ColocationIndex {
  const asDependent = new Map<PlannedResource, PlannedColocation[]>();
  const asPrimary = new Map<PlannedResource, PlannedColocation[]>();
  for (const colocation of situation.colocations) {
    for (const resource of bearersAsDependent(colocation)) {
      push(asDependent, resource, colocation);
    }
    for (const resource of bearersAsPrimary(colocation)) push(asPrimary, resource, colocation);
  }
  for (const list of asDependent.values()) list.sort(compareBy("primary"));
  for (const list of asPrimary.values()) list.sort(compareBy("dependent"));
  return { asDependent, asPrimary };
}

function bearersAsDependent(colocation: PlannedColocation): readonly PlannedResource[] {
  const { dependent, isInternal, score } = colocation;
  if (isGroup(dependent)) {
    return score >= INFINITY_SCORE ? dependent.members : dependent.members.slice(0, 1);
  }
  // A member's own colocation is a matter for the whole group, whose place the first one chooses.
  const first = isInternal ? undefined : dependent.group?.members[0];
  return first === undefined || first === dependent ? [dependent] : [dependent, first];
}

function bearersAsPrimary({ primary, isInternal }: PlannedColocation): readonly PlannedResource[] {
  if (isGroup(primary)) return primary.members.slice(-1);
  const last = isInternal ? undefined : primary.group?.members.at(-1);
  return last === undefined || last === primary ? [primary] : [primary, last];
}

function push(
  map: Map<PlannedResource, PlannedColocation[]>,
  resource: PlannedResource,
  colocation: PlannedColocation,
): void {
  const list = map.get(resource);
  if (list === undefined) map.set(resource, [colocation]);
  else list.push(colocation);
}

function compareBy(side: "dependent" | "primary") {
  return (a: PlannedColocation, b: PlannedColocation): number =>
    priorityOf(b[side]) - priorityOf(a[side]) ||
    compareText(a.id, b.id) ||
    compareText(a[side].id, b[side].id);
}

/** Priority of a resource or group. */
export function priorityOf(entry: PlannedResource | PlannedGroup): number {
  return isGroup(entry) ? entry.priority : entry.settings.priority;
}

/** The primitive that stands for the primary when a dependent looks for its place. */
export function primaryMember(colocation: PlannedColocation): PlannedResource | undefined {
  const { primary, score } = colocation;
  if (!isGroup(primary)) return primary;
  return score >= INFINITY_SCORE ? primary.members.at(-1) : primary.members[0];
}

/** Applies a colocation to its dependent, once the primary has its place (or has none). */
export function applyPrimary(
  situation: Situation,
  resource: PlannedResource,
  colocation: PlannedColocation,
): void {
  const primary = primaryMember(colocation);
  if (primary === undefined || primary === resource || !primary.isAssigned) return;
  const { score } = colocation;
  if (primary.assignedNode === null && score < 0) return;
  const next = new Map<NodeName, number>();
  const forbidden: NodeName[] = [];
  for (const [name, current] of resource.scores) {
    const value = scoreBeside(primary, name, { current, score });
    if (value < 0 && current >= 0) forbidden.push(name);
    next.set(name, value);
  }
  const isMandatory = score >= INFINITY_SCORE || score <= -INFINITY_SCORE;
  if (!isMandatory && !hasUsableNode(situation, next)) return;
  for (const [name, value] of next) resource.scores.set(name, value);
  for (const name of forbidden) addNote(resource, name, renderColocation(colocation, primary));
}

function scoreBeside(
  primary: PlannedResource,
  node: NodeName,
  { current, score }: { readonly current: number; readonly score: number },
): number {
  if (primary.assignedNode === null) return addScores(-score, current);
  if (primary.assignedNode !== node) return score >= INFINITY_SCORE ? -INFINITY_SCORE : current;
  // A mandatory colocation is a requirement: being on the node adds no preference.
  return score >= INFINITY_SCORE ? current : addScores(score, current);
}

function renderColocation(colocation: PlannedColocation, primary: PlannedResource): string {
  const { id, score, isInternal } = colocation;
  const where =
    primary.assignedNode === null ? "runs nowhere" : `belongs on ${primary.assignedNode}`;
  if (isInternal) return `${primary.id}, before it in ${id}, ${where}`;
  const isMust = Math.abs(score) >= INFINITY_SCORE;
  const together = `${isMust ? "must" : "should"} ${score < 0 ? "stay apart from" : "run with"}`;
  return `it ${together} ${primary.id}, which ${where} (${id}, ${renderScore(score)})`;
}

/** True when some node can run resources and is not forbidden. */
export function hasUsableNode(
  situation: Situation,
  scores: ReadonlyMap<NodeName, number>,
): boolean {
  return situation.nodes.some(
    (node) => canRunResources(node) && (scores.get(node.name) ?? -1) >= 0,
  );
}

/**
 * Adds to a primary's scores what its dependents wish, and their dependents in turn. A dependent
 * that could then run nowhere is left out, so that it does not take the primary down with it.
 */
export function addDependents(
  situation: Situation,
  index: ColocationIndex,
  resource: PlannedResource,
): void {
  const visits = { left: DEPENDENT_VISITS_MAX };
  for (const colocation of index.asPrimary.get(resource) ?? []) {
    const dependent = dependentMember(colocation);
    if (dependent === undefined || dependent === resource || dependent.isAssigned) continue;
    const merged = mergeDependent(
      { situation, index, visits },
      { dependent, colocation, scores: resource.scores, factor: colocation.score },
    );
    for (const [name, score] of merged) {
      const before = resource.scores.get(name) ?? 0;
      if (score < 0 && before >= 0) {
        addNote(resource, name, `${dependent.id}, which must run with it, cannot run there`);
      }
      resource.scores.set(name, score);
    }
  }
}

/** Primitive with which a dependent's wishes begin: the first member of a group. */
function dependentMember({ dependent }: PlannedColocation): PlannedResource | undefined {
  return isGroup(dependent) ? dependent.members[0] : dependent;
}

interface MergeContext {
  readonly situation: Situation;
  readonly index: ColocationIndex;
  readonly visits: { left: number };
}

interface MergeInput {
  readonly dependent: PlannedResource;
  readonly colocation: PlannedColocation;
  readonly scores: ReadonlyMap<NodeName, number>;
  readonly factor: number;
}

function mergeDependent(context: MergeContext, input: MergeInput): ReadonlyMap<NodeName, number> {
  const { dependent, colocation, scores, factor } = input;
  if (dependent.isMerging || context.visits.left === 0) return scores;
  context.visits.left--;
  dependent.isMerging = true;
  let work: ReadonlyMap<NodeName, number> = addWishes(context.situation, input);
  if (hasUsableNode(context.situation, work)) {
    for (const next of context.index.asPrimary.get(dependent) ?? []) {
      const nextDependent = dependentMember(next);
      if (nextDependent === undefined || next === colocation) continue;
      const nextFactor = multiplyFactors(factor, next.score);
      work = mergeDependent(context, {
        dependent: nextDependent,
        colocation: next,
        scores: work,
        factor: nextFactor,
      });
    }
  } else {
    work = scores;
  }
  dependent.isMerging = false;
  return work;
}

function addWishes(situation: Situation, input: MergeInput): Map<NodeName, number> {
  const { dependent, scores, factor } = input;
  const work = new Map<NodeName, number>();
  for (const [name, current] of scores) {
    const node = situation.nodeByName.get(name);
    const isUsable = node !== undefined && canRunResources(node) && dependent.scores.has(name);
    const wish = isUsable ? wishFor(input, name) : -INFINITY_SCORE;
    const isDoubleNegative = factor < 0 && wish < 0;
    const added = isDoubleNegative && !mayPush(input, wish) ? 0 : scaleScore(wish, factor);
    work.set(name, addScores(added, current));
  }
  return work;
}

/** A later member that names a primary itself brings the preferences of its whole group along. */
function wishFor({ dependent, colocation }: MergeInput, node: NodeName): number {
  const own = dependent.scores.get(node) ?? 0;
  const isExplicit = !colocation.isInternal && colocation.dependent === dependent;
  const isLater = dependent.group !== null && dependent.group.members[0] !== dependent;
  if (!isExplicit || !isLater) return own;
  return addScores(own, dependent.group?.locationScores.get(node) ?? 0);
}

/**
 * Where an anti-colocated dependent cannot be is no better place for the primary because of that,
 * unless it is the dependent's only chance to run and the primary does not stick to where it is.
 */
function mayPush({ dependent, colocation }: MergeInput, wish: number): boolean {
  const primary = primaryMember(colocation);
  if (primary === undefined || primary.settings.stickiness >= -wish) return false;
  return [...dependent.scores.values()].filter((score) => score >= 0).length === 1;
}
