import type { ImpliedAction } from "../model/index.ts";
import type { Activity, Renewed } from "./describe-states.ts";
import { renderRole, shownId } from "./describe-states.ts";
import type { Graph } from "./graph.ts";
import { ROLE, type WorkingAction, type WorkingNode, type WorkingResource } from "./working.ts";

/** What the cluster looks like when everything in the plan has succeeded. */
export interface Outcome {
  readonly activity: Activity;
  /** Nodes that have been fenced or have left. */
  readonly gone: ReadonlySet<WorkingNode>;
  readonly implied: readonly ImpliedAction[];
  readonly renewed: Renewed;
}

/** Carries out a plan on a copy of the state. */
export function carryOut(before: Activity, graph: Graph): Outcome {
  const activity: Activity = new Map();
  for (const [resource, nodes] of before) {
    // What is under way now has ended by then, one way or the other.
    const role = renderRole(resource, resource.role);
    activity.set(resource, new Map([...nodes.keys()].map((node) => [node, role])));
  }
  const gone = new Set<WorkingNode>();
  const implied: ImpliedAction[] = [];
  const renewed = new Map<WorkingResource, Set<WorkingNode>>();
  for (const action of inOrder(graph)) {
    if (action.resource?.variant === "primitive") {
      apply(activity, action);
      note(renewed, action);
      const entry = impliedBy(action);
      if (entry !== null) implied.push(entry);
    }
    const isDown = action.task === "stonith" && action.fencing !== "on";
    if ((isDown || action.task === "do_shutdown") && action.node !== null) {
      gone.add(action.node);
      if (isDown) for (const nodes of activity.values()) nodes.delete(action.node);
    }
  }
  return { activity, gone, implied, renewed };
}

/** After these nothing is left of a failure: the next plan would find a success behind it. */
const RENEWING: ReadonlySet<string> = new Set(["start", "stop", "promote", "demote"]);

function note(
  renewed: Map<WorkingResource, Set<WorkingNode>>,
  { resource, node, task }: WorkingAction,
): void {
  if (resource === null || node === null || !RENEWING.has(task)) return;
  renewed.set(resource, (renewed.get(resource) ?? new Set()).add(node));
}

/** Actions of a plan in an order in which they could be carried out, by id where it is free. */
export function inOrder({ actions, inputs }: Graph): readonly WorkingAction[] {
  const done = new Set<WorkingAction>();
  const ordered: WorkingAction[] = [];
  const visit = (action: WorkingAction): void => {
    const open: WorkingAction[] = [action];
    while (open.length > 0) {
      const next = open.at(-1);
      if (next === undefined) break;
      const waiting = (inputs.get(next) ?? []).filter((other) => !done.has(other));
      if (done.has(next) || waiting.length === 0) {
        open.pop();
        if (!done.has(next)) ordered.push(next);
        done.add(next);
      } else {
        open.push(...waiting.toReversed());
      }
    }
  };
  for (const action of actions) visit(action);
  return ordered;
}

function apply(activity: Activity, action: WorkingAction): void {
  const { resource, node, task } = action;
  if (resource === null || node === null) return;
  const nodes = activity.get(resource);
  if (nodes === undefined) return;
  switch (task) {
    case "start":
    case "migrate_from":
      nodes.set(node, renderRole(resource, ROLE.started));
      break;
    case "stop":
      if (staysUnderWay(resource, node)) nodes.set(node, renderRole(resource, ROLE.started));
      else nodes.delete(node);
      break;
    case "promote":
      nodes.set(node, "Promoted");
      break;
    case "demote":
      nodes.set(node, "Unpromoted");
      break;
    default:
  }
}

/** Stands in simulated histories of Pacemaker where a real one names the controller. */
const SIMULATED = /^-?\d+:(?!-1:)-?\d+:\d+:x{8}-/;

/**
 * In a history of Pacemaker a start under way that has no call id yet stays under way whatever is
 * done meanwhile: only its own result replaces it, or what the same controller did later.
 */
function staysUnderWay(resource: WorkingResource, node: WorkingNode): boolean {
  const names = [resource.id, resource.historyId];
  const own = node.history?.resources.find((each) => names.includes(each.resource));
  return (own?.records ?? []).some(
    ({ operation, callId, outcome, pacemaker }) =>
      pacemaker !== undefined &&
      operation === "start" &&
      callId < 0 &&
      outcome.kind === "pending" &&
      !SIMULATED.test(pacemaker.transitionKey ?? ""),
  );
}

function impliedBy({ resource, node, task, isPseudo }: WorkingAction): ImpliedAction | null {
  if (!isPseudo || resource === null || node === null) return null;
  if (task !== "start" && task !== "stop" && task !== "demote") return null;
  return { operation: task, resource: shownId(resource), node: node.name };
}
