import type { NodeName, ResourceId } from "./names.ts";

/** Version of the configuration; compared in the order of its members. */
export interface CibVersion {
  readonly adminEpoch: number;
  readonly epoch: number;
  readonly numUpdates: number;
}

/** Names one content of the CIB: equal versions with different digests have diverged. */
export interface CibStamp {
  readonly version: CibVersion;
  readonly digest: string;
}

/** Names and values as people set them; programs read them through typed accessors. */
export type NameValues = Readonly<Record<string, string>>;

/** Names a kind of resource: `ocf:heartbeat:IPaddr2`, `systemd:haproxy` (provider null). */
export interface AgentName {
  readonly standard: string;
  readonly provider: string | null;
  readonly type: string;
}

/** How one text is compared with another; `defined` and `not_defined` look at the name alone. */
export type Comparison = "lt" | "lte" | "gt" | "gte" | "eq" | "ne" | "defined" | "not_defined";

/** Fields of a calendar, each a number or a range as people write it: `1`, `9-17`, `2026-`. */
export type DateSpec = NameValues;

/** One condition of a rule. Times are ISO 8601 texts or epochs, as written. */
export type Condition =
  | Rule
  | {
      readonly kind: "attribute";
      readonly attribute: string;
      readonly operation: Comparison;
      readonly value: string | null;
      /** Null: numbers compare as numbers, everything else as text. */
      readonly type: "string" | "integer" | "number" | "version" | null;
      /** What `value` is: itself, or the name of a parameter or meta attribute of the resource. */
      readonly valueSource: "literal" | "param" | "meta";
    }
  | {
      readonly kind: "date";
      readonly operation: "gt" | "lt" | "in_range" | "date_spec";
      readonly start: string | null;
      readonly end: string | null;
      readonly duration: DateSpec | null;
      readonly spec: DateSpec | null;
    }
  /** Only in defaults: whom they are for. Null matches every one. */
  | {
      readonly kind: "resource";
      readonly standard: string | null;
      readonly provider: string | null;
      readonly type: string | null;
    }
  | { readonly kind: "operation"; readonly name: string; readonly intervalMs: number | null };

/** Conditions joined by and, or; rules nest. Source: Pacemaker Explained, "Rules". */
export interface Rule {
  readonly kind: "rule";
  readonly id: string;
  readonly combine: "and" | "or";
  readonly conditions: readonly Condition[];
}

/**
 * Values that hold while their rule does (null: always). Sets are asked by falling score, in list
 * order where equal, and the first that names a value wins; the plain values of their bearer come
 * after the sets with a score above 0 and before the others.
 */
export interface ValueSet {
  readonly id: string;
  readonly score: number;
  readonly rule: Rule | null;
  readonly values: NameValues;
}

/** One configured operation of a primitive. Times are in milliseconds; null means the default. */
export interface OperationDefinition {
  readonly id: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number | null;
  /** `on-fail`, `role`, `enabled`, `record-pending`, `OCF_CHECK_LEVEL` and the like. */
  readonly options: NameValues;
  readonly optionSets?: readonly ValueSet[];
  /** Parameters of the agent for this operation alone. */
  readonly parameters?: NameValues;
}

/** A resource that one agent runs, on one node at a time. */
export interface Primitive {
  readonly kind: "primitive";
  readonly id: ResourceId;
  readonly agent: AgentName;
  readonly parameters: NameValues;
  readonly parameterSets?: readonly ValueSet[];
  readonly meta: NameValues;
  readonly metaSets?: readonly ValueSet[];
  readonly operations: readonly OperationDefinition[];
  /** What it needs of each capacity that nodes declare; whole numbers. */
  readonly utilization?: NameValues;
  readonly utilizationSets?: readonly ValueSet[];
  /** Id of the template that gives what this primitive does not say itself. */
  readonly template?: string;
}

/** What primitives of one kind share. It runs nothing itself. */
export interface ResourceTemplate {
  readonly id: string;
  readonly agent: AgentName;
  readonly parameters: NameValues;
  readonly parameterSets?: readonly ValueSet[];
  readonly meta: NameValues;
  readonly metaSets?: readonly ValueSet[];
  readonly operations: readonly OperationDefinition[];
  readonly utilization?: NameValues;
  readonly utilizationSets?: readonly ValueSet[];
}

/** Primitives that run together on one node and start in list order. */
export interface Group {
  readonly kind: "group";
  readonly id: ResourceId;
  readonly meta: NameValues;
  readonly metaSets?: readonly ValueSet[];
  /** Parameters that every member gets, unless it names its own. */
  readonly parameters?: NameValues;
  readonly members: readonly Primitive[];
}

