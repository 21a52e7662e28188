import type { AgentName, NameValues, OperationDefinition, OrderConstraint } from "./cib.ts";
import type { NodeName, ResourceId } from "./names.ts";

/** Values to set; an empty text removes the name. */
export type Assignments = NameValues;

/** An operation as a person wrote it: options still as text, checked by `configuration`. */
export interface OperationInput {
  readonly name: string;
  /** `interval=30s`, `timeout=20`, `on-fail=restart`, `role=…`, `OCF_CHECK_LEVEL=…`, `id=…`. */
  readonly options: NameValues;
}

/**
 * One change of the configuration, as a person asked for it. Applied by the DC to the CIB as it is
 * then, so that two changes made at once on both nodes both land, in one order.
 */
export type Change =
  | { readonly kind: "setProperties"; readonly values: Assignments }
  | { readonly kind: "setResourceDefaults"; readonly values: Assignments }
  | { readonly kind: "setOperationDefaults"; readonly values: Assignments }
  | { readonly kind: "setNodeAttributes"; readonly node: NodeName; readonly values: Assignments }
  | {
      readonly kind: "createResource";
      readonly id: ResourceId;
      readonly agent: AgentName;
      readonly parameters: NameValues;
      readonly meta: NameValues;
      readonly operations: readonly OperationInput[];
      /** Operations that the agent's metadata recommends, for those that were not given. */
      readonly defaultOperations: readonly OperationDefinition[];
      /** Put into this group (made when missing); null: on its own. */
      readonly group: ResourceId | null;
      readonly before: ResourceId | null;
      readonly after: ResourceId | null;
    }
  | {
      readonly kind: "updateResource";
      readonly id: ResourceId;
      readonly parameters: Assignments;
      readonly meta: Assignments;
      readonly operations: readonly OperationInput[];
    }
  | { readonly kind: "deleteResource"; readonly id: ResourceId }
  | {
      readonly kind: "setResourceMeta";
      readonly ids: readonly ResourceId[];
      readonly values: Assignments;
    }
  | { readonly kind: "addOperation"; readonly id: ResourceId; readonly operation: OperationInput }
  | {
      readonly kind: "removeOperation";
      readonly id: ResourceId;
      readonly operation: OperationInput;
    }
  | {
      readonly kind: "groupResources";
      readonly group: ResourceId;
      readonly members: readonly ResourceId[];
      readonly before: ResourceId | null;
      readonly after: ResourceId | null;
    }
  | {
      readonly kind: "ungroupResources";
      readonly group: ResourceId;
      readonly members: readonly ResourceId[];
    }
  | {
      readonly kind: "addLocation";
      readonly id: string | null;
      readonly resource: ResourceId;
      readonly node: NodeName;
      readonly score: string;
    }
  | {
      readonly kind: "addColocation";
      readonly id: string | null;
      readonly resource: ResourceId;
      readonly withResource: ResourceId;
      readonly score: string;
    }
  | {
      readonly kind: "addOrder";
      readonly id: string | null;
      readonly first: ResourceId;
      readonly firstAction: OrderConstraint["firstAction"];
      readonly then: ResourceId;
      readonly thenAction: OrderConstraint["thenAction"];
      readonly strength: string;
      readonly isSymmetrical: boolean;
    }
  /** Ids of constraints, or resource ids (then all constraints that name them). */
  | { readonly kind: "deleteConstraints"; readonly ids: readonly string[] }
  /**
   * `resource move`: prefer `node` with INFINITY (id `cli-prefer-…`), or ban where it is when null.
   */
  | {
      readonly kind: "moveResource";
      readonly id: ResourceId;
      readonly node: NodeName | null;
      /** Where it runs now, when the DC knows; needed when `node` is null. */
      readonly activeOn: readonly NodeName[];
    }
  | {
      readonly kind: "banResource";
      readonly id: ResourceId;
      readonly node: NodeName | null;
      readonly activeOn: readonly NodeName[];
    }
  /** Removes `cli-prefer-…` and `cli-ban-…` constraints of the resource (on one node, or all). */
  | { readonly kind: "clearResource"; readonly id: ResourceId; readonly node: NodeName | null };

/** A request that changes state but not the configuration. */
export type Command =
  /** Forget failures (all resources when null) and look again. `refresh` forgets successes too. */
  | {
      readonly kind: "cleanup" | "refresh";
      readonly resource: ResourceId | null;
      readonly node: NodeName | null;
    }
  | { readonly kind: "restartResource"; readonly resource: ResourceId }
  | {
      readonly kind: "setTransientAttributes";
      readonly node: NodeName;
      readonly values: Assignments;
    }
  | {
      readonly kind: "failcountReset";
      readonly resource: ResourceId | null;
      readonly node: NodeName | null;
    }
  /** `quorum unblock`: stop waiting for a node that has not been seen since the start. */
  | { readonly kind: "unblockQuorum" }
  /** Stop this node's resources (moved to the peer when it can), say goodbye, end the agent. */
  | { readonly kind: "stopNode"; readonly isWholeCluster: boolean };
