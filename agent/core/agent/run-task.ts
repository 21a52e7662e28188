/** Carries out one action of a transition on this node, for the DC here or on the peer. */
import type { Instant } from "../base/index.ts";
import { clearFailures, forgetOperation, isFoundActive } from "../history/index.ts";
import type { Action, OperationReport } from "../model/index.ts";
import { inTurn } from "./effects.ts";
import { endAction, planAnew } from "./end-action.ts";
import {
  acceptReport,
  beginOperation,
  cancelRecurring,
  changeHistory,
  forgetHere,
  isExpected,
} from "./local-operations.ts";
import type { AgentState, AgentStep, Purpose } from "./state.ts";

/** Where an action came from, and the present. */
export interface TaskContext {
  readonly transitionId: number;
  readonly from: "here" | "peer";
  readonly now: Instant;
}

/** Begins an action on this node; what is not an operation is done at once. */
export function runTask(state: AgentState, action: Action, context: TaskContext): AgentStep {
  const { task } = action;
  const { transitionId, from, now } = context;
  const purpose: Purpose = { kind: "action", transitionId, actionId: action.id, from };
  const done =
    (isOk: boolean) =>
    (next: AgentState): AgentStep =>
      endAction(next, purpose, { isOk, now });
  switch (task.kind) {
    case "operation":
      return beginOperation(state, task.order, { purpose, now });
    case "cancel": {
      const matches = (order: { operation: string; intervalMs: number }): boolean =>
        order.operation === task.operation && order.intervalMs === task.intervalMs;
      return inTurn(state, [
        (next) => cancelRecurring(next, { resource: task.resource, matches }, now),
        (next) => forgetRecord(next, task, now),
        done(true),
      ]);
    }
    case "clearFailcount": {
      const change = (history: AgentState["localHistory"]) => clearFailures(history, task.resource);
      return inTurn(state, [
        (next) => changeHistory(next, task.resource, { change, now }),
        done(true),
      ]);
    }
    case "deleteHistory":
      return inTurn(state, [(next) => forgetHere(next, task.resource, now), done(true)]);
    case "fence":
      // No fence device can be configured in this release: the action fails, nothing is assumed.
      return done(false)(state);
    case "shutdown": // The node that leaves decides by itself when it has nothing left.
    case "point":
      return done(true)(state);
  }
}

/** One report of the executor: into the history, and to the action that waits for it. */
export function finishOperation(
  state: AgentState,
  report: OperationReport,
  clock: { readonly now: Instant; readonly wallMs: number },
): AgentStep {
  const open = state.orders.get(report.orderId);
  const accepted = (next: AgentState) => acceptReport(next, report, clock);
  if (open === undefined) return accepted(state);
  const isOk = isExpected(open.order, report);
  if (open.hasReported) return inTurn(state, [accepted, planAnew]);
  // A probe that finds a running resource is news that the plan did not count on.
  const isNews = open.order.expectedStatus === null && open.order.operation === "monitor";
  const { outcome } = report;
  const hasFound = isNews && outcome.kind === "exited" && isFoundActive(outcome.status);
  return inTurn(state, [
    accepted,
    (next) => {
      const { reason } = report;
      return endAction(next, open.purpose, { isOk: isOk && !hasFound, reason, now: clock.now });
    },
  ]);
}

function forgetRecord(
  state: AgentState,
  task: { readonly resource: string; readonly operation: string; readonly intervalMs: number },
  now: Instant,
): AgentStep {
  const change = (history: AgentState["localHistory"]) =>
    forgetOperation(history, task.resource, task);
  return changeHistory(state, task.resource, { change, now });
}
