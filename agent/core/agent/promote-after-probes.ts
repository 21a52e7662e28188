import { type Action, withoutNumber } from "../model/index.ts";

/**
 * Lets promotions wait for the probes of the same resource on all nodes. The scheduler, as that of
 * Pacemaker, orders only starts after probes: what is running already would be promoted while
 * nobody has looked yet whether another copy is.
 */
export function promoteAfterProbes(actions: readonly Action[]): readonly Action[] {
  return actions.map((action) => {
    const { task } = action;
    if (task.kind !== "operation" || task.order.operation !== "promote") return action;
    const resource = withoutNumber(task.order.resource);
    const missing = actions
      .filter((other) => isProbeOf(other, resource) && !action.after.includes(other.id))
      .filter((other) => !waitsFor(actions, other, action.id))
      .map(({ id }) => id);
    if (missing.length === 0) return action;
    return { ...action, after: [...action.after, ...missing].sort((a, b) => a - b) };
  });
}

function isProbeOf({ task }: Action, resource: string): boolean {
  if (task.kind !== "operation" || task.order.operation !== "monitor") return false;
  return task.order.intervalMs === 0 && withoutNumber(task.order.resource) === resource;
}

/** True when an action can begin only after that one, directly or not. */
function waitsFor(actions: readonly Action[], action: Action, id: number): boolean {
  const byId = new Map(actions.map((each) => [each.id, each]));
  const seen = new Set<number>();
  const open = [...action.after];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === id) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    open.push(...(byId.get(next)?.after ?? []));
  }
  return false;
}
