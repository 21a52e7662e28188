import type { Action, ActionTask, NodeName, ResourceId, Transition } from "../model/index.ts";
import { describeDecisions } from "./describe-decisions.ts";
import { describeExplanations } from "./describe-explanations.ts";
import {
  type Activity,
  allPrimitives,
  describeNodes,
  describeStates,
  readActivity,
} from "./describe-states.ts";
import { describePromotions } from "./explain-promotion.ts";
import type { Graph } from "./graph.ts";
import { idFor, orderOf } from "./operation-orders.ts";
import { carryOut, inOrder } from "./simulate-after.ts";
import type { Working, WorkingAction } from "./working.ts";

/** What is read off the working state before it is changed. */
interface Before {
  readonly activity: Activity;
  readonly states: Transition["states"];
  readonly nodeStates: NonNullable<Transition["nodeStates"]>;
}

/** Turns the working state into the answer of the scheduler. */
export const describeTransition = { before, whole };

function before(working: Working): Before {
  const activity = readActivity(working);
  return {
    activity,
    states: describeStates(working, activity),
    nodeStates: describeNodes(working, activity, new Set()),
  };
}

function whole(working: Working, start: Before, graph: Graph): Transition {
  const outcome = carryOut(start.activity, graph);
  return {
    actions: listActions(working, graph),
    decisions: describeDecisions(working, graph),
    states: start.states,
    nodeStates: start.nodeStates,
    placements: describePlacements(working),
    scores: describeScores(working),
    recheckAt: working.rechecks.length === 0 ? null : Math.min(...working.rechecks),
    after: describeStates(working, outcome.activity, outcome.renewed),
    nodeStatesAfter: describeNodes(working, outcome.activity, outcome.gone),
    implied: outcome.implied,
    explanations: describeExplanations(working),
    promotions: describePromotions(working),
  };
}

/** More edges than this are not made up for a point that is left out. */
const CONTRACTED_EDGES_MAX = 64;

/**
 * The actions in an order in which they could be carried out. Points between them are left out
 * where that does not multiply the edges.
 */
function listActions(working: Working, graph: Graph): readonly Action[] {
  const inputs = new Map<WorkingAction, Set<WorkingAction>>();
  const followers = new Map<WorkingAction, Set<WorkingAction>>();
  const ordered = inOrder(graph);
  for (const action of ordered) followers.set(action, new Set());
  for (const action of ordered) {
    const before = new Set(graph.inputs.get(action) ?? []);
    inputs.set(action, before);
    for (const other of before) followers.get(other)?.add(action);
  }
  const isLeftOut = new Set<WorkingAction>();
  for (const point of ordered.toReversed()) {
    if (!isPoint(point)) continue;
    const [into, out] = [inputs.get(point), followers.get(point)];
    if (into === undefined || out === undefined) continue;
    if (into.size * out.size > CONTRACTED_EDGES_MAX) continue;
    isLeftOut.add(point);
    for (const other of into) followers.get(other)?.delete(point);
    for (const action of out) {
      inputs.get(action)?.delete(point);
      for (const other of into) {
        inputs.get(action)?.add(other);
        followers.get(other)?.add(action);
      }
    }
  }
  const kept = ordered.filter((action) => !isLeftOut.has(action));
  const ids = new Map(kept.map((action, index) => [action, index + 1]));
  return kept.map((action, index) => ({
    id: index + 1,
    node: action.node?.name ?? "",
    task: taskOf(working, action),
    after: directly(inputs, action)
      .map((other) => ids.get(other))
      .filter((other) => other !== undefined)
      .sort((a, b) => a - b),
  }));
}

/** With more inputs than this it is not worth while to look for superfluous ones. */
const REDUCED_INPUTS_MAX = 16;

/** What an action waits for itself, without what one of the others waits for already. */
function directly(
  inputs: ReadonlyMap<WorkingAction, ReadonlySet<WorkingAction>>,
  action: WorkingAction,
): readonly WorkingAction[] {
  const own = [...(inputs.get(action) ?? [])];
  if (own.length < 2 || own.length > REDUCED_INPUTS_MAX) return own;
  const covered = new Set<WorkingAction>();
  for (const other of own) {
    const open = [...(inputs.get(other) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (covered.has(next)) continue;
      covered.add(next);
      open.push(...(inputs.get(next) ?? []));
    }
  }
  return own.filter((other) => !covered.has(other));
}

/** True for what nobody carries out: points, and what a fencing or a migration brings about. */
function isPoint(action: WorkingAction): boolean {
  return action.isPseudo;
}

function taskOf(working: Working, action: WorkingAction): ActionTask {
  const { resource, task, key } = action;
  if (action.isPseudo) return { kind: "point", name: key };
  if (resource === null) {
    if (task === "stonith") return fenceTask(action);
    return task === "do_shutdown" ? { kind: "shutdown" } : { kind: "point", name: key };
  }
  switch (task) {
    case "cancel": {
      const cancelled = action.cancels ?? { task: "monitor", intervalMs: action.intervalMs };
      const { task: operation, intervalMs } = cancelled;
      return { kind: "cancel", resource: idFor(resource), operation, intervalMs };
    }
    case "clear_failcount":
      return { kind: "clearFailcount", resource: idFor(resource) };
    case "delete":
      return { kind: "deleteHistory", resource: idFor(resource) };
    case "lrm_delete":
      return { kind: "deleteHistory", resource: idFor(resource), isByDc: true };
    default: {
      const order = orderOf(working, action, resource);
      return order === null ? { kind: "point", name: key } : { kind: "operation", order };
    }
  }
}

function fenceTask({ fencing, fencingDelayMs }: WorkingAction): ActionTask {
  const method = fencing ?? "reboot";
  return { kind: "fence", method, ...(fencingDelayMs === null ? {} : { delayMs: fencingDelayMs }) };
}

function describePlacements(working: Working): Record<ResourceId, NodeName | null> {
  return Object.fromEntries(
    allPrimitives(working).map((each) => [each.id, each.assignedTo?.name ?? null]),
  );
}

function describeScores(working: Working): Record<ResourceId, Record<NodeName, number>> {
  return Object.fromEntries(
    allPrimitives(working).map((each) => {
      const entries = [...each.allowed.values()].map(({ node, score }) => [node.name, score]);
      return [each.id, Object.fromEntries(entries)];
    }),
  );
}
