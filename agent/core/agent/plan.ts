/** The DC plans and walks transitions. */

import { decidePresence } from "../arbitration/index.ts";
import { earlier, type Instant } from "../base/index.ts";
import { keepFormerLocks, keepLocks, releaseLocks } from "../history/index.ts";
import type {
  Action,
  NodeHistory,
  ResourceId,
  SchedulerInput,
  Transition,
} from "../model/index.ts";
import { decideQuorum, type Quorum } from "../quorum/index.ts";
import { scheduleTransition } from "../scheduler/index.ts";
import { abortWalk, beginWalk, isWalkOver, markBegun, readyActions } from "../transition/index.ts";
import { inTurn, log, nothing, perform, send } from "./effects.ts";
import { noteActionEnd } from "./end-action.ts";
import { promoteAfterProbes } from "./promote-after-probes.ts";
import { runTask } from "./run-task.ts";
import { type AgentState, type AgentStep, hasPeer, isDcHere, isMeetingOver } from "./state.ts";

/** Plans in one span before planning rests: a plan that comes to nothing must not spin. */
const PLANS_IN_SPAN_MAX = 32;

/** The span, and how long planning rests then, in milliseconds. */
const PLAN_REST_MS = 1000;

/** The count of the votes as things stand. */
export function countVotes(state: AgentState, now: Instant): Quorum {
  const { config, startedAt } = state.identity;
  return decideQuorum(
    {
      config: config.quorum,
      votesPresent: hasPeer(state) ? 2 : 1,
      wereBothSeen: state.wereBothSeen,
      wasUnblocked: state.wasUnblocked,
      startedAt,
    },
    now,
  );
}

/** What the scheduler looks at, as this node knows it. */
export function schedulerInput(state: AgentState, now: Instant): SchedulerInput {
  const { local, peer } = state.identity;
  const presence = hasPeer(state) ? "online" : decidePresence(state.arbitration);
  const isFenced = state.cib.properties["stonith-enabled"] !== "false";
  const peerPresence = presence === "held" && isFenced ? "unclean" : presence;
  const leftByPeer = presence === "held" ? { leavesToOthers: state.ownAtLoss } : {};
  const peerHistory = presence === "offline" ? historyOfGone(state) : state.peerHistory;
  return {
    cib: state.cib,
    nodes: [
      { name: local.name, presence: "online" },
      { name: peer.name, presence: peerPresence, ...leftByPeer },
    ],
    histories: [state.localHistory, peerHistory],
    isQuorate: countVotes(state, now).isQuorate,
    hadQuorum: state.wereBothSeen,
    dc: isDcHere(state) ? local.name : peer.name,
    now,
    wallNowMs: now + state.wallAheadMs,
  };
}

/** Where each primitive should be, as this node knows it; null: nowhere. */
export function placementsOf(state: AgentState, now: Instant): Transition["placements"] {
  return scheduleTransition(schedulerInput(state, now)).placements;
}

/**
 * What a peer leaves behind that holds nothing any more: after a goodbye the resources that are
 * kept for it, after a crash nothing.
 */
export function historyOfGone(state: AgentState): NodeHistory {
  const hasSaidGoodbye = state.arbitration.reason === "goodbye";
  return hasSaidGoodbye ? keepLocks(state.peerHistory) : keepFormerLocks(state.peerHistory);
}

/** Goes on with the walk, and plans when that is due and nothing is under way. */
export function settlePlan(state: AgentState, now: Instant): AgentStep {
  if (!isDcHere(state)) return nothing({ ...state, walk: null, isPlanDue: false });
  if (state.walk !== null) return advanceWalk(state, now);
  const isTimeDue = state.plan?.recheckAt !== null && (state.plan?.recheckAt ?? now + 1) <= now;
  if (!mayPlan(state, now) || !(state.isPlanDue || isTimeDue)) return nothing(state);
  return beginTransition(state, now);
}

/** When the plan changes by time alone; null: never, or not here. */
export function planDeadline(state: AgentState, now: Instant): Instant | null {
  if (!isDcHere(state) || state.walk !== null) return null;
  const restsUntilAt = state.isPlanDue ? state.planRate.restsUntilAt : null;
  // What is due but may not be planned yet waits for an event: its time would wake for nothing.
  const [recheckAt, rested] = [state.plan?.recheckAt ?? null, restsUntilAt].map((at) =>
    at !== null && at > now ? at : null,
  );
  return earlier(recheckAt ?? null, rested ?? null);
}

