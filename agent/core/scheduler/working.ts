import type { Instant } from "../base/index.ts";
import type {
  Cib,
  Clone,
  Group,
  LeftToOthers,
  NameValues,
  NodeHistory,
  NodeName,
  OperationRecord,
  Primitive,
  ResourceDiscovery,
  ResourceHistory,
  SchedulerInput,
} from "../model/index.ts";

// The working state of one scheduling run. Its members change while the run goes on: reading the
// input, applying constraints, assigning nodes, making actions. Nothing of it outlives one call of
// `scheduleTransition`.

/** Roles by rank: a resource in a higher role has all that the lower ones have. */
export const ROLE = {
  unknown: 0,
  stopped: 1,
  started: 2,
  unpromoted: 3,
  promoted: 4,
} as const;

/** One of the ranks of `ROLE`. */
export type Role = (typeof ROLE)[keyof typeof ROLE];

/** What a failure asks for, weakest first (see `FAILURE_RANK`). */
export type FailureResponse =
  | "ignore"
  | "demote"
  | "restart"
  | "ban"
  | "block"
  | "stop"
  | "standby"
  | "fence"
  | "restartContainer";

/** What is known of one node during this run. */
export interface WorkingNode {
  readonly name: NodeName;
  /** Place in the list sorted by name. */
  readonly index: number;
  /** A member whose agent answers. */
  isOnline: boolean;
  isPending: boolean;
  /** Has to be fenced; what it runs counts as active until then. */
  isUnclean: boolean;
  uncleanReason: string;
  /** Not a member and not to be taken over: what it has stays untouched. */
  readonly isHeld: boolean;
  /** Stopped in order with resources active that were not managed: it is held for these only. */
  readonly hasLeftActive: boolean;
  /** What it surely does not start while it is held; null: nothing is said of that. */
  readonly leavesToOthers: LeftToOthers | null;
  isStandby: boolean;
  /** In standby because an operation with on-fail=standby failed there. */
  isStandbyByFailure: boolean;
  readonly isInMaintenance: boolean;
  /** Wants to leave: its resources are to be stopped. */
  isLeaving: boolean;
  readonly wasNeverSeen: boolean;
  readonly isDc: boolean;
  /** Score of the node entry, and of its health, for every resource. */
  readonly score: number;
  /** Permanent attributes, then transient ones, then `#uname` and the like. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly utilization: ReadonlyMap<string, number>;
  /** What is left of `utilization` while resources are assigned. */
  capacity: Map<string, number>;
  readonly history: NodeHistory | null;
  /** Why it is or is not to run resources, in words; empty when there is nothing to say. */
  standbyReason: string;
  /** Primitives active here before the run. */
  running: WorkingResource[];
  /** Primitives assigned here by the run. */
  assigned: WorkingResource[];
  /** Health scores of `node-health-*`, added to `score` by the strategy. */
  healthScore: number;
}

/** How one node stands with one resource: an entry of its score table. */
export interface Candidate {
  readonly node: WorkingNode;
  score: number;
  discovery: ResourceDiscovery;
  /** Clones: how many instances have been assigned to the node. */
  count: number;
}

/** Nodes that a resource may be placed on. In the order of the nodes. */
export type ScoreTable = Map<WorkingNode, Candidate>;

/** One result out of a history, in the terms of Pacemaker. */
export interface HistoryEntry {
  readonly record: OperationRecord;
  readonly node: WorkingNode;
  readonly history: ResourceHistory;
  readonly task: string;
  readonly intervalMs: number;
  /** A failure of a recurring operation that no longer counts: it has to be issued anew. */
  isExpiredFailure: boolean;
}

/** A primitive, a group or a clone; instances of clones and members of groups are children. */
export interface WorkingResource {
  /** With `:N` for an instance of a clone, also of an anonymous one. */
  id: string;
  /** The id of the configuration, without any instance number. */
  readonly baseId: string;
  /** Under which id the histories know it, when they do: the name of its promotion score. */
  historyId: string | null;
  readonly variant: "primitive" | "group" | "clone";
  parent: WorkingResource | null;
  readonly children: WorkingResource[];
  /** The resource inside of which it runs (meta attribute `container`): recovered in its place. */
  container: WorkingResource | null;
  /** The resources that run inside of it. */
  readonly contents: WorkingResource[];
  /** With its template filled in; null for groups and clones. */
  readonly primitive: Primitive | null;
  readonly definition: Primitive | Group | Clone;
  /** Place in the order of definition; members and instances count on. */
  readonly position: number;

