import { INFINITY_SCORE } from "../model/index.ts";
import { candidateOfParent, copyTable, isAvailable, isUsable } from "./candidates.ts";
import { colocationsAsDependent, colocationsAsPrimary, hasInfluence } from "./colocation-lists.ts";
import { addColocatedScores } from "./colocation-scores.ts";
import { type AssignMode, unassign } from "./place.ts";
import { activeNodes, currentNode, instanceNumber, isAnyFailed, runningNodes } from "./tree.ts";
import type { ScoreTable, WorkingNode, WorkingResource } from "./working.ts";

/**
 * Orders the instances of a clone by who is assigned first: what runs undisturbed where it may,
 * before what is stopped, failed or out of place.
 */
export function compareInstances(a: WorkingResource, b: WorkingResource): number {
  const [activeA, activeB] = [activeNodes(a), activeNodes(b)];
  if (activeA.all > 0 && activeB.all > 0 && activeA.all !== activeB.all) {
    return activeA.all - activeB.all;
  }
  const nodeA = allowedOrNull(a, activeA.node);
  const nodeB = allowedOrNull(b, activeB.node);
  const isLostA = activeA.node !== null && nodeA === null;
  const isLostB = activeB.node !== null && nodeB === null;
  if (isLostA !== isLostB) return Number(isLostA) - Number(isLostB);
  if (a.rank !== b.rank) return b.rank - a.rank;
  if (nodeA === null || nodeB === null) return Number(nodeA === null) - Number(nodeB === null);
  return compareActive([a, nodeA], [b, nodeB]);
}

type Placed = readonly [WorkingResource, WorkingNode];

function compareActive([a, nodeA]: Placed, [b, nodeB]: Placed): number {
  const [canA, canB] = [isAvailable(nodeA), isAvailable(nodeB)];
  if (canA !== canB) return Number(canB) - Number(canA);
  const [topA, topB] = [candidateOfParent(a, nodeA), candidateOfParent(b, nodeB)];
  if (topA === undefined || topB === undefined) {
    return Number(topA === undefined) - Number(topB === undefined);
  }
  if (topA.count !== topB.count) return topA.count - topB.count;
  const [failedA, failedB] = [isAnyFailed(a), isAnyFailed(b)];
  if (failedA !== failedB) return Number(failedA) - Number(failedB);
  return compareByColocation(a, b) || instanceNumber(a) - instanceNumber(b);
}

function allowedOrNull(resource: WorkingResource, node: WorkingNode | null): WorkingNode | null {
  if (node === null) return null;
  return (resource.allowed.get(node)?.score ?? -1) < 0 ? null : node;
}

function compareByColocation(a: WorkingResource, b: WorkingResource): number {
  const [scoreA, scoreB] = [scoreAtHome(a), scoreAtHome(b)];
  return scoreB - scoreA;
}

/** What colocations make of the node on which an instance is. */
function scoreAtHome(instance: WorkingResource): number {
  const node = currentNode(instance);
  if (node === null) return 0;
  let table: ScoreTable = new Map([
    [node, { node, score: 0, discovery: "always" as const, count: 0 }],
  ]);
  for (const colocation of colocationsAsDependent(instance)) {
    const factor = colocation.score;
    const { primary: source } = colocation;
    const flow = { source, target: instance, colocation, factor, selection: {} };
    table = addColocatedScores(table, flow);
  }
  for (const colocation of colocationsAsPrimary(instance)) {
    if (!hasInfluence(colocation, instance)) continue;
    const selection = { isNonNegative: true };
    const { dependent: source, score: factor } = colocation;
    table = addColocatedScores(table, { source, target: instance, colocation, factor, selection });
  }
  return table.get(node)?.score ?? 0;
}

/** Assigns one resource of any kind; returns its node when all of it is on one. */
export type Assigner = (resource: WorkingResource, mode: AssignMode) => WorkingNode | null;

