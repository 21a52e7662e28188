import {
  ROLE,
  type Role,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

// Questions about the tree of resources: clones contain instances, groups contain members. Every
// other module asks here; nothing is changed.

/** Before the transition, or after it as far as is decided. */
export type Moment = "current" | "next";

/** The outermost resource that contains this one: its clone, its group or itself. */
export function topOf(resource: WorkingResource): WorkingResource {
  return resource.parent === null ? resource : topOf(resource.parent);
}

/** All primitives at or below a resource. */
export function primitivesBelow(resource: WorkingResource): readonly WorkingResource[] {
  if (resource.children.length === 0) return [resource];
  return resource.children.flatMap(primitivesBelow);
}

/** Where a resource is active: the node that counts, and on how many it is. */
export interface ActiveNodes {
  readonly node: WorkingNode | null;
  readonly all: number;
  /** Of these, nodes that are online and need no fencing. */
  readonly clean: number;
}

/**
 * The node that counts as the current one: the source of a migration under way; else, where
 * nothing has to be fenced first, a clean node; else the first.
 */
export function activeNodes(resource: WorkingResource): ActiveNodes {
  let node: WorkingNode | null = null;
  let clean = 0;
  const nodes = runningNodes(resource);
  const needsFencing = resource.requires === "fencing" || resource.requires === "unfencing";
  for (const each of nodes) {
    if (isClean(each)) clean++;
    if (resource.partialMigrationSource !== null) {
      if (each === resource.partialMigrationSource) node = each;
    } else if (!needsFencing && isClean(each) && (node === null || !isClean(node))) {
      node = each;
    }
    node ??= each;
  }
  return { node, all: nodes.length, clean };
}

/** The node of `activeNodes`. */
export function currentNode(resource: WorkingResource): WorkingNode | null {
  return activeNodes(resource).node;
}

function isClean(node: WorkingNode): boolean {
  return node.isOnline && !node.isUnclean;
}

/** Every node on which the resource, or something inside it, is active. */
export function runningNodes(resource: WorkingResource): readonly WorkingNode[] {
  if (resource.children.length === 0) return resource.runningOn;
  return [...new Set(resource.children.flatMap(runningNodes))];
}

/** All nodes where it is, or is going to be. */
export function locationsOf(resource: WorkingResource, moment: Moment): readonly WorkingNode[] {
  if (resource.children.length > 0) {
    return [...new Set(resource.children.flatMap((child) => locationsOf(child, moment)))];
  }
  if (moment === "current") return resource.runningOn;
  return resource.assignedTo === null ? [] : [resource.assignedTo];
}

/** The only node where it is, or is going to be; null for none and for several. */
export function locationOf(resource: WorkingResource, moment: Moment): WorkingNode | null {
  const [node, ...others] = locationsOf(resource, moment);
  return node === undefined || others.length > 0 ? null : node;
}

/** Nodes where it, or something inside it, is going to be; in a role only what will have it. */
export function placesOf(
  resource: WorkingResource,
  role: Role = ROLE.unknown,
): readonly WorkingNode[] {
  if (resource.children.length > 0) {
    return [...new Set(resource.children.flatMap((child) => placesOf(child, role)))];
  }
  const { assignedTo, nextRole } = resource;
  if (assignedTo === null || nextRole === ROLE.stopped) return [];
  return role <= ROLE.started || role === nextRole ? [assignedTo] : [];
}

/** The instance of a clone that a resource is, or belongs to; null: it is in no clone. */
export function instanceOf(resource: WorkingResource): WorkingResource | null {
  if (resource.parent === null) return null;
  return resource.parent.variant === "clone" ? resource : instanceOf(resource.parent);
}

/** The role; for a group or clone the highest among its children. */
export function roleOf(resource: WorkingResource, moment: Moment): Role {
  if (resource.variant === "primitive") {
    return moment === "current" ? resource.role : resource.nextRole;
  }
  let highest: Role = ROLE.unknown;
  for (const child of resource.children) {
    const role = roleOf(child, moment);
    if (role > highest) highest = role;
  }
  return highest;
}

/** True when the resource or anything inside it has failed. */
export function isAnyFailed(resource: WorkingResource): boolean {
  return resource.isFailed || resource.children.some(isAnyFailed);
}

/** True when the resource or anything inside it is blocked. */
export function isAnyBlocked(resource: WorkingResource): boolean {
  return resource.isBlocked || resource.children.some(isAnyBlocked);
}

/** The number of an instance: `web:2` is number 2. */
export function instanceNumber(resource: WorkingResource): number {
  return Number(resource.id.slice(resource.id.lastIndexOf(":") + 1)) || 0;
}

/** What to look for among the actions of a resource. */
export interface ActionFilter {
  readonly task: string;
  readonly intervalMs?: number;
  /** Null or absent: on any node, or none. */
  readonly node?: WorkingNode | null;
}

/** The newest action that fits; null: there is none. */
export function findAction(
  resource: WorkingResource,
  { task, intervalMs, node = null }: ActionFilter,
): WorkingAction | null {
  for (let index = resource.actions.length - 1; index >= 0; index--) {
    const action = resource.actions[index];
    if (action === undefined || action.task !== task) continue;
    if (intervalMs !== undefined && action.intervalMs !== intervalMs) continue;
    if (node === null || action.node === node) return action;
  }
  return null;
}

/**
 * True for what needs nothing of its node: the DC takes a history out of what it keeps itself, also
 * of a node that is away.
 */
export function isDoneByDc({ task }: Pick<WorkingAction, "task">): boolean {
  return task === "lrm_delete";
}
