import type { PlaceCause } from "../model/index.ts";
import { shownId } from "./describe-states.ts";
import { primitivesBelow } from "./tree.ts";
import { companyOf } from "./utilization.ts";
import type { WorkingNode, WorkingResource } from "./working.ts";

/**
 * What a node has too little of for a resource and all that must run beside it, with the numbers;
 * empty: there is enough. What they would have there already counts as free.
 */
export function capacityAgainst(
  resource: WorkingResource,
  node: WorkingNode,
): readonly PlaceCause[] {
  const company = new Set([resource, ...companyOf(resource)].flatMap(primitivesBelow));
  const lacking = listLacking(company, node);
  if (lacking.length === 0) return [];
  // The resource alone is enough of a reason where it does not fit by itself.
  const alone = listLacking(new Set([resource]), node);
  const isAlone = alone.length > 0;
  const others = [...company].filter((each) => each !== resource && each.utilization.size > 0);
  const names = [...new Set(others.map(shownId))].join(", ");
  const who = isAlone ? shownId(resource) : `${shownId(resource)} with what must run beside it`;
  const whom = isAlone || names === "" ? "" : ` (${names})`;
  const words = (isAlone ? alone : lacking).map(
    ({ name, needed, left }) => `${name}: ${needed} needed, ${left} left`,
  );
  const text = `${node.name} has not enough capacity for ${who}${whom}: ${words.join(", ")}`;
  return [{ kind: "capacity", id: node.name, text }];
}

interface Lacking {
  readonly name: string;
  readonly needed: number;
  readonly left: number;
}

function listLacking(company: ReadonlySet<WorkingResource>, node: WorkingNode): readonly Lacking[] {
  const needed = new Map<string, number>();
  for (const { assignedTo, utilization } of company) {
    if (assignedTo === node) continue;
    for (const [name, amount] of utilization) needed.set(name, (needed.get(name) ?? 0) + amount);
  }
  return [...needed]
    .map(([name, amount]) => ({ name, needed: amount, left: node.capacity.get(name) ?? 0 }))
    .filter((each) => each.needed > each.left);
}
