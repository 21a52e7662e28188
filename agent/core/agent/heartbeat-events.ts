/** What the heartbeat process reports: rings, suspicion, links, leases. */

import {
  decidePresence,
  noteHeard,
  noteLoss,
  notePeerJoined,
  noteProbed,
  noteSuspicion,
  stepArbitration,
} from "../arbitration/index.ts";
import type { Instant } from "../base/index.ts";
import { openChannel } from "../messaging/index.ts";
import {
  type AgentEffect,
  compareCibVersion,
  emptyHistory,
  type HeartbeatReport,
  isSameRing,
  listPrimitives,
  type ProbeAnswer,
  type ProbeTarget,
  renderRing,
  type TokenFacts,
} from "../model/index.ts";
import { isActive } from "./active.ts";
import { finishCommitAlone } from "./commit.ts";
import { inTurn, log, nothing, perform } from "./effects.ts";
import { dropResources } from "./meet.ts";
import { countVotes } from "./plan.ts";
import { failForwarded } from "./requests.ts";
import { type AgentState, type AgentStep, hasPeer, NO_MEETING } from "./state.ts";

/** One report of the heartbeat process. Lease answers go to the executor and never come here. */
export function acceptHeartbeat(
  state: AgentState,
  report: HeartbeatReport,
  now: Instant,
): AgentStep {
  const { heartbeat } = state;
  switch (report.kind) {
    case "ready": {
      const { scheduling, incarnation } = report;
      return nothing({ ...state, heartbeat: { ...heartbeat, scheduling, incarnation } });
    }
    case "ringChanged":
      return changeRing(state, report, now);
    case "peerSuspected": {
      const arbitration = noteSuspicion(state.arbitration, heldByPeer(state), now);
      return nothing({ ...state, arbitration });
    }
    case "peerHeard":
      return nothing({ ...state, arbitration: noteHeard(state.arbitration) });
    case "peerFacts":
      return nothing({ ...state, peerFacts: report.facts });
    case "linkChanged": {
      const linksUp = state.identity.local.addresses.map((_address, link) =>
        link === report.link ? report.isUp : (heartbeat.linksUp[link] ?? false),
      );
      return nothing({ ...state, heartbeat: { ...heartbeat, linksUp } });
    }
    case "counters":
      return nothing({ ...state, heartbeat: { ...heartbeat, counters: report.counters } });
    case "leaseLost":
      return perform(state, log("warning", "leaseLost", { ip: report.ip, reason: report.reason }));
    case "paused":
      return perform(state, log("warning", "paused", { gapMs: report.gapMs }));
    case "warning":
      return perform(state, log("warning", "heartbeatWarning", { text: report.text }));
    case "ping":
    case "leaseHeld":
    case "leaseReleased":
    case "fatal": // The composition root ends the process.
      return nothing(state);
  }
}

