import { INFINITY_SCORE, type PlaceCause } from "../model/index.ts";
import { isAvailable } from "./candidates.ts";
import { colocationsAsDependent, colocationsAsPrimary } from "./colocation-lists.ts";
import { shownId } from "./describe-states.ts";
import { capacityAgainst } from "./explain-capacity.ts";
import { renderScore } from "./score.ts";
import { instanceOf, placesOf, topOf } from "./tree.ts";
import {
  ROLE,
  type Working,
  type WorkingColocation,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** Why none of the nodes will do, in words. */
export function whyNowhere(working: Working, resource: WorkingResource): string {
  if (working.options.stopsAllResources) return "stop-all-resources is on";
  if (resource.isOrphan) return "it is no longer part of the configuration";
  const nodesByReason = new Map<string, string[]>();
  for (const node of working.nodes) {
    const why = whyNot(resource, node) || "its score is below zero";
    nodesByReason.set(why, [...(nodesByReason.get(why) ?? []), node.name]);
  }
  const words = [...nodesByReason].map(
    ([why, nodes]) => `not on ${listNames(nodes)}, since ${why}`,
  );
  return words.length === 0 ? "there are no nodes" : words.join("; ");
}

function listNames(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** Why it leaves a node; empty when only others are better. */
export function whyElsewhere(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): string {
  const target = resource.assignedTo;
  const against = whyNot(resource, node);
  if (against !== "" || target === null) return against;
  const isThereToo = resource.runningOn.includes(target);
  return isThereToo ? "it is active on both" : whyHere(working, resource, target);
}

/** Why a node will not do, in words; empty when it would. */
export function whyNot(resource: WorkingResource, node: WorkingNode): string {
  if ((resource.allowed.get(node)?.score ?? -1) >= 0 && isAvailable(node)) return "";
  const causes = causesAgainst(resource, node).map(({ text }) => text);
  return (causes.length > 0 ? causes : followersAgainst(resource, node)).join(", and ");
}

/** The same; says which node it is about where the words alone do not. */
function whyNotNamed(working: Working, resource: WorkingResource, node: WorkingNode): string {
  const why = whyNot(resource, node);
  // The name of a node inside of an id does not say that the words are about it.
  const words = why.split(/[\s(),;:]+/);
  const isClear = why === "" || working.nodes.some(({ name }) => words.includes(name));
  return isClear ? why : `not on ${node.name}, since ${why}`;
}

/** What rules a node out or speaks against it: its state first, then everything else. */
export function causesAgainst(resource: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  const state = describeState(node);
  if (state !== "") return [{ kind: "node", id: node.name, text: state }];
  const candidate = resource.allowed.get(node);
  if (candidate === undefined) {
    const text = `symmetric-cluster is off and no location constraint names ${node.name}`;
    return [{ kind: "property", id: "symmetric-cluster", text }];
  }
  const causes: PlaceCause[] = [...constraintsOn(resource, node, (score) => score < 0)];
  if (node.score < 0) {
    const text = `the score of ${node.name} is ${renderScore(node.score)}`;
    causes.push({ kind: "node", id: node.name, text });
  }
  if (resource.lockReason !== "" && resource.lockNode !== node) {
    causes.push({ kind: "property", id: "shutdown-lock", text: resource.lockReason });
  }
  for (const bearer of withParents(resource)) {
    for (const text of bearer.bans.get(node) ?? []) causes.push({ kind: "failure", id: "", text });
  }
  if (candidate.score >= 0) return distinct(causes);
  const failure = resource.failures.get(node);
  if (failure !== undefined && causes.length === 0) {
    causes.push({ kind: "failure", id: "", text: failure.words });
  }
  causes.push(...companyAgainst(resource, node));
  const sibling = siblingOn(resource, node);
  if (sibling !== null) {
    const text = `another instance of ${resource.baseId} is on ${node.name}`;
    causes.push({ kind: "company", id: sibling.id, text });
  }
  if (causes.length === 0) causes.push(...capacityAgainst(resource, node));
  return distinct(causes);
}

function describeState(node: WorkingNode): string {
  if (node.isUnclean) return `${node.name} has to be fenced (${node.uncleanReason})`;
  if (node.isHeld && !node.hasLeftActive)
    return `${node.name} may not be taken over from and cannot be reached`;
  if (node.isPending) return `${node.name} has joined and is not ready yet`;
  if (!node.isOnline) return `${node.name} is offline`;
  if (node.isInMaintenance) return `${node.name} is in maintenance`;
  if (node.isLeaving) return `${node.name} is leaving`;
  if (node.isStandby) return `${node.name} is ${node.standbyReason || "in standby"}`;
  return "";
}

function* constraintsOn(
  resource: WorkingResource,
  node: WorkingNode,
  fits: (score: number) => boolean,
): Generator<PlaceCause> {
  for (const bearer of withParents(resource)) {
    for (const { id, description, role, scores } of bearer.locations) {
      // Those of the promoted role have a say in the promotion alone.
      if (role === ROLE.promoted) continue;
      if (fits(scores.get(node) ?? 0)) yield { kind: "constraint", id, text: description };
    }
  }
}

function withParents(resource: WorkingResource): readonly WorkingResource[] {
  return resource.parent === null ? [resource] : [resource, ...withParents(resource.parent)];
}

function companyAgainst(resource: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  const causes: PlaceCause[] = [];
  for (const colocation of placeColocations(resource)) {
    const { id, primary, primaryRole, score, isInternal } = colocation;
    const places = placesOf(primary, primaryRole);
    const isThere = places.includes(node);
    const name = shownId(primary);
    if (score >= INFINITY_SCORE && !(isThere && isComplete(primary))) {
      const bond = isInternal ? "it belongs to the same group as" : "it must run beside";
      const text = `${bond} ${name}, which ${runsWhere(colocation, places)}`;
      causes.push({ kind: "company", id, text });
    } else if (score <= -INFINITY_SCORE && isThere) {
      const text = `it must keep apart from ${name}, which ${runsAs(colocation)} there`;
      causes.push({ kind: "company", id, text });
    }
  }
  return causes;
}

/** Those of the promoted role have a say in the promotion alone. */
function placeColocations(resource: WorkingResource): readonly WorkingColocation[] {
  return colocationsAsDependent(resource).filter(
    ({ dependentRole }) => dependentRole !== ROLE.promoted,
  );
}

/** What must run beside it, and can not run there. */
function followersAgainst(resource: WorkingResource, node: WorkingNode): readonly string[] {
  return colocationsAsPrimary(resource)
    .filter(({ dependent, score }) => {
      const own = dependent.allowed.get(node);
      return score >= INFINITY_SCORE && own !== undefined && own.score < 0;
    })
    .map(({ dependent }) => {
      return `${shownId(dependent)}, which must run beside it, can not run on ${node.name}`;
    });
}

/** A group that lacks its last member is none to run beside. */
function isComplete(primary: WorkingResource): boolean {
  if (primary.group === null || !primary.group.isColocated) return true;
  const last = primary.children.at(-1);
  return last === undefined || placesOf(last).length > 0;
}

function runsWhere(colocation: WorkingColocation, places: readonly WorkingNode[]): string {
  const verb = runsAs(colocation);
  if (places.length === 0) return `${verb} nowhere`;
  if (!isComplete(colocation.primary)) return "does not run as a whole";
  return `${verb} on ${places.map(({ name }) => name).join(" and ")}`;
}

function runsAs({ primaryRole }: WorkingColocation): string {
  return primaryRole === ROLE.promoted ? "is promoted" : "runs";
}

/** Another instance of the same clone, which takes the place on a node; null: there is none. */
function siblingOn(resource: WorkingResource, node: WorkingNode): WorkingResource | null {
  const instance = instanceOf(resource);
  if (instance === null || resource.assignedTo === node) return null;
  const siblings = instance.parent?.children ?? [];
  return siblings.find((each) => each !== instance && placesOf(each).includes(node)) ?? null;
}

/** True for an instance of a clone whose other instances are on every node that will do. */
export function isSurplus(working: Working, resource: WorkingResource): boolean {
  if (instanceOf(resource) === null || resource.assignedTo !== null) return false;
  return working.nodes.every((node) => siblingOn(resource, node) !== null);
}

/** True where at least one other instance of its clone has a place. */
export function hasPlacedSibling(working: Working, resource: WorkingResource): boolean {
  return working.nodes.some((node) => siblingOn(resource, node) !== null);
}

/** Why the chosen node was chosen, in words. */
export function whyHere(working: Working, resource: WorkingResource, target: WorkingNode): string {
  const others = working.nodes.filter((node) => node !== target);
  const excluded = others
    .map((node) => whyNotNamed(working, resource, node))
    .filter((why) => why !== "");
  const liked = causesFor(resource, target).map(({ text }) => text);
  if (others.length > 0 && others.every((node) => siblingOn(resource, node) !== null)) {
    return liked.length > 0 ? liked.join(", ") : "each node gets an instance";
  }
  if (others.length > 0 && excluded.length === others.length) {
    return [...new Set(excluded)].join("; ");
  }
  if (liked.length > 0) return liked.join(", ");
  if (resource.runningOn.includes(target)) return "nothing calls it elsewhere";
  const scoreAt = (node: WorkingNode): number => resource.allowed.get(node)?.score ?? 0;
  const usable = others.filter((node) => isAvailable(node) && scoreAt(node) >= 0);
  if (usable.length > 0 && usable.every((node) => scoreAt(node) < scoreAt(target))) {
    return `what runs with it prefers ${target.name} (score ${renderScore(scoreAt(target))})`;
  }
  const { placementStrategy } = working.options;
  if (placementStrategy === "balanced" && resource.utilization.size > 0) {
    return `${target.name} has more capacity left`;
  }
  if (resource.runningOn.length > 0) {
    return `${target.name} has less to run, and nothing keeps it (resource-stickiness is 0)`;
  }
  return topOf(resource) === resource ? "all nodes are equal" : "it follows its group or clone";
}

/** What speaks for a node. */
export function causesFor(resource: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  const causes: PlaceCause[] = [...constraintsOn(resource, node, (score) => score > 0)];
  for (const { id, primary, primaryRole, score, isInternal } of placeColocations(resource)) {
    if (score <= 0 || isInternal || !placesOf(primary, primaryRole).includes(node)) continue;
    causes.push({ kind: "company", id, text: `it runs beside ${shownId(primary)}` });
  }
  if (resource.stickiness > 0 && resource.runningOn.includes(node)) {
    const text = `resource-stickiness ${renderScore(resource.stickiness)} keeps it there`;
    causes.push({ kind: "stickiness", id: "resource-stickiness", text });
  }
  return distinct(causes);
}

function distinct(causes: readonly PlaceCause[]): readonly PlaceCause[] {
  const seen = new Set<string>();
  return causes.filter(({ text }) => {
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
