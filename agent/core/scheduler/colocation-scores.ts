import { INFINITY_SCORE } from "../model/index.ts";
import { copyTable, hasUsable, isAvailable } from "./candidates.ts";
import { colocationsAsDependent, colocationsAsPrimary, hasInfluence } from "./colocation-lists.ts";
import { addScores, multiplyFactors, scaleScore } from "./score.ts";
import type {
  Candidate,
  ScoreTable,
  WorkingColocation,
  WorkingNode,
  WorkingResource,
} from "./working.ts";

/** Marks a node that became unusable while only positive scores were wanted. */
const UNUSABLE_SCORE = -100 * INFINITY_SCORE;

/**
 * Steps that are followed for one resource. The paths through a net of colocations double with each
 * resource in it, so that a few dozen that all keep apart would never be placed.
 */
const COLOCATION_STEPS_MAX = 10_000;

/** How scores of colocated resources are taken over. */
export interface Selection {
  /** Nodes do not fall below zero by it. */
  readonly isNonNegative?: boolean;
  /** Nothing is taken over when no node would be left. */
  readonly isActive?: boolean;
  /** Follow "this with others" instead of "others with this". */
  readonly isThisWith?: boolean;
}

/** What is taken over, and for whom. */
export interface ScoreFlow {
  readonly source: WorkingResource;
  readonly target: WorkingResource;
  readonly colocation: WorkingColocation;
  /** In millionths. */
  readonly factor: number;
  readonly selection: Selection;
}

/** The value of the attribute by which a colocation compares nodes. */
export function colocationValue(node: WorkingNode, attribute: string): string | null {
  return attribute === "#uname" ? node.name : (node.attributes.get(attribute) ?? null);
}

/** True for two nodes that count as one place; an attribute that neither has does too. */
export function isSamePlace(a: WorkingNode, b: WorkingNode, attribute: string): boolean {
  if (attribute === "#uname") return a === b;
  return lower(colocationValue(a, attribute)) === lower(colocationValue(b, attribute));
}

function lower(text: string | null): string | null {
  return text === null ? null : text.toLowerCase();
}

/**
 * Returns the table with the scores of `source` and of all that depends on it added, each scaled
 * by the strength of the colocations on the way.
 */
export function addColocatedScores(table: ScoreTable, flow: ScoreFlow): ScoreTable {
  const { source, target } = flow;
  if (source.isUpdatingScores || target.colocationSteps >= COLOCATION_STEPS_MAX) return table;
  target.colocationSteps++;
  source.isUpdatingScores = true;
  const result =
    source.variant === "group" ? throughGroup(table, flow) : throughResource(table, flow);
  source.isUpdatingScores = false;
  return result;
}

/** The first member stands for its group: the scores of the others reach it along the chain. */
function throughGroup(table: ScoreTable, flow: ScoreFlow): ScoreTable {
  const [first] = flow.source.children;
  return first === undefined ? table : addColocatedScores(table, { ...flow, source: first });
}

function throughResource(table: ScoreTable, flow: ScoreFlow): ScoreTable {
  const work = copyTable(table);
  addMatchingScores(work, flow);
  return followOn(work, flow) ?? table;
}

/** Scores of a resource with those of everything that it depends on; for comparing resources. */
export function scoresWithPrimaries(resource: WorkingResource): ScoreTable {
  if (resource.isUpdatingScores) return new Map();
  const start = resource.variant === "group" ? resource.children.at(-1) : resource;
  if (start === undefined) return new Map();
  start.isUpdatingScores = true;
  const work = copyTable(start.allowed);
  const result = followOn(work, {
    source: start,
    target: start,
    factor: INFINITY_SCORE,
    selection: { isThisWith: true },
  });
  start.isUpdatingScores = false;
  return result ?? work;
}

