import type { OperationRecord } from "../../model/index.ts";
import type { HistoryEntry } from "../working.ts";

/** How an operation went, apart from what its agent answered; numbers as Pacemaker writes them. */
export const EXECUTION = {
  pending: -1,
  done: 0,
  cancelled: 1,
  timedOut: 2,
  notSupported: 3,
  error: 4,
  /** This node can not run the resource. */
  hardError: 5,
  /** No node can run the resource. */
  fatalError: 6,
  notInstalled: 7,
  noFenceDevice: 10,
  noSecrets: 11,
} as const;

/** The OCF exit statuses that the scheduler tells apart; the others are plain failures. */
export const STATUS = {
  ok: 0,
  error: 1,
  invalidParameter: 2,
  unimplemented: 3,
  insufficientPrivileges: 4,
  notInstalled: 5,
  notConfigured: 6,
  notRunning: 7,
  promoted: 8,
  failedPromoted: 9,
  degraded: 190,
  degradedPromoted: 191,
  unknown: 193,
} as const;

/** One entry of a history while it is judged. */
export interface Result {
  readonly entry: HistoryEntry;
  readonly task: string;
  readonly intervalMs: number;
  readonly isProbe: boolean;
  /** One of `EXECUTION`; changes while the result is judged. */
  execution: number;
  /** Exit status of the agent; changes while the result is judged. */
  status: number;
  /** What the agent answered, before anything was made of it. */
  readonly givenStatus: number;
  /** The exit status that means success; -1: unknown. */
  readonly expected: number;
}

/** Operations whose results tell something of the state of a resource. */
const TELLING: ReadonlySet<string> = new Set([
  "monitor",
  "start",
  "stop",
  "promote",
  "demote",
  "migrate_to",
  "migrate_from",
  "asyncmon",
]);

/** The result in an entry; null when it tells nothing of the state. */
export function readResult(entry: HistoryEntry): Result | null {
  const { record, task, intervalMs } = entry;
  const { execution, status } = readOutcome(record);
  const isInvalid = execution < EXECUTION.pending || execution === EXECUTION.cancelled;
  if (!TELLING.has(task) || isInvalid || status < 0) return null;
  const isProbe = task === "monitor" && intervalMs === 0;
  const expected = readExpected(record, isProbe);
  return { entry, task, intervalMs, isProbe, execution, status, givenStatus: status, expected };
}

/** The exit status that a record stands for; `STATUS.unknown` while there is none. */
export function statusOf(record: OperationRecord): number {
  return readOutcome(record).status;
}

/** True for a failed probe that says that the resource cannot even be there. */
export function isMaskedProbe({ isProbe, givenStatus, entry }: Result): boolean {
  if (!isProbe) return false;
  const { execution } = readOutcome(entry.record);
  return (
    givenStatus === STATUS.notInstalled ||
    givenStatus === STATUS.invalidParameter ||
    execution === EXECUTION.notInstalled
  );
}

function readOutcome(record: OperationRecord): { execution: number; status: number } {
  const { pacemaker, outcome, operation, intervalMs } = record;
  if (pacemaker !== undefined) {
    return { execution: pacemaker.execStatus, status: pacemaker.exitStatus };
  }
  switch (outcome.kind) {
    case "exited":
      return { execution: EXECUTION.done, status: outcome.status };
    case "timedOut":
      return { execution: EXECUTION.timedOut, status: STATUS.error };
    case "pending":
      return { execution: EXECUTION.pending, status: STATUS.unknown };
    case "notSpawned": {
      // A probe that never began (its agent is missing) tells that the node cannot run it.
      const isProbe = operation === "monitor" && intervalMs === 0;
      return isProbe
        ? { execution: EXECUTION.notInstalled, status: STATUS.notInstalled }
        : { execution: EXECUTION.error, status: STATUS.error };
    }
  }
}

function readExpected(record: OperationRecord, isProbe: boolean): number {
  const { pacemaker, expectedStatus } = record;
  if (pacemaker === undefined) {
    return expectedStatus ?? (isProbe ? STATUS.notRunning : STATUS.ok);
  }
  const text = pacemaker.transitionKey?.split(":")[2];
  return text === undefined || !/^\d+$/.test(text) ? -1 : Number(text);
}
