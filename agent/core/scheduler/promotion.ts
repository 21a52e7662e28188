import { INFINITY_SCORE } from "../model/index.ts";
import { applyColocation } from "./apply-colocation.ts";
import { isAvailable } from "./candidates.ts";
import { colocationsAsDependent, hasInfluence } from "./colocation-lists.ts";
import { addColocatedScores } from "./colocation-scores.ts";
import { compareInstances } from "./instances.ts";
import { setNextRole } from "./place.ts";
import { addScores, parseScore } from "./score.ts";
import { locationOf, locationsOf, primitivesBelow, roleOf, topOf } from "./tree.ts";
import {
  type Candidate,
  ROLE,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** Adds what agents say about promotion to the node scores and ranks of the instances. */
export function addPromotionScores(clone: WorkingResource): void {
  const settings = clone.clone;
  if (settings === null || settings.arePromotionScoresAdded) return;
  settings.arePromotionScoresAdded = true;
  for (const instance of clone.children) {
    for (const candidate of instance.allowed.values()) {
      if (!isAvailable(candidate.node)) continue;
      const { score } = promotionScore(instance, candidate.node);
      if (score > 0) candidate.score = addScores(candidate.score, score);
      if (score > instance.rank) instance.rank = score;
    }
  }
}

/** A promotion score, and whether anybody has set one. */
interface PromotionScore {
  readonly score: number;
  readonly isSet: boolean;
}

const UNSET: PromotionScore = { score: 0, isSet: false };

/** That of a group is the sum of its members'. */
function promotionScore(resource: WorkingResource, node: WorkingNode): PromotionScore {
  if (resource.children.length > 0) {
    let score = 0;
    let isSet = false;
    for (const child of resource.children) {
      const own = promotionScore(child, node);
      score += own.score;
      if (own.isSet) isSet = true;
    }
    return { score, isSet };
  }
  if (!countsOn(resource, node)) return UNSET;
  const known = resource.historyId ?? resource.id;
  const names = resource.isUnique ? [known] : [known, resource.baseId];
  for (const name of names) {
    const text = node.attributes.get(`master-${name}`);
    if (text !== undefined) return { score: parseScore(text, 0), isSet: true };
  }
  return UNSET;
}

/**
 * The score that an agent left on a node counts for the instance that is active there; where none
 * is, for every one, once the node has been probed; and for all before anything is known at all.
 */
function countsOn(instance: WorkingResource, node: WorkingNode): boolean {
  if ((instance.allowed.get(node)?.score ?? -1) < 0) return false;
  if (!instance.isUnique) {
    const alike = primitivesBelow(topOf(instance)).filter((x) => x.baseId === instance.baseId);
    const active = alike.find((other) => other.runningOn.includes(node));
    if (active === instance) return true;
    if (active === undefined && alike.some((other) => other.knownOn.has(node))) return true;
  }
  if (instance.runningOn.length === 0 && instance.knownOn.size === 0) return true;
  return instance.knownOn.has(node) || instance.runningOn.includes(node);
}

/** Decides which instances of a promotable clone become promoted. */
export function chooseRoles(working: Working, clone: WorkingResource): void {
  for (const candidate of clone.allowed.values()) candidate.count = 0;
  for (const instance of clone.children) rankInstance(working, clone, instance);
  sortByPromotion(clone);
  let promoted = 0;
  for (const instance of clone.children) {
    if (chooseRole(working, clone, { instance, promoted })) promoted++;
  }
}

function rankInstance(working: Working, clone: WorkingResource, instance: WorkingResource): void {
  if (roleOf(instance, "current") === ROLE.started) callUnpromoted(instance);
  const chosen = locationOf(instance, "next");
  if (chosen === null) return;
  const nextRole = roleOf(instance, "next");
  if (nextRole === ROLE.started || nextRole === ROLE.unknown) {
    const { score, isSet } = promotionScore(instance, chosen);
    // Without a score or a constraint nobody is promoted.
    instance.rank = isSet ? score : -1;
  } else if (nextRole === ROLE.unpromoted || nextRole === ROLE.stopped) {
    instance.rank = -INFINITY_SCORE;
  }
  for (const bearer of [instance, clone]) addPromotedLocations(instance, bearer, chosen);
  for (const colocation of colocationsAsDependent(instance)) {
    const { primary } = colocation;
    applyColocation(working, { dependent: instance, primary, colocation });
  }
  instance.sortIndex = nextRole === ROLE.promoted ? INFINITY_SCORE : instance.rank;
}

function callUnpromoted(resource: WorkingResource): void {
  if (resource.role === ROLE.started) resource.role = ROLE.unpromoted;
  for (const child of resource.children) callUnpromoted(child);
}

function addPromotedLocations(
  instance: WorkingResource,
  bearer: WorkingResource,
  chosen: WorkingNode,
): void {
  for (const location of bearer.locations) {
    if (location.role !== ROLE.promoted) continue;
    const score = location.scores.get(chosen);
    if (score !== undefined) instance.rank = addScores(instance.rank, score);
  }
}

/** Best first: what the agents say, then colocations with the promoted role, then what is now. */
function sortByPromotion(clone: WorkingResource): void {
  const settings = clone.clone;
  if (settings === null || settings.arePromotionsRanked) return;
  settings.arePromotionsRanked = true;
  clone.isUpdatingScores = true;
  for (const instance of clone.children) {
    const place = placeOf(clone, instance);
    if (instance.sortIndex < 0 || place === undefined) continue;
    place.score = addScores(instance.sortIndex, place.score);
  }
  addRoleColocations(clone);
  for (const instance of clone.children) {
    if (!instance.isManaged && instance.nextRole === ROLE.promoted) {
      instance.sortIndex = INFINITY_SCORE;
      continue;
    }
    const place = placeOf(clone, instance);
    if (place !== undefined && instance.sortIndex >= 0) instance.sortIndex = place.score;
  }
  clone.children.sort(
    (a, b) =>
      b.sortIndex - a.sortIndex ||
      roleOf(b, "current") - roleOf(a, "current") ||
      compareInstances(a, b),
  );
  clone.isUpdatingScores = false;
  settings.promotionScores = new Map(
    clone.children.map((instance) => {
      return [instance, { node: locationOf(instance, "next"), score: instance.sortIndex }];
    }),
  );
}

function placeOf(clone: WorkingResource, instance: WorkingResource): Candidate | undefined {
  const node = locationOf(instance, "next");
  return node === null ? undefined : clone.allowed.get(node);
}

function addRoleColocations(clone: WorkingResource): void {
  for (const colocation of clone.asDependent) {
    if (colocation.dependentRole !== ROLE.promoted) continue;
    clone.allowed = addColocatedScores(clone.allowed, {
      source: colocation.primary,
      target: clone,
      colocation,
      factor: colocation.score,
      selection: { isActive: colocation.score < INFINITY_SCORE },
    });
  }
  for (const colocation of clone.asPrimary) {
    if (colocation.primaryRole !== ROLE.promoted || !hasInfluence(colocation)) continue;
    clone.allowed = addColocatedScores(clone.allowed, {
      source: colocation.dependent,
      target: clone,
      colocation,
      factor: colocation.score,
      selection: { isActive: true, isNonNegative: true },
    });
  }
}

function chooseRole(
  working: Working,
  clone: WorkingResource,
  { instance, promoted }: { readonly instance: WorkingResource; readonly promoted: number },
): boolean {
  const isOpen = promoted < (clone.clone?.promotedMax ?? 1) || !clone.isManaged;
  const mayBe = instance.sortIndex >= 0 && isOpen;
  const place = mayBe ? promotionPlace(clone, instance) : null;
  const isFrozen = !working.isQuorate && working.options.noQuorumPolicy === "freeze";
  if (place === null || (isFrozen && instance.role < ROLE.promoted)) {
    staysUnpromoted(instance);
    return false;
  }
  place.count++;
  becomesPromoted(instance);
  return true;
}

/** Where an instance can be promoted; null: it cannot. A group can when all of its members can. */
function promotionPlace(clone: WorkingResource, instance: WorkingResource): Candidate | null {
  if (instance.children.some((child) => promotionPlace(clone, child) === null)) return null;
  const node = locationOf(instance, "next");
  if (node === null) return null;
  if (!instance.isManaged) {
    if (roleOf(instance, "current") !== ROLE.promoted) return null;
  } else if (instance.rank < 0 || !isAvailable(node)) {
    return null;
  }
  const place = clone.allowed.get(node);
  if (place === undefined) return null;
  const isFull = place.count >= (clone.clone?.promotedNodeMax ?? 1);
  return isFull && instance.isManaged ? null : place;
}

function staysUnpromoted(resource: WorkingResource): void {
  if (locationsOf(resource, "next").length === 0) {
    setNextRole(resource, ROLE.stopped, "this instance is not needed");
  } else {
    setNextRole(resource, ROLE.unpromoted, "another instance is promoted, or none can be");
  }
  for (const child of resource.children) staysUnpromoted(child);
}

function becomesPromoted(resource: WorkingResource): void {
  if (resource.nextRole === ROLE.unknown) {
    setNextRole(resource, ROLE.promoted, "it has the best promotion score");
  }
  for (const child of resource.children) becomesPromoted(child);
}
