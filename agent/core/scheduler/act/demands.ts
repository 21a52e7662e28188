import type { Working } from "../working.ts";
import { setReason } from "./new-action.ts";
import { clearFailcount, clearHistory, demoteAction, stopAction } from "./resource-actions.ts";

/** Makes the actions that reading has found to be needed: after failures, and for what is over. */
export function meetDemands(working: Working): void {
  for (const { task, resource, node, reason } of working.demands) {
    switch (task) {
      case "stop":
        setReason(stopAction(working, resource, { node, isOptional: false }), reason);
        break;
      case "demote":
        setReason(demoteAction(working, resource, { node, isOptional: false }), reason);
        break;
      case "delete":
        setReason(clearHistory(working, resource, node), reason);
        break;
    }
  }
  for (const { resource, node, reason } of working.clears) {
    setReason(clearFailcount(working, resource, node), reason);
  }
}
