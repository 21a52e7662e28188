import type { Graph } from "./graph.ts";
import type { Working, WorkingAction } from "./working.ts";

/**
 * The plan without what a node is just doing, and without everything that waits for it: a start,
 * stop or probe under way is not asked for again, and its result leads to the next plan. Only for
 * histories of our own agents; one that was read from Pacemaker is planned as Pacemaker does.
 */
export function withoutUnderWay(working: Working, graph: Graph): Graph {
  const open = openOperations(working);
  if (open.size === 0) return graph;
  const held = new Set<WorkingAction>();
  for (const action of graph.actions) {
    if (action.resource === null || action.node === null) continue;
    const { id, historyId, baseId } = action.resource;
    const names = [id, historyId ?? baseId];
    const keys = names.map((name) => keyOf(action.node?.name ?? "", name, action));
    if (keys.some((key) => open.has(key))) held.add(action);
  }
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const action of graph.actions) {
      if (held.has(action)) continue;
      if (!(graph.inputs.get(action) ?? []).some((other) => held.has(other))) continue;
      held.add(action);
      isGrowing = true;
    }
  }
  for (const action of held) action.isInGraph = false;
  return { ...graph, actions: graph.actions.filter((action) => !held.has(action)) };
}

/** One-time operations that nodes are carrying out, by node, resource and task. */
function openOperations(working: Working): ReadonlySet<string> {
  const open = new Set<string>();
  for (const node of working.nodes) {
    if (!node.isOnline) continue;
    for (const { resource, records } of node.history?.resources ?? []) {
      for (const { outcome, operation, intervalMs, pacemaker } of records) {
        if (outcome.kind !== "pending" || pacemaker !== undefined) continue;
        open.add(keyOf(node.name, resource, { task: operation, intervalMs }));
      }
    }
  }
  return open;
}

function keyOf(
  node: string,
  resource: string,
  { task, intervalMs }: Pick<WorkingAction, "task" | "intervalMs">,
): string {
  return JSON.stringify([node, resource, task, intervalMs]);
}
