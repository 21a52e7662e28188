/**
 * The agent: one event in, a new state and the effects out. The parts are in this folder:
 * heartbeat-events (rings, arbitration), meet (DC, configuration, ownership), commit (changes),
 * requests (clients), plan (scheduler and walk), run-task and local-operations (what runs here).
 */

import { arbitrationDeadline, noteLink } from "../arbitration/index.ts";
import { earliest, type Instant } from "../base/index.ts";
import { nextDeadline as channelDeadline, stepTime } from "../messaging/index.ts";
import { type AgentEvent, listPrimitives, type OperationOrder } from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import { isActive } from "./active.ts";
import { noteWrittenHere, settleCommits } from "./commit.ts";
import { answer, inTurn, log, nothing, packetsOf, perform } from "./effects.ts";
import {
  acceptHeartbeat,
  acceptProbe,
  settleArbitration,
  settleFacts,
  settleQuorum,
} from "./heartbeat-events.ts";
import { beginOperation } from "./local-operations.ts";
import { finishAdopting, greet, settleDrop } from "./meet.ts";
import { acceptPacket } from "./messages.ts";
import { countVotes, planDeadline, settlePlan } from "./plan.ts";
import { acceptRequest } from "./requests.ts";
import { finishOperation } from "./run-task.ts";
import type { AgentState, AgentStep, Part } from "./state.ts";

/**
 * Advances the agent by one event. `now` never goes back. Pure: the driver performs the effects.
 */
export function stepAgent(state: AgentState, event: AgentEvent, now: Instant): AgentStep {
  return inTurn(state, [
    (next) => acceptEvent(next, event, now),
    (next) => settleChannel(next, now),
    (next) => settleSurvey(next, now),
    (next) => settleDrop(next, now),
    (next) => settleQuorum(next, now),
    (next) => settleArbitration(next, now),
    (next) => greet(next, now),
    (next) => settleCommits(next, now),
    (next) => settlePlan(next, now),
    (next) => settleStopping(next, now),
    settleFacts,
  ]);
}

/** The next moment at which time alone makes the agent act; null when none is set. */
export function agentDeadline(state: AgentState, now: Instant): Instant | null {
  return earliest([
    state.channel === null ? null : channelDeadline(state.channel),
    arbitrationDeadline(state.arbitration, now),
    countVotes(state, now).waitsUntilAt,
    planDeadline(state),
  ]);
}

function acceptEvent(state: AgentState, event: AgentEvent, now: Instant): AgentStep {
  switch (event.kind) {
    case "heartbeat":
      return acceptHeartbeat(state, event.report, now);
    case "packetReceived":
      return acceptPacket(state, event.packet, now);
    case "operationReported":
      return finishOperation(state, event.report, { now, wallMs: event.wallMs });
    case "cibWritten":
      return acceptWritten(state, event, now);
    case "addressesProbed":
      return acceptProbe(state, event, now);
    case "serviceLinkChanged": {
      const arbitration = noteLink(state.arbitration, event.nic, event.isUp);
      return nothing({ ...state, arbitration });
    }
    case "requested":
      return acceptRequest(state, event, now);
    case "timePassed":
      return nothing(state);
  }
}

function acceptWritten(
  state: AgentState,
  written: { readonly writeId: number; readonly problem: string | null },
  now: Instant,
): AgentStep {
  if (state.openCommit?.writeId === written.writeId) {
    return noteWrittenHere(state, written.problem, now);
  }
  if (state.adopting?.writeId === written.writeId)
    return finishAdopting(state, written.problem, now);
  return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
}

function settleChannel(state: AgentState, now: Instant): AgentStep {
  if (state.channel === null) return nothing(state);
  const stepped = stepTime(state.channel, now);
  return { state: { ...state, channel: stepped.state }, effects: packetsOf(stepped.effects) };
}

/** At its start the node looks at what is already active on it, before it says hello to anybody. */
function settleSurvey(state: AgentState, now: Instant): AgentStep {
  if (state.survey === "done") return nothing(state);
  if (state.survey === "running") {
    const isUnderWay = [...state.orders.values()].some(({ purpose }) => purpose.kind === "survey");
    return nothing(isUnderWay ? state : { ...state, survey: "done", isPlanDue: true });
  }
  // Not before the heartbeat process is there: an address found here is renewed through it.
  if (state.ring === null) return nothing(state);
  const orders = listPrimitives(state.cib)
    .map((primitive) => planOperation(state.cib, primitive.id, "probe"))
    .filter((order): order is OperationOrder => order !== null);
  const parts = orders.map((order): Part => {
    return (next) => beginOperation(next, order, { purpose: { kind: "survey" }, now });
  });
  return inTurn(
    { ...state, survey: orders.length > 0 ? "running" : "done", isPlanDue: true },
    parts,
  );
}

/** A stopping node leaves when nothing is active on it any more. */
function settleStopping(state: AgentState, now: Instant): AgentStep {
  const { stopping } = state;
  if (stopping === null || stopping.hasLeft) return nothing(state);
  const isBusy = state.walk !== null || state.openCommit !== null || state.adopting !== null;
  const isHolding = state.localHistory.resources.some(isActive);
  if (isBusy || isHolding) return nothing(state);
  const parts = stopping.askers.map((asker): Part => {
    return (next) => answer(next, { to: asker, now }, { kind: "done", notes: [] });
  });
  return inTurn({ ...state, stopping: { askers: [], hasLeft: true } }, [
    ...parts,
    (next) => perform(next, log("info", "stopping", {}), { kind: "leave" }, { kind: "exit" }),
  ]);
}
