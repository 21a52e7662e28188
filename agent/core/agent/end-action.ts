/** The end of an action: the walk goes on, or the DC on the other node hears of it. */
import type { Instant } from "../base/index.ts";
import { markEnded } from "../transition/index.ts";
import { nothing, send } from "./effects.ts";
import type { AgentState, AgentStep, Purpose } from "./state.ts";

/** An action ended: the walk goes on when the DC is here, otherwise the DC hears of it. */
export function endAction(
  state: AgentState,
  purpose: Purpose,
  end: { readonly isOk: boolean; readonly reason?: string; readonly now: Instant },
): AgentStep {
  if (purpose.kind !== "action") return planAnew(state);
  const { transitionId, actionId, from } = purpose;
  if (from === "peer") {
    const { isOk, reason = "" } = end;
    return send(state, { kind: "actionDone", transitionId, actionId, isOk, reason }, end.now);
  }
  return noteActionEnd(state, { transitionId, actionId, ...end });
}

/**
 * Notes the end of an action in the walk, or in the reload that it belongs to; one of a former
 * transition makes the DC plan anew.
 */
export function noteActionEnd(
  state: AgentState,
  end: {
    readonly transitionId: number;
    readonly actionId: number;
    readonly isOk: boolean;
    readonly reason?: string;
  },
): AgentStep {
  const { reload } = state;
  if (reload?.transitionId === end.transitionId) {
    const ended = [...reload.ended, { isOk: end.isOk, reason: end.reason ?? "" }];
    return nothing({ ...state, reload: { ...reload, ended } });
  }
  if (state.walk === null || state.walk.transitionId !== end.transitionId) return planAnew(state);
  return nothing({ ...state, walk: markEnded(state.walk, end.actionId, end.isOk) });
}

/** Something changed that the plan did not count on. */
export function planAnew(state: AgentState): AgentStep {
  return nothing({ ...state, isPlanDue: true });
}
