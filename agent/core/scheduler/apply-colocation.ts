import { INFINITY_SCORE } from "../model/index.ts";
import { bearingOf, type Pairing } from "./bearing.ts";
import { copyTable, hasUsable } from "./candidates.ts";
import { isSamePlace } from "./colocation-scores.ts";
import { findCompatibleInstance } from "./compatible-instance.ts";
import { assignResource } from "./place.ts";
import { addScores } from "./score.ts";
import { isAnyBlocked, locationOf, roleOf } from "./tree.ts";
import {
  ROLE,
  type Working,
  type WorkingColocation,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/**
 * Applies a colocation to its dependent: to its scores while it looks for a node, to its rank
 * while roles are chosen, and not at all once both are settled.
 */
export function applyColocation(working: Working, pairing: Pairing): void {
  const { dependent, primary, colocation } = pairing;
  if (dependent.variant === "group") {
    const isColocated = dependent.group?.isColocated !== false;
    if (!isColocated && colocation.score >= INFINITY_SCORE) return;
    const members = isColocated ? dependent.children.slice(0, 1) : dependent.children;
    for (const member of members) applyColocation(working, { ...pairing, dependent: member });
    return;
  }
  switch (primary.variant) {
    case "primitive":
      applyToOne(pairing);
      break;
    case "group":
      applyGroup(working, pairing);
      break;
    case "clone":
      applyClone(working, pairing);
      break;
  }
}

function applyGroup(working: Working, pairing: Pairing): void {
  const { primary, colocation } = pairing;
  if (!primary.isAssigned) return;
  const isMandatory = colocation.score >= INFINITY_SCORE;
  if (primary.group?.isColocated === false) {
    if (isMandatory) return;
    for (const member of primary.children)
      applyColocation(working, { ...pairing, primary: member });
    return;
  }
  // A mandatory dependent needs the whole group, another one is content with a part of it.
  const member = isMandatory ? primary.children.at(-1) : primary.children[0];
  if (member !== undefined) applyColocation(working, { ...pairing, primary: member });
}

function applyClone(working: Working, pairing: Pairing): void {
  const { dependent, primary, colocation } = pairing;
  if (!primary.isAssigned) return;
  if (primary.clone?.isPromotable === true && colocation.primaryRole !== ROLE.unknown) {
    if (!dependent.isAssigned) {
      applyPromotableToScores(pairing);
      return;
    }
    if (colocation.dependentRole === ROLE.promoted) {
      applyPromotableToRank(working, pairing);
      return;
    }
  }
  if (canInterleave(colocation)) {
    const wanted = { role: ROLE.unknown, isCurrent: false };
    const instance = findCompatibleInstance(working, { match: dependent, clone: primary }, wanted);
    if (instance !== null) applyColocation(working, { ...pairing, primary: instance });
    else if (colocation.score >= INFINITY_SCORE) {
      assignResource(working, dependent, { node: null, isForced: true, stopsIfFailed: true });
    }
    return;
  }
  if (colocation.score >= INFINITY_SCORE) {
    const nodes = new Map<WorkingNode, number>();
    for (const instance of primary.children) {
      const node = locationOf(instance, "next");
      if (node !== null && !isAnyBlocked(instance)) nodes.set(node, instance.assignedScore);
    }
    keepOnly(dependent, nodes, false);
    return;
  }
  for (const instance of primary.children) {
    applyColocation(working, { ...pairing, primary: instance });
  }
}

function canInterleave({ dependent, primary }: WorkingColocation): boolean {
  if (dependent.clone === null || !dependent.clone.isInterleaved) return false;
  return dependent.clone.nodeMax === primary.clone?.nodeMax;
}

/** Bans a dependent from all nodes but some; may add what these are worth to the primary. */
function keepOnly(
  dependent: WorkingResource,
  nodes: ReadonlyMap<WorkingNode, number>,
  addsScores: boolean,
): void {
  for (const candidate of dependent.allowed.values()) {
    const score = nodes.get(candidate.node);
    if (score === undefined) candidate.score = -INFINITY_SCORE;
    else if (addsScores) candidate.score = addScores(candidate.score, score);
  }
}

function applyPromotableToScores({ dependent, primary, colocation }: Pairing): void {
  const nodes = new Map<WorkingNode, number>();
  for (const instance of primary.children) {
    const node = locationOf(instance, "next");
    if (node === null || roleOf(instance, "next") !== colocation.primaryRole) continue;
    if (colocation.score < INFINITY_SCORE) {
      for (const candidate of dependent.allowed.values()) {
        if (!isSamePlace(candidate.node, node, colocation.attribute)) continue;
        candidate.score = addScores(candidate.score, colocation.score);
      }
    }
    nodes.set(node, scoreOfInstance(instance));
  }
  const isPromotedWithPromoted =
    colocation.dependentRole === ROLE.promoted && colocation.primaryRole === ROLE.promoted;
  // An instance that cannot be promoted there may still run there unpromoted.
  if (colocation.score < INFINITY_SCORE || isPromotedWithPromoted) return;
  keepOnly(dependent, nodes, true);
}

function scoreOfInstance(instance: WorkingResource): number {
  const [first] = instance.children;
  return first === undefined ? instance.assignedScore : scoreOfInstance(first);
}

function applyPromotableToRank(
  working: Working,
  { dependent, primary, colocation }: Pairing,
): void {
  const wanted = { role: colocation.primaryRole, isCurrent: false };
  const instance = findCompatibleInstance(working, { match: dependent, clone: primary }, wanted);
  if (instance !== null) dependent.rank = addScores(dependent.rank, colocation.score);
  else if (colocation.score >= INFINITY_SCORE) dependent.rank = -INFINITY_SCORE;
}

function applyToOne(pairing: Pairing): void {
  switch (bearingOf(pairing, false)) {
    case "role":
      applyToRank(pairing);
      break;
    case "location":
      applyToScores(pairing);
      break;
    case "nothing":
      break;
  }
}

function applyToScores({ dependent, primary, colocation }: Pairing): void {
  const { score, attribute } = colocation;
  const place = primary.assignedTo;
  if (place === null && score < 0) return;
  const work = copyTable(dependent.allowed);
  for (const candidate of work.values()) {
    if (place === null) candidate.score = addScores(-score, candidate.score);
    else if (isSamePlace(candidate.node, place, attribute)) {
      // A mandatory colocation is no preference: it only rules the other nodes out.
      if (score < INFINITY_SCORE) candidate.score = addScores(score, candidate.score);
    } else if (score >= INFINITY_SCORE) {
      candidate.score = -INFINITY_SCORE;
    }
  }
  const isMandatory = score <= -INFINITY_SCORE || score >= INFINITY_SCORE;
  if (isMandatory || hasUsable(work)) dependent.allowed = work;
}

function applyToRank({ dependent, primary, colocation }: Pairing): void {
  if (primary.assignedTo === null || dependent.assignedTo === null) return;
  const { score, attribute, dependentRole, primaryRole } = colocation;
  if (!isSamePlace(dependent.assignedTo, primary.assignedTo, attribute)) {
    const mustBePromotedThere = score === INFINITY_SCORE && dependentRole === ROLE.promoted;
    if (mustBePromotedThere) dependent.rank = -INFINITY_SCORE;
    return;
  }
  if (primaryRole !== ROLE.unknown && primaryRole !== primary.nextRole) return;
  const sign = dependentRole === ROLE.unpromoted ? -1 : 1;
  dependent.rank = addScores(sign * score, dependent.rank);
}