/** Assigns as many instances as the clone wants: first where they are, then the others. */
export function assignInstances(clone: WorkingResource, assignOne: Assigner): void {
  const settings = clone.clone;
  if (settings === null) return;
  let available = 0;
  for (const candidate of clone.allowed.values()) {
    candidate.count = 0;
    if (isAvailable(candidate.node)) available++;
  }
  const share = available > 0 ? Math.trunc(settings.max / available) : 0;
  const optimal = Math.max(1, share);
  let assigned = 0;
  for (const instance of clone.children) {
    if (assigned >= settings.max) break;
    if (instance.isAssigned) continue;
    const node = preferredNode(instance, optimal);
    if (node === null) continue;
    const limits = { node, perNode: settings.nodeMax, left: settings.max - assigned };
    if (assignEarly(instance, limits, assignOne)) assigned++;
  }
  for (const instance of clone.children) {
    if (instance.isAssigned) continue;
    if (assigned >= settings.max) {
      banFromAll(instance);
    } else if (assignInstance(instance, { prefer: null, perNode: settings.nodeMax }, assignOne)) {
      assigned++;
    }
  }
}

function banFromAll(resource: WorkingResource): void {
  for (const candidate of resource.allowed.values()) candidate.score = -INFINITY_SCORE;
  for (const child of resource.children) banFromAll(child);
}

function preferredNode(instance: WorkingResource, optimal: number): WorkingNode | null {
  if (runningNodes(instance).length === 0 || instance.isAssigned || instance.isFailed) return null;
  const node = currentNode(instance);
  if (node === null || !isAvailable(node)) return null;
  const place = candidateOfParent(instance, node);
  return place !== undefined && place.count >= optimal ? null : node;
}

/**
 * Tries to keep an instance on its node. Where it would rather go elsewhere, one place there is
 * reserved and it is tried again: so nodes get their share, and the instances that stay are those
 * that are there. The counts of the trial are thrown away.
 */
function assignEarly(
  instance: WorkingResource,
  limits: { readonly node: WorkingNode; readonly perNode: number; readonly left: number },
  assignOne: Assigner,
): boolean {
  const { node, perNode, left } = limits;
  const own = instance.allowed.get(node);
  if (own === undefined || !isUsable(own)) return false;
  const { parent } = instance;
  if (parent === null) return false;
  const backup = backUpTables(instance);
  const parentTable = parent.allowed;
  parent.allowed = copyTable(parentTable);
  let chosen: WorkingNode | null = null;
  for (let reserved = 0; reserved < left; ) {
    chosen = assignInstance(instance, { prefer: node, perNode }, assignOne);
    if (chosen === node) break;
    restoreTables(instance, backup);
    if (chosen === null) {
      unassign(instance);
      break;
    }
    reserved++;
    unassign(instance);
    chosen = null;
  }
  parent.allowed = parentTable;
  if (chosen === null) return false;
  countInstance(instance, chosen);
  return true;
}

function assignInstance(
  instance: WorkingResource,
  how: { readonly prefer: WorkingNode | null; readonly perNode: number },
  assignOne: Assigner,
): WorkingNode | null {
  if (instance.isAssigning) return null;
  banFullNodes(instance, how.perNode);
  const stopsIfFailed = how.prefer === null;
  const chosen = assignOne(instance, { prefer: how.prefer, stopsIfFailed });
  if (chosen !== null) countInstance(instance, chosen);
  return chosen;
}

function countInstance(instance: WorkingResource, node: WorkingNode): void {
  const place = candidateOfParent(instance, node);
  if (place !== undefined) place.count++;
}

function banFullNodes(instance: WorkingResource, perNode: number): void {
  for (const candidate of instance.allowed.values()) {
    if (canTake(instance, candidate.node, perNode)) continue;
    candidate.score = -INFINITY_SCORE;
    for (const child of instance.children) {
      const own = child.allowed.get(candidate.node);
      if (own !== undefined) own.score = -INFINITY_SCORE;
    }
  }
}

function canTake(instance: WorkingResource, node: WorkingNode, perNode: number): boolean {
  if (instance.isOrphan || !isAvailable(node)) return false;
  const place = candidateOfParent(instance, node);
  return place !== undefined && place.score >= 0 && place.count < perNode;
}

type Backup = Map<WorkingResource, ScoreTable>;

function backUpTables(resource: WorkingResource, backup: Backup = new Map()): Backup {
  backup.set(resource, copyTable(resource.allowed));
  for (const child of resource.children) backUpTables(child, backup);
  return backup;
}

function restoreTables(resource: WorkingResource, backup: Backup): void {
  const table = backup.get(resource);
  if (table !== undefined) resource.allowed = copyTable(table);
  for (const child of resource.children) restoreTables(child, backup);
}