/**
 * A primitive or group that runs as several instances, one a node unless `clone-node-max` says
 * otherwise; with the meta attribute `promotable` some of them take the role Promoted.
 */
export interface Clone {
  readonly kind: "clone";
  readonly id: ResourceId;
  readonly meta: NameValues;
  readonly metaSets?: readonly ValueSet[];
  readonly parameters?: NameValues;
  readonly child: Primitive | Group;
}

/** What the configuration can run. */
export type Resource = Primitive | Group | Clone;

/** A name for several ids; constraints may use it. */
export interface Tag {
  readonly id: string;
  readonly members: readonly string[];
}

/** Roles that a constraint can ask for. */
export type ConstraintRole = "Started" | "Stopped" | "Promoted" | "Unpromoted";

/** Whether a node is probed for a resource that a location constraint speaks of. */
export type ResourceDiscovery = "always" | "never" | "exclusive";

/** What can come first or second in an order constraint. */
export type OrderAction = "start" | "stop" | "promote" | "demote";

/**
 * Resources (or tags) of a constraint that are treated alike. `isSequential`: each depends on the
 * one before it; `needsAll` false: one of them is enough for what comes after.
 */
export interface ResourceSet {
  readonly id: string;
  readonly resources: readonly ResourceId[];
  readonly isSequential: boolean;
  /**
   * False when `isSequential` is the default and nobody wrote it: an order between two sets then
   * binds every member of one with every member of the other. Absent: true.
   */
  readonly saysSequential?: boolean;
  readonly needsAll: boolean;
  readonly action: OrderAction | null;
  readonly role: ConstraintRole | null;
  readonly score: number | null;
  /** Within a sequential colocation set: `group` lists the primary first, `listed` last. */
  readonly ordering: "group" | "listed" | null;
  /** Strength of the order inside the set where it differs from the constraint's. */
  readonly strength: OrderConstraint["strength"] | null;
}

/** A preference for, or a ban from, one node. */
export interface LocationConstraint {
  readonly kind: "location";
  readonly id: string;
  readonly resource: ResourceId;
  readonly node: NodeName;
  readonly score: number;
  readonly role?: ConstraintRole;
  readonly discovery?: ResourceDiscovery;
}

/** One rule of a location constraint: the nodes that fulfil it get the score. */
export interface LocationRule {
  readonly rule: Rule;
  /** A number, or the name of a node attribute that holds it. */
  readonly score: number | { readonly attribute: string };
  readonly role: ConstraintRole | null;
}

/** A location constraint of several resources, by rules, or of names that fit a pattern. */
export interface LocationRules {
  readonly kind: "locationRules";
  readonly id: string;
  /** Which resources: an id (or tag), a regular expression (`!` in front: not), or sets. */
  readonly target:
    | { readonly kind: "resource"; readonly resource: ResourceId }
    | { readonly kind: "pattern"; readonly pattern: string; readonly isInverted: boolean }
    | { readonly kind: "sets"; readonly sets: readonly ResourceSet[] };
  /** Which nodes: one node with a score, or all that fulfil a rule. */
  readonly nodes:
    | { readonly kind: "node"; readonly node: NodeName; readonly score: number }
    | { readonly kind: "rules"; readonly rules: readonly LocationRule[] };
  readonly role?: ConstraintRole;
  readonly discovery?: ResourceDiscovery;
}

/** `resource` is placed relative to `withResource`, which is placed first. */
export interface ColocationConstraint {
  readonly kind: "colocation";
  readonly id: string;
  readonly resource: ResourceId;
  readonly withResource: ResourceId;
  readonly score: number;
  readonly role?: ConstraintRole;
  readonly withRole?: ConstraintRole;
  /** False: the dependent stops where it cannot follow, and does not pull its primary. */
  readonly influence?: boolean;
  /** Nodes with equal values of this attribute count as one place. */
  readonly nodeAttribute?: string;
}

/** A colocation of sets: each set is placed relative to the one after it. */
export interface ColocationSets {
  readonly kind: "colocationSets";
  readonly id: string;
  readonly score: number;
  readonly influence?: boolean;
  readonly nodeAttribute?: string;
  readonly sets: readonly ResourceSet[];
}

/** `then` waits for `first`; the reverse on stop when symmetrical. */
export interface OrderConstraint {
  readonly kind: "order";
  readonly id: string;
  readonly first: ResourceId;
  readonly firstAction: OrderAction;
  readonly then: ResourceId;
  readonly thenAction: OrderAction;
  readonly strength: "Mandatory" | "Optional" | "Serialize";
  readonly isSymmetrical: boolean;
  /** False, when `first` is a clone: one instance is enough. */
  readonly needsAll?: boolean;
}

