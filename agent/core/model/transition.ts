import type { Instant } from "../base/index.ts";
import type { AgentName, Cib, NameValues } from "./cib.ts";
import type { NodeHistory } from "./history.ts";
import type { NodeName, ResourceId } from "./names.ts";

/** One call of a resource agent, complete: the node that runs it needs nothing else. */
export interface OperationOrder {
  readonly resource: ResourceId;
  readonly agent: AgentName;
  readonly operation: string;
  /** 0: once. Otherwise the executor repeats it until it is cancelled or the resource stops. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly parameters: NameValues;
  /** Digest of agent name and parameters (see `digestText`), kept with the result. */
  readonly digest: string;
  /** Exit status that counts as success; null for a probe, where 0 and 7 both do. */
  readonly expectedStatus: number | null;
  readonly checkLevel: number;
  /** What a failure of this operation means; resolved from `on-fail` and its defaults. */
  readonly onFail: OnFail;
  /** Facts for the agent beside its parameters, `CRM_meta_…`: instance number, notifications. */
  readonly meta?: NameValues;
  readonly migration?: { readonly source: NodeName; readonly target: NodeName };
  /**
   * True for a start within moments of a stop of the resource that went well, here or on the peer:
   * whoever else had its address would have been in the way until then.
   */
  readonly followsStop?: boolean;
  /**
   * Since when the resource is kept for the node that carries this out (shutdown-lock), in
   * wall-clock seconds: goes into the history with a result that shows it stopped.
   */
  readonly lockedSinceS?: number;
}

const ENDING_RECURRING: ReadonlySet<string> = new Set([
  "start",
  "stop",
  "promote",
  "demote",
  "migrate_to",
  "migrate_from",
]);

/** True for an operation that ends the recurring ones of its resource: others fit what follows. */
export function endsRecurring(operation: string): boolean {
  return ENDING_RECURRING.has(operation);
}

/** True for an operation that gives new parameters to what runs, without a restart. */
export function isReload(operation: string): boolean {
  return operation === "reload-agent" || operation === "reload";
}

/** What a failure of an operation means for its resource or node; Pacemaker's `on-fail`. */
export type OnFail = "ignore" | "block" | "stop" | "restart" | "standby" | "fence" | "demote";

/** What a step of a transition does. */
export type ActionTask =
  | { readonly kind: "operation"; readonly order: OperationOrder }
  | {
      readonly kind: "cancel";
      readonly resource: ResourceId;
      readonly operation: string;
      readonly intervalMs: number;
    }
  /** Forget the failures of a resource on the node (an expired failure-timeout). */
  | { readonly kind: "clearFailcount"; readonly resource: ResourceId }
  /**
   * Forget the whole history of a resource on the node (an orphan after its stop). `isByDc`: only
   * what the DC keeps of it, without asking the node, which may be away (an ended shutdown-lock).
   */
  | { readonly kind: "deleteHistory"; readonly resource: ResourceId; readonly isByDc?: true }
  | {
      readonly kind: "fence";
      readonly method: "reboot" | "off" | "on";
      /** How long to wait first (priority-fencing-delay); absent: the delay of the device. */
      readonly delayMs?: number;
    }
  /** The node, which wants to leave, may do so. */
  | { readonly kind: "shutdown" }
  /** Nothing to do: a point that others wait for, such as "all instances are started". */
  | { readonly kind: "point"; readonly name: string };

/**
 * One step of a transition. `after` lists the ids of the actions that must have succeeded first.
 */
export interface Action {
  readonly id: number;
  /** The node that carries it out; for `fence` the node to be fenced. */
  readonly node: NodeName;
  readonly task: ActionTask;
  readonly after: readonly number[];
}

/**
 * One decision in words, as crm_simulate's summary: `recover`, `virtual_ip`, on which nodes, why.
 */
export interface Decision {
  readonly what:
    | "leave"
    | "start"
    | "stop"
    | "move"
    | "recover"
    | "restart"
    | "reload"
    | "migrate"
    | "promote"
    | "demote"
    | "fence"
    | "shutdown";
  readonly resource: ResourceId | null;
  readonly from: NodeName | null;
  readonly to: NodeName | null;
  readonly isBlocked: boolean;
  /** One sentence for people. */
  readonly reason: string;
}

