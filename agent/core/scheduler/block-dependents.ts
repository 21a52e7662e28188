import { INFINITY_SCORE } from "../model/index.ts";
import { colocationsAsPrimary } from "./colocation-lists.ts";
import { findAction, topOf } from "./tree.ts";
import { ROLE, type WorkingAction, type WorkingResource } from "./working.ts";

/** Looks at an action again, with all that comes before it. */
export type Revisit = (action: WorkingAction) => void;

/**
 * What must run beside a resource that can not start (or be promoted) can not start either. Does
 * nothing while the action is runnable, or another instance of the same clone can do it.
 */
export function blockDependents(action: WorkingAction, revisit: Revisit): void {
  if (action.isRunnable || action.resource === null) return;
  const isStart = action.task === "start";
  if (!isStart && action.task !== "promote") return;
  const primary = topOf(action.resource);
  for (const child of primary.children) {
    const own = findAction(child, { task: action.task });
    if (own === null || own.isRunnable) return;
  }
  for (const colocation of colocationsAsPrimary(primary)) {
    if (colocation.score < INFINITY_SCORE) continue;
    if (!isStart && colocation.primaryRole !== ROLE.promoted) continue;
    const task = colocation.dependentRole === ROLE.promoted ? "promote" : "start";
    block(colocation.dependent, { task, because: action.resource }, revisit);
  }
}

function block(
  resource: WorkingResource,
  what: { readonly task: string; readonly because: WorkingResource },
  revisit: Revisit,
): void {
  for (const action of resource.actions.toReversed()) {
    if (!action.isRunnable || action.task !== what.task) continue;
    action.isRunnable = false;
    if (action.reason === "") {
      action.reason = `${what.because.baseId}, beside which it has to run, can not ${what.task}`;
    }
    blockDependents(action, revisit);
    revisit(action);
  }
  for (const child of resource.children) block(child, what, revisit);
}
