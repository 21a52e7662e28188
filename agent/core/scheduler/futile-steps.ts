import type { Working, WorkingAction, WorkingNode, WorkingResource } from "./working.ts";

/**
 * The starts and promotions that keep a clone from coming to rest: an instance should be up on a
 * node and can not be, while the clone is up elsewhere and nothing of it changes. Pacemaker takes
 * the clone for starting then, and restarts what is ordered after it, in every transition anew.
 */
export function findFutile(working: Working): ReadonlySet<string> {
  const futile = new Set<string>();
  for (const clone of working.resources) {
    if (clone.variant !== "clone") continue;
    for (const task of ["start", "promote"]) {
      const steps = stepsBelow(clone, task).filter((step) => !step.isOptional);
      if (steps.length === 0 || steps.some((step) => step.isInGraph)) continue;
      if (!clone.actions.some((action) => action.task === task && action.isInGraph)) continue;
      for (const { resource, node } of steps) {
        if (resource !== null && node !== null) futile.add(futileKey(resource, task, node));
      }
    }
  }
  return futile;
}

/** True for a start or promotion that an earlier look at the same input found to be futile. */
export function isFutile(
  working: Working,
  { resource, task, node }: Pick<WorkingAction, "resource" | "task" | "node">,
): boolean {
  if (working.futile.size === 0 || resource === null || node === null) return false;
  return working.futile.has(futileKey(resource, task, node));
}

function futileKey(resource: WorkingResource, task: string, node: WorkingNode): string {
  return `${resource.id} ${task} ${node.name}`;
}

function stepsBelow(resource: WorkingResource, task: string): readonly WorkingAction[] {
  if (resource.variant === "primitive") {
    return resource.actions.filter((action) => action.task === task);
  }
  return resource.children.flatMap((child) => stepsBelow(child, task));
}
