import type {
  AgentName,
  Cib,
  FencingLevel,
  NameValues,
  OperationDefinition,
  OrderConstraint,
  Rule,
} from "./cib.ts";
import type { NodeName, ResourceId } from "./names.ts";

/** Values to set; an empty text removes the name. */
export type Assignments = NameValues;

/** An operation as a person wrote it: options still as text, checked by `configuration`. */
export interface OperationInput {
  readonly name: string;
  /** `interval=30s`, `timeout=20`, `on-fail=restart`, `role=…`, `OCF_CHECK_LEVEL=…`, `id=…`. */
  readonly options: NameValues;
}

/** A clone as a person asked for it; `promotable` is one of its meta attributes. */
export interface CloneInput {
  /** Null: an id is made from that of the resource. */
  readonly id: ResourceId | null;
  readonly meta: Assignments;
}

/** One set of a constraint as a person wrote it: options still as text. */
export interface ResourceSetInput {
  readonly resources: readonly ResourceId[];
  /** `sequential`, `require-all`, `action`, `role`, `score`, `ordering`, `kind`. */
  readonly options: NameValues;
}

/**
 * One rule of a location constraint as a person wrote it. In it, and in the rules of defaults, an
 * id that is "" is made by the DC.
 */
export interface LocationRuleInput {
  readonly rule: Rule;
  /** Null: INFINITY, unless a node attribute holds it. */
  readonly score: string | null;
  readonly scoreAttribute: string | null;
  readonly role: string | null;
}

/** Which defaults are meant. */
export type DefaultsOwner = "resource" | "operation";

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
      /** Run it as a clone; absent: once. */
      readonly clone?: CloneInput;
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
  /** `id`: a resource or group that is in no clone. */
  | { readonly kind: "cloneResource"; readonly id: ResourceId; readonly clone: CloneInput }
  /** `id`: a clone, or something in it. */
  | { readonly kind: "uncloneResource"; readonly id: ResourceId }
  | {
      readonly kind: "setResourceUtilization";
      readonly id: ResourceId;
      readonly values: Assignments;
    }
  | { readonly kind: "setNodeUtilization"; readonly node: NodeName; readonly values: Assignments }
  | {
      readonly kind: "createDefaultSet";
      readonly owner: DefaultsOwner;
      readonly id: string | null;
      readonly score: string | null;
      readonly values: Assignments;
      readonly rule: Rule | null;
    }
  | {
      readonly kind: "updateDefaultSet";
      readonly owner: DefaultsOwner;
      readonly id: string;
      readonly values: Assignments;
    }
  | {
      readonly kind: "deleteDefaultSets";
      readonly owner: DefaultsOwner;
      readonly ids: readonly string[];
    }
  | {
      readonly kind: "addLocation";
      readonly id: string | null;
      readonly resource: ResourceId;
      readonly node: NodeName;
      readonly score: string;
      /** True: `resource` is a regular expression of ids. */
      readonly isPattern?: boolean;
      /** `always`, `never` or `exclusive`. */
      readonly discovery?: string;
    }
  | {
      readonly kind: "addLocationRule";
      readonly id: string | null;
      readonly resource: ResourceId;
      readonly isPattern: boolean;
      readonly rule: LocationRuleInput;
      readonly discovery: string | null;
    }
  /** One more rule of a location constraint that has rules. */
  | {
      readonly kind: "addRule";
      readonly constraint: string;
      readonly rule: LocationRuleInput;
    }
  | {
      readonly kind: "addColocation";
      readonly id: string | null;
      readonly resource: ResourceId;
      readonly withResource: ResourceId;
      readonly score: string;
      readonly role?: string;
      readonly withRole?: string;
      readonly influence?: boolean;
      readonly nodeAttribute?: string;
    }
  | {
      readonly kind: "addColocationSets";
      readonly id: string | null;
      readonly score: string;
      readonly sets: readonly ResourceSetInput[];
      readonly influence?: boolean;
      readonly nodeAttribute?: string;
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
      readonly needsAll?: boolean;
    }
  | {
      readonly kind: "addOrderSets";
      readonly id: string | null;
      readonly strength: string;
      readonly isSymmetrical: boolean;
      readonly sets: readonly ResourceSetInput[];
    }
  /** Takes resources out of sets of orders, and removes the single orders that name them. */
  | { readonly kind: "removeFromOrders"; readonly resources: readonly ResourceId[] }
  /** The whole configuration at once; its version, lineage and last change do not count. */
  | { readonly kind: "replaceConfiguration"; readonly cib: Cib }
  /**
   * Ids of constraints, of rules of location constraints (a constraint goes with its last rule), or
   * of resources (then all constraints that name them).
   */
  | { readonly kind: "deleteConstraints"; readonly ids: readonly string[] }
  | { readonly kind: "createTag"; readonly id: string; readonly members: readonly string[] }
  /** Members that are there already are moved when a place is given. */
  | {
      readonly kind: "updateTag";
      readonly id: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly kind: "deleteTags"; readonly ids: readonly string[] }
  | {
      readonly kind: "addFencingLevel";
      readonly target: FencingLevel["target"];
      readonly index: string;
      readonly devices: readonly ResourceId[];
    }
  /** All levels that fit what is given; with devices: those whose devices are exactly these. */
  | {
      readonly kind: "removeFencingLevels";
      readonly index: string | null;
      readonly target: FencingLevel["target"] | null;
      readonly devices: readonly ResourceId[];
    }
  /**
   * `resource move`: prefer `node` with INFINITY (id `cli-prefer-…`), or ban where it is when null.
   */
  | {
      readonly kind: "moveResource";
      readonly id: ResourceId;
      readonly node: NodeName | null;
      /** Where it runs now, when the DC knows; needed when `node` is null. */
      readonly activeOn: readonly NodeName[];
      /** Only the role Promoted of a promotable clone is meant. */
      readonly isPromoted?: boolean;
      /** When it ends by itself, ISO 8601; absent: never. */
      readonly until?: string;
    }
  | {
      readonly kind: "banResource";
      readonly id: ResourceId;
      readonly node: NodeName | null;
      readonly activeOn: readonly NodeName[];
      readonly isPromoted?: boolean;
      readonly until?: string;
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
  /** What runs reads its configuration anew, on one node after the other. */
  | { readonly kind: "reloadResource"; readonly resource: ResourceId }
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
