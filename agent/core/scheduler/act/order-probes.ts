import { findCompatibleInstance } from "../compatible-instance.ts";
import { orderActions } from "../links.ts";
import { readFlag } from "../read/index.ts";
import { RELATION } from "../relations.ts";
import { runningNodes, topOf } from "../tree.ts";
import {
  type Link,
  type Ordering,
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingResource,
} from "../working.ts";
import { findActions } from "./find-actions.ts";

const { ordered, unrunnableFirstBlocks, firstImpliesThen } = RELATION;

/**
 * Orders probes before what depends on their answers, once the other orderings have become edges:
 * before starts and, where these would restart something, before its stop; and before whatever has
 * to wait for a stop, since the probe may show that there is something to be stopped.
 */
export function orderProbes(working: Working): void {
  for (const resource of working.resources) orderProbesOf(working, resource);
  for (const ordering of working.orderings) orderBeforeAfterStop(ordering);
}

function orderProbesOf(working: Working, resource: WorkingResource): void {
  if (resource.children.length > 0) {
    for (const child of resource.children) orderProbesOf(working, child);
    return;
  }
  if (resource.variant !== "primitive") return;
  for (const probe of findActions(resource, { task: "monitor" })) {
    for (const after of newestFirst(probe.after)) {
      blockInstances(probe, after);
      orderBeforeRestart(working, { probe, resource, seen: new Set() }, after.other);
    }
  }
}

/** Edges are looked at as they are now; those that are added meanwhile repeat what is known. */
function newestFirst(links: readonly Link[]): readonly Link[] {
  return links.toReversed();
}

/**
 * A probe that can not be done keeps stopped instances of a clone from being started, and leaves
 * those that run in peace: else there could be too many.
 */
function blockInstances(probe: WorkingAction, after: Link): void {
  const { other: start, relation } = after;
  const clone = start.resource;
  if (probe.isRunnable || clone?.variant !== "clone" || start.task !== "start") return;
  if ((relation & unrunnableFirstBlocks) !== 0) return;
  if (probe.resource === null || topOf(probe.resource) !== clone) return;
  for (const { other: then } of newestFirst(start.after)) {
    if (then.resource === null || then.task !== "start") continue;
    if (topOf(then.resource) !== clone || runningNodes(then.resource).length > 0) continue;
    orderActions(probe, then, ordered | unrunnableFirstBlocks);
  }
}

/** A probe whose consequences are being followed. */
interface Walk {
  readonly probe: WorkingAction;
  readonly resource: WorkingResource;
  readonly seen: Set<WorkingAction>;
}

/**
 * What is started anew has to be stopped first: the probe comes before that as well. Followed
 * through everything that has to happen when the start does.
 */
function orderBeforeRestart(working: Working, walk: Walk, after: WorkingAction): void {
  if (walk.seen.has(after)) return;
  walk.seen.add(after);
  const { resource } = after;
  if (resource?.variant === "primitive" && resource !== walk.resource) {
    const reverse = after.task === "start" ? "stop" : after.task === "promote" ? "demote" : null;
    const downs = reverse === null ? [] : findActions(resource, { task: reverse });
    for (const down of downs) if (!down.isPseudo) orderActions(walk.probe, down, ordered);
  }
  const only = interleavedInstance(working, walk, resource);
  for (const { other, relation } of newestFirst(after.after)) {
    const isForced = (relation & firstImpliesThen) !== 0;
    if (isForced || reachesChild(walk, after, { other, only })) {
      orderBeforeRestart(working, walk, other);
    }
  }
}

/** The instance of an interleaved clone that goes with the probe's resource; undefined: all do. */
function interleavedInstance(
  working: Working,
  walk: Walk,
  resource: WorkingResource | null,
): WorkingResource | null | undefined {
  if (resource?.variant !== "clone" || !readFlag(resource.meta["interleave"], false))
    return undefined;
  const wanted = { role: ROLE.unknown, isCurrent: false };
  return findCompatibleInstance(working, { match: walk.resource, clone: resource }, wanted);
}

/** From the point of a group or clone the way leads on to its children. */
function reachesChild(
  walk: Walk,
  after: WorkingAction,
  to: { readonly other: WorkingAction; readonly only: WorkingResource | null | undefined },
): boolean {
  const parent = after.resource;
  const child = to.other.resource;
  if (parent === null || parent.variant === "primitive" || child === null) return false;
  if (walk.resource.parent === parent || child.variant === "clone") return false;
  return child.parent === parent && (to.only === undefined || to.only === child);
}

/** "Stop this, then do that" holds for "probe this, then do that" too. */
function orderBeforeAfterStop(ordering: Ordering): void {
  const { firstResource, firstAction, firstTask, thenResource, relation } = ordering;
  if (relation === RELATION.none) return;
  if (firstResource === null || firstResource === thenResource) return;
  if ((firstAction?.task ?? firstTask) !== "stop" || ordering.firstIntervalMs !== 0) return;
  // What is inside a container may be probed when the container has been started again.
  const thenTask = ordering.thenAction?.task ?? ordering.thenTask;
  if (firstResource.container !== null && firstResource.container === thenResource) {
    if (thenTask === "stop") return;
  }
  const probes = findActions(firstResource, { task: "monitor" });
  if (probes.length === 0) return;
  const kept = keptRelation(relation);
  for (const probe of probes) {
    for (const then of thenActions(ordering)) {
      if (isAfterProbe(probe, then)) orderActions(probe, then, kept);
    }
  }
}

function keptRelation(relation: number): number {
  const { ifFirstUnmigratable, ifOnSameNode, ifRequiredOnSameNode, ifOnSameNodeOrTarget } =
    RELATION;
  if (relation === ifRequiredOnSameNode || relation === ifOnSameNodeOrTarget) return relation;
  return ordered | (relation & (ifFirstUnmigratable | ifOnSameNode));
}

function thenActions({
  thenAction,
  thenResource,
  thenTask,
  thenIntervalMs,
}: Ordering): readonly WorkingAction[] {
  if (thenAction !== null) return [thenAction];
  if (thenResource === null || thenTask === null) return [];
  return findActions(thenResource, { task: thenTask, intervalMs: thenIntervalMs });
}

function isAfterProbe(probe: WorkingAction, then: WorkingAction): boolean {
  // A node is probed after it was unfenced, and before it leaves, whatever others do.
  if (then.fencing === "on" && then.node === probe.node) return false;
  const isShutdown = then.task === "do_shutdown";
  return !(isShutdown && then.node !== null && probe.node !== null && then.node !== probe.node);
}
