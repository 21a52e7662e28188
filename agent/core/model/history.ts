import type { Instant } from "../base/index.ts";
import type { AgentName, NameValues } from "./cib.ts";
import type { NodeName, ResourceId } from "./names.ts";

/**
 * How an operation ended. Only `exited` is knowledge; the others are unknowns: after `timedOut` the
 * operation may have run or may still run; `notSpawned` means that it never began.
 */
export type OperationOutcome =
  | { readonly kind: "exited"; readonly status: number } // OCF resource agent API 1.1.
  | { readonly kind: "timedOut" }
  | { readonly kind: "notSpawned"; readonly reason: string }
  | { readonly kind: "pending" }; // Under way; the record is replaced when it ends.

/** The last result of one operation (name and interval) of one resource on one node. */
export interface OperationRecord {
  readonly operation: string;
  readonly intervalMs: number;
  /** Grows with each operation that a node begins; orders the records of one node. */
  readonly callId: number;
  readonly outcome: OperationOutcome;
  /**
   * The exit status that means success here: 0, or 7 for a probe that should find nothing. Null:
   * any of 0 and 7 (probe).
   */
  readonly expectedStatus: number | null;
  /** Digest of agent name and parameters that the operation ran with. */
  readonly digest: string;
  /** When the result last changed, on the monotonic clock of the node that stores the record. */
  readonly changedAt: Instant;
  /** The same in wall-clock milliseconds, for people only. */
  readonly changedAtWallMs: number;
  readonly ranForMs: number;
  /** One line of the agent's own words; empty when there was nothing to say. */
  readonly reason: string;
  /** For migrate_to and migrate_from: from where, to where. */
  readonly migration?: { readonly source: NodeName; readonly target: NodeName };
  /** What ran, where the record stands for another operation: a reload counts as a start. */
  readonly ranAs?: string;
  /** True for the kept copy of a failure beside the last result of the same operation. */
  readonly isKeptFailure?: boolean;
  /** Digest over the parameters that need a restart, and which ones those are (or are not). */
  readonly restart?: RestartDigest;
  /** Present in a history that was read from a CIB of Pacemaker. */
  readonly pacemaker?: PacemakerEntry;
}

/** What a change of the other parameters reloads instead of restarting. */
export interface RestartDigest {
  readonly digest: string;
  readonly parameters: readonly string[];
}

/** What a Pacemaker history entry says beyond this model, as it stands in its CIB. */
export interface PacemakerEntry {
  /** `op-status` and `rc-code` as numbers. */
  readonly execStatus: number;
  readonly exitStatus: number;
  /** `op-digest`, `op-restart-digest`, `op-force-restart`, `op-secure-digest`, … */
  readonly digest: string | null;
  readonly restartDigest: string | null;
  readonly forceRestart: string | null;
  readonly secureDigest: string | null;
  /** `op-secure-params`: names of the parameters that the secure digest leaves out. */
  readonly secureParameters?: string | null;
  readonly featureSet: string | null;
  readonly transitionKey: string | null;
}

/** What one node did with one resource. At most one record a name and interval. */
export interface ResourceHistory {
  readonly resource: ResourceId;
  readonly records: readonly OperationRecord[];
  /** How often the agent put back what somebody removed, since the history began. */
  readonly repairs: number;
  /**
   * What the last start, or the probe that found it active, ran with. A stop uses the same, so that
   * a resource whose parameters have changed, or that is gone from the CIB, is stopped as it was
   * started. Absent: nothing was started yet.
   */
  readonly lastCall?: { readonly agent: AgentName; readonly parameters: NameValues };
  /**
   * What the last probe ran with, as long as nothing was started or found active: it names the
   * agent of a resource that was deleted before anything was known of it.
   */
  readonly probedWith?: { readonly agent: AgentName; readonly parameters: NameValues };
  /** Since when the resource is kept for this node, which is shutting down; wall-clock seconds. */
  readonly lockedSinceS?: number;
  /**
   * True when the node was stopped in order while this was active there and not managed. It may
   * still be, so it starts nowhere else until the node is back or a person gives it up.
   */
  readonly wasLeftActive?: true;
}

/** Failures of one operation of one resource on one node; `count` saturates at INFINITY_SCORE. */
export interface Failcount {
  readonly resource: ResourceId;
  readonly operation: string;
  readonly intervalMs: number;
  readonly count: number;
  readonly lastFailureAt: Instant;
  readonly lastFailureAtWallMs: number;
  /** How the operation failed last: shown until a cleanup, also after it has succeeded again. */
  readonly last?: FailedRun;
}

/** One failed run of an operation. */
export type FailedRun = Pick<OperationRecord, "outcome" | "callId" | "ranForMs" | "reason">;

/** All that one node has done and suffered since its agent started. Owned by that node. */
export interface NodeHistory {
  readonly node: NodeName;
  readonly resources: readonly ResourceHistory[];
  readonly failcounts: readonly Failcount[];
  /** Attributes that last until the agent restarts. */
  readonly attributes: NameValues;
  /** Capacities that last as long, for those that the node does not declare itself. */
  readonly utilization?: NameValues;
}

/** A node that has done nothing yet. */
export function emptyHistory(node: NodeName): NodeHistory {
  return { node, resources: [], failcounts: [], attributes: {} };
}