function mayPlan(state: AgentState, now: Instant): boolean {
  const isReady = state.survey === "done" && !state.isDropping && isMeetingOver(state);
  if (now < state.planRate.restsUntilAt) return false;
  return isReady && state.ring !== null && !isStartDoubtful(state, now);
}

/**
 * True while a lone node that has just started, or was outside of the ring, must not act: it waits
 * for its peer, or an address of the configuration answers on the service network, so that somebody
 * has it whom this node cannot hear.
 */
export function isStartDoubtful(state: AgentState, now: Instant): boolean {
  if (hasPeer(state)) return false;
  const { reason } = state.arbitration;
  const isUnsure = reason === "started" || reason === "evicted";
  const mayBeElsewhere = isUnsure && decidePresence(state.arbitration) === "held";
  return mayBeElsewhere || countVotes(state, now).isWaiting;
}

function beginTransition(state: AgentState, now: Instant): AgentStep {
  const scheduled = scheduleTransition(schedulerInput(state, now));
  const plan = { ...scheduled, actions: promoteAfterProbes(scheduled.actions) };
  const transitionId = state.nextId;
  const planRate = countPlan(state, now);
  const planned = { ...state, nextId: transitionId + 1, plan, planRate, isPlanDue: false };
  // A node that leaves decides by itself when it has nothing left: to walk that would plan anew.
  if (plan.actions.every(({ task }) => task.kind === "shutdown")) return nothing(planned);
  const walk = beginWalk(transitionId, plan);
  const words = plan.decisions
    .filter((decision) => decision.what !== "leave")
    .map((decision) => `${decision.what} ${decision.resource ?? decision.from ?? ""}`.trim());
  const fields = { transitionId, actions: plan.actions.length, decisions: words.join(", ") };
  return inTurn({ ...planned, walk }, [
    (next) => perform(next, log("info", "transitionStarted", fields)),
    (next) => advanceWalk(next, now),
  ]);
}

function countPlan(state: AgentState, now: Instant): AgentState["planRate"] {
  const { at, count } = state.planRate;
  const isNewSpan = now - at >= PLAN_REST_MS;
  const plans = isNewSpan ? 1 : count + 1;
  const restsUntilAt = plans >= PLANS_IN_SPAN_MAX ? now + PLAN_REST_MS : now;
  return { at: isNewSpan ? now : at, count: plans, restsUntilAt };
}

function advanceWalk(state: AgentState, now: Instant): AgentStep {
  const current = state.walk;
  if (current === null) return nothing(state);
  const walk = state.isPlanDue ? abortWalk(current) : current;
  if (isWalkOver(walk)) return finishWalk({ ...state, walk }, now);
  const ready = readyActions(walk);
  if (ready.length === 0) return nothing({ ...state, walk });
  const begun = { ...state, walk: markBegun(walk, ready) };
  return inTurn(begun, [
    ...ready.map((action) => (next: AgentState) => dispatch(next, action, now)),
    (next) => advanceWalk(next, now),
  ]);
}

function dispatch(state: AgentState, action: Action, now: Instant): AgentStep {
  const transitionId = state.walk?.transitionId ?? 0;
  if (action.task.kind === "deleteHistory" && action.task.isByDc === true) {
    return endLock(state, action, action.task.resource);
  }
  // A node to be fenced cannot do it itself.
  if (action.node === state.identity.local.name || action.task.kind === "fence") {
    return runTask(state, action, { transitionId, from: "here", now });
  }
  return send(state, { kind: "action", transitionId, action }, now);
}

/** What is kept for a node is in the books of the DC: it asks nobody, as nobody may be there. */
function endLock(state: AgentState, { id, node }: Action, resource: ResourceId): AgentStep {
  const released = (history: NodeHistory): NodeHistory =>
    history.node === node ? releaseLocks(history, resource) : history;
  const { localHistory, peerHistory } = state;
  const ended = {
    ...state,
    localHistory: released(localHistory),
    peerHistory: released(peerHistory),
  };
  const transitionId = state.walk?.transitionId ?? 0;
  return noteActionEnd(ended, { transitionId, actionId: id, isOk: true });
}

function finishWalk(state: AgentState, now: Instant): AgentStep {
  const transitionId = state.walk?.transitionId ?? 0;
  const isAborted = state.walk?.isAborting === true;
  const event = isAborted ? "transitionAborted" : "transitionFinished";
  return inTurn({ ...state, walk: null, isPlanDue: true }, [
    (next) => perform(next, log("info", event, { transitionId })),
    (next) => settlePlan(next, now),
  ]);
}