/** A probe of the service network ended. */
export function acceptProbe(
  state: AgentState,
  probed: { readonly probeId: number; readonly answers: readonly ProbeAnswer[] },
  now: Instant,
): AgentStep {
  if (state.arbitration.openProbeId !== probed.probeId) {
    return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
  return nothing({ ...state, arbitration: noteProbed(state.arbitration, probed.answers, now) });
}

/** Asks for addresses when that is due, and frees what the peer had once the evidence allows it. */
export function settleArbitration(state: AgentState, now: Instant): AgentStep {
  const wasHeld = decidePresence(state.arbitration) === "held";
  const { state: arbitration, probe } = stepArbitration(state.arbitration, now);
  const stepped = { ...state, arbitration };
  const effects: readonly AgentEffect[] = probe === null ? [] : [probe];
  const isFreed = wasHeld && decidePresence(arbitration) === "offline";
  if (!isFreed) return { state: stepped, effects };
  const peer = state.identity.peer.name;
  const freed = { ...stepped, peerHistory: emptyHistory(peer), isPlanDue: true };
  return perform(freed, ...effects, log("warning", "takeoverAllowed", { peer }));
}

/** A lone start waits for its peer; when the wait ends, the addresses are asked for afresh. */
export function settleQuorum(state: AgentState, now: Instant): AgentStep {
  const quorum = countVotes(state, now);
  if (quorum.isQuorate === state.wasQuorate) return nothing(state);
  const changed = { ...state, wasQuorate: quorum.isQuorate, isPlanDue: true };
  const line = log("info", "quorumChanged", { isQuorate: quorum.isQuorate });
  const startsAlone = quorum.isQuorate && !hasPeer(state) && state.arbitration.reason === "started";
  if (!startsAlone) return perform(changed, line);
  const loss = { reason: "started", hasReleased: false, targets: allAddresses(state) } as const;
  return perform({ ...changed, arbitration: noteLoss(state.arbitration, loss, now) }, line);
}

/** Tells the peer, through the tokens, what this node is and holds. */
export function settleFacts(state: AgentState): AgentStep {
  // Leaving is said by `leave` alone: a token that says so frees the peer to take over at once.
  const facts: TokenFacts = {
    state: "member",
    configHash: state.identity.configHash,
    cibVersion: state.cib.version,
    holds: [],
    release: state.identity.release,
  };
  if (isSameFacts(facts, state.advertised)) return nothing(state);
  return perform({ ...state, advertised: facts }, { kind: "advertise", facts });
}

function changeRing(
  state: AgentState,
  report: HeartbeatReport & { readonly kind: "ringChanged" },
  now: Instant,
): AgentStep {
  const { ring, reason, peerIncarnation } = report;
  const isSame = state.ring !== null && isSameRing(state.ring.ring, ring);
  if (isSame) return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  const joined = report.members.length > 1;
  const changed: AgentState = {
    ...state,
    ring: { ring, hasPeer: joined, reason, peerIncarnation },
    channel: null,
    meeting: NO_MEETING,
    walk: null,
    adopting: null,
    isPlanDue: true,
  };
  const fields = { ring: renderRing(ring), members: report.members.join(" "), reason };
  return inTurn(changed, [
    (next) =>
      perform(next, log("info", "ringChanged", fields), { kind: "writeRingSeq", seq: ring.seq }),
    (next) => (joined ? joinPeer(next) : losePeer(next, report, now)),
  ]);
}

function joinPeer(state: AgentState): AgentStep {
  const { heartbeat, ring } = state;
  if (ring === null || heartbeat.incarnation === null || ring.peerIncarnation === null) {
    return nothing(state);
  }
  const channel = openChannel({
    ring: ring.ring,
    ownIncarnation: heartbeat.incarnation,
    peerIncarnation: ring.peerIncarnation,
  });
  const arbitration = notePeerJoined(state.arbitration);
  return nothing({ ...state, channel, arbitration, dc: null, wereBothSeen: true });
}

function losePeer(
  state: AgentState,
  report: HeartbeatReport & { readonly kind: "ringChanged" },
  now: Instant,
): AgentStep {
  const { reason, hasPeerReleased } = report;
  const alone = { ...state, dc: state.identity.local.name };
  const parts = [failForwarded, (next: AgentState) => finishCommitAlone(next, now)];
  if (reason === "started") return inTurn(alone, parts);
  const loss = { reason, hasReleased: hasPeerReleased, targets: heldByPeer(state) };
  const arbitration = noteLoss(state.arbitration, loss, now);
  const isGone = decidePresence(arbitration) === "offline";
  const peerHistory = isGone ? emptyHistory(state.identity.peer.name) : state.peerHistory;
  const lost = { ...alone, arbitration, peerHistory, peerFacts: isGone ? null : state.peerFacts };
  // Outside of the ring for a token or longer: the peer may have taken over. First drop, then ask.
  const mine = state.localHistory.resources.filter(isActive).map((entry) => entry.resource);
  const drop = (next: AgentState): AgentStep => dropResources(next, mine, now);
  return inTurn(lost, [...parts, ...(reason === "evicted" ? [drop] : [])]);
}

/** Addresses that the peer may hold: those of resources that its history shows as active. */
function heldByPeer(state: AgentState): readonly ProbeTarget[] {
  const active = state.peerHistory.resources.filter(isActive).map((entry) => entry.resource);
  return allTargets(state)
    .filter(({ id }) => active.includes(id))
    .map(({ target }) => target);
}

function allAddresses(state: AgentState): readonly ProbeTarget[] {
  return allTargets(state).map(({ target }) => target);
}

function allTargets(
  state: AgentState,
): readonly { readonly id: string; readonly target: ProbeTarget }[] {
  const mine = state.localHistory.resources.filter(isActive).map((entry) => entry.resource);
  return listPrimitives(state.cib)
    .filter((primitive) => primitive.agent.type === "IPaddr2" && !mine.includes(primitive.id))
    .flatMap(({ id, parameters }) => {
      const { ip } = parameters;
      return ip === undefined ? [] : [{ id, target: { ip, nic: parameters["nic"] ?? "" } }];
    });
}

function isSameFacts(a: TokenFacts, b: TokenFacts | null): boolean {
  if (b === null) return false;
  return a.state === b.state && compareCibVersion(a.cibVersion, b.cibVersion) === 0;
}
