/**
 * The agent: one event in, a new state and the effects out. The parts are in this folder:
 * heartbeat-events (rings, arbitration), meet (DC, configuration, ownership), commit (changes),
 * requests (clients), plan (scheduler and walk), reload, run-task and local-operations (what runs
 * here).
 */

import { arbitrationDeadline } from "../arbitration/index.ts";
import { earliest, type Instant } from "../base/index.ts";
import { nextDeadline as channelDeadline, stepTime } from "../messaging/index.ts";
import { type AgentEvent, listPrimitives, type OperationOrder } from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import { answerChecks, settleChecks } from "./check-now.ts";
import { instanceIds } from "./clone-instances.ts";
import { noteWrittenHere, settleCommits } from "./commit.ts";
import { acceptDeepLook, acceptOperation, deepDeadline, settleDeepChecks } from "./deep-checks.ts";
import { inTurn, nothing, packetsOf } from "./effects.ts";
import {
  acceptHeartbeat,
  acceptProbe,
  settleArbitration,
  settleFacts,
  settleQuorum,
} from "./heartbeat-events.ts";
import { acceptFiles, acceptInspection, shareInspection } from "./inspect.ts";
import { beginOperation } from "./local-operations.ts";
import { finishAdopting, greet, meetingDeadline, settleDrop, settleMeeting } from "./meet.ts";
import { acceptPacket } from "./messages.ts";
import { countVotes, planDeadline, settlePlan } from "./plan.ts";
import { settleReload } from "./reload.ts";
import { acceptRequest, settleForwarded } from "./requests.ts";
import type { AgentState, AgentStep, Part } from "./state.ts";
import { settleStopping } from "./stopping.ts";

/** How long a node looks at what is active on it before it goes on without the rest. */
const SURVEY_MAX_MS = 5000;

/**
 * Advances the agent by one event. `now` never goes back. Pure: the driver performs the effects.
 */
export function stepAgent(state: AgentState, event: AgentEvent, now: Instant): AgentStep {
  return inTurn(state, [
    (next) => acceptEvent(next, event, now),
    (next) => settleChannel(next, now),
    (next) => settleSurvey(next, now),
    (next) => settleDrop(next, now),
    (next) => settleMeeting(next, now),
    (next) => settleQuorum(next, now),
    (next) => settleArbitration(next, now),
    (next) => greet(next, now),
    (next) => settleCommits(next, now),
    (next) => settleDeepChecks(next, now),
    (next) => settlePlan(next, now),
    (next) => settleReload(next, now),
    (next) => settleStopping(next, now),
    (next) => settleForwarded(next, now),
    (next) => settleChecks(next, now),
    (next) => shareInspection(next, now),
    settleFacts,
  ]);
}

/** The next moment at which time alone makes the agent act; null when none is set. */
export function agentDeadline(state: AgentState, now: Instant): Instant | null {
  return earliest([
    state.channel === null ? null : channelDeadline(state.channel),
    arbitrationDeadline(state.arbitration, now),
    countVotes(state, now).waitsUntilAt,
    planDeadline(state, now),
    state.surveyEndsAt,
    earliest(state.forwarded.map(({ endsAt }) => endsAt)),
    earliest(state.inspections.checks.map(({ endsAt }) => endsAt)),
    meetingDeadline(state),
    deepDeadline(state),
  ]);
}

function acceptEvent(state: AgentState, event: AgentEvent, now: Instant): AgentStep {
  switch (event.kind) {
    case "heartbeat":
      return acceptHeartbeat(state, event.report, now);
    case "packetReceived":
      return acceptPacket(state, event.packet, now);
    case "operationReported":
      return acceptOperation(state, event.report, { now, wallMs: event.wallMs });
    case "cibWritten":
      return acceptWritten(state, event, now);
    case "addressesProbed":
      return acceptProbe(state, event, now);
    case "nicChanged":
      return noteNic(state, event);
    case "inspected":
      return inTurn(state, [
        (next) => acceptInspection(next, event, now),
        (next) => answerChecks(next, event.askId, now),
      ]);
    case "deepLooked":
      return acceptDeepLook(state, event, now);
    case "filesRead":
      return acceptFiles(state, event, now);
    case "setAsideListed":
      return nothing({ ...state, setAside: event.names });
    case "requested":
      return acceptRequest(state, event, now);
    case "timePassed":
      return noteWallClock(state, event.wallMs - now);
  }
}

const CLOCK_JUMP_MS = 1000;

/** Rules on dates are looked at anew when somebody sets the clock. */
function noteWallClock(state: AgentState, wallAheadMs: number): AgentStep {
  if (Math.abs(wallAheadMs - state.wallAheadMs) < CLOCK_JUMP_MS) return nothing(state);
  const isPlanDue = state.isPlanDue || state.plan !== null;
  return nothing({ ...state, wallAheadMs, isPlanDue });
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

function noteNic(
  state: AgentState,
  { nic, isUp }: { readonly nic: string; readonly isUp: boolean },
): AgentStep {
  const isOurs = listPrimitives(state.cib).some(({ parameters }) => parameters["nic"] === nic);
  const others = state.downNics.filter((name) => name !== nic);
  return nothing({ ...state, downNics: isUp || !isOurs ? others : [...others, nic] });
}

function settleChannel(state: AgentState, now: Instant): AgentStep {
  if (state.channel === null) return nothing(state);
  const stepped = stepTime(state.channel, now);
  return { state: { ...state, channel: stepped.state }, effects: packetsOf(stepped.effects) };
}

/** At its start the node looks at what is already active on it, before it says hello to anybody. */
function settleSurvey(state: AgentState, now: Instant): AgentStep {
  if (state.survey === "done") return nothing(state);
  if (state.survey === "running") return endSurvey(state, now);
  // Not before the heartbeat process is there: an address found here is renewed through it.
  if (state.ring === null) return nothing(state);
  const orders = listPrimitives(state.cib).flatMap((primitive): readonly OperationOrder[] => {
    const order = planOperation(state.cib, primitive.id, "probe");
    if (order === null) return [];
    return instanceIds(state.cib, primitive).map((resource) => ({ ...order, resource }));
  });
  const parts = orders.map((order): Part => {
    return (next) => beginOperation(next, order, { purpose: { kind: "survey" }, now });
  });
  const surveyEndsAt = now + SURVEY_MAX_MS;
  return inTurn({ ...state, survey: "running", surveyEndsAt }, [
    ...parts,
    (next) => endSurvey(next, now),
  ]);
}

/** Ends the survey when all probes have ended, or when one of them hangs: a standby must not. */
function endSurvey(state: AgentState, now: Instant): AgentStep {
  const isUnderWay = [...state.orders.values()].some(({ purpose }) => purpose.kind === "survey");
  const hasTime = state.surveyEndsAt !== null && now < state.surveyEndsAt;
  if (isUnderWay && hasTime) return nothing(state);
  return nothing({ ...state, survey: "done", surveyEndsAt: null, isPlanDue: true });
}
