/** Actions of a transition in words. */
import type { Action } from "../../agent/core/model/index.ts";
import type { Happening } from "../what-if/index.ts";
import { renderReadable } from "./wall-time.ts";

/**
 * Exit statuses in the words of the OCF resource agent API 1.1, but of 5: agents return it for all
 * that keeps a resource from running on one host, of which a missing program is the least part.
 */
const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: "ok",
  1: "error",
  2: "invalid parameter",
  3: "unimplemented",
  4: "insufficient privileges",
  5: "cannot run here",
  6: "not configured",
  7: "not running",
  8: "promoted",
  9: "promoted and failed",
};

/** `7 (not running)`. */
export function renderExitStatus(status: number): string {
  const words = STATUS_WORDS[status];
  return words === undefined ? String(status) : `${status} (${words})`;
}

/** `stop web on ip1`, `monitor web on ip2 every 10s`, `fence ip2 (reboot)`. */
export function renderAction({ node, task }: Action): string {
  switch (task.kind) {
    case "operation": {
      const { operation, resource, intervalMs } = task.order;
      if (intervalMs > 0) {
        return `${operation} ${resource} on ${node} every ${renderReadable(intervalMs)}`;
      }
      return `${operation === "monitor" ? "probe" : operation} ${resource} on ${node}`;
    }
    case "cancel": {
      const every = renderReadable(task.intervalMs);
      return `end the ${task.operation} of ${task.resource} on ${node} every ${every}`;
    }
    case "clearFailcount":
      return `forget the failures of ${task.resource} on ${node}`;
    case "deleteHistory":
      return task.isByDc === true
        ? `forget that ${task.resource} was kept for ${node}`
        : `forget what ${node} did with ${task.resource}`;
    case "fence":
      if (task.method === "on") return `let ${node} in again (unfence)`;
      return `fence ${node} (${task.method}${renderDelay(task.delayMs)})`;
    case "shutdown":
      return `let ${node} leave`;
    case "point":
      return `wait for ${task.name}`;
  }
}

function renderDelay(delayMs: number | undefined): string {
  return delayMs === undefined || delayMs === 0 ? "" : `, after ${renderReadable(delayMs)}`;
}

/** The action, and what became of it where that is not what was expected. */
export function renderHappening({ action, outcome, status, skippedFor }: Happening): string {
  const words = renderAction(action);
  switch (outcome) {
    case "done":
      return words;
    case "failed":
      return `${words}: fails with status ${renderExitStatus(status ?? 1)}`;
    case "skipped":
      return skippedFor === "planEnded"
        ? `${words}: is not begun, since what happened before ended the plan`
        : `${words}: is not begun, since what it waits for failed or could not be done`;
  }
}