/** Where one primitive is, as the scheduler read it out of the histories. */
export interface ResourceState {
  readonly resource: ResourceId;
  /** Nodes on which it is active (started, failed while started, or of unknown state). Sorted. */
  readonly activeOn: readonly NodeName[];
  readonly role: "Started" | "Stopped" | "Starting" | "Stopping";
  /** Nodes on which its last result is a failure. */
  readonly failedOn: readonly NodeName[];
  /** False while any copy of it is not managed; see `unmanagedOn`. */
  readonly isManaged: boolean;
  /** Whether no copy of it is managed, also of those that are active nowhere; and why. */
  readonly unmanagedFor: "maintenance" | "other" | null;
  /** Nodes with an active copy that is not managed; with `inMaintenanceOn`, which says why. */
  readonly unmanagedOn: readonly NodeName[];
  /** Those of them where it is for the maintenance of the resource or of the node. */
  readonly inMaintenanceOn: readonly NodeName[];
  readonly isBlocked: boolean;
  readonly isOrphan: boolean;
  readonly isDisabled: boolean;
  /** True where `failure ignored` is to be shown. */
  readonly isFailureIgnored: boolean;
  /**
   * Sorted nodes per role; `{}` where it is stopped. The instances of an anonymous clone are joined
   * under the id of the primitive, a node as often as it has instances; those of a unique clone are
   * entries `ID:N` of their own.
   */
  readonly roles?: RoleNodes;
  /** Sorted; each word once, for whichever node or instance it holds. */
  readonly flags?: readonly ResourceFlag[];
  /** Where several instances are joined: the nodes of each flag that does not hold for them all. */
  readonly flaggedOn?: Readonly<Partial<Record<ResourceFlag, readonly NodeName[]>>>;
  /** The node that it is kept for (`LOCKED`); absent: none. */
  readonly lockedTo?: NodeName;
}

/**
 * What a resource is doing where it is active, in crm_simulate's words. `Starting` and so on: the
 * operation is under way. A promotable resource is `Promoted` or `Unpromoted`, never `Started`.
 */
export type ActiveRole =
  | "Started"
  | "Promoted"
  | "Unpromoted"
  | "Starting"
  | "Stopping"
  | "Promoting"
  | "Demoting"
  | "Migrating";

/** Nodes per role; a role without nodes is left out. */
export type RoleNodes = Readonly<Partial<Record<ActiveRole, readonly NodeName[]>>>;

/**
 * What is to be said of a resource, in crm_simulate's words. `failed`: its last result is one;
 * `failure ignored`: that failure counts for nothing; `blocked`: nothing may be done with it;
 * `unmanaged`, `maintenance` (shown instead of unmanaged, where the resource or its node is in
 * maintenance); `disabled`: a target role of Stopped, or of Unpromoted for a promotable one;
 * `orphan`: has a history and no configuration; `UNCLEAN`: on a node that must be fenced; `LOCKED`:
 * kept for a node that shuts down; `Monitoring`: a monitor is under way (with `record-pending`);
 * the rest: the reason of a failed probe.
 */
export type ResourceFlag =
  | "failed"
  | "failure ignored"
  | "blocked"
  | "unmanaged"
  | "maintenance"
  | "disabled"
  | "orphan"
  | "UNCLEAN"
  | "LOCKED"
  | "Monitoring"
  | "Not installed";

/**
 * How a node stands in crm_simulate's words: `online`, `offline`, `pending`, `standby`,
 * `standby (with active resources)`, `standby (on-fail)`, `OFFLINE (standby)`, `maintenance`,
 * `OFFLINE (maintenance)`, `UNCLEAN (online)`, `UNCLEAN (pending)`, `UNCLEAN (offline)`; with
 * ` (health is RED)` or `YELLOW` behind it where a health attribute says so.
 */
export interface NodeStanding {
  readonly name: NodeName;
  readonly text: string;
}

/** What needs no command since something else brings it about: a fencing, a migration. */
export interface ImpliedAction {
  readonly operation: "start" | "stop" | "demote";
  readonly resource: ResourceId;
  readonly node: NodeName;
}

/** One thing that speaks for or against a node; `id` names it where it has a name. */
export interface PlaceCause {
  readonly kind:
    | "constraint"
    | "failure"
    | "node"
    | "company"
    | "capacity"
    | "stickiness"
    | "property"
    | "configuration";
  readonly id: string;
  /** A clause for people, lower case, no full stop. */
  readonly text: string;
}

/** How one node stands for one primitive, after everything has been taken into account. */
export interface PlaceExplanation {
  readonly node: NodeName;
  /** False: it cannot run there as things stand. */
  readonly isPossible: boolean;
  /** Null: the node is no candidate at all (`symmetric-cluster` is off). */
  readonly score: number | null;
  readonly speaksFor: readonly PlaceCause[];
  readonly speaksAgainst: readonly PlaceCause[];
}

/** What decides which instances of a promotable clone are promoted: the highest scores. */
export interface PromotionScore {
  readonly node: NodeName | null;
  readonly score: number;
}

