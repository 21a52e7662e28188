import { INFINITY_SCORE } from "../model/index.ts";
import { applyColocation } from "./apply-colocation.ts";
import { copyTable, hasUsable, isAvailable, isUsable, sortCandidates } from "./candidates.ts";
import { colocationsAsDependent, colocationsAsPrimary } from "./colocation-lists.ts";
import { addDependentScores, scoresWithPrimaries } from "./colocation-scores.ts";
import { assignInstances, compareInstances } from "./instances.ts";
import { type AssignMode, assignResource, setNextRole } from "./place.ts";
import { addPromotionScores, chooseRoles } from "./promotion.ts";
import { currentNode, topOf } from "./tree.ts";
import { banWithoutCapacity } from "./utilization.ts";
import {
  type Candidate,
  ROLE,
  type ScoreTable,
  type Working,
  type WorkingColocation,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

const FINAL: AssignMode = { prefer: null, stopsIfFailed: true };

/** Chooses the node of every resource, and the role of every promotable instance. */
export function assignResources(working: Working): void {
  for (const resource of inAssignmentOrder(working)) assignAny(working, resource, FINAL);
}

/** By priority; with capacities in play, also by who wants his node most. */
function inAssignmentOrder(working: Working): readonly WorkingResource[] {
  const byPriority = [...working.resources].sort((a, b) => b.rank - a.rank);
  if (working.options.placementStrategy === "default") return byPriority;
  const nodes = sortCandidates(working, fullTable(working).values(), null);
  const tables = new Map(byPriority.map((each) => [each, scoresWithPrimaries(each)]));
  const scoreOf = (resource: WorkingResource, node: WorkingNode | null): number =>
    node === null ? -INFINITY_SCORE : (tables.get(resource)?.get(node)?.score ?? -INFINITY_SCORE);
  return byPriority.sort((a, b) => {
    if (a.rank !== b.rank) return b.rank - a.rank;
    const home = scoreOf(b, currentNode(b)) - scoreOf(a, currentNode(a));
    if (home !== 0) return home;
    for (const { node } of nodes) {
      const difference = scoreOf(b, node) - scoreOf(a, node);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function fullTable(working: Working): ScoreTable {
  const entry = (node: WorkingNode): [WorkingNode, Candidate] => [
    node,
    { node, score: node.score, discovery: "always", count: 0 },
  ];
  return new Map(working.nodes.map(entry));
}

/** Assigns a resource of any kind; returns its node when all of it is on one. */
export function assignAny(
  working: Working,
  resource: WorkingResource,
  mode: AssignMode,
): WorkingNode | null {
  switch (resource.variant) {
    case "primitive":
      return assignPrimitive(working, resource, mode);
    case "group":
      return assignGroup(working, resource, mode);
    case "clone":
      assignClone(working, resource, mode);
      return null;
  }
}

function assignGroup(
  working: Working,
  group: WorkingResource,
  mode: AssignMode,
): WorkingNode | null {
  if (group.isAssigned) return group.assignedTo;
  if (group.isAssigning) return null;
  const [firstMember] = group.children;
  if (firstMember === undefined) {
    group.isAssigned = true;
    return null;
  }
  group.isAssigning = true;
  group.role = firstMember.role;
  let first: WorkingNode | null = null;
  for (const member of group.children) {
    const node = assignAny(working, member, mode);
    first ??= node;
  }
  group.nextRole = firstMember.nextRole;
  group.isAssigning = false;
  group.isAssigned = true;
  return group.group?.isColocated === false ? null : first;
}

function assignClone(working: Working, clone: WorkingResource, mode: AssignMode): void {
  if (clone.isAssigned || clone.isAssigning) return;
  clone.isAssigning = true;
  const isPromotable = clone.clone?.isPromotable === true;
  if (isPromotable) addPromotionScores(clone);
  for (const { primary } of clone.asDependent) assignAny(working, primary, mode);
  for (const colocation of clone.asPrimary) addDependentScores(clone, colocation);
  clone.children.sort(compareInstances);
  assignInstances(clone, (resource, how) => assignAny(working, resource, how));
  if (isPromotable) chooseRoles(working, clone);
  clone.isAssigned = true;
  clone.isAssigning = false;
}

function assignPrimitive(
  working: Working,
  resource: WorkingResource,
  mode: AssignMode,
): WorkingNode | null {
  const { parent } = resource;
  // A member never goes before its group, nor an instance before its clone.
  if (parent !== null && !parent.isAssigning) assignAny(working, parent, mode);
  if (resource.isAssigned) return resource.assignedTo;
  if (resource.isAssigning) return null;
  resource.isAssigning = true;
  const asDependent = colocationsAsDependent(resource);
  const asPrimary = colocationsAsPrimary(resource);
  // What must be comes before what is wished for, so that as much as possible of it can be.
  for (const wantsMandatory of [true, false]) {
    for (const colocation of asDependent) {
      if (isMandatory(colocation) !== wantsMandatory) continue;
      followPrimary(working, resource, colocation);
    }
    for (const colocation of asPrimary) {
      if (isMandatory(colocation) === wantsMandatory) addDependentScores(resource, colocation);
    }
  }
  settleRole(working, resource);
  settleNode(working, resource, mode);
  resource.isAssigning = false;
  return resource.assignedTo;
}

function isMandatory({ score }: WorkingColocation): boolean {
  return score >= INFINITY_SCORE || score <= -INFINITY_SCORE;
}

function followPrimary(
  working: Working,
  resource: WorkingResource,
  colocation: WorkingColocation,
): void {
  const { primary, dependentRole, score } = colocation;
  const mayRevert = dependentRole >= ROLE.promoted || (score < 0 && score > -INFINITY_SCORE);
  const before = mayRevert ? copyTable(resource.allowed) : null;
  if (!primary.isAssigned) assignAny(working, primary, FINAL);
  applyColocation(working, { dependent: resource, primary, colocation });
  if (before !== null && !hasUsable(resource.allowed)) resource.allowed = before;
}

function settleRole(working: Working, resource: WorkingResource): void {
  if (resource.nextRole === ROLE.stopped) {
    for (const candidate of resource.allowed.values()) candidate.score = -INFINITY_SCORE;
    return;
  }
  const isFrozen = !working.isQuorate && working.options.noQuorumPolicy === "freeze";
  if (isFrozen && resource.nextRole > resource.role) {
    setNextRole(resource, resource.role, "without quorum nothing is started");
  }
}

function settleNode(working: Working, resource: WorkingResource, mode: AssignMode): void {
  const { stopsIfFailed } = mode;
  if (working.options.isFencingEnabled && !working.hasFenceDevice && resource.isManaged) {
    resource.isManaged = false;
    resource.reasons.push("fencing is on (stonith-enabled) and there is no fence device");
  }
  if (!resource.isManaged) {
    setNextRole(resource, resource.role, "it is not managed");
    const node = currentNode(resource);
    assignResource(working, resource, { node, isForced: true, stopsIfFailed });
  } else if (working.options.stopsAllResources) {
    assignResource(working, resource, { node: null, isForced: true, stopsIfFailed });
  } else {
    assignBest(working, resource, mode);
  }
}

function assignBest(working: Working, resource: WorkingResource, mode: AssignMode): void {
  const prefer = banWithoutCapacity(working, resource);
  const best = chooseBest(working, resource, mode.prefer ?? prefer);
  const { stopsIfFailed } = mode;
  const node = best?.node ?? null;
  assignResource(working, resource, { node, isForced: false, stopsIfFailed });
}

function chooseBest(
  working: Working,
  resource: WorkingResource,
  prefer: WorkingNode | null,
): Candidate | null {
  const sorted = sortCandidates(working, resource.allowed.values(), currentNode(resource));
  const [best] = sorted;
  if (best === undefined) return null;
  if (prefer !== null) {
    const wanted = resource.allowed.get(prefer);
    if (wanted !== undefined && wanted.score >= best.score && isUsable(wanted)) return wanted;
  }
  const isUniqueInstance = resource.parent?.variant === "clone" && resource.parent.isUnique;
  if (isUniqueInstance || best.score <= 0 || !isAvailable(best.node)) return best;
  // With a real preference an equally good current node is kept, whatever the balance says.
  const current = currentNode(resource);
  if (current === null || !isAvailable(current)) return best;
  const own = sorted.find(({ node, score }) => node === current && score === best.score);
  return own ?? best;
}

/** True for a primitive whose clone, at any depth, is promotable. */
export function isInPromotable(resource: WorkingResource): boolean {
  return topOf(resource).clone?.isPromotable === true;
}
