import type { Cib, Constraint, NodeName, Problem, ResourceId } from "../model/index.ts";
import { resourcesNamedIn } from "./named-in-constraint.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { listResources } from "./resource-tree.ts";

/**
 * What one change makes of the CIB. With problems the CIB is a best effort, made only so that the
 * changes after it can be checked too; it never becomes the configuration.
 */
export interface Edit {
  readonly cib: Cib;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** An edit that refuses the change for the given reasons and leaves the CIB alone. */
export function refuse(cib: Cib, ...problems: readonly Problem[]): Edit {
  return { cib, notes: [], problems };
}

/** An edit without problems. */
export function edited(cib: Cib, notes: readonly string[] = []): Edit {
  return { cib, notes, problems: [] };
}

/** True when the constraint names the resource. */
export function namesResource(constraint: Constraint, id: ResourceId): boolean {
  return resourcesNamedIn(constraint).includes(id);
}

/** Removes the constraints that match, with a note for each. */
export function removeConstraints(cib: Cib, matches: (constraint: Constraint) => boolean): Edit {
  const removed = cib.constraints.filter(matches);
  if (removed.length === 0) return edited(cib);
  const constraints = cib.constraints.filter((constraint) => !matches(constraint));
  const notes = removed.map(({ id }) => `Removing constraint: ${id}`);
  return edited({ ...cib, constraints }, notes);
}

/** The problem of a resource that does not exist; `wanting` says what it was wanted for, or "". */
export function missingResource(cib: Cib, id: ResourceId, wanting = ""): Problem {
  const known = listResources(cib).map((resource) => resource.id);
  const rest =
    known.length === 0
      ? "no resource is configured"
      : `the resources are ${renderNearNames(id, known)}`;
  return {
    code: "no-such-resource",
    path: `resource ${quote(id)}`,
    found: "",
    expected: `does not exist${wanting}; ${rest}`,
  };
}

/**
 * The problem of a node that is not in the cluster; `wanting` says what it was wanted for, or "".
 */
export function missingNode(nodes: readonly NodeName[], name: NodeName, wanting = ""): Problem {
  return {
    code: "no-such-node",
    path: `node ${quote(name)}`,
    found: "",
    expected: `is not in this cluster${wanting}; the nodes are ${renderNearNames(name, nodes)}`,
  };
}