/** How an instance of a promotable clone stands for the promoted role, on the node it gets. */
export interface PromotionExplanation {
  readonly node: NodeName;
  /** What instances were compared by; below zero: it cannot be promoted there. */
  readonly score: number;
  /** True when it is, or is about to be, promoted. */
  readonly isPromoted: boolean;
  readonly speaksFor: readonly PlaceCause[];
  readonly speaksAgainst: readonly PlaceCause[];
}

/** Why one primitive, or instance of a clone, is where it is and does what it does. */
export interface ResourceExplanation {
  /** With `:N` for the instances of a clone. */
  readonly resource: ResourceId;
  readonly baseId: ResourceId;
  readonly activeOn: readonly NodeName[];
  readonly goesTo: NodeName | null;
  readonly role: string;
  readonly nextRole: string;
  readonly isManaged: boolean;
  /** Why it is left alone, blocked or to be stopped; empty: it is free to be scheduled. */
  readonly heldBy: readonly PlaceCause[];
  /** What has to happen first, in words, when an action of it can not run yet. */
  readonly waitsFor: readonly string[];
  readonly places: readonly PlaceExplanation[];
  /** Absent for all but instances of promotable clones that are to run. */
  readonly promotion?: PromotionExplanation;
}

/** The scheduler's whole answer. */
export interface Transition {
  readonly actions: readonly Action[];
  readonly decisions: readonly Decision[];
  /** State before the transition. */
  readonly states: readonly ResourceState[];
  /** Where each primitive should be; null: nowhere. */
  readonly placements: Readonly<Record<ResourceId, NodeName | null>>;
  /** Node scores of each primitive, saturated at ±INFINITY_SCORE. */
  readonly scores: Readonly<Record<ResourceId, Readonly<Record<NodeName, number>>>>;
  /** When time alone would change the answer (a failure expires); null: never. */
  readonly recheckAt: Instant | null;
  /** How every node stands before the transition. */
  readonly nodeStates?: readonly NodeStanding[];
  /** How it stands if every action succeeds. */
  readonly nodeStatesAfter?: readonly NodeStanding[];
  /** For `explain`: one entry a primitive or instance. */
  readonly explanations?: readonly ResourceExplanation[];
  /**
   * Of each instance of a promotable clone, by its id (`db:0`; a group for all its members): the
   * node that it is to have (null: none) and its promotion score there.
   */
  readonly promotions?: Readonly<Record<ResourceId, PromotionScore>>;
  /** As `states`, if every action succeeds. */
  readonly after?: readonly ResourceState[];
  /** Starts, stops and demotions that happen without an action of their own. */
  readonly implied?: readonly ImpliedAction[];
}

/** What one node leaves to the other for sure, by the ids under which histories know it. */
export interface LeftToOthers {
  /** Resources that it does not start. */
  readonly started: readonly ResourceId[];
  /** Resources of which it promotes no copy. */
  readonly promoted: readonly ResourceId[];
}

/** How a node stands, for the scheduler. */
export interface NodeState {
  readonly name: NodeName;
  /**
   * `online`: a member of this ring. `offline`: surely holds nothing. `unclean`: must be fenced
   * first. `held`: not a member, may still be active, must not be taken over: what it has stays
   * untouched.
   */
  readonly presence: "online" | "offline" | "unclean" | "held";
  /** True while it is a member and its agent is not: it runs nothing yet. Absent: false. */
  readonly isPending?: boolean;
  /** True when it asked to leave and waits for its resources to be stopped. Absent: false. */
  readonly isLeaving?: boolean;
  /** True when it was never seen: there is no history, and none is expected. Absent: false. */
  readonly wasNeverSeen?: boolean;
  /** Why an unclean node has to be fenced, in words. */
  readonly uncleanReason?: string;
  /**
   * Given when the node's state was read from a CIB of Pacemaker: whether it is a member of the
   * cluster, also where it is unclean. Its history then counts as Pacemaker counts it. Absent: the
   * agent's own knowledge, by which an offline node holds nothing.
   */
  readonly isMember?: boolean;
  /**
   * Given while it is `held` or `unclean`: everything else may be started there any moment, what no
   * node may start at the same time, so it starts nowhere. Absent: only what its history shows
   * active there is kept from the other nodes.
   */
  readonly leavesToOthers?: LeftToOthers;
}

/** Everything that the scheduler looks at. */
export interface SchedulerInput {
  readonly cib: Cib;
  readonly nodes: readonly NodeState[];
  readonly histories: readonly NodeHistory[];
  readonly isQuorate: boolean;
  readonly now: Instant;
  /** Wall-clock milliseconds since 1970 for date rules; absent: rules on dates never hold. */
  readonly wallNowMs?: number;
  /** True when this partition had quorum before: `no-quorum-policy=suicide` needs it. */
  readonly hadQuorum?: boolean;
  /** The node that schedules; fenced last. Absent: unknown. */
  readonly dc?: NodeName;
}
