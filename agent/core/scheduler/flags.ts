import { findAction } from "./tree.ts";
import type { WorkingAction, WorkingNode, WorkingResource } from "./working.ts";

/** What orderings look at in an action, as bits. */
export const FLAG = { optional: 1, runnable: 2, pseudo: 4, migratable: 8 } as const;

/** Bits of `FLAG`. */
export type Flags = number;

/** The flags of one action as it stands. */
export function flagsOf(action: WorkingAction): Flags {
  return (
    (action.isOptional ? FLAG.optional : 0) |
    (action.isRunnable ? FLAG.runnable : 0) |
    (action.isPseudo ? FLAG.pseudo : 0) |
    (action.isMigratable ? FLAG.migratable : 0)
  );
}

/**
 * The flags of an action for an ordering; those of a clone or group come from its children.
 * `node`: where the other action of the ordering is; only clones look at it.
 */
export function collectFlags(action: WorkingAction, node: WorkingNode | null): Flags {
  const { resource } = action;
  if (resource === null) return flagsOf(action);
  const flags = actionFlags(resource, action, null);
  if (node === null || resource.variant !== "clone") return flags;
  const onNode = actionFlags(resource, action, node);
  // What counts is whether any instance can do it, not whether the one on that node can.
  return (flags & FLAG.runnable) === 0 ? onNode : onNode | FLAG.runnable;
}

/** The flags of an action of a resource, as its kind of resource defines them. */
export function actionFlags(
  resource: WorkingResource,
  action: WorkingAction,
  node: WorkingNode | null,
): Flags {
  switch (resource.variant) {
    case "primitive":
      return flagsOf(action);
    case "group":
      return groupFlags(resource, action, node);
    case "clone":
      return cloneFlags(resource, action, node);
  }
}

const BEGINNING: Readonly<Record<string, string>> = {
  stopped: "stop",
  running: "start",
  promoted: "promote",
  demoted: "demote",
};

/** The task of a child that stands behind a task of its group or clone. */
function taskOfChild(child: WorkingResource, task: string): string {
  return child.variant === "primitive" ? (BEGINNING[task] ?? task) : task;
}

function groupFlags(
  group: WorkingResource,
  action: WorkingAction,
  node: WorkingNode | null,
): Flags {
  let flags: Flags = FLAG.optional | FLAG.runnable | FLAG.pseudo;
  for (const member of group.children) {
    const task = taskOfChild(member, action.task);
    const own = findAction(member, { task, node });
    if (own === null) {
      // A group starts only as a whole; it can stop what there is of it.
      if (task !== "stop" && task !== "demote") flags &= ~FLAG.runnable;
      continue;
    }
    const memberFlags = actionFlags(member, own, node);
    if ((memberFlags & FLAG.optional) === 0) {
      flags &= ~FLAG.optional;
      action.isOptional = false;
    }
    if (task !== action.task && (memberFlags & FLAG.runnable) === 0) {
      if ((flags & FLAG.runnable) !== 0) action.isRunnable = false;
      flags &= ~FLAG.runnable;
    }
  }
  return flags;
}

function cloneFlags(
  clone: WorkingResource,
  action: WorkingAction,
  node: WorkingNode | null,
): Flags {
  let flags: Flags = FLAG.optional | FLAG.runnable | FLAG.pseudo;
  let isAnyRunnable = false;
  for (const instance of clone.children) {
    const task = originalTask(instance, action);
    const instanceNode = instance.variant === "primitive" ? node : null;
    const own = findAction(instance, { task, node: instanceNode });
    if (own === null) continue;
    const instanceFlags = actionFlags(instance, own, node);
    if ((flags & FLAG.optional) !== 0 && (instanceFlags & FLAG.optional) === 0) {
      flags &= ~FLAG.optional;
      action.isOptional = false;
    }
    if ((instanceFlags & FLAG.runnable) !== 0) isAnyRunnable = true;
  }
  if (!isAnyRunnable) {
    flags &= ~FLAG.runnable;
    if (node === null) action.isRunnable = false;
  }
  return flags;
}

/** The task of an instance behind an action of its clone; of a notification, what it is about. */
export function originalTask(instance: WorkingResource, action: WorkingAction): string {
  const about = /_notify_([a-z_]+)_\d+$/.exec(action.key)?.[1];
  return taskOfChild(instance, about ?? action.task);
}
