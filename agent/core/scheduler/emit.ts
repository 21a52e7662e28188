import {
  type Action,
  type NodeName,
  type ResourceHistory,
  renderAgentName,
} from "../model/index.ts";
import {
  type ActionDraft,
  addAction,
  addEdge,
  createDraft,
  type Draft,
  numberActions,
} from "./draft.ts";
import { type Link, stopSuccessors } from "./links.ts";
import { buildOrder, resolveOperation } from "./operations.ts";
import { emitProbes } from "./probes.ts";
import type { ReadFailures } from "./read-states.ts";
import { emitRecurring } from "./recurring.ts";
import type { PlannedResource, Situation } from "./situation.ts";
import type { ResourceSteps, Step } from "./steps.ts";
import { findDeferred } from "./under-way.ts";

/** What the steps come down to. */
export interface Emission {
  readonly actions: readonly Action[];
  /** Steps that are carried out by this transition. */
  readonly done: ReadonlySet<Step>;
  /** Steps that wait for an operation under way; the next transition has them. */
  readonly deferred: ReadonlySet<Step>;
  /** Links given up because they would have closed a loop. */
  readonly broken: readonly Link[];
}

/** Turns required and possible steps into actions with all the edges that safety needs. */
export function emitActions(
  situation: Situation,
  plan: {
    readonly steps: ReadonlyMap<PlannedResource, ResourceSteps>;
    readonly links: readonly Link[];
    readonly failures: ReadFailures;
  },
): Emission {
  const draft = createDraft();
  const deferred = findDeferred(situation, plan.links);
  const fences = emitFences(situation, draft);
  const clears = emitClears(situation, draft, plan.failures);
  const probes = emitProbes(situation, draft);
  const actions = new Map<Step, ActionDraft>();
  for (const own of plan.steps.values()) {
    for (const stop of own.stops) emitStep(situation, draft, { step: stop, deferred, actions });
  }
  const deletes = emitDeletes(situation, draft, { steps: plan.steps, actions });
  for (const own of plan.steps.values()) {
    emitStep(situation, draft, { step: own.start, deferred, actions });
  }
  for (const [{ kind, resource }, action] of actions) {
    if (kind === "stop") continue;
    for (const fence of fences.values()) addEdge(fence, action);
    for (const first of [probes, deletes, clears]) {
      for (const before of first.get(resource) ?? []) addEdge(before, action);
    }
  }
  const broken = addLinks(plan.links, actions, fences);
  addProbeEdges(situation, { actions, probes });
  emitRecurring(situation, draft, { steps: plan.steps, actions, deferred });
  return { actions: numberActions(draft), done: new Set(actions.keys()), deferred, broken };
}

/** Nodes are fenced one after the other. */
function emitFences(situation: Situation, draft: Draft): ReadonlyMap<NodeName, ActionDraft> {
  const fences = new Map<NodeName, ActionDraft>();
  if (!situation.canFence) return fences;
  let previous: ActionDraft | null = null;
  for (const node of situation.nodes) {
    if (!node.isUnclean) continue;
    const method = situation.options.fencingMethod;
    const fence = addAction(draft, node.name, { kind: "fence", method });
    if (previous !== null) addEdge(previous, fence);
    fences.set(node.name, fence);
    previous = fence;
  }
  return fences;
}

function emitClears(
  situation: Situation,
  draft: Draft,
  failures: ReadFailures,
): ReadonlyMap<PlannedResource, readonly ActionDraft[]> {
  const clears = new Map<PlannedResource, ActionDraft[]>();
  for (const resource of situation.resources) {
    for (const node of situation.nodes) {
      const count = failures.counts.get(resource.id)?.get(node.name);
      if (count?.isExpired !== true || !node.isOnline) continue;
      const task = { kind: "clearFailcount", resource: resource.id } as const;
      const own = clears.get(resource) ?? [];
      own.push(addAction(draft, node.name, task));
      clears.set(resource, own);
    }
  }
  return clears;
}

