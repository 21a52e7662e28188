/** What runs on this node: orders to its executor, and their results in its own history. */
import type { Instant } from "../base/index.ts";
import { forgetResource, isFailure, recordResult } from "../history/index.ts";
import {
  type AgentEffect,
  endsRecurring,
  type Failcount,
  type NodeHistory,
  type OperationOrder,
  type OperationRecord,
  type OperationReport,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { packFailcounts, packResource } from "../replication/index.ts";
import { digestRestart } from "../scheduler/index.ts";
import { newestRecord } from "./active.ts";
import { inTurn, log, nothing, perform, send } from "./effects.ts";
import { endAction } from "./end-action.ts";
import { type AgentState, type AgentStep, hasPeer, type OpenOrder, type Purpose } from "./state.ts";

/** For so long after a resource's stop its start is the second half of a move or of a restart. */
const STOP_FRESH_MS = 1000;

/** Begins one operation on this node and notes it in the history while it is under way. */
export function beginOperation(
  state: AgentState,
  order: OperationOrder,
  context: { readonly purpose: Purpose; readonly now: Instant },
): AgentStep {
  const { purpose, now } = context;
  const replaced = (next: AgentState): AgentStep =>
    closeOrders(next, (open) => isReplacedBy(open, order), now);
  return inTurn(state, [replaced, (next) => openOrder(next, order, { purpose, now })]);
}

function openOrder(
  state: AgentState,
  order: OperationOrder,
  context: { readonly purpose: Purpose; readonly now: Instant },
): AgentStep {
  const orderId = state.nextId;
  const open: OpenOrder = {
    orderId,
    order,
    callId: orderId,
    purpose: context.purpose,
    hasReported: false,
  };
  const orders = new Map(state.orders).set(orderId, open);
  const begun: AgentState = { ...state, orders, nextId: orderId + 1 };
  const told = followsStop(state, order, context.now) ? { followsStop: true } : {};
  const run: AgentEffect = { kind: "runOperation", orderId, order: { ...order, ...told } };
  if (order.intervalMs > 0) return perform(begun, run);
  const pending = recordOutcome(begun, open, {
    outcome: { kind: "pending" },
    ranForMs: 0,
    reason: "",
    now: context.now,
    wallMs: 0,
  });
  return inTurn(pending, [
    (next) => perform(next, run),
    (next) => shareResource(next, order.resource, context.now),
  ]);
}

function followsStop(state: AgentState, order: OperationOrder, now: Instant): boolean {
  if (order.operation !== "start") return false;
  const histories = hasPeer(state) ? [state.localHistory, state.peerHistory] : [state.localHistory];
  return histories.some(({ resources }) => {
    const own = resources.find(({ resource }) => resource === order.resource);
    const newest = own === undefined ? null : newestRecord(own);
    if (newest?.operation !== "stop") return false;
    const { outcome, changedAt } = newest;
    return outcome.kind === "exited" && outcome.status === 0 && now - changedAt <= STOP_FRESH_MS;
  });
}

/**
 * One report of the executor. Reports of orders that are no longer open are dropped and counted.
 */
export function acceptReport(
  state: AgentState,
  report: OperationReport,
  clock: { readonly now: Instant; readonly wallMs: number },
): AgentStep {
  const open = state.orders.get(report.orderId);
  if (open === undefined) {
    return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
  const orders = new Map(state.orders);
  if (open.order.intervalMs > 0) orders.set(open.orderId, { ...open, hasReported: true });
  else orders.delete(open.orderId);
  const recorded = recordOutcome({ ...state, orders }, open, { ...report, ...clock });
  const counted = report.wasRepaired ? countRepair(recorded, open.order.resource) : recorded;
  return inTurn(counted, [
    (next) => perform(next, describeReport(open, report)),
    (next) => shareResource(next, open.order.resource, clock.now),
  ]);
}

/**
 * True when the operation did what was expected of it. A probe may find any state, and nobody waits
 * for what an agent answers to a notification.
 */
export function isExpected(order: OperationOrder, { outcome }: OperationReport): boolean {
  return !isFailure({ ...order, outcome });
}

/** Tells the peer what this node's history of one resource is. */
export function shareResource(state: AgentState, resource: ResourceId, now: Instant): AgentStep {
  const history = state.localHistory.resources.find((entry) => entry.resource === resource);
  const failcounts = state.localHistory.failcounts.filter((entry) => entry.resource === resource);
  if (state.meeting.sentHello === null) return nothing(state);
  return send(
    state,
    {
      kind: "history",
      resource,
      history: history === undefined ? null : packResource(history, now),
      failcounts: packFailcounts(failcounts, now),
    },
    now,
  );
}

/** Ends the recurring operations of a resource, on the executor and in the books. */
export function cancelRecurring(
  state: AgentState,
  which: { readonly resource: ResourceId; readonly matches: (order: OperationOrder) => boolean },
  now: Instant,
): AgentStep {
  const isMeant = (order: OperationOrder): boolean =>
    order.resource === which.resource && order.intervalMs > 0 && which.matches(order);
  const ended = [...state.orders.values()].filter(({ order }) => isMeant(order));
  const effects = ended.map(({ order }): AgentEffect => {
    const { resource, operation, intervalMs } = order;
    return { kind: "cancelOperation", resource, operation, intervalMs };
  });
  return inTurn(state, [
    (next) => perform(next, ...effects),
    (next) => closeOrders(next, isMeant, now),
  ]);
}

/**
 * Takes orders out of the books for which no report will come. An action that waits for one of them
 * has ended: what it began is no longer wanted.
 */
function closeOrders(
  state: AgentState,
  matches: (order: OperationOrder) => boolean,
  now: Instant,
): AgentStep {
  const closed = [...state.orders.values()].filter(({ order }) => matches(order));
  if (closed.length === 0) return nothing(state);
  const orders = new Map(state.orders);
  for (const { orderId } of closed) orders.delete(orderId);
  const unreported = closed.filter(({ hasReported }) => !hasReported);
  return inTurn(
    { ...state, orders },
    unreported.map(({ purpose }) => (next: AgentState): AgentStep => {
      return endAction(next, purpose, { isOk: true, now });
    }),
  );
}

/** Forgets all that this node knows of a resource, so that it is probed anew. */
export function forgetHere(state: AgentState, resource: ResourceId, now: Instant): AgentStep {
  return inTurn(state, [
    (next) => cancelRecurring(next, { resource, matches: () => true }, now),
    (next) => nothing({ ...next, localHistory: forgetResource(next.localHistory, resource) }),
    (next) => shareResource(next, resource, now),
  ]);
}

/** Replaces this node's history through a pure change, and tells the peer about one resource. */
export function changeHistory(
  state: AgentState,
  resource: ResourceId,
  context: { readonly change: (history: NodeHistory) => NodeHistory; readonly now: Instant },
): AgentStep {
  const localHistory = context.change(state.localHistory);
  return shareResource({ ...state, localHistory }, resource, context.now);
}

/** The records and failcounts of one resource in a history. */
export function findResource(
  history: NodeHistory,
  resource: ResourceId,
): { readonly history: ResourceHistory | null; readonly failcounts: readonly Failcount[] } {
  return {
    history: history.resources.find((entry) => entry.resource === resource) ?? null,
    failcounts: history.failcounts.filter((entry) => entry.resource === resource),
  };
}

interface Result {
  readonly outcome: OperationReport["outcome"];
  readonly ranForMs: number;
  readonly reason: string;
  readonly restartParameters?: readonly string[];
  readonly now: Instant;
  readonly wallMs: number;
}

function recordOutcome(state: AgentState, open: OpenOrder, result: Result): AgentState {
  const { order, callId } = open;
  const record = {
    operation: order.operation,
    intervalMs: order.intervalMs,
    callId,
    outcome: result.outcome,
    expectedStatus: order.expectedStatus,
    digest: order.digest,
    changedAt: result.now,
    changedAtWallMs: result.wallMs,
    ranForMs: result.ranForMs,
    reason: result.reason,
    ...(order.migration === undefined ? {} : { migration: order.migration }),
    ...describeRestart(order, result.restartParameters),
  };
  const isFatal = state.cib.properties["start-failure-is-fatal"] !== "false";
  const localHistory = recordResult(state.localHistory, order.resource, record, {
    isStartFailureFatal: isFatal,
    onFail: order.onFail,
    call: { agent: order.agent, parameters: order.parameters },
    lockedSinceS: order.lockedSinceS,
  });
  return { ...state, localHistory };
}

/** What the next plan compares to find out whether new parameters can be taken by a reload. */
function describeRestart(
  { operation, intervalMs, parameters }: OperationOrder,
  names: readonly string[] | undefined,
): Pick<OperationRecord, "restart"> {
  if (names === undefined || intervalMs > 0 || operation === "notify") return {};
  return { restart: { digest: digestRestart(parameters, names), parameters: names } };
}

function countRepair(state: AgentState, resource: ResourceId): AgentState {
  const resources = state.localHistory.resources.map((entry) =>
    entry.resource === resource ? { ...entry, repairs: entry.repairs + 1 } : entry,
  );
  return { ...state, localHistory: { ...state.localHistory, resources } };
}

function describeReport(open: OpenOrder, report: OperationReport): AgentEffect {
  const { order } = open;
  const { outcome, ranForMs, reason, wasRepaired } = report;
  const fields = {
    resource: order.resource,
    operation: order.operation,
    intervalMs: order.intervalMs,
    outcome: outcome.kind === "exited" ? `exited ${outcome.status}` : outcome.kind,
    ranForMs,
    reason,
  };
  if (wasRepaired) return log("warning", "operationRepaired", fields);
  return log(isExpected(order, report) ? "info" : "warning", "operationFinished", fields);
}

/**
 * A change of state or role ends the recurring monitors of its resource, and a recurring operation
 * replaces its like. The executor does both by itself.
 */
function isReplacedBy(open: OperationOrder, order: OperationOrder): boolean {
  if (open.resource !== order.resource || open.intervalMs === 0) return false;
  const isLike = open.operation === order.operation && open.intervalMs === order.intervalMs;
  return endsRecurring(order.operation) || isLike;
}
