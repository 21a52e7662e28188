import type { Instant } from "../base/index.ts";
import type {
  NodeHistory,
  OnFail,
  OperationRecord,
  Primitive,
  ResourceHistory,
} from "../model/index.ts";
import {
  countEffective,
  type FailureCount,
  isProbeRecord,
  judgeRecord,
  renderFailure,
  STATUS,
  type Verdict,
} from "./failures.ts";
import { type OperationContext, resolveOperation } from "./operations.ts";
import type { ResourceSettings } from "./settings.ts";
import type { FailureEffect, OnNode } from "./situation.ts";

// States of a resource on a node while its records are replayed in the order in which they began:
//   Stopped --start ok, monitor ok--> Started        Stopped --start pending--> Starting
//   Started --stop ok, probe 7--> Stopped            Started --stop pending--> Stopping
//   any --failure that counts--> Started, with what the failure asks for

/** What `readOnNode` looks at. */
export interface ReadInput {
  readonly context: OperationContext;
  readonly primitive: Primitive;
  readonly settings: ResourceSettings;
  readonly isManaged: boolean;
  readonly history: NodeHistory;
  readonly now: Instant;
}

/** The primitive's state on one node, and how its failures there count. */
export interface ReadResult {
  readonly onNode: OnNode;
  readonly failures: FailureCount;
}

/** A node that knows nothing of the resource. */
export const UNKNOWN: OnNode = {
  role: "Stopped",
  isKnown: false,
  isProbing: false,
  effect: "none",
  failure: null,
  expired: [],
  banReason: null,
  isBannedEverywhere: false,
};

/** Replays what one node's history says about one primitive. */
export function readOnNode(input: ReadInput): ReadResult {
  const { history, primitive, settings, now } = input;
  const found = history.resources.find((x) => x.resource === primitive.id);
  const records = found === undefined ? [] : sortRecords(found);
  const timeoutMs = records.some((x) => isBlocking(input, x)) ? 0 : settings.failureTimeoutMs;
  const failures = countEffective(history, primitive.id, { timeoutMs, now });
  let state = UNKNOWN;
  for (const record of records) {
    const verdict = judgeRecord(record, input.isManaged);
    if (isRecordExpired(record, verdict, { timeoutMs, now, failures })) {
      state = { ...state, isKnown: true, expired: [...state.expired, record] };
    } else {
      state = replay(input, state, record);
    }
  }
  return { onNode: applyFailcounts(input, state, failures), failures };
}

function sortRecords(history: ResourceHistory): readonly OperationRecord[] {
  return [...history.records].sort(
    (a, b) =>
      a.callId - b.callId || b.intervalMs - a.intervalMs || (a.operation < b.operation ? -1 : 1),
  );
}

/** A failure that was configured to block; the default for a failed stop may expire. */
function isBlocking(input: ReadInput, record: OperationRecord): boolean {
  if (judgeRecord(record, input.isManaged).kind !== "failed") return false;
  return input.primitive.operations.some(
    ({ name, intervalMs, options }) =>
      name === record.operation &&
      intervalMs === record.intervalMs &&
      options["on-fail"] === "block",
  );
}

/** A failure older than failure-timeout is ignored, unless a later one still counts. */
function isRecordExpired(
  record: OperationRecord,
  verdict: Verdict,
  limits: { timeoutMs: number; now: Instant; failures: FailureCount },
): boolean {
  if (verdict.kind !== "failed" || limits.timeoutMs === 0) return false;
  return limits.now >= record.changedAt + limits.timeoutMs && limits.failures.effective === 0;
}