  // Meta attributes, with those of the parents, the template and the defaults.
  readonly meta: NameValues;
  readonly priority: number;
  stickiness: number;
  /** INFINITY_SCORE: none but a fatal failure counts. 0: never. */
  readonly migrationThreshold: number;
  failureTimeoutMs: number;
  readonly multipleActive: "stop_start" | "stop_only" | "block" | "stop_unexpected";
  readonly requires: "nothing" | "quorum" | "fencing" | "unfencing";
  readonly isCritical: boolean;
  allowsMigration: boolean;
  readonly allowsUnhealthyNodes: boolean;
  readonly isFenceDevice: boolean;
  /** Clones and what is inside them: instances differ, by their number. */
  readonly isUnique: boolean;
  readonly isNotified: boolean;
  /** Clones only. */
  readonly clone: CloneSettings | null;
  /** Groups only; both true unless the old meta attributes `ordered` and `collocated` say no. */
  readonly group: { readonly isOrdered: boolean; readonly isColocated: boolean } | null;

  isManaged: boolean;
  isInMaintenance: boolean;
  isBlocked: boolean;
  /** Not in the configuration, or an instance beyond `clone-max`. */
  isOrphan: boolean;
  isFailed: boolean;
  isFailureIgnored: boolean;
  /** A start or promotion is under way somewhere. */
  isStartPending: boolean;
  /** Active copies beside the right one are stopped, and it is left alone. */
  isStopUnexpected: boolean;
  /** Found active on several nodes though one is the limit. */
  isMultiplyActive: boolean;
  /** The operation under way on it, such as `Starting`; empty: none. */
  pendingTask: string;
  /** Where that operation is under way; null: there is none, or it is a probe. */
  pendingNode: WorkingNode | null;
  /** Its parameters have changed, and a reload is enough. */
  isReloadable: boolean;
  /** Its failure needs a stop; false: a demotion is enough. */
  isStopIfFailed: boolean;
  /** Its restart actions are just being made. */
  isRestarting: boolean;
  hasExclusiveDiscovery: boolean;
  /** Why it is not managed, blocked, or to be stopped; sentences without a full stop. */
  readonly reasons: string[];

  role: Role;
  /** What it is to become: `unknown` until something decides it. */
  nextRole: Role;
  nextRoleReason: string;
  /** Rank for promotion after colocations; used by promotable clones only. */
  sortIndex: number;
  /** Starts as `priority`; stands for the promotion score of an instance while roles are chosen. */
  rank: number;

  allowed: ScoreTable;
  /** Nodes whose history tells whether it is active there. */
  readonly knownOn: Set<WorkingNode>;
  /** Nodes where it is active. */
  runningOn: WorkingNode[];
  assignedTo: WorkingNode | null;
  /** Its score for `assignedTo` when it was assigned. */
  assignedScore: number;
  isAssigned: boolean;
  isAssigning: boolean;
  isUpdatingScores: boolean;
  /** Steps along colocations that have been followed on its behalf, see `addColocatedScores`. */
  colocationSteps: number;

  partialMigrationSource: WorkingNode | null;
  partialMigrationTarget: WorkingNode | null;
  /** Nodes on which a migration broke off half-way. */
  readonly danglingMigrations: WorkingNode[];
  readonly failures: Map<WorkingNode, FailureFacts>;
  /** Why results forbid a node: a threshold reached, an agent that is not installed; in words. */
  readonly bans: Map<WorkingNode, string[]>;
  readonly utilization: ReadonlyMap<string, number>;

  /** Kept for this node while it restarts (shutdown-lock), and since when in seconds. */
  lockNode: WorkingNode | null;
  lockTimeS: number;
  /** Why no other node will do, in words; empty: nothing is forbidden for it. */
  lockReason: string;

  readonly locations: WorkingLocation[];
  /** Scores outside of constraints (stickiness, bans after failures, ...), in words. */
  readonly scoreNotes: ScoreNote[];
  /** Colocations in which it is the dependent, then those in which it is the primary. */
  readonly asDependent: WorkingColocation[];
  readonly asPrimary: WorkingColocation[];
  readonly actions: WorkingAction[];
}

