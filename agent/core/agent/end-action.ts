/** The end of an action: the walk goes on, or the DC on the other node hears of it. */
import type { Instant } from "../base/index.ts";
import { markEnded } from "../transition/index.ts";
import { nothing, send } from "./effects.ts";
import type { AgentState, AgentStep, Purpose } from "./state.ts";

/** An action ended: the walk goes on when the DC is here, otherwise the DC hears of it. */
export function endAction(
  state: AgentState,
  purpose: Purpose,
  end: { readonly isOk: boolean; readonly now: Instant },
): AgentStep {
  if (purpose.kind !== "action") return planAnew(state);
  const { transitionId, actionId, from } = purpose;
  if (from === "peer") {
    return send(state, { kind: "actionDone", transitionId, actionId, isOk: end.isOk }, end.now);
  }
  return noteActionEnd(state, { transitionId, actionId, isOk: end.isOk });
}

/** Notes the end of an action in the walk; one of a former transition makes the DC plan anew. */
export function noteActionEnd(
  state: AgentState,
  end: { readonly transitionId: number; readonly actionId: number; readonly isOk: boolean },
): AgentStep {
  if (state.walk === null || state.walk.transitionId !== end.transitionId) return planAnew(state);
  return nothing({ ...state, walk: markEnded(state.walk, end.actionId, end.isOk) });
}

/** Something changed that the plan did not count on. */
export function planAnew(state: AgentState): AgentStep {
  return nothing({ ...state, isPlanDue: true });
}