function replay(input: ReadInput, state: OnNode, record: OperationRecord): OnNode {
  const verdict = judgeRecord(record, input.isManaged);
  switch (verdict.kind) {
    case "pending":
      return replayPending(state, record);
    case "stopped":
      return { ...clearFailure(state), role: "Stopped", isKnown: true };
    case "active": {
      const isSame =
        state.failure !== null &&
        state.failure.operation === record.operation &&
        state.failure.intervalMs === record.intervalMs;
      const clears = record.operation === "start" || isSame;
      return { ...(clears ? clearFailure(state) : state), role: "Started", isKnown: true };
    }
    case "failed":
      return replayFailure(input, { ...state, isKnown: true }, record);
  }
}

function replayPending(state: OnNode, record: OperationRecord): OnNode {
  if (record.intervalMs > 0) return state;
  switch (record.operation) {
    case "start":
      return { ...state, role: "Starting", isKnown: true };
    case "stop":
      return state.role === "Stopped"
        ? { ...state, isKnown: true }
        : { ...state, role: "Stopping", isKnown: true };
    case "monitor":
      return { ...state, isProbing: true };
    default:
      return { ...state, isKnown: true };
  }
}

function replayFailure(input: ReadInput, state: OnNode, record: OperationRecord): OnNode {
  const verdict = judgeRecord(record, input.isManaged);
  if (verdict.kind !== "failed") return state;
  const onFail = onFailOf(input, record);
  const words = renderFailure(record);
  if (onFail === "ignore") {
    const role = record.operation === "stop" ? "Stopped" : "Started";
    const failure = state.failure ?? record;
    return { ...state, role, failure, effect: worse(state.effect, "ignore") };
  }
  const isStop = record.operation === "stop";
  const isLeftStopped = isProbeRecord(record) && isMissingAgent(record);
  // A stop that cannot work, without fencing, leaves nothing else that could be done.
  const wanted = effectOf(onFail);
  return {
    ...state,
    role: isLeftStopped ? "Stopped" : "Started",
    effect: isLeftStopped ? state.effect : worse(state.effect, wanted),
    failure: record,
    banReason: verdict.isHard || verdict.isFatal || isStop ? words : state.banReason,
    isBannedEverywhere: state.isBannedEverywhere || verdict.isFatal,
  };
}

function isMissingAgent({ outcome }: OperationRecord): boolean {
  if (outcome.kind === "notSpawned") return true;
  return outcome.kind === "exited" && outcome.status === STATUS.notInstalled;
}

/** A later success clears the failure, but not one that holds until somebody cleans it up. */
function clearFailure(state: OnNode): OnNode {
  switch (state.effect) {
    case "stop":
    case "standby":
    case "fence":
      return state;
    default:
      return { ...state, effect: "none", failure: null };
  }
}

/**
 * `stop` and `standby` outlive the record of the failure, which a later operation replaces: the
 * failcount stands for it until it is cleared or expires.
 */
function applyFailcounts(input: ReadInput, state: OnNode, failures: FailureCount): OnNode {
  if (failures.effective === 0) return state;
  let effect = state.effect;
  for (const failcount of input.history.failcounts) {
    if (failcount.resource !== input.primitive.id || failcount.count === 0) continue;
    const key = { name: failcount.operation, intervalMs: failcount.intervalMs };
    const { onFail } = resolveOperation(input.context, input.primitive, key);
    if (onFail === "stop" || onFail === "standby") effect = worse(effect, onFail);
  }
  return { ...state, effect };
}

function onFailOf(input: ReadInput, record: OperationRecord): OnFail {
  const key = { name: record.operation, intervalMs: record.intervalMs };
  return resolveOperation(input.context, input.primitive, key).onFail;
}

function effectOf(onFail: OnFail): FailureEffect {
  return onFail === "demote" ? "restart" : onFail;
}

const SEVERITY: readonly FailureEffect[] = [
  "none",
  "ignore",
  "restart",
  "block",
  "stop",
  "standby",
  "fence",
];

function worse(a: FailureEffect, b: FailureEffect): FailureEffect {
  return SEVERITY.indexOf(a) >= SEVERITY.indexOf(b) ? a : b;
}
