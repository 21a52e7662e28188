import { type Instant, unchanged } from "../base/index.ts";
import { isSameRing } from "../model/index.ts";
import { joinPeer, standAlone } from "./change-ring.ts";
import {
  hurryToken,
  isPaired,
  isPeerLive,
  latenessMs,
  type Membership,
  type MembershipEffect,
  type MembershipStep,
  type Peer,
  reporting,
  suspicionMs,
  then,
} from "./membership.ts";

/** Draws the conclusions from what was heard and from the time that has passed. */
export function judgePeer(state: Membership, now: Instant): MembershipStep {
  const parted = isPaired(state) ? judgePair(state, now) : unchanged(state);
  const ringed = then(parted, (next) => (isPaired(next) ? unchanged(next) : formRing(next, now)));
  const linked = then(ringed, (next) => judgeLinks(next, now));
  return then(linked, (next) => unchanged(judgeCalm(next, now)));
}

function judgePair(state: Membership, now: Instant): MembershipStep {
  const { peer } = state;
  if (peer === null || !isPeerLive(state, now)) {
    return standAlone(state, { reason: "tokenLost", hasPeerReleased: false }, now);
  }
  const hasPeerReleased = peer.facts.holds.length === 0;
  if (peer.facts.state === "leaving") {
    return standAlone(state, { reason: "goodbye", hasPeerReleased }, now);
  }
  if (peer.facts.state === "unwell") {
    return standAlone(state, { reason: "peerUnwell", hasPeerReleased }, now);
  }
  if (isLeftOut(state, peer)) {
    // A peer that took itself out says nothing about this node, which goes on alone.
    const reason = peer.hasWithdrawn ? "peerRestarted" : "evicted";
    return standAlone(state, { reason, hasPeerReleased: false }, now);
  }
  if (isProposedAnew(state, peer)) {
    return standAlone(state, { reason: "peerRestarted", hasPeerReleased: false }, now);
  }
  return judgeSilence(state, now - peer.lifeAt);
}

/**
 * The peer never came into this ring and proposes another one: its proposal was made to the former
 * incarnation of this node, and this one installed it late. Only both alone can form a ring.
 */
function isProposedAnew(state: Membership, peer: Peer): boolean {
  const { proposal } = peer;
  const isNewer = proposal !== null && proposal.seq > state.ring.seq;
  return isNewer && !isSameRing(peer.ring, state.ring);
}

function isLeftOut(state: Membership, peer: Peer): boolean {
  return peer.ring.seq > state.ring.seq && !peer.memberIds.includes(state.settings.localId);
}

function judgeSilence(state: Membership, silentForMs: number): MembershipStep {
  const isSuspected = silentForMs >= suspicionMs(state.settings);
  if (isSuspected === state.isSuspected) return unchanged(state);
  const kind = isSuspected ? "peerSuspected" : "peerHeard";
  return reporting({ ...state, isSuspected }, { kind });
}

/**
 * Two phases: the lower node id proposes a ring above all that was seen, the other installs it at
 * once, the proposer when it sees that. A lost token only delays, as every token repeats it all.
 */
function formRing(state: Membership, now: Instant): MembershipStep {
  const { peer, proposal, settings } = state;
  if (peer === null || !isPeerLive(state, now) || !mayJoin(state, peer)) return unchanged(state);
  const isRepresentative = settings.nodes.every(({ id }) => id >= settings.localId);
  if (!isRepresentative) {
    const isNewer = peer.proposal !== null && peer.proposal.seq > state.ring.seq;
    return isNewer && peer.proposal !== null
      ? joinPeer(state, peer.proposal, now)
      : unchanged(state);
  }
  if (proposal !== null && isSameRing(proposal, peer.ring)) return joinPeer(state, proposal, now);
  if (proposal !== null && proposal.seq > peer.ring.seq) return unchanged(state);
  const seq = state.seqSeen + 1;
  const next = { representative: settings.localId, seq };
  return unchanged(hurryToken({ ...state, proposal: next, seqSeen: seq }, now));
}

function mayJoin(state: Membership, peer: Peer): boolean {
  const isPeerWell = peer.facts.state === "joining" || peer.facts.state === "member";
  return state.standing === "well" && isPeerWell;
}

/** A token that is missing is answered by one at once: both nodes then send more of them. */
function judgeCalm(state: Membership, now: Instant): Membership {
  const isWell = isAllWell(state, now);
  if (isWell === (state.wellSince !== null)) return state;
  return isWell ? { ...state, wellSince: now } : hurryToken({ ...state, wellSince: null }, now);
}

function isAllWell(state: Membership, now: Instant): boolean {
  if (!isPaired(state) || state.standing !== "well" || state.proposal !== null) return false;
  const limitMs = latenessMs(state.settings);
  return state.links.every(({ isUp, lifeAt }) => !isUp || now - (lifeAt ?? 0) < limitMs);
}

function judgeLinks(state: Membership, now: Instant): MembershipStep {
  const { tokenTimeoutMs } = state.settings;
  const down = state.links.flatMap((link, index) =>
    link.isUp && now - (link.lifeAt ?? 0) >= tokenTimeoutMs ? [index] : [],
  );
  if (down.length === 0) return unchanged(state);
  const links = state.links.map((link, index) =>
    down.includes(index) ? { ...link, isUp: false } : link,
  );
  const effects = down.map((link): MembershipEffect => {
    return { kind: "report", report: { kind: "linkChanged", link, isUp: false } };
  });
  return { state: { ...state, links }, effects };
}
