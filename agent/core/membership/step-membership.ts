// The ring of one node, by who is in it:
//
//   alone ──the representative's proposal, installed by both──▶ paired
//   paired ──silence, goodbye, unwell, restart, eviction, own pause or standing──▶ alone
//
// and its standing: well ◀─the agent answers or not─▶ unwell; either ──leave──▶ gone.
// Only a node that stands well is ever paired.

import { assertNever, earlier, type Instant, unchanged } from "../base/index.ts";
import { acceptToken } from "./accept-token.ts";
import { standAlone } from "./change-ring.ts";
import { judgePeer } from "./judge-peer.ts";
import {
  FAREWELL_ROUNDS,
  hurryToken,
  isPaired,
  isSameFacts,
  latenessMs,
  type Membership,
  type MembershipEvent,
  type MembershipSettings,
  type MembershipStep,
  reporting,
  suspicionMs,
  then,
} from "./membership.ts";
import { sendDueTokens } from "./send-tokens.ts";

/** The first state, alone, with the report of that ring. Its first tokens are due at once. */
export function initialMembership(settings: MembershipSettings, now: Instant): MembershipStep {
  const links = Array.from({ length: settings.linkCount }, () => {
    return { lifeAt: null, isUp: false, heard: [] };
  });
  const unborn: Membership = {
    settings,
    facts: settings.facts,
    standing: "well",
    holds: [],
    farewellsLeft: null,
    ring: { representative: settings.localId, seq: settings.ringSeqFloor },
    memberIds: [],
    hasWithdrawn: true,
    proposal: null,
    seqSeen: settings.ringSeqFloor,
    isSuspected: false,
    peer: null,
    pastIncarnations: [],
    links,
    sequence: 0,
    sent: [],
    nextTokenAt: now,
    wellSince: null,
    lastStepAt: now,
  };
  return standAlone(unborn, { reason: "started", hasPeerReleased: false }, now);
}

/** The one step of membership: notices a pause, reacts, concludes, and sends what is due. */
export function stepMembership(
  state: Membership,
  event: MembershipEvent,
  now: Instant,
): MembershipStep {
  const noticed = noticePause(state, now);
  const reacted = then(noticed, (next) => react(next, event, now));
  const judged = then(reacted, (next) => judgePeer(next, now));
  return then(judged, (next) => sendDueTokens(next, now));
}

/** When to step with `timePassed` at the latest. */
export function nextDeadline(state: Membership): Instant | null {
  return state.farewellsLeft === 0 ? null : earlier(state.nextTokenAt, nextJudgement(state));
}

/** When silence leads to a conclusion; null: nothing is heard that could fall silent. */
export function nextJudgement(state: Membership): Instant | null {
  const { peer, settings } = state;
  // Asked after every step: no lists are made on the way.
  let judgement: Instant | null = null;
  if (isPaired(state) && peer !== null) {
    const waitMs = state.isSuspected ? settings.tokenTimeoutMs : suspicionMs(settings);
    judgement = peer.lifeAt + waitMs;
  }
  const linkWaitMs = state.wellSince === null ? settings.tokenTimeoutMs : latenessMs(settings);
  for (const { isUp, lifeAt } of state.links) {
    if (isUp && lifeAt !== null) judgement = earlier(judgement, lifeAt + linkWaitMs);
  }
  return judgement;
}

/** Steps come every token interval: a gap longer than the timeout is a stop of the host. */
function noticePause(state: Membership, now: Instant): MembershipStep {
  const gapMs = now - state.lastStepAt;
  const awake = { ...state, lastStepAt: now };
  if (gapMs <= state.settings.tokenTimeoutMs) return unchanged(awake);
  return then(reporting(awake, { kind: "paused", gapMs }), (next) => withdraw(next, now));
}

function react(state: Membership, event: MembershipEvent, now: Instant): MembershipStep {
  switch (event.kind) {
    case "timePassed":
      return unchanged(state);
    case "tokenReceived":
      return acceptToken(state, event.token, now);
    case "factsAdvertised": {
      const isSame = isSameFacts(event.facts, state.facts);
      return unchanged(isSame ? state : hurryToken({ ...state, facts: event.facts }, now));
    }
    case "agentUnwell":
      return takeStanding(state, { standing: "unwell", holds: event.holds }, now);
    case "agentWell":
      return takeStanding(state, { standing: "well", holds: [] }, now);
    case "leave": {
      const { as: standing, holds } = event;
      const leaving = { ...state, farewellsLeft: state.farewellsLeft ?? FAREWELL_ROUNDS };
      return takeStanding(leaving, { standing, holds }, now);
    }
    default:
      return assertNever(event);
  }
}

function takeStanding(
  state: Membership,
  change: Pick<Membership, "standing" | "holds">,
  now: Instant,
): MembershipStep {
  // Who has begun to say goodbye stays with it.
  if (state.standing === "leaving" && change.standing !== "leaving") return unchanged(state);
  const next = hurryToken({ ...state, ...change }, now);
  return change.standing === "well" ? unchanged(next) : withdraw(next, now);
}

function withdraw(state: Membership, now: Instant): MembershipStep {
  if (!isPaired(state)) return unchanged(state);
  return standAlone(state, { reason: "evicted", hasPeerReleased: false }, now);
}
