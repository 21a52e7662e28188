import type { WorkingAction, WorkingNode, WorkingResource } from "../working.ts";

/** The key of an operation: the same for every node it is asked of. */
export function actionKey(resource: WorkingResource, task: string, intervalMs = 0): string {
  return `${resource.id}_${task}_${intervalMs}`;
}

/** What to look for among the actions of a resource. Without a node every node will do. */
export interface ActionQuery {
  readonly task: string;
  readonly intervalMs?: number;
  readonly node?: WorkingNode | null;
}

/**
 * The actions of a resource for one operation, oldest first. When a node is given, an action that
 * has none yet is taken to be meant for it and gets it.
 */
export function findActions(
  resource: WorkingResource,
  { task, intervalMs = 0, node = null }: ActionQuery,
): readonly WorkingAction[] {
  return matchKey(resource.actions, actionKey(resource, task, intervalMs), node);
}

/** As `findActions`, among any actions, by the key itself. */
export function matchKey(
  actions: readonly WorkingAction[],
  key: string,
  node: WorkingNode | null,
): readonly WorkingAction[] {
  const found: WorkingAction[] = [];
  for (const action of actions) {
    if (action.key !== key) continue;
    if (node !== null && action.node === null) action.node = node;
    if (node === null || action.node === node) found.push(action);
  }
  return found;
}

/** As `findActions`, but only those that were meant for just this node; null: none. */
export function findActionsOn(
  resource: WorkingResource,
  node: WorkingNode | null,
  { task, intervalMs = 0 }: ActionQuery,
): readonly WorkingAction[] {
  const key = actionKey(resource, task, intervalMs);
  if (node === null) return [];
  return resource.actions.filter((action) => action.key === key && action.node === node);
}

/** The newest action of that task, whatever its interval, on the node (null: on any). */
export function findNewestAction(
  resource: WorkingResource,
  task: string,
  node: WorkingNode | null = null,
): WorkingAction | null {
  const found = resource.actions.findLast(
    (action) => action.task === task && (node === null || action.node === node),
  );
  return found ?? null;
}
