import type { Instant } from "../base/index.ts";
import type {
  Cib,
  NodeHistory,
  NodeName,
  OperationRecord,
  OrderConstraint,
  Primitive,
  ResourceId,
} from "../model/index.ts";
import type { ClusterOptions } from "./options.ts";
import type { ResourceSettings } from "./settings.ts";

// The working state of one scheduling run. Its members change while the run goes on, from unpacking
// over assignment to actions; nothing of it outlives the call of `scheduleTransition`.

/** One node as this run sees it. */
export interface SituationNode {
  readonly name: NodeName;
  readonly isOnline: boolean;
  readonly isHeld: boolean;
  readonly isInMaintenance: boolean;
  readonly history: NodeHistory | null;
  /** True when it has to be fenced: lost, or something on it failed in a way that asks for it. */
  isUnclean: boolean;
  /** Why it has to be fenced, in words. */
  uncleanReason: string;
  /** Why it runs no resources though it is online; null: it may run them. */
  standbyReason: string | null;
  /** How many resources this run has assigned to it. */
  assignedCount: number;
}

/** What a failure on a node asks for; `none` when there is no failure to act on. */
export type FailureEffect = "none" | "ignore" | "restart" | "block" | "stop" | "standby" | "fence";

/** One primitive on one node, as read from that node's history. */
export interface OnNode {
  readonly role: "Stopped" | "Started" | "Starting" | "Stopping";
  /** True when the history says anything about the resource: no probe is due. */
  readonly isKnown: boolean;
  readonly isProbing: boolean;
  readonly effect: FailureEffect;
  /** The failure behind `effect`, also when it is ignored. */
  readonly failure: OperationRecord | null;
  /** Failures that no longer count: their recurring operations are to be issued anew. */
  readonly expired: readonly OperationRecord[];
  /** Why the node may not run the resource because of a result; null: it may. */
  readonly banReason: string | null;
  /** True when a result rules out every node (the resource is not configured rightly). */
  readonly isBannedEverywhere: boolean;
}

/** One primitive in this run. */
export interface PlannedResource {
  readonly id: ResourceId;
  readonly primitive: Primitive;
  readonly group: PlannedGroup | null;
  readonly position: number;
  readonly settings: ResourceSettings;
  readonly isOrphan: boolean;
  readonly onNode: Map<NodeName, OnNode>;
  activeOn: NodeName[];
  isManaged: boolean;
  isBlocked: boolean;
  isInMaintenance: boolean;
  /** Why it is not managed or blocked, in words; empty when it is managed. */
  unmanagedReason: string;
  /** Failed where it is active, and to be stopped there. */
  isFailed: boolean;
  failedOn: NodeName[];
  isFailureIgnored: boolean;
  /** Why it must not run anywhere; null: it may. */
  stoppedReason: string | null;
  readonly scores: Map<NodeName, number>;
  /** Why a node's score fell below zero, or what made it rise; in words, by node. */
  readonly notes: Map<NodeName, string[]>;
  assignedNode: NodeName | null;
  isAssigned: boolean;
  isAssigning: boolean;
  isMerging: boolean;
}

/** One group in this run; its members are `PlannedResource`s in start order. */
export interface PlannedGroup {
  readonly id: ResourceId;
  readonly priority: number;
  readonly members: PlannedResource[];
  /** What location constraints on the group itself add up to, by node. */
  readonly locationScores: Map<NodeName, number>;
  isAssigning: boolean;
}

/** A colocation between primitives or groups, or between neighbours in a group. */
export interface PlannedColocation {
  readonly id: string;
  readonly dependent: PlannedResource | PlannedGroup;
  readonly primary: PlannedResource | PlannedGroup;
  readonly score: number;
  readonly isInternal: boolean;
}

/** Everything that one run works on. */
export interface Situation {
  readonly cib: Cib;
  readonly options: ClusterOptions;
  readonly isQuorate: boolean;
  readonly canFence: boolean;
  readonly now: Instant;
  /** Sorted by name. */
  readonly nodes: readonly SituationNode[];
  readonly nodeByName: ReadonlyMap<NodeName, SituationNode>;
  /** Primitives in definition order, then orphans by id. */
  readonly resources: readonly PlannedResource[];
  readonly groups: readonly PlannedGroup[];
  readonly byId: ReadonlyMap<ResourceId, PlannedResource | PlannedGroup>;
  readonly colocations: readonly PlannedColocation[];
  readonly orders: readonly OrderConstraint[];
}

/** True for a group; its members carry the state. */
export function isGroup(entry: PlannedResource | PlannedGroup): entry is PlannedGroup {
  return "members" in entry;
}

/** True when the node may run resources at all; scores do not matter here. */
export function canRunResources(node: SituationNode): boolean {
  return node.isOnline && !node.isUnclean && !node.isInMaintenance && node.standbyReason === null;
}

/** Notes in words why a node gained or lost for a resource. */
export function addNote(resource: PlannedResource, node: NodeName, note: string): void {
  const notes = resource.notes.get(node);
  if (notes === undefined) resource.notes.set(node, [note]);
  else if (!notes.includes(note)) notes.push(note);
}

/** True when operations can be carried out on the node, also in standby or maintenance. */
export function canBeAsked(node: SituationNode): boolean {
  return node.isOnline && !node.isUnclean;
}
