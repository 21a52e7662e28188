import { type Instant, unchanged } from "../base/index.ts";
import type { Token, TokenEcho, TokenFacts } from "../model/index.ts";
import {
  type LinkLife,
  type Membership,
  type MembershipEffect,
  type MembershipStep,
  TOKEN_GAP_MIN_MS,
  tokenIntervalMs,
} from "./membership.ts";

/** Sends the round of tokens that is due, one on each link, and plans the next one. */
export function sendDueTokens(state: Membership, now: Instant): MembershipStep {
  if (now < state.nextTokenAt || state.farewellsLeft === 0) return unchanged(state);
  const { tokenTimeoutMs } = state.settings;
  const sequence = state.sequence + 1;
  const farewellsLeft = state.farewellsLeft === null ? null : state.farewellsLeft - 1;
  const waitMs = farewellsLeft === null ? tokenIntervalMs(state, now) : TOKEN_GAP_MIN_MS;
  const next: Membership = {
    ...state,
    sequence,
    // A round older than the timeout proves nothing when it is echoed.
    sent: [...state.sent.filter(({ at }) => now - at < tokenTimeoutMs), { sequence, at: now }],
    farewellsLeft,
    nextTokenAt: now + waitMs,
  };
  const tokens = next.links.map((life, link): MembershipEffect => {
    return { kind: "sendToken", token: tokenOf(next, { link, life }, now) };
  });
  return { state: next, effects: farewellsLeft === 0 ? [...tokens, { kind: "finished" }] : tokens };
}

function tokenOf(
  state: Membership,
  { link, life }: { readonly link: number; readonly life: LinkLife },
  now: Instant,
): Token {
  const { settings, sequence, ring, memberIds, hasWithdrawn, proposal } = state;
  return {
    from: settings.localId,
    link,
    incarnation: settings.incarnation,
    sequence,
    echoes: echoesOf(state, life, now),
    ring,
    memberIds,
    hasWithdrawn,
    proposal,
    facts: factsOf(state),
  };
}

function echoesOf(state: Membership, life: LinkLife, now: Instant): readonly TokenEcho[] {
  return life.heard
    .filter(({ at }) => now - at < state.settings.tokenTimeoutMs)
    .map(({ incarnation, sequence, at }) => ({ incarnation, sequence, agoMs: now - at }));
}

function factsOf({ facts, standing, holds }: Membership): TokenFacts {
  if (standing === "well") return facts;
  return { ...facts, state: standing, holds };
}
