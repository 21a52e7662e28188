import { INFINITY_SCORE } from "../../model/index.ts";
import { orderActions } from "../links.ts";
import { RELATION } from "../relations.ts";
import type { Working, WorkingAction, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";

// With the meta attribute `notify` every instance of a clone hears of what happens to the others:
//
//   pre ─▶ each instance ─▶ confirmed-pre ─▶ the task itself ─▶ post ─▶ each instance
//       ─▶ confirmed-post
//
// The four points belong to the clone; what the instances are told is made when everything else is
// decided (see notify.ts).

/** What notifications are sent about. */
export type NoticeTask = "start" | "stop" | "promote" | "demote";

/** The points around one task of a clone; null where one of the sides is not needed. */
export interface NoticePoints {
  readonly task: NoticeTask;
  readonly pre: WorkingAction | null;
  readonly preDone: WorkingAction | null;
  readonly post: WorkingAction | null;
  readonly postDone: WorkingAction | null;
}

const { ordered, firstImpliesThen } = RELATION;

/** The name of the point that tells that all has been done. */
const DONE = { start: "running", stop: "stopped", promote: "promoted", demote: "demoted" } as const;

/** Makes the points around one task: before `begin`, and after `end` where these are given. */
export function makeNoticePoints(
  working: Working,
  resource: WorkingResource,
  about: {
    readonly task: NoticeTask;
    readonly begin: WorkingAction | null;
    readonly end: WorkingAction | null;
  },
): NoticePoints | null {
  if (!resource.isNotified) return null;
  const { task, begin, end } = about;
  let pre: WorkingAction | null = null;
  let preDone: WorkingAction | null = null;
  let post: WorkingAction | null = null;
  let postDone: WorkingAction | null = null;
  if (begin !== null) {
    pre = makePoint(working, resource, { task, type: "pre", of: begin });
    preDone = makePoint(working, resource, { task, type: "confirmed-pre", of: begin });
    pre.isRunnable = true;
    preDone.isRunnable = true;
    orderActions(pre, preDone, ordered);
    orderActions(preDone, begin, ordered);
  }
  if (end !== null) {
    post = makePoint(working, resource, { task, type: "post", of: end });
    postDone = makePoint(working, resource, { task, type: "confirmed-post", of: end });
    for (const point of [post, postDone]) {
      point.priority = INFINITY_SCORE;
      point.isRunnable = end.isRunnable;
    }
    orderActions(end, post, firstImpliesThen);
    orderActions(post, postDone, firstImpliesThen);
  }
  orderActions(preDone, post, ordered);
  return { task, pre, preDone, post, postDone };
}

function makePoint(
  working: Working,
  resource: WorkingResource,
  {
    task,
    type,
    of,
  }: { readonly task: NoticeTask; readonly type: string; readonly of: WorkingAction },
): WorkingAction {
  const isDone = type.startsWith("confirmed-");
  const point = createAction(working, {
    resource,
    node: null,
    task: isDone ? "notified" : "notify",
    isOptional: of.isOptional,
    key: noticeKey(resource, type, of.task),
  });
  point.isPseudo = true;
  point.meta.set("notify_key_type", type);
  point.meta.set("notify_key_operation", of.task);
  point.meta.set("notify_type", type.replace("confirmed-", ""));
  point.meta.set("notify_operation", task);
  return point;
}

/** The key of a notification: for a point, or for what one instance is told. */
export function noticeKey(resource: WorkingResource, type: string, task: string): string {
  return `${resource.id}_${type}_notify_${task}_0`;
}

/** The points that were made around one task of a clone; null: none. */
export function noticePointsOf(clone: WorkingResource, task: NoticeTask): NoticePoints | null {
  const find = (type: string, of: string): WorkingAction | null => {
    const key = noticeKey(clone, type, of);
    return clone.actions.find((action) => action.key === key) ?? null;
  };
  const pre = find("pre", task);
  const post = find("post", DONE[task]);
  if (pre === null && post === null) return null;
  const preDone = find("confirmed-pre", task);
  const postDone = find("confirmed-post", DONE[task]);
  return { task, pre, preDone, post, postDone };
}

/** Prepares the notifications about starts and stops. */
export function prepareStartNotices(
  working: Working,
  clone: WorkingResource,
  points: Readonly<Record<"start" | "started" | "stop" | "stopped", WorkingAction>>,
): void {
  const { start, started, stop, stopped } = points;
  const starts = makeNoticePoints(working, clone, { task: "start", begin: start, end: started });
  const stops = makeNoticePoints(working, clone, { task: "stop", begin: stop, end: stopped });
  orderActions(stops?.postDone ?? null, starts?.pre ?? null, ordered);
}

/** Prepares the notifications about promotions and demotions, and their place among the others. */
export function preparePromotionNotices(
  working: Working,
  clone: WorkingResource,
  points: Readonly<Record<"promote" | "promoted" | "demote" | "demoted", WorkingAction>>,
): void {
  const { promote, promoted, demote, demoted } = points;
  const up = { task: "promote", begin: promote, end: promoted } as const;
  const promotions = makeNoticePoints(working, clone, up);
  const down = { task: "demote", begin: demote, end: demoted } as const;
  const demotions = makeNoticePoints(working, clone, down);
  if (promotions === null || demotions === null) return;
  const starts = noticePointsOf(clone, "start");
  const stops = noticePointsOf(clone, "stop");
  for (const earlier of [stops, starts, demotions]) {
    orderActions(earlier?.postDone ?? null, promotions.pre, ordered);
  }
  orderActions(demotions.postDone, starts?.pre ?? null, ordered);
  orderActions(demotions.postDone, stops?.pre ?? null, ordered);
}
