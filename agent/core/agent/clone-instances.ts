/**
 * Which ids a node knows resources by. The instances of an anonymous clone are all alike, and a
 * node has at most one: it is known by the id of the primitive. Those of a unique clone are `ID:N`.
 */
import {
  type Cib,
  type Clone,
  listPrimitives,
  type Primitive,
  primitivesOf,
  type ResourceId,
  withoutNumber,
} from "../model/index.ts";
import { isTrue } from "./texts.ts";

/** A clone as far as the nodes are concerned that run its instances. */
export interface CloneFacts {
  readonly clone: Clone;
  /** Instances differ, so each has an id of its own. */
  readonly isUnique: boolean;
  readonly isPromotable: boolean;
  /** How many instances there may be in all. */
  readonly instancesMax: number;
  /** How many of them may be promoted at a time. */
  readonly promotedMax: number;
}

/** The primitive that an id belongs to, with or without the number of an instance. */
export function findPrimitive(cib: Cib, id: ResourceId): Primitive | null {
  const primitives = listPrimitives(cib);
  const exact = primitives.find((entry) => entry.id === id);
  return exact ?? primitives.find((entry) => entry.id === withoutNumber(id)) ?? null;
}

/** The clone that holds a primitive; null: it is in none. */
export function cloneOf(cib: Cib, primitive: ResourceId): CloneFacts | null {
  const clone = cib.resources.find(
    (entry) => entry.kind === "clone" && primitivesOf(entry).some(({ id }) => id === primitive),
  );
  return clone?.kind === "clone" ? describeClone(cib, clone) : null;
}

/** The ids by which nodes know a primitive: its own, or those of the instances. */
export function instanceIds(cib: Cib, { id }: Primitive): readonly ResourceId[] {
  const facts = cloneOf(cib, id);
  if (facts === null || !facts.isUnique) return [id];
  return Array.from({ length: facts.instancesMax }, (_, number) => `${id}:${number}`);
}

/** True when the resource may be active on every node at the same time. */
export function isAnonymousInstance(cib: Cib, id: ResourceId): boolean {
  const facts = cloneOf(cib, id);
  return facts !== null && !facts.isUnique;
}

/** True when every node may have an instance: then one too many can only be a promoted one. */
export function isForEveryNode(cib: Cib, id: ResourceId): boolean {
  const facts = cloneOf(cib, id);
  return facts !== null && !facts.isUnique && facts.instancesMax >= cib.nodes.length;
}

/** The ids of the primitives that an id stands for, as nodes know them; [] when it is unknown. */
export function expandResource(cib: Cib, id: ResourceId): readonly ResourceId[] {
  for (const resource of cib.resources) {
    const isInner = resource.kind === "clone" && resource.child.id === id;
    if (resource.id === id || isInner) {
      return primitivesOf(resource).flatMap((primitive) => instanceIds(cib, primitive));
    }
  }
  const primitive = findPrimitive(cib, id);
  if (primitive === null) return [];
  const ids = instanceIds(cib, primitive);
  // The number of an anonymous instance means nothing: all of them are meant.
  return ids.includes(id) ? [id] : ids;
}

function describeClone(cib: Cib, clone: Clone): CloneFacts {
  const value = (name: string): string | undefined =>
    clone.meta[name] ?? clone.metaSets?.find(({ values }) => name in values)?.values[name];
  const count = (name: string, fallback: number): number => {
    const text = value(name) ?? "";
    return /^\d{1,6}$/.test(text) ? Number(text) : fallback;
  };
  const said = value("globally-unique");
  return {
    clone,
    isUnique: said === undefined ? count("clone-node-max", 1) > 1 : isTrue(said),
    isPromotable: isTrue(value("promotable")),
    promotedMax: count("promoted-max", count("master-max", 1)),
    instancesMax: count("clone-max", Math.max(1, cib.nodes.length)),
  };
}