/** A score that something other than a location constraint gave, for words. */
export interface ScoreNote {
  readonly nodes: readonly WorkingNode[];
  readonly score: number;
  readonly reason: string;
}

/** One resource's history on one node, and which resource of this run it belongs to. */
export interface WorkingHistory {
  readonly node: WorkingNode;
  /** The primitive; for an anonymous clone the instance that stands for the node. */
  readonly resource: WorkingResource;
  readonly history: ResourceHistory;
  /** Oldest first. */
  readonly entries: readonly HistoryEntry[];
  /** Index of the last start (or what implies one) and of the last stop in `entries`; -1: none. */
  readonly startIndex: number;
  readonly stopIndex: number;
}

/** An action that reading has found to be needed, or to have happened in vain. */
export interface WorkingDemand {
  readonly task: "stop" | "demote" | "delete";
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
  readonly reason: string;
}

/** The newest failure of a resource on a node, for words. */
export interface FailureFacts {
  readonly record: OperationRecord;
  readonly response: FailureResponse;
  /** The failure in words: `monitor every 10 s ended with status 7 (not running)`. */
  readonly words: string;
}

/** What a clone's meta attributes say. */
export interface CloneSettings {
  max: number;
  readonly nodeMax: number;
  readonly minimum: number;
  readonly isOrdered: boolean;
  readonly isInterleaved: boolean;
  readonly isPromotable: boolean;
  readonly promotedMax: number;
  readonly promotedNodeMax: number;
  arePromotionScoresAdded: boolean;
  arePromotionsRanked: boolean;
  /** What the instances were compared by, and where; for words and numbers. Absent: not yet. */
  promotionScores?: ReadonlyMap<WorkingResource, RankedInstance>;
}

/** Where an instance was to be, and its score, when the roles were chosen. */
export interface RankedInstance {
  readonly node: WorkingNode | null;
  readonly score: number;
}

/** One location constraint, unpacked for one resource. */
export interface WorkingLocation {
  readonly id: string;
  readonly resource: WorkingResource;
  /** `promoted`: counts for the promotion, not for the place. */
  readonly role: Role;
  readonly discovery: ResourceDiscovery;
  readonly scores: ReadonlyMap<WorkingNode, number>;
  /** In words, for explanations. */
  readonly description: string;
}

/** One colocation between two resources. */
export interface WorkingColocation {
  readonly id: string;
  readonly dependent: WorkingResource;
  readonly primary: WorkingResource;
  readonly dependentRole: Role;
  readonly primaryRole: Role;
  readonly score: number;
  /** The dependent's wishes count for the primary. */
  readonly isInfluential: boolean;
  readonly attribute: string;
  /** True for the chain inside of a group. */
  readonly isInternal: boolean;
}

/** One step of the transition while it is made. */
export interface WorkingAction {
  readonly id: number;
  resource: WorkingResource | null;
  node: WorkingNode | null;
  task: string;
  readonly intervalMs: number;
  /** `RESOURCE_TASK_INTERVAL`, or the name of an action without a resource. */
  readonly key: string;
  isOptional: boolean;
  isRunnable: boolean;
  isPseudo: boolean;
  /** Shown and sent although nothing needs it. */
  isPrintedAlways: boolean;
  isMigratable: boolean;
  /** A stop that clears up after a migration that broke off: no start has to follow from it. */
  isMigrationAbort: boolean;
  isReschedule: boolean;
  /** How many of its `min_runnable` predecessors it needs. */
  requiredBefore: number;
  runnableBefore: number;
  /** True for an action that needs only some of its `min_runnable` predecessors. */
  needsOnlySome: boolean;
  requires: "nothing" | "quorum" | "fencing";
  readonly meta: Map<string, string>;
  onFail: FailureResponse;
  roleAfterFailure: Role;
  /** The first reason why it is not optional or not runnable, in words. */
  reason: string;
  readonly before: Link[];
  readonly after: Link[];
  /** It is needed and possible, and part of the plan. */
  isInGraph: boolean;
  /** The operation's settings after defaults: `timeout`, `on-fail`, `role`, ... */
  readonly operation: OperationSettings | null;
  /** Rank among actions that are ready at once; only decides the order of output. */
  priority: number;
  /** For a cancel: the operation to cancel. */
  cancels: { readonly task: string; readonly intervalMs: number } | null;
  /** For migrate_to and migrate_from. */
  migration: { readonly source: WorkingNode; readonly target: WorkingNode } | null;
  /** The exit status that means success; null for a probe that may find it either way. */
  expectedStatus: number | null;
  /** For a fencing. */
  readonly fencing: "reboot" | "off" | "on" | null;
  /** How long a fencing waits first; null: nothing is said. */
  fencingDelayMs: number | null;
}

