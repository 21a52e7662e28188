import { INFINITY_SCORE } from "../../model/index.ts";
import type { Working, WorkingAction, WorkingResource } from "../working.ts";
import { pseudoAction } from "./create-action.ts";
import { isPromotable } from "./instance-kind.ts";
import { preparePromotionNotices, prepareStartNotices } from "./notice-points.ts";
import { createPrimitiveActions } from "./primitive.ts";

/** Makes all actions of a resource and of what is inside it. */
export function createActions(working: Working, resource: WorkingResource): void {
  switch (resource.variant) {
    case "primitive":
      createPrimitiveActions(working, resource);
      break;
    case "group":
      createGroupActions(working, resource);
      break;
    case "clone":
      createCloneActions(working, resource);
      break;
  }
}

/** The points of a group; whether they happen follows from the members' actions. */
function createGroupActions(working: Working, group: WorkingResource): void {
  for (const member of group.children) createActions(working, member);
  const tasks = ["start", "running", "stop", "stopped"];
  if (isPromotable(group)) tasks.push("demote", "demoted", "promote", "promoted");
  for (const task of tasks) {
    pseudoAction(working, group, { task, isOptional: true, isRunnable: true });
  }
}

function createCloneActions(working: Working, clone: WorkingResource): void {
  const activity: Activity = {
    isAny: false,
    isStarting: false,
    isStopping: false,
    restarts: false,
  };
  for (const instance of clone.children) {
    createActions(working, instance);
    noteActivity(instance, activity);
  }
  const isNotStarting = !activity.isStarting;
  const isNotStopping = !activity.isStopping;
  const point = (task: string, isOptional: boolean, isRunnable: boolean): WorkingAction =>
    pseudoAction(working, clone, { task, isOptional, isRunnable });
  const start = point("start", isNotStarting, true);
  const started = point("running", isNotStarting, activity.isAny || activity.isStarting);
  const stop = point("stop", isNotStopping, true);
  const stopped = point("stopped", isNotStopping, true);
  started.priority = INFINITY_SCORE;
  stopped.priority = INFINITY_SCORE;
  if (!activity.restarts) stop.isMigratable = true;
  prepareStartNotices(working, clone, { start, started, stop, stopped });
  if (clone.clone?.isPromotable === true) createPromotablePoints(working, clone);
}

interface Activity {
  isAny: boolean;
  isStarting: boolean;
  isStopping: boolean;
  /** Some primitive both stops and starts. */
  restarts: boolean;
}

function noteActivity(instance: WorkingResource, activity: Activity): void {
  if (instance.variant !== "primitive") {
    for (const child of instance.children) noteActivity(child, activity);
    return;
  }
  if (instance.runningOn.length > 0) activity.isAny = true;
  let isStarting = false;
  let isStopping = false;
  for (const { task, isOptional, isRunnable, isPseudo } of instance.actions) {
    if (isOptional) continue;
    if (task === "start" && isRunnable) isStarting = true;
    // A stop that is only a point is brought about by the fencing of its node.
    if (task === "stop" && (isRunnable || isPseudo)) isStopping = true;
  }
  activity.isStarting ||= isStarting;
  activity.isStopping ||= isStopping;
  activity.restarts ||= isStarting && isStopping;
}

/**
 * The points of promotions and demotions. The instances are gone through once more: by now it is
 * known which of them must restart, and which monitors are for a role that they leave.
 */
function createPromotablePoints(working: Working, clone: WorkingResource): void {
  let isPromoting = false;
  let isDemoting = false;
  for (const instance of clone.children) {
    createActions(working, instance);
    isPromoting ||= hasRequired(instance, "promote");
    isDemoting ||= hasRequired(instance, "demote");
  }
  const point = (task: string, isOptional: boolean): WorkingAction =>
    pseudoAction(working, clone, { task, isOptional, isRunnable: true });
  const promote = point("promote", !isPromoting);
  const promoted = point("promoted", !isPromoting);
  const demote = point("demote", !isDemoting);
  const demoted = point("demoted", !isDemoting);
  promoted.priority = INFINITY_SCORE;
  demoted.priority = INFINITY_SCORE;
  preparePromotionNotices(working, clone, { promote, promoted, demote, demoted });
  for (const instance of clone.children) instance.rank = clone.priority;
}

function hasRequired(resource: WorkingResource, task: string): boolean {
  if (resource.children.length > 0) {
    return resource.children.some((child) => hasRequired(child, task));
  }
  return resource.actions.some((action) => action.task === task && !action.isOptional);
}
