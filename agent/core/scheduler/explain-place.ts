import { INFINITY_SCORE, type PlaceCause } from "../model/index.ts";
import { isAvailable } from "./candidates.ts";
import { colocationsAsDependent } from "./colocation-lists.ts";
import { shownId } from "./describe-states.ts";
import { renderScore } from "./score.ts";
import { topOf } from "./tree.ts";
import type { Working, WorkingNode, WorkingResource } from "./working.ts";

/** Why none of the nodes will do, in words. */
export function whyNowhere(working: Working, resource: WorkingResource): string {
  if (working.options.stopsAllResources) return "stop-all-resources is on";
  if (resource.isOrphan) return "it is no longer part of the configuration";
  const words = working.nodes.map((node) => {
    const why = whyNot(resource, node);
    return `not on ${node.name}, since ${why === "" ? "its score is below zero" : why}`;
  });
  return words.length === 0 ? "there are no nodes" : words.join("; ");
}

/** Why it leaves a node; empty when only others are better. */
export function whyElsewhere(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): string {
  const target = resource.assignedTo;
  return whyNot(resource, node) || (target === null ? "" : whyHere(working, resource, target));
}

/** Why a node will not do, in words; empty when it would. */
export function whyNot(resource: WorkingResource, node: WorkingNode): string {
  if ((resource.allowed.get(node)?.score ?? -1) >= 0 && isAvailable(node)) return "";
  return causesAgainst(resource, node)
    .map(({ text }) => text)
    .join(", ");
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
  for (const bearer of withParents(resource)) {
    for (const text of bearer.bans.get(node) ?? []) causes.push({ kind: "failure", id: "", text });
  }
  if (candidate.score >= 0) return distinct(causes);
  const failure = resource.failures.get(node);
  if (failure !== undefined && causes.length === 0) {
    causes.push({ kind: "failure", id: "", text: failure.words });
  }
  causes.push(...companyAgainst(resource, node));
  if (causes.length === 0 && lacksCapacity(resource, node)) {
    causes.push({ kind: "capacity", id: node.name, text: `${node.name} has not enough capacity` });
  }
  return distinct(causes);
}

function describeState(node: WorkingNode): string {
  if (node.isUnclean) return `${node.name} has to be fenced (${node.uncleanReason})`;
  if (node.isHeld) return `${node.name} may not be taken over from and cannot be reached`;
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
    for (const { id, description, scores } of bearer.locations) {
      if (fits(scores.get(node) ?? 0)) yield { kind: "constraint", id, text: description };
    }
  }
}

function withParents(resource: WorkingResource): readonly WorkingResource[] {
  return resource.parent === null ? [resource] : [resource, ...withParents(resource.parent)];
}

function companyAgainst(resource: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  const causes: PlaceCause[] = [];
  for (const { id, primary, score, isInternal } of colocationsAsDependent(resource)) {
    const isThere = primary.assignedTo === node;
    const name = shownId(primary);
    if (score >= INFINITY_SCORE && !isThere) {
      const place = primary.assignedTo;
      const bond = isInternal ? "it belongs to the same group as" : "it must run beside";
      const where = place === null ? "runs nowhere" : `runs on ${place.name}`;
      causes.push({ kind: "company", id, text: `${bond} ${name}, which ${where}` });
    } else if (score <= -INFINITY_SCORE && isThere) {
      causes.push({
        kind: "company",
        id,
        text: `it must keep apart from ${name}, which runs there`,
      });
    }
  }
  return causes;
}

function lacksCapacity(resource: WorkingResource, node: WorkingNode): boolean {
  return [...resource.utilization].some(
    ([name, amount]) => amount > (node.capacity.get(name) ?? 0),
  );
}

/** Why the chosen node was chosen, in words. */
export function whyHere(working: Working, resource: WorkingResource, target: WorkingNode): string {
  const others = working.nodes.filter((node) => node !== target);
  const excluded = others.map((node) => whyNot(resource, node));
  if (others.length > 0 && excluded.every((why) => why !== "")) return excluded.join("; ");
  const liked = causesFor(resource, target);
  if (liked.length > 0) return liked.map(({ text }) => text).join(", ");
  if (resource.runningOn.includes(target)) return "nothing calls it elsewhere";
  const scoreAt = (node: WorkingNode): number => resource.allowed.get(node)?.score ?? 0;
  const usable = others.filter((node) => isAvailable(node) && scoreAt(node) >= 0);
  if (usable.every((node) => scoreAt(node) < scoreAt(target))) {
    return `what runs with it prefers ${target.name} (score ${renderScore(scoreAt(target))})`;
  }
  if (resource.runningOn.length > 0) {
    return `${target.name} has less to run, and nothing keeps it (resource-stickiness is 0)`;
  }
  return topOf(resource) === resource ? "all nodes are equal" : "it follows its group or clone";
}

/** What speaks for a node. */
export function causesFor(resource: WorkingResource, node: WorkingNode): readonly PlaceCause[] {
  const causes: PlaceCause[] = [...constraintsOn(resource, node, (score) => score > 0)];
  for (const { id, primary, score, isInternal } of colocationsAsDependent(resource)) {
    if (score <= 0 || primary.assignedTo !== node || isInternal) continue;
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
