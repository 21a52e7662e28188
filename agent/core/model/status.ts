import type { NameValues } from "./cib.ts";
import type { ComparedFact, ReadinessFinding } from "./inspection.ts";

/**
 * The cluster as one node sees it; the API's `GetStatus` reply has the same fields. Times are
 * wall-clock milliseconds since 1970 (0: never), durations in milliseconds; absent texts are "".
 */
export interface ClusterStatus {
  readonly clusterName: string;
  readonly localNode: string;
  readonly release: string;
  readonly nowWallMs: number;
  readonly dc: string;
  readonly isDcHere: boolean;
  readonly ring: string;
  readonly transport: string;
  readonly profile: string;
  readonly tokenTimeoutMs: number;
  readonly quorum: QuorumStatus;
  readonly cibVersion: string;
  readonly lastChangeWallMs: number;
  readonly lastChangeBy: string;
  readonly nodes: readonly NodeStatus[];
  readonly resources: readonly ResourceStatus[];
  readonly failures: readonly FailureStatus[];
  readonly operations: readonly OperationStatus[];
  readonly failcounts: readonly FailcountStatus[];
  readonly links: readonly LinkStatus[];
  readonly counters: Readonly<Record<string, number>>;
  /** What is under way, one sentence each; empty when the cluster is stable. */
  readonly pending: readonly string[];
  /** What is not as it should be, most urgent first, one sentence each; empty when all is well. */
  readonly warnings: readonly string[];
  /** Scheduling of the heartbeat process: `realtime`, or why not. */
  readonly heartbeatScheduling: string;
  readonly isStonithEnabled: boolean;
  readonly isMaintenance: boolean;
  readonly resourceCount: number;
  readonly disabledCount: number;
  readonly blockedCount: number;
  /** One entry a node: could it start what it does not run now, and start again what it runs? */
  readonly readiness: readonly ReadinessStatus[];
  readonly drift: DriftStatus;
}

/** Whether a node could take over now. */
export interface ReadinessStatus {
  readonly node: string;
  /** `unknown`: it has not been looked at, or too long ago. `active`: it runs all there is. */
  readonly state: "ready" | "notReady" | "unknown" | "active";
  /** Why not, or why nobody knows; "": `findings` say it. */
  readonly reason: string;
  readonly checkedAtWallMs: number;
  readonly findings: readonly (ReadinessFinding & { readonly resource: string })[];
}

/** What the nodes should have alike and have not. */
export interface DriftStatus {
  /** When both nodes were last compared; 0: not since this agent started, or the peer is away. */
  readonly comparedAtWallMs: number;
  readonly differences: readonly DifferenceStatus[];
  /** How many there are; the list is cut where there are very many. */
  readonly differenceCount: number;
  /** What differs too and was declared to (`drift-ignore`). */
  readonly ignored: readonly IgnoredStatus[];
  /** How many there are; the list is cut where there are very many. */
  readonly ignoredCount: number;
}

/** A difference that is left alone, and the entry of `drift-ignore` that says so. */
export interface IgnoredStatus {
  readonly kind: ComparedFact["kind"];
  readonly name: string;
  readonly entry: string;
}

/** One difference; a `value` of "" means that the node has no such thing. */
export interface DifferenceStatus {
  readonly kind: ComparedFact["kind"];
  readonly name: string;
  readonly resources: readonly string[];
  readonly sides: readonly { readonly node: string; readonly value: string }[];
  readonly sinceWallMs: number;
}

/** The count of the votes. */
export interface QuorumStatus {
  readonly isQuorate: boolean;
  readonly votesExpected: number;
  readonly votesPresent: number;
  readonly votesNeeded: number;
  readonly isTwoNode: boolean;
  readonly waitsForAll: boolean;
  /** True while a starting node waits for its peer. */
  readonly isWaiting: boolean;
}

/** One node, as the local one sees it. */
export interface NodeStatus {
  readonly id: number;
  readonly name: string;
  /**
   * `online`, `standby`, `maintenance`, `pending`, `OFFLINE`, `UNCLEAN`, `held` (lost, but still
   * answering).
   */
  readonly state: string;
  readonly isOnline: boolean;
  readonly isStandby: boolean;
  readonly isMaintenance: boolean;
  readonly attributes: NameValues;
  readonly release: string;
  readonly addresses: readonly string[];
}

/** Where one copy of a resource is, in the words of crm_mon: `Started`, `Promoted`, `Stopping`. */
export interface ResourcePlace {
  readonly node: string;
  readonly role: string;
  readonly isManaged: boolean;
  /** True where it is not managed for the maintenance of the resource or of the node. */
  readonly isInMaintenance: boolean;
}

/** One primitive, or one instance of a clone whose instances differ: where it is and why. */
export interface ResourceStatus {
  readonly id: string;
  /** The group that it belongs to, "" when none. */
  readonly group: string;
  /** The clone that it belongs to, "" when none. */
  readonly clone: string;
  /** True for an instance with a number of its own, `web:0`. */
  readonly isUnique: boolean;
  readonly isPromotable: boolean;
  /** How many instances there may be in all; 1 outside of clones. */
  readonly instancesMax: number;
  readonly agent: string;
  readonly role: string;
  /** Nodes on which it is active. */
  readonly nodes: readonly string[];
  /** In which role it is there, by node. */
  readonly places: readonly ResourcePlace[];
  /** False: no copy of it is managed; `places` say it of each. */
  readonly isManaged: boolean;
  /** True where it is not managed for maintenance, everywhere. */
  readonly isInMaintenance: boolean;
  readonly isDisabled: boolean;
  readonly isBlocked: boolean;
  readonly isFailed: boolean;
  readonly isFailureIgnored: boolean;
  /** The node that was stopped in order and that it is kept for (shutdown-lock); "": none. */
  readonly lockedTo: string;
  readonly isOrphan: boolean;
  /** Why it is where it is, one sentence. */
  readonly reason: string;
  readonly repairs: number;
}

/** A failed operation, as `Failed Resource Actions` lists it. */
export interface FailureStatus {
  readonly resource: string;
  readonly node: string;
  readonly operation: string;
  readonly intervalMs: number;
  /** `not running`, `error`, `Timed Out` and so on: the words of the OCF exit statuses. */
  readonly outcome: string;
  readonly status: number;
  readonly callId: number;
  readonly reason: string;
  readonly atWallMs: number;
  readonly ranForMs: number;
}

/** One record of the operation history. */
export interface OperationStatus {
  readonly resource: string;
  readonly node: string;
  readonly operation: string;
  readonly intervalMs: number;
  readonly outcome: string;
  readonly status: number;
  readonly callId: number;
  readonly atWallMs: number;
  readonly ranForMs: number;
}

/** Failures of one resource on one node, summed over its operations. */
export interface FailcountStatus {
  readonly resource: string;
  readonly node: string;
  /** At most 1 000 000, which means infinity. */
  readonly count: number;
  readonly migrationThreshold: number;
  readonly lastFailureWallMs: number;
}

/** One heartbeat link between the nodes. */
export interface LinkStatus {
  readonly link: number;
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isUp: boolean;
}
