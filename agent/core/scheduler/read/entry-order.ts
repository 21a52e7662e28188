import { compareText } from "../../base/index.ts";
import type { OperationRecord, ResourceHistory } from "../../model/index.ts";
import type { HistoryEntry, WorkingNode } from "../working.ts";
import { EXECUTION } from "./results.ts";

/** A record and the node that it is of, as far as age is concerned. */
export interface Aged {
  readonly record: OperationRecord;
  readonly node: string;
}

/** The entries of a history, oldest first. Of the agent's own records every order is the same. */
export function sortEntries(node: WorkingNode, history: ResourceHistory): readonly HistoryEntry[] {
  const entries = history.records.map((record): HistoryEntry => {
    const { operation: task, intervalMs } = record;
    return { record, node, history, task, intervalMs, isExpiredFailure: false };
  });
  const isForeign = entries.some(({ record }) => record.pacemaker !== undefined);
  if (!isForeign) return entries.sort(compareOwn);
  // Where nothing tells which is older, the one that is listed later counts as the older one.
  return mergeSort(entries.reverse());
}

/**
 * Orders two records by age: negative when `a` is older. On one node the numbers of calls decide;
 * between nodes the times, and for operations under way the transitions that asked for them.
 */
export function compareAge(a: Aged, b: Aged): number {
  const [callA, callB] = [a.record.callId, b.record.callId];
  // Pacemaker gives no number to what is under way.
  if (callA === -1 && callB === -1) return 0;
  const isSameNode = a.node === b.node;
  if (isSameNode && callA >= 0 && callA < callB) return -1;
  if (isSameNode && callB >= 0 && callA > callB) return 1;
  if (callA >= 0 && callB >= 0) return compareTimes(a.record, b.record);
  return compareTransitions(a.record, b.record);
}

/** Index of the last start, or of what implies one, and of the last stop; -1: none. */
export function findActiveSpan(entries: readonly HistoryEntry[]): {
  readonly startIndex: number;
  readonly stopIndex: number;
} {
  let [startIndex, stopIndex, monitored, promoted] = [-1, -1, -1, -1];
  for (const [index, { task, record }] of entries.entries()) {
    const { execution, status } = plainResult(record);
    if (task === "stop" && execution === EXECUTION.done) stopIndex = index;
    else if (task === "start" || task === "migrate_from") startIndex = index;
    else if (task === "monitor" && monitored <= stopIndex) {
      if (status === 0 || status === 8) monitored = index;
    } else if (task === "promote" || task === "demote") promoted = index;
  }
  if (startIndex === -1) startIndex = promoted === -1 ? monitored : promoted;
  return { startIndex, stopIndex };
}

function plainResult({ pacemaker, outcome }: OperationRecord): {
  readonly execution: number;
  readonly status: number | null;
} {
  if (pacemaker !== undefined) {
    return { execution: pacemaker.execStatus, status: pacemaker.exitStatus };
  }
  if (outcome.kind !== "exited") return { execution: EXECUTION.error, status: null };
  return { execution: EXECUTION.done, status: outcome.status };
}

function compareOwn({ record: a }: HistoryEntry, { record: b }: HistoryEntry): number {
  return (
    a.callId - b.callId ||
    a.changedAt - b.changedAt ||
    b.intervalMs - a.intervalMs ||
    compareText(a.operation, b.operation)
  );
}

/** Pacemaker does not always write the time down; then nothing is older or newer. */
function compareTimes(a: OperationRecord, b: OperationRecord): number {
  const isUnknown = [a, b].some((x) => x.pacemaker !== undefined && x.changedAt <= 0);
  return isUnknown ? 0 : Math.sign(a.changedAt - b.changedAt);
}

function compareTransitions(a: OperationRecord, b: OperationRecord): number {
  const [left, right] = [readTransition(a), readTransition(b)];
  if (left === null || right === null) return 0;
  if (left.origin !== right.origin || left.number === right.number) {
    // What is under way is newer than what was asked for by a controller that is gone.
    return b.callId === -1 ? -1 : 1;
  }
  if ((left.number >= 0 && left.number < right.number) || right.number === -1) return -1;
  return 1;
}

function readTransition({ pacemaker }: OperationRecord): {
  readonly number: number;
  readonly origin: string;
} | null {
  const parts = pacemaker?.transitionKey?.split(":") ?? [];
  const [, number, , origin] = parts;
  return number === undefined || origin === undefined ? null : { number: Number(number), origin };
}

// Age is no total order, so which pairs are compared matters: halves first, then the merge, where
// the entry of the first half wins a tie.
function mergeSort(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  if (entries.length < 2) return entries;
  const middle = Math.floor(entries.length / 2);
  const left = [...mergeSort(entries.slice(0, middle))];
  const right = [...mergeSort(entries.slice(middle))];
  const merged: HistoryEntry[] = [];
  for (let [a, b] = [left[0], right[0]]; a !== undefined && b !== undefined; ) {
    const isFirst = compareAge(agedOf(a), agedOf(b)) <= 0;
    merged.push(isFirst ? a : b);
    (isFirst ? left : right).shift();
    [a, b] = [left[0], right[0]];
  }
  return [...merged, ...left, ...right];
}

function agedOf({ record, node }: HistoryEntry): Aged {
  return { record, node: node.name };
}
