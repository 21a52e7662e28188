import { topOf } from "../tree.ts";
import type { WorkingResource } from "../working.ts";

/** True for a clone whose instances are all alike, and for what is inside of one. */
export function isAnonymous(resource: WorkingResource): boolean {
  const top = topOf(resource);
  return top.variant === "clone" && !top.isUnique;
}

/** True when lost nodes have to be fenced before it may start elsewhere. */
export function needsFencing({ requires }: Pick<WorkingResource, "requires">): boolean {
  return requires === "fencing" || requires === "unfencing";
}

/**
 * True when it is active: on a node that is unclean or up, or on any node when it is not managed.
 * `needsAll`: every child has to be.
 */
export function isActive(resource: WorkingResource, needsAll: boolean): boolean {
  const { children, runningOn, isManaged } = resource;
  if (children.length > 0) {
    const isChildActive = (child: WorkingResource): boolean => isActive(child, needsAll);
    return needsAll ? children.every(isChildActive) : children.some(isChildActive);
  }
  return runningOn.some((node) => node.isUnclean || node.isOnline || !isManaged);
}
