import { type Cib, INFINITY_SCORE, type ResourceId } from "../model/index.ts";
import { cloneOf, findPrimitive } from "./clone-instances.ts";

/** So many failures forbid a node to a resource, as its own options say it; infinity: none do. */
export function migrationThreshold(cib: Cib, resource: ResourceId): number {
  const primitive = findPrimitive(cib, resource);
  const clone = primitive === null ? null : cloneOf(cib, primitive.id);
  const name = "migration-threshold";
  const own = primitive?.meta[name] ?? clone?.clone.meta[name];
  const text = own ?? cib.resourceDefaults[name] ?? "INFINITY";
  return text === "INFINITY" ? INFINITY_SCORE : Number(text);
}