/** One operation of a primitive, with everything that applies to it filled in. */
export interface OperationSettings {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly onFail: FailureResponse;
  readonly roleAfterFailure: Role;
  readonly requires: "nothing" | "quorum" | "fencing";
  /** Null when the operation is for each role in which it makes sense. */
  readonly role: Role | null;
  readonly checkLevel: number;
  readonly options: NameValues;
}

/** An edge: `other` is the predecessor in `before`, the successor in `after`. */
export interface Link {
  readonly other: WorkingAction;
  /** Bits of `RELATION`; 0 once the edge has been found not to apply. */
  relation: number;
  /** The bits that the edge was made with. */
  readonly made: number;
}

/** Cluster properties that decide, read from their texts. */
export interface WorkingOptions {
  readonly isFencingEnabled: boolean;
  readonly fencingAction: "reboot" | "off";
  readonly isFencingConcurrent: boolean;
  readonly fencesAtStartup: boolean;
  readonly isSymmetric: boolean;
  readonly isInMaintenance: boolean;
  readonly stopsAllResources: boolean;
  readonly stopsOrphans: boolean;
  readonly stopsOrphanActions: boolean;
  readonly removesAfterStop: boolean;
  readonly probesAtStartup: boolean;
  readonly noQuorumPolicy: "stop" | "ignore" | "freeze" | "demote" | "suicide";
  readonly isStartFailureFatal: boolean;
  readonly placementStrategy: "default" | "utilization" | "minimal" | "balanced";
  readonly nodeHealthStrategy: "none" | "migrate-on-red" | "only-green" | "progressive" | "custom";
  readonly priorityFencingDelayMs: number;
  readonly isShutdownLockEnabled: boolean;
  readonly shutdownLockLimitMs: number;
  readonly defaultTimeoutMs: number;
}

/** One ordering between kinds of actions, resolved into edges once the actions exist. */
export interface Ordering {
  readonly id: number;
  relation: number;
  readonly firstResource: WorkingResource | null;
  /** Task name such as `stop`, or null when `firstAction` is given. */
  readonly firstTask: string | null;
  readonly firstIntervalMs: number;
  readonly firstAction: WorkingAction | null;
  readonly thenResource: WorkingResource | null;
  readonly thenTask: string | null;
  readonly thenIntervalMs: number;
  readonly thenAction: WorkingAction | null;
}

/** Everything that one run works on. */
export interface Working {
  readonly input: SchedulerInput;
  readonly cib: Cib;
  readonly options: WorkingOptions;
  readonly isQuorate: boolean;
  readonly now: Instant;
  /** Seconds since 1970 for rules and shutdown locks; null: unknown. */
  readonly wallNowS: number | null;
  /** Sorted by name. */
  readonly nodes: readonly WorkingNode[];
  readonly nodeByName: ReadonlyMap<NodeName, WorkingNode>;
  /** Top level: primitives, groups and clones in definition order, then orphans. */
  readonly resources: WorkingResource[];
  /** Every resource, at any depth, by its id; instances of clones with their number. */
  readonly byId: Map<string, WorkingResource>;
  readonly hasFenceDevice: boolean;
  /** Some fence device has the meta attribute `provides=unfencing`. */
  readonly usesUnfencing: boolean;
  /** Failcounts to be cleared, found while reading. */
  readonly clears: { resource: WorkingResource; node: WorkingNode; reason: string }[];
  /** Histories that belong to a resource of this run, in the order of the nodes in the input. */
  readonly histories: WorkingHistory[];
  /** Stops and the like that the histories ask for: required, whatever follows. */
  readonly demands: WorkingDemand[];
  /** Times (Instants) at which the answer may change by itself. */
  readonly rechecks: Instant[];
  readonly locations: WorkingLocation[];
  readonly orderings: Ordering[];
  readonly actions: WorkingAction[];
  /** The actions without a resource, by key. */
  readonly named: Map<string, WorkingAction>;
  /** Starts and promotions known to lead to nothing, see `findFutile`: nobody needs to wait. */
  readonly futile: Set<string>;
}