/** Null: taking the scores over would leave no node. */
function followOn(start: ScoreTable, flow: Omit<ScoreFlow, "colocation">): ScoreTable | null {
  const { source, target, factor, selection } = flow;
  let work = start;
  if (hasUsable(work)) {
    const isThisWith = selection.isThisWith === true;
    const colocations = isThisWith ? colocationsAsDependent(source) : colocationsAsPrimary(source);
    for (const colocation of colocations) {
      if (!isThisWith && !hasInfluence(colocation)) continue;
      work = addColocatedScores(work, {
        source: isThisWith ? colocation.primary : colocation.dependent,
        target,
        colocation,
        factor: multiplyFactors(factor, colocation.score),
        selection: { ...selection, isActive: true },
      });
    }
  } else if (selection.isActive === true) {
    return null;
  }
  if (selection.isNonNegative === true) {
    for (const candidate of work.values()) {
      if (candidate.score === UNUSABLE_SCORE) candidate.score = 1;
    }
  }
  return work;
}

function addMatchingScores(work: ScoreTable, flow: ScoreFlow): void {
  const { source, colocation, factor, selection } = flow;
  for (const candidate of work.values()) {
    const score = bestScoreAt(source, candidate.node, colocation);
    if (factor < 0 && score < 0 && !mayPushAway(colocation, score)) continue;
    if (candidate.score === UNUSABLE_SCORE) continue;
    const next = addScores(scaleScore(score, factor), candidate.score);
    if (selection.isNonNegative === true && next < 0 && candidate.score > 0) {
      candidate.score = UNUSABLE_SCORE;
    } else if (!(selection.isNonNegative === true && next < 0 && candidate.score === 0)) {
      candidate.score = next;
    }
  }
}

/**
 * Whether the primary should come to like a node because the dependent, which keeps apart from it,
 * avoids the node: only where the dependent has a single place left, and the primary would move.
 */
function mayPushAway(colocation: WorkingColocation, score: number): boolean {
  if (colocation.primary.stickiness >= -score || !hasInfluence(colocation)) return false;
  let places = 0;
  for (const candidate of colocation.dependent.allowed.values()) {
    if (candidate.score >= 0) places++;
  }
  return places === 1;
}

function bestScoreAt(
  resource: WorkingResource,
  node: WorkingNode,
  colocation: WorkingColocation,
): number {
  const { attribute } = colocation;
  const scoreOf = (candidate: Candidate): number =>
    addScores(candidate.score, groupScoreAt(resource, candidate.node, colocation));
  if (attribute === "#uname") {
    const own = resource.allowed.get(node);
    return own !== undefined && isAvailable(node)
      ? Math.max(scoreOf(own), -INFINITY_SCORE)
      : -INFINITY_SCORE;
  }
  let best = -INFINITY_SCORE;
  for (const candidate of resource.allowed.values()) {
    const fits = isAvailable(candidate.node) && isSamePlace(candidate.node, node, attribute);
    if (fits && scoreOf(candidate) > best) best = scoreOf(candidate);
  }
  return best;
}

/**
 * What the location constraints of its group say about a member that a constraint of its own ties
 * to something outside: only the first member has these scores in its table.
 */
function groupScoreAt(
  resource: WorkingResource,
  node: WorkingNode,
  { dependent, isInternal }: WorkingColocation,
): number {
  const group = resource.parent;
  if (resource !== dependent || isInternal || group?.variant !== "group") return 0;
  if (resource === group.children[0]) return 0;
  return group.locations.reduce((sum, { scores }) => addScores(sum, scores.get(node) ?? 0), 0);
}

/** Adds the wishes of a colocation's dependent to the scores of its primary, `target`. */
export function addDependentScores(target: WorkingResource, colocation: WorkingColocation): void {
  if (!hasInfluence(colocation)) return;
  target.allowed = addColocatedScores(target.allowed, {
    source: colocation.dependent,
    target,
    colocation,
    factor: colocation.score,
    selection: { isActive: true, isNonNegative: target.variant === "clone" },
  });
}
