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

/** One configured operation of a primitive. Times are in milliseconds; null means the default. */
export interface OperationDefinition {
  readonly id: string;
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number | null;
  /** `on-fail`, `role`, `enabled`, `record-pending`, `OCF_CHECK_LEVEL` and the like. */
  readonly options: NameValues;
}

/** A resource that one agent runs, on one node at a time. */
export interface Primitive {
  readonly kind: "primitive";
  readonly id: ResourceId;
  readonly agent: AgentName;
  readonly parameters: NameValues;
  readonly meta: NameValues;
  readonly operations: readonly OperationDefinition[];
}

/** Primitives that run together on one node and start in list order. */
export interface Group {
  readonly kind: "group";
  readonly id: ResourceId;
  readonly meta: NameValues;
  readonly members: readonly Primitive[];
}

/** What the configuration can run. */
export type Resource = Primitive | Group;

/** A preference for, or a ban from, one node. */
export interface LocationConstraint {
  readonly kind: "location";
  readonly id: string;
  readonly resource: ResourceId;
  readonly node: NodeName;
  readonly score: number;
}

/** `resource` is placed relative to `withResource`, which is placed first. */
export interface ColocationConstraint {
  readonly kind: "colocation";
  readonly id: string;
  readonly resource: ResourceId;
  readonly withResource: ResourceId;
  readonly score: number;
}

/** `then` waits for `first`; the reverse on stop when symmetrical. */
export interface OrderConstraint {
  readonly kind: "order";
  readonly id: string;
  readonly first: ResourceId;
  readonly firstAction: "start" | "stop";
  readonly then: ResourceId;
  readonly thenAction: "start" | "stop";
  readonly strength: "Mandatory" | "Optional" | "Serialize";
  readonly isSymmetrical: boolean;
}

/** What restricts where and when resources run. */
export type Constraint = LocationConstraint | ColocationConstraint | OrderConstraint;

/** A node's permanent attributes; `standby` and `maintenance` are attributes, `on` or absent. */
export interface CibNode {
  readonly name: NodeName;
  readonly attributes: NameValues;
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
  readonly resourceDefaults: NameValues;
  readonly operationDefaults: NameValues;
  readonly nodes: readonly CibNode[];
  readonly resources: readonly Resource[];
  readonly constraints: readonly Constraint[];
}

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
  return cib.resources.flatMap((resource) =>
    resource.kind === "group" ? resource.members : [resource],
  );
}

/** Full text name of an agent: `ocf:heartbeat:apache` or `systemd:haproxy`. */
export function renderAgentName(agent: AgentName): string {
  return [agent.standard, agent.provider, agent.type].filter((part) => part !== null).join(":");
}
