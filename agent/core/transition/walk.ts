/**
 * Walks a transition: what may begin, what is done, what aborts it.
 *
 *   running ──all done──▶ finished
 *      └──a failure, or news from outside──▶ aborting ──nothing under way──▶ finished
 */
import type { Action, Transition } from "../model/index.ts";

/** A transition under way: which of its actions have begun, and which have ended. */
export interface Walk {
  readonly transitionId: number;
  readonly actions: readonly Action[];
  readonly begun: ReadonlySet<number>;
  readonly done: ReadonlySet<number>;
  readonly isAborting: boolean;
}

/** A walk over a new transition; nothing has begun. */
export function beginWalk(transitionId: number, transition: Transition): Walk {
  const actions = transition.actions;
  return { transitionId, actions, begun: new Set(), done: new Set(), isAborting: false };
}

/** Actions that may begin: not begun, and all that they wait for is done. In id order. */
export function readyActions(walk: Walk): readonly Action[] {
  if (walk.isAborting) return [];
  return walk.actions
    .filter((action) => !walk.begun.has(action.id))
    .filter((action) => action.after.every((id) => walk.done.has(id)))
    .toSorted((a, b) => a.id - b.id);
}

/** Marks actions as begun. */
export function markBegun(walk: Walk, actions: readonly Action[]): Walk {
  return { ...walk, begun: new Set([...walk.begun, ...actions.map((action) => action.id)]) };
}

/** One action ended. A failure ends the walk: nothing new begins, and the DC plans anew. */
export function markEnded(walk: Walk, actionId: number, isOk: boolean): Walk {
  if (!walk.begun.has(actionId)) return walk;
  const done = new Set([...walk.done, actionId]);
  return { ...walk, done, isAborting: walk.isAborting || !isOk };
}

/** Nothing new begins; what is under way is waited for. */
export function abortWalk(walk: Walk): Walk {
  return { ...walk, isAborting: true };
}

/** True when nothing is under way and nothing more will begin. */
export function isWalkOver(walk: Walk): boolean {
  const underWay = walk.begun.size - walk.done.size;
  if (underWay > 0) return false;
  return walk.isAborting || walk.done.size === walk.actions.length;
}

/** Actions under way, in id order. */
export function actionsUnderWay(walk: Walk): readonly Action[] {
  return walk.actions.filter((action) => walk.begun.has(action.id) && !walk.done.has(action.id));
}
