// The neutral description of a two-node cluster: what a random case consists of, in pieces that a
// shrinker can leave out one by one. Plain data: it can be copied and written as JSON.

/** Which random cases: `A` has primitives and groups, `B` everything. */
export type Mix = "A" | "B";

/** A piece of XML that is rendered as it stands; missing ids are made up. */
export interface Piece {
  name: string;
  attributes: Record<string, string>;
  children: Piece[];
}

/** One operation of a primitive. */
export interface SpecOperation {
  name: string;
  intervalS: number;
  /** `timeout`, `on-fail`, `role`, `enabled` and the like. */
  options: Record<string, string>;
}

/** A primitive, or a template of primitives. */
export interface SpecPrimitive {
  kind: "primitive";
  id: string;
  /** `ocf:pacemaker:Dummy`, `lsb:thing`; of the template where there is one. */
  agent: string;
  template: string | null;
  parameters: Record<string, string>;
  meta: Record<string, string>;
  utilization: Record<string, string>;
  operations: SpecOperation[];
  /** More attribute sets, such as ones with a rule. */
  sets: Piece[];
}

/** A group of primitives. */
export interface SpecGroup {
  kind: "group";
  id: string;
  meta: Record<string, string>;
  members: SpecPrimitive[];
}

/** A clone of one of the two. */
export interface SpecClone {
  kind: "clone";
  id: string;
  meta: Record<string, string>;
  child: SpecPrimitive | SpecGroup;
}

/** What the configuration runs. */
export type SpecResource = SpecPrimitive | SpecGroup | SpecClone;

/** One entry of a history. */
export interface SpecEntry {
  operation: string;
  intervalS: number;
  /** `op-status`: 0 done, 4 error, 2 timeout, -1 pending. */
  status: number;
  rc: number;
  expected: number;
  callId: number;
  /** How long before the present the result changed. */
  ageS: number;
  /** `current`: of the parameters as configured; `changed`: of others; `none`: there is none. */
  digest: "current" | "changed" | "none";
  /** The parameters it ran with, where these are known; `digest` means nothing then. */
  ranWith?: Record<string, string>;
  /** True for the kept copy of a failure. */
  isFailure: boolean;
  /** For migrations. */
  source: string | null;
  target: string | null;
  /** Names of the parameters that need a restart; null: the agent cannot reload. */
  reloadKeeps: string | null;
}

/** What a node did with a resource (of a unique clone: with an instance, `web:0`). */
export interface SpecHistory {
  resource: string;
  agent: string;
  lockedAgeS: number | null;
  entries: SpecEntry[];
}

/** Failures that a node remembers. */
export interface SpecFailures {
  resource: string;
  operation: string;
  intervalS: number;
  count: string;
  ageS: number;
}

/** How a node stands; see `renderNodeState`. */
export type SpecPresence =
  | "online"
  | "offline"
  | "unclean"
  | "uncleanOnline"
  | "pending"
  | "joining"
  | "unseen";

/** A node with its part of the status. */
export interface SpecNode {
  name: string;
  id: string;
  presence: SpecPresence;
  score: string | null;
  attributes: Record<string, string>;
  utilization: Record<string, string>;
  /** Attributes that last until the node restarts, promotion scores among them. */
  transient: Record<string, string>;
  history: SpecHistory[];
  failures: SpecFailures[];
}

/** A whole case. */
export interface Spec {
  mix: Mix;
  seed: number;
  /** The features it was made with. */
  features: string[];
  isQuorate: boolean;
  /** Id of the node that is designated controller; null: none is named. */
  dc: string | null;
  properties: Record<string, string>;
  resourceDefaults: Record<string, string>;
  operationDefaults: Record<string, string>;
  /** More property and default sets, by the section they stand in. */
  sets: { section: "crm_config" | "rsc_defaults" | "op_defaults"; piece: Piece }[];
  nodes: SpecNode[];
  templates: SpecPrimitive[];
  resources: SpecResource[];
  constraints: Piece[];
  tags: { id: string; members: string[] }[];
  fencingLevels: Piece[];
}

/** The present of every case, in seconds since 1970. */
export const PRESENT_S = 1_700_001_000;

/** Makes a piece of XML. */
export function piece(
  name: string,
  attributes: Record<string, string> = {},
  children: Piece[] = [],
): Piece {
  return { name, attributes, children };
}

/** The primitives of a resource. */
export function primitivesIn(resource: SpecResource): readonly SpecPrimitive[] {
  switch (resource.kind) {
    case "primitive":
      return [resource];
    case "group":
      return resource.members;
    case "clone":
      return primitivesIn(resource.child);
  }
}

/** All primitives of a case, in order. */
export function allPrimitives(spec: Spec): readonly SpecPrimitive[] {
  return spec.resources.flatMap(primitivesIn);
}

/** The clone that a primitive is in; null when it is in none. */
export function cloneOf(spec: Spec, primitive: string): SpecClone | null {
  for (const resource of spec.resources) {
    if (resource.kind !== "clone") continue;
    if (primitivesIn(resource).some(({ id }) => id === primitive)) return resource;
  }
  return null;
}

/** True where a meta attribute of a resource is set to yes. */
export function isSet(resource: { readonly meta: Record<string, string> } | null, name: string) {
  return resource?.meta[name] === "true";
}

/** True for a primitive (or instance of one) that has two roles. */
export function isPromotable(spec: Spec, resource: string): boolean {
  return isSet(cloneOf(spec, resource.replace(/:\d+$/, "")), "promotable");
}