/** An order of sets: each set waits for the one before it. */
export interface OrderSets {
  readonly kind: "orderSets";
  readonly id: string;
  readonly strength: OrderConstraint["strength"];
  readonly isSymmetrical: boolean;
  readonly sets: readonly ResourceSet[];
}

/** What restricts where and when resources run. */
export type Constraint =
  | LocationConstraint
  | LocationRules
  | ColocationConstraint
  | ColocationSets
  | OrderConstraint
  | OrderSets;

/** Devices that together fence a target; the levels of a target are tried by rising index. */
export interface FencingLevel {
  readonly id: string;
  readonly target:
    | { readonly kind: "node"; readonly node: NodeName }
    | { readonly kind: "pattern"; readonly pattern: string }
    | { readonly kind: "attribute"; readonly attribute: string; readonly value: string };
  readonly index: number;
  readonly devices: readonly ResourceId[];
}

/** A node's permanent attributes; `standby` and `maintenance` are attributes, `on` or absent. */
export interface CibNode {
  readonly name: NodeName;
  /** What rules know as `#id`; absent: the name. */
  readonly id?: string;
  readonly attributes: NameValues;
  readonly attributeSets?: readonly ValueSet[];
  /** Capacities that resources use up; whole numbers. */
  readonly utilization?: NameValues;
  readonly utilizationSets?: readonly ValueSet[];
  /** Score that the node has for every resource; absent: 0. */
  readonly score?: number;
}

/** Who changed the configuration last, for people. */
export interface LastChange {
  /** Wall-clock milliseconds since 1970; never used to decide. */
  readonly atWallMs: number;
  readonly by: string;
}

/** The replicated configuration. */
export interface Cib {
  readonly version: CibVersion;
  /** Stamps of the contents that this one descends from, newest first, at most `LINEAGE_MAX`. */
  readonly lineage: readonly CibStamp[];
  readonly lastChange: LastChange;
  readonly properties: NameValues;
  readonly propertySets?: readonly ValueSet[];
  readonly resourceDefaults: NameValues;
  readonly resourceDefaultSets?: readonly ValueSet[];
  readonly operationDefaults: NameValues;
  readonly operationDefaultSets?: readonly ValueSet[];
  readonly nodes: readonly CibNode[];
  readonly templates?: readonly ResourceTemplate[];
  readonly resources: readonly Resource[];
  readonly constraints: readonly Constraint[];
  readonly tags?: readonly Tag[];
  readonly fencingLevels?: readonly FencingLevel[];
}

/**
 * Instances of one clone (`clone-max`). More are a slip of the pen: each is looked at with each
 * other, so that a plan with them would take minutes. Changes that ask for more are refused; of a
 * configuration that was not made here the scheduler takes so many.
 */
export const CLONE_INSTANCES_MAX = 1000;

/** How many ancestors a CIB remembers. */
export const LINEAGE_MAX = 64;

/** The CIB of a cluster that has just been set up. */
export function emptyCib(nodes: readonly NodeName[]): Cib {
  return {
    version: { adminEpoch: 0, epoch: 0, numUpdates: 0 },
    lineage: [],
    lastChange: { atWallMs: 0, by: "" },
    properties: {},
    resourceDefaults: {},
    operationDefaults: {},
    nodes: nodes.map((name) => ({ name, attributes: {} })),
    resources: [],
    constraints: [],
  };
}

/**
 * Orders two CIB versions: negative if `a` is older, positive if newer, 0 if they are the same.
 * The same version may hide different content after a split: callers compare the digests too.
 */
export function compareCibVersion(a: CibVersion, b: CibVersion): number {
  return a.adminEpoch - b.adminEpoch || a.epoch - b.epoch || a.numUpdates - b.numUpdates;
}

/** Text form of a CIB version, `0.12.0`, as Pacemaker prints it. */
export function renderCibVersion(version: CibVersion): string {
  return `${version.adminEpoch}.${version.epoch}.${version.numUpdates}`;
}

/** All primitives of the CIB in definition order, members of groups included. */
export function listPrimitives(cib: Cib): readonly Primitive[] {
  return cib.resources.flatMap(primitivesOf);
}

/** The primitives of one resource in definition order: itself, or what it contains. */
export function primitivesOf(resource: Resource): readonly Primitive[] {
  switch (resource.kind) {
    case "primitive":
      return [resource];
    case "group":
      return resource.members;
    case "clone":
      return primitivesOf(resource.child);
  }
}

/** Full text name of an agent: `ocf:heartbeat:apache` or `systemd:haproxy`. */
export function renderAgentName(agent: AgentName): string {
  return [agent.standard, agent.provider, agent.type].filter((part) => part !== null).join(":");
}
