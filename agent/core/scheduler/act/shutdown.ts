import { addOrdering } from "../orderings.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";

/** Lets a node leave, after everything that runs on it has been stopped. */
export function shutdownAction(working: Working, node: WorkingNode): WorkingAction {
  const shutdown = createAction(working, {
    resource: null,
    node,
    task: "do_shutdown",
    isOptional: false,
    key: `do_shutdown-${node.name}`,
  });
  // The newest first, as for every pass over all actions.
  for (const stop of working.actions.toReversed()) {
    if (stop.node !== node || stop.task !== "stop" || stop.resource === null) continue;
    if (isLeftRunning(stop.resource, node)) continue;
    stop.isOptional = false;
    addOrdering(working, {
      first: { action: stop },
      next: { action: shutdown },
      relation: RELATION.ordered | RELATION.unrunnableFirstBlocks,
    });
  }
  return shutdown;
}

/** True for what is not touched: the node may leave although it runs. */
function isLeftRunning(resource: WorkingResource, node: WorkingNode): boolean {
  if (resource.isInMaintenance || node.isInMaintenance) return true;
  return !resource.isManaged && !resource.isBlocked;
}
