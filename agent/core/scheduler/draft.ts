import type { Action, ActionTask, NodeName } from "../model/index.ts";

/** An action before it has its id: edges point to other drafts. */
export interface ActionDraft {
  readonly node: NodeName;
  readonly task: ActionTask;
  readonly after: Set<ActionDraft>;
  readonly position: number;
}

/** Collects actions and the edges between them; refuses edges that would close a loop. */
export interface Draft {
  readonly actions: ActionDraft[];
}

/** An empty plan. */
export function createDraft(): Draft {
  return { actions: [] };
}

/** Adds an action; actions that nothing orders keep the order in which they were added. */
export function addAction(draft: Draft, node: NodeName, task: ActionTask): ActionDraft {
  const action: ActionDraft = { node, task, after: new Set(), position: draft.actions.length };
  draft.actions.push(action);
  return action;
}

/** Lets `then` wait for `first`. False, and nothing changed, when that would close a loop. */
export function addEdge(first: ActionDraft, then: ActionDraft): boolean {
  if (then.after.has(first)) return true;
  if (first === then || waitsFor(first, then)) return false;
  then.after.add(first);
  return true;
}

/** Numbers the actions from 1 in an order in which they could be carried out one by one. */
export function numberActions(draft: Draft): readonly Action[] {
  const ordered: ActionDraft[] = [];
  const done = new Set<ActionDraft>();
  let waiting = draft.actions;
  while (waiting.length > 0) {
    const ready = waiting.filter((action) => [...action.after].every((x) => done.has(x)));
    for (const action of ready) done.add(action);
    ordered.push(...ready);
    waiting = waiting.filter((action) => !done.has(action));
  }
  const ids = new Map(ordered.map((action, index) => [action, index + 1]));
  return ordered.map((action, index) => ({
    id: index + 1,
    node: action.node,
    task: action.task,
    after: [...action.after].map((x) => ids.get(x) ?? 0).sort((a, b) => a - b),
  }));
}

/** True when `action` waits for `target`, directly or through others. */
function waitsFor(action: ActionDraft, target: ActionDraft): boolean {
  const seen = new Set<ActionDraft>([action]);
  const open = [action];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === target) return true;
    for (const before of next.after) {
      if (seen.has(before)) continue;
      seen.add(before);
      open.push(before);
    }
  }
  return false;
}
