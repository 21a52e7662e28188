import type { WorkingNode, WorkingResource } from "./working.ts";

/** Negative when the first node has more capacity left, over all that either declares. */
export function compareCapacities(a: WorkingNode, b: WorkingNode): number {
  let result = 0;
  for (const name of new Set([...a.capacity.keys(), ...b.capacity.keys()])) {
    result += Math.sign((b.capacity.get(name) ?? 0) - (a.capacity.get(name) ?? 0));
  }
  return result;
}

/** Takes what a resource needs off the capacity of a node. */
export function consumeCapacity(node: WorkingNode, resource: WorkingResource): void {
  for (const [name, amount] of resource.utilization) {
    const left = node.capacity.get(name);
    node.capacity.set(name, left === undefined ? 0 : left - amount);
  }
}

/** Gives it back. */
export function releaseCapacity(capacity: Map<string, number>, resource: WorkingResource): void {
  for (const [name, amount] of resource.utilization) {
    capacity.set(name, (capacity.get(name) ?? 0) + amount);
  }
}
