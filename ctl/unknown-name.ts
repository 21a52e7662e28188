/** What to say of a name that is not there: its kind, what was probably meant, what there is. */
import { listResources, type NamedKind, suggestNames } from "../agent/core/configuration/index.ts";
import type { Cib, ClusterStatus } from "../agent/core/model/index.ts";

const RESOURCES: NamedKind = { one: "resource", many: "resources", listedBy: "lbctl resource" };
const NODES: NamedKind = { one: "node", many: "nodes" };

/** `resource id 'x' not found`, with a hint. */
export function unknownResource(id: string, known: Cib | ClusterStatus): string {
  return `resource id '${id}' not found; ${suggestNames(id, resourceIds(known), RESOURCES)}`;
}

/** `node 'x' is not in this cluster`, with a hint. */
export function unknownNode(name: string, nodes: readonly string[]): string {
  return `node '${name}' is not in this cluster; ${suggestNames(name, nodes, NODES)}`;
}

/** `tag 'x' does not exist`, with a hint. */
export function unknownTag(id: string, known: readonly string[]): string {
  return `tag '${id}' does not exist; ${suggestNames(id, known, { one: "tag", many: "tags" })}`;
}

/** `no cluster property 'x'`, with a hint. */
export function unknownProperty(name: string, known: readonly string[]): string {
  const kind = {
    one: "property",
    many: "properties",
    listedBy: "lbctl property describe",
  };
  return `no cluster property '${name}'; ${suggestNames(name, known, kind)}`;
}

/** Primitives, and the groups and clones that hold them. */
function resourceIds(known: Cib | ClusterStatus): readonly string[] {
  if ("constraints" in known) return listResources(known).map(({ id }) => id);
  const ids = known.resources.flatMap(({ id, group, clone }) => [id, group, clone]);
  return [...new Set(ids)].filter((id) => id !== "");
}
