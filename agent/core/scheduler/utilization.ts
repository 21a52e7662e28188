import { INFINITY_SCORE } from "../model/index.ts";
import { bearingOf } from "./bearing.ts";
import { isUsable } from "./candidates.ts";
import { compareCapacities, releaseCapacity } from "./capacities.ts";
import { colocationsAsDependent, colocationsAsPrimary } from "./colocation-lists.ts";
import { addScores } from "./score.ts";
import type { Working, WorkingNode, WorkingResource } from "./working.ts";

/**
 * Bans a resource from nodes that have not enough capacity for it and for all that must run beside
 * it; where no node has, from those that have not enough for it alone. Returns the node with the
 * most capacity when no node can take them all.
 */
export function banWithoutCapacity(
  working: Working,
  resource: WorkingResource,
): WorkingNode | null {
  if (working.options.placementStrategy === "default") return null;
  const company = companyOf(resource);
  if (!company.includes(resource)) company.push(resource);
  const needed = new Map<string, number>();
  for (const each of company) addUtilization(each, company, needed);
  let best: WorkingNode | null = null;
  let isAnyCapable = false;
  const usable = [...resource.allowed.values()].filter(isUsable);
  for (const { node } of usable) {
    if (hasCapacity(node, needed)) isAnyCapable = true;
    if (best === null || compareCapacities(node, best) < 0) best = node;
  }
  for (const candidate of usable) {
    const amounts = isAnyCapable ? needed : resource.utilization;
    if (hasCapacity(candidate.node, amounts)) continue;
    candidate.score = addScores(candidate.score, -INFINITY_SCORE);
  }
  return isAnyCapable ? null : best;
}

function hasCapacity(node: WorkingNode, needed: ReadonlyMap<string, number>): boolean {
  for (const [name, amount] of needed) {
    if (amount > (node.capacity.get(name) ?? 0)) return false;
  }
  return true;
}

/** Everything that has to be on the same node as the resource, and itself. */
export function companyOf(resource: WorkingResource): WorkingResource[] {
  const company: WorkingResource[] = [];
  addCompany(resource, resource, company);
  return company;
}

function addCompany(
  resource: WorkingResource,
  origin: WorkingResource,
  company: WorkingResource[],
): void {
  if (company.includes(resource)) return;
  if (resource.variant === "group") {
    const isTogether = resource.group?.isColocated !== false || resource.parent !== null;
    if (isTogether) {
      company.push(resource);
      for (const member of resource.children) addCompany(member, origin, company);
      return;
    }
  }
  company.push(resource);
  for (const colocation of colocationsAsDependent(resource)) {
    const { primary, score } = colocation;
    if (primary === origin || score !== INFINITY_SCORE) continue;
    if (bearingOf({ dependent: resource, primary, colocation }, true) !== "location") continue;
    addCompany(primary, origin, company);
  }
  for (const colocation of colocationsAsPrimary(resource)) {
    const { dependent, score } = colocation;
    if (dependent === origin || score !== INFINITY_SCORE) continue;
    // Nobody knows beside which instance a single dependent will be.
    if (resource.variant === "clone" && dependent.variant !== "clone") continue;
    if (bearingOf({ dependent, primary: resource, colocation }, true) !== "location") continue;
    addCompany(dependent, origin, company);
  }
}

function addUtilization(
  resource: WorkingResource,
  company: readonly WorkingResource[],
  needed: Map<string, number>,
): void {
  if (resource.isAssigned) return;
  switch (resource.variant) {
    case "primitive":
      releaseCapacity(needed, resource);
      break;
    case "group":
      addGroup(resource, company, needed);
      break;
    case "clone":
      addClone(resource, company, needed);
      break;
  }
}

function addGroup(
  group: WorkingResource,
  company: readonly WorkingResource[],
  needed: Map<string, number>,
): void {
  const isTogether = group.group?.isColocated !== false || group.parent !== null;
  const members = isTogether ? group.children : group.children.slice(0, 1);
  for (const member of members) {
    if (member.isAssigned || company.includes(member)) continue;
    addUtilization(member, company, needed);
  }
}

function addClone(
  clone: WorkingResource,
  company: readonly WorkingResource[],
  needed: Map<string, number>,
): void {
  let isCounted = false;
  for (const instance of clone.children) {
    if (company.includes(instance)) {
      isCounted = true;
    } else if (instance.children.some((member) => company.includes(member))) {
      addUtilization(instance, company, needed);
      isCounted = true;
    }
  }
  const [first] = clone.children;
  if (!isCounted && first !== undefined) addUtilization(first, company, needed);
}
