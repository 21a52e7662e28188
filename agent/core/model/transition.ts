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
  /** Forget the whole history of a resource on the node (an orphan after its stop). */
  | { readonly kind: "deleteHistory"; readonly resource: ResourceId }
  | { readonly kind: "fence"; readonly method: "reboot" | "off" };

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
  readonly what: "leave" | "start" | "stop" | "move" | "recover" | "restart" | "reload" | "fence";
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
  readonly isManaged: boolean;
  readonly isBlocked: boolean;
  readonly isOrphan: boolean;
  readonly isDisabled: boolean;
  /** True where `failure ignored` is to be shown. */
  readonly isFailureIgnored: boolean;
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
}

/** Everything that the scheduler looks at. */
export interface SchedulerInput {
  readonly cib: Cib;
  readonly nodes: readonly NodeState[];
  readonly histories: readonly NodeHistory[];
  readonly isQuorate: boolean;
  readonly now: Instant;
}
