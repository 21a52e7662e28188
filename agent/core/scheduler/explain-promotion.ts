import {
  INFINITY_SCORE,
  type PlaceCause,
  type PromotionExplanation,
  type PromotionScore,
  type ResourceId,
} from "../model/index.ts";
import { colocationsAsDependent } from "./colocation-lists.ts";
import { shownId } from "./describe-states.ts";
import { addScores, parseScore, renderScore } from "./score.ts";
import {
  instanceNumber,
  instanceOf,
  locationOf,
  placesOf,
  primitivesBelow,
  roleOf,
  topOf,
} from "./tree.ts";
import { ROLE, type Working, type WorkingNode, type WorkingResource } from "./working.ts";

/** What is said where scores alone have decided. */
const BY_SCORE: ReadonlySet<string> = new Set([
  "",
  "it has the best promotion score",
  "another instance is promoted, or none can be",
]);

/** Why an instance of a promotable clone is promoted, or is not; null: it is no such instance. */
export function explainPromotion(resource: WorkingResource): PromotionExplanation | null {
  const clone = topOf(resource);
  const instance = instanceOf(resource);
  const node = resource.assignedTo;
  if (instance === null || clone.clone?.isPromotable !== true || node === null) return null;
  if (resource.nextRole === ROLE.stopped) return null;
  const isPromoted = resource.nextRole === ROLE.promoted;
  const causes = [...wordsOfAgents(instance, node), ...promotedLocations(instance, node)];
  const surplus = surplusOf(instance, causes);
  if (surplus !== 0) {
    const verb = surplus > 0 ? "speaks for" : "speaks against";
    const amount = `${surplus > 0 ? "adds" : "takes"} ${renderScore(Math.abs(surplus))}`;
    const text = `what ${verb} ${node.name} as a place for ${shownId(clone)} ${amount}`;
    causes.push({ score: surplus, cause: { kind: "company", id: "", text } });
  }
  const reason = resource.nextRoleReason;
  const decided: readonly PlaceCause[] = BY_SCORE.has(reason)
    ? []
    : [{ kind: "configuration", id: "", text: reason }];
  return {
    node: node.name,
    score: scoreOf(instance),
    isPromoted,
    speaksFor: [
      ...(isPromoted ? decided : []),
      ...causes.filter(({ score }) => score > 0).map(({ cause }) => cause),
      ...companyFor(instance, node),
    ],
    speaksAgainst: [
      ...(isPromoted ? [] : decided),
      ...causes.filter(({ score }) => score <= 0).map(({ cause }) => cause),
      ...companyAgainst(instance, node),
      ...(isPromoted || scoreOf(instance) < 0 ? [] : rivals(clone, instance)),
    ],
  };
}

/** Of each instance of a promotable clone: where it is, and the score that decided its role. */
export function describePromotions(working: Working): Record<ResourceId, PromotionScore> {
  const clones = working.resources.filter(({ clone }) => clone?.isPromotable === true);
  const ranked = clones.flatMap(({ clone }) => [...(clone?.promotionScores ?? [])]);
  return Object.fromEntries(
    ranked
      .toSorted(([one], [other]) => instanceNumber(one) - instanceNumber(other))
      .map(([{ id }, { node, score }]) => [id, { node: node?.name ?? null, score }]),
  );
}

function scoreOf(instance: WorkingResource): number {
  const ranked = topOf(instance).clone?.promotionScores?.get(instance);
  return ranked?.score ?? instance.sortIndex;
}

interface Weighed {
  readonly score: number;
  readonly cause: PlaceCause;
}

/** What the agents have said of themselves on the node; without a score nobody is promoted. */
function wordsOfAgents(instance: WorkingResource, node: WorkingNode): Weighed[] {
  return primitivesBelow(instance).flatMap((each): readonly Weighed[] => {
    const known = each.historyId ?? each.id;
    const names = each.isUnique ? [known] : [known, each.baseId];
    const name = names.find((id) => node.attributes.has(`master-${id}`));
    if (name === undefined) {
      if (instance.children.length > 0) return [];
      const text = `the agent has set no promotion score on ${node.name}`;
      return [{ score: 0, cause: { kind: "configuration", id: "", text } }];
    }
    const score = parseScore(node.attributes.get(`master-${name}`), 0);
    const text = `the agent's promotion score on ${node.name} is ${renderScore(score)}`;
    return [{ score, cause: { kind: "configuration", id: `master-${name}`, text } }];
  });
}

function promotedLocations(instance: WorkingResource, node: WorkingNode): readonly Weighed[] {
  const bearers = instance.parent === null ? [instance] : [instance, instance.parent];
  return bearers
    .flatMap(({ locations }) => locations)
    .filter(({ role }) => role === ROLE.promoted)
    .flatMap(({ id, description, scores }) => {
      const score = scores.get(node) ?? 0;
      if (score === 0) return [];
      return [{ score, cause: { kind: "constraint" as const, id, text: description } }];
    });
}

/** What the clone's own scores and colocations with its promoted role add to all that was said. */
function surplusOf(instance: WorkingResource, said: readonly Weighed[]): number {
  // Where no agent has set a score, an instance begins below zero.
  const start = said.some(({ cause }) => cause.id.startsWith("master-")) ? 0 : -1;
  const rank = said.reduce((sum, { score }) => addScores(sum, score), start);
  const score = scoreOf(instance);
  const areFinite = [score, rank].every((each) => Math.abs(each) < INFINITY_SCORE);
  return areFinite && rank >= 0 ? addScores(score, -rank) : 0;
}

function companyFor(instance: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  return roleColocations(instance, node)
    .filter(({ isThere, score }) => isThere && score > 0)
    .map(({ cause }) => cause);
}

function companyAgainst(instance: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  return roleColocations(instance, node)
    .filter(({ isThere, score }) => isThere !== score > 0)
    .map(({ cause }) => cause);
}

/** Beside what it must be, or must not be, once it is promoted, and whether that is there. */
function roleColocations(
  instance: WorkingResource,
  node: WorkingNode,
): readonly (Weighed & { readonly isThere: boolean })[] {
  return colocationsAsDependent(instance)
    .filter(({ dependentRole }) => dependentRole === ROLE.promoted)
    .filter(({ score }) => Math.abs(score) >= INFINITY_SCORE)
    .map(({ id, primary, primaryRole, score }) => {
      const isThere = placesOf(primary, primaryRole).includes(node);
      const bond = score > 0 ? "must run beside" : "must keep apart from";
      const where = isThere ? "is there" : "is not there";
      const text = `what is promoted ${bond} ${shownId(primary)}, which ${where}`;
      return { score, isThere, cause: { kind: "company", id, text } };
    });
}

/** Who was promoted in its place. */
function rivals(clone: WorkingResource, instance: WorkingResource): readonly PlaceCause[] {
  return clone.children
    .filter((each) => each !== instance && roleOf(each, "next") === ROLE.promoted)
    .map((rival) => {
      const { id } = rival;
      const node = locationOf(rival, "next")?.name ?? "";
      const [own, score] = [scoreOf(instance), scoreOf(rival)];
      const comparison = score > own ? `more than ${renderScore(own)} here` : "as much";
      const text = `${id} on ${node} has ${renderScore(score)}, ${comparison}`;
      return { kind: "company", id, text };
    });
}