function emitStep(
  situation: Situation,
  draft: Draft,
  input: {
    readonly step: Step;
    readonly deferred: ReadonlySet<Step>;
    readonly actions: Map<Step, ActionDraft>;
  },
): void {
  const { step, deferred, actions } = input;
  if (!step.isRequired || !step.isRunnable || step.isImplied || step.isUnderWay) return;
  if (step.node === null || deferred.has(step)) return;
  const { primitive } = step.resource;
  const operation = resolveOperation(situation, primitive, { name: step.kind, intervalMs: 0 });
  // A stop runs with what the start ran with: a changed address must not leave the old one behind.
  const history = situation.nodeByName.get(step.node)?.history;
  const last = history?.resources.find((x) => x.resource === primitive.id)?.lastCall;
  const call = step.kind === "stop" && last !== undefined ? last : primitive;
  const order = buildOrder(primitive, operation, call);
  actions.set(step, addAction(draft, step.node, { kind: "operation", order }));
}

/** The history of an orphan, or of another agent, goes once the resource is surely stopped. */
function emitDeletes(
  situation: Situation,
  draft: Draft,
  plan: {
    readonly steps: ReadonlyMap<PlannedResource, ResourceSteps>;
    readonly actions: ReadonlyMap<Step, ActionDraft>;
  },
): ReadonlyMap<PlannedResource, readonly ActionDraft[]> {
  const deletes = new Map<PlannedResource, readonly ActionDraft[]>();
  for (const { resource, stops } of plan.steps.values()) {
    if (resource.isOrphan && !situation.options.stopsOrphans) continue;
    for (const node of situation.nodes) {
      const own = node.history?.resources.find((x) => x.resource === resource.id);
      if (own === undefined || !node.isOnline || node.isUnclean) continue;
      if (!resource.isOrphan && !hasOtherAgent(resource, own)) continue;
      const stop = stops.find((x) => x.node === node.name);
      const stopAction = stop === undefined ? undefined : plan.actions.get(stop);
      if (stop !== undefined && stopAction === undefined) continue;
      const task = { kind: "deleteHistory", resource: resource.id } as const;
      const action = addAction(draft, node.name, task);
      if (stopAction !== undefined) addEdge(stopAction, action);
      deletes.set(resource, [...(deletes.get(resource) ?? []), action]);
    }
  }
  return deletes;
}

/** True when the history speaks of an agent of another kind under the same id. */
function hasOtherAgent(resource: PlannedResource, { lastCall }: ResourceHistory): boolean {
  if (lastCall === undefined) return false;
  return renderAgentName(lastCall.agent) !== renderAgentName(resource.primitive.agent);
}

/** Own restarts and groups come first, so that a loop is broken at a configured order. */
function addLinks(
  links: readonly Link[],
  actions: ReadonlyMap<Step, ActionDraft>,
  fences: ReadonlyMap<NodeName, ActionDraft>,
): readonly Link[] {
  const broken: Link[] = [];
  for (const isConfigured of [false, true]) {
    for (const link of links) {
      if (!link.isOrder || link.isConfigured !== isConfigured) continue;
      const then = actions.get(link.second);
      if (then === undefined) continue;
      const { first } = link;
      const isFenced = first.isImplied && first.isRequired && first.node !== null;
      const before = isFenced ? fences.get(first.node ?? "") : actions.get(first);
      if (before !== undefined && !addEdge(before, then)) broken.push(link);
    }
  }
  return broken;
}

/**
 * What waits for the stop of a resource also waits for the probes that find out whether there is
 * anything to stop: in groups, in configured orders, and where two resources exclude each other.
 */
function addProbeEdges(
  situation: Situation,
  plan: {
    readonly actions: ReadonlyMap<Step, ActionDraft>;
    readonly probes: ReadonlyMap<PlannedResource, readonly ActionDraft[]>;
  },
): void {
  const after = stopSuccessors(situation);
  for (const [step, action] of plan.actions) {
    for (const { resource, onSameNode } of after.get(`${step.kind} ${step.resource.id}`) ?? []) {
      for (const probe of plan.probes.get(resource) ?? []) {
        if (!onSameNode || probe.node === action.node) addEdge(probe, action);
      }
    }
  }
}
