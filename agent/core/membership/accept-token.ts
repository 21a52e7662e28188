import { type Instant, unchanged } from "../base/index.ts";
import type { Token, TokenEcho } from "../model/index.ts";
import { standAlone } from "./change-ring.ts";
import {
  calmIntervalMs,
  type Heard,
  hurryToken,
  isPaired,
  isSameFacts,
  type LinkLife,
  type Membership,
  type MembershipStep,
  missedMs,
  PAST_INCARNATIONS_MAX,
  type Peer,
  reporting,
  suspicionMs,
  then,
  tokenIntervalMs,
} from "./membership.ts";

/**
 * Takes in one token. It is life of the peer only if it echoes this incarnation and a round sent
 * within the last token timeout; otherwise it is noted to be echoed, and nothing else follows.
 */
export function acceptToken(state: Membership, token: Token, now: Instant): MembershipStep {
  const link = state.links[token.link];
  const isPeer = state.settings.nodes.some(({ id }) => id === token.from);
  if (link === undefined || !isPeer || token.from === state.settings.localId) {
    return { state, effects: [{ kind: "tokenRefused", cause: "malformed" }] };
  }
  if (state.pastIncarnations.includes(token.incarnation)) {
    return { state, effects: [{ kind: "tokenRefused", cause: "stale" }] };
  }
  const noted = noteHeard(state, token, now);
  const echo = token.echoes.find(({ incarnation }) => incarnation === state.settings.incarnation);
  const lifeAt = echo === undefined ? null : dateLife(noted, echo, now);
  if (echo === undefined || lifeAt === null) return unchanged(noted);
  return noteLife(answerMissed(noted, echo, now), { token, lifeAt }, now);
}

/** A peer that has waited too long for a token gets the next one at once, and more of them. */
function answerMissed(state: Membership, { agoMs }: TokenEcho, now: Instant): Membership {
  if (state.wellSince === null || agoMs <= missedMs(state.settings)) return state;
  return hurryToken({ ...state, wellSince: null }, now);
}

function noteHeard(state: Membership, token: Token, now: Instant): Membership {
  const { incarnation, sequence } = token;
  const links = state.links.map((link, index) =>
    index === token.link
      ? { ...link, heard: noteSequence(link, { incarnation, sequence, at: now }, state.peer) }
      : link,
  );
  const before = state.links[token.link]?.heard.find((heard) => heard.incarnation === incarnation);
  // After a silence an answer at once lets the ring form within a few round trips.
  const isNews = before === undefined || now - before.at >= suspicionMs(state.settings);
  return isNews ? hurryToken({ ...state, links }, now) : { ...state, links };
}

function noteSequence(link: LinkLife, fresh: Heard, peer: Peer | null): readonly Heard[] {
  const old = link.heard.find(({ incarnation }) => incarnation === fresh.incarnation);
  const newest = old !== undefined && old.sequence >= fresh.sequence ? old : fresh;
  const isPeer = fresh.incarnation === peer?.incarnation;
  // A recording of an incarnation long gone must not push out the peer that is being echoed.
  const others = link.heard.filter(
    ({ incarnation }) =>
      incarnation !== fresh.incarnation && (isPeer || incarnation === peer?.incarnation),
  );
  return [...others, newest];
}

/**
 * The moment that this token proves the peer and this link to have worked both ways. It is that of
 * the round that it echoes, and one interval later at most, since an echo may wait so long for its
 * token: so the end that still hears a link that works one way notices with the end that does not.
 */
function dateLife(state: Membership, echo: TokenEcho, now: Instant): Instant | null {
  const round = state.sent.find(({ sequence }) => sequence === echo.sequence);
  if (round === undefined || now - round.at >= state.settings.tokenTimeoutMs) return null;
  return Math.min(now, round.at + calmIntervalMs(state.settings));
}

interface Life {
  readonly token: Token;
  readonly lifeAt: Instant;
}

function noteLife(state: Membership, life: Life, now: Instant): MembershipStep {
  const { token } = life;
  const linked = noteLinkLife(answerSoon(state, now), life);
  return then(linked, (known) => {
    if (known.peer?.incarnation !== token.incarnation) return meetIncarnation(known, life, now);
    const lifeAt = Math.max(known.peer.lifeAt, life.lifeAt);
    const peer = { ...known.peer, lifeAt };
    // Tokens overtake each other: an old one is life, but what it says is over.
    if (token.sequence <= peer.sequence) return unchanged({ ...known, peer });
    return notePeer(known, peerOf(token, lifeAt));
  });
}

/**
 * Sends the next round now if it is due before long: so the nodes fall into step, an echo is fresh
 * when it arrives, and a quiet node wakes half as often.
 */
function answerSoon(state: Membership, now: Instant): Membership {
  const isDueSoon = state.nextTokenAt - now <= Math.floor(tokenIntervalMs(state, now) / 4);
  return isDueSoon ? hurryToken(state, now) : state;
}

function noteLinkLife(state: Membership, { token, lifeAt }: Life): MembershipStep {
  const links = state.links.map((link, index) =>
    index === token.link
      ? { ...link, isUp: true, lifeAt: Math.max(link.lifeAt ?? lifeAt, lifeAt) }
      : link,
  );
  const wasUp = state.links[token.link]?.isUp === true;
  if (wasUp) return unchanged({ ...state, links });
  return reporting({ ...state, links }, { kind: "linkChanged", link: token.link, isUp: true });
}

function meetIncarnation(state: Membership, { token, lifeAt }: Life, now: Instant): MembershipStep {
  const old = state.peer?.incarnation;
  const past = old === undefined ? [] : [old, ...state.pastIncarnations];
  const links = state.links.map((link) => ({
    ...link,
    heard: link.heard.filter(({ incarnation }) => incarnation !== old),
  }));
  const met: Membership = {
    ...state,
    links,
    proposal: null, // It was made to the other incarnation, which may have installed it.
    pastIncarnations: past.slice(0, PAST_INCARNATIONS_MAX),
  };
  const apart = isPaired(met)
    ? standAlone(met, { reason: "peerRestarted", hasPeerReleased: false }, now)
    : unchanged(met);
  return then(apart, (alone) => notePeer(hurryToken(alone, now), peerOf(token, lifeAt)));
}

function notePeer(state: Membership, peer: Peer): MembershipStep {
  const seqSeen = Math.max(state.seqSeen, peer.ring.seq, peer.proposal?.seq ?? 0);
  const next = { ...state, peer, seqSeen };
  const before = state.peer?.incarnation === peer.incarnation ? state.peer.facts : null;
  if (before !== null && isSameFacts(before, peer.facts)) return unchanged(next);
  return reporting(next, { kind: "peerFacts", facts: peer.facts });
}

function peerOf(token: Token, lifeAt: Instant): Peer {
  const { incarnation, sequence, ring, memberIds, hasWithdrawn, proposal, facts } = token;
  return { incarnation, sequence, lifeAt, ring, memberIds, hasWithdrawn, proposal, facts };
}
