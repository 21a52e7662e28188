import type { Instant, Step } from "../base/index.ts";
import type { ClusterNode, HeartbeatReport, RingId, Token, TokenFacts } from "../model/index.ts";
import { compareCibVersion, TOKENS_PER_TIMEOUT } from "../model/index.ts";

/** Shortest time between two rounds of tokens, however much changes. */
export const TOKEN_GAP_MIN_MS = 5;

/** Rounds of tokens that say goodbye; one that arrives is enough. */
export const FAREWELL_ROUNDS = 5;

/** After so many token timeouts in which all was well fewer tokens are enough. */
export const CALM_AFTER_TIMEOUTS = 3;

/** Incarnations of the peer that are remembered as over. */
export const PAST_INCARNATIONS_MAX = 16;

/** What does not change in one life of the heartbeat process. */
export interface MembershipSettings {
  readonly localId: number;
  /** Both nodes, as configured. */
  readonly nodes: readonly ClusterNode[];
  readonly linkCount: number;
  readonly tokenTimeoutMs: number;
  /** Random, 16 hexadecimal digits. */
  readonly incarnation: string;
  /** Rings of this life are numbered above it. */
  readonly ringSeqFloor: number;
  readonly facts: TokenFacts;
}

/** Everything that membership reacts to. */
export type MembershipEvent =
  | { readonly kind: "tokenReceived"; readonly token: Token }
  | { readonly kind: "timePassed" }
  | { readonly kind: "factsAdvertised"; readonly facts: TokenFacts }
  /** The agent hangs or is gone. `holds`: the addresses that are in truth held here. */
  | { readonly kind: "agentUnwell"; readonly holds: readonly string[] }
  | { readonly kind: "agentWell" }
  /** Say so in a few last tokens, then `finished`. */
  | {
      readonly kind: "leave";
      readonly as: "leaving" | "unwell";
      readonly holds: readonly string[];
    };

/** The reports that come from membership alone. */
export type MembershipReport = Extract<
  HeartbeatReport,
  {
    readonly kind:
      | "ringChanged"
      | "peerSuspected"
      | "peerHeard"
      | "peerFacts"
      | "linkChanged"
      | "paused";
  }
>;

/** What to do, in order. */
export type MembershipEffect =
  | { readonly kind: "sendToken"; readonly token: Token }
  | { readonly kind: "report"; readonly report: MembershipReport }
  /** A well sealed token that is no life: of an incarnation that is over, or not of the peer. */
  | { readonly kind: "tokenRefused"; readonly cause: "stale" | "malformed" }
  /** The last farewell was sent: the process may end. */
  | { readonly kind: "finished" };

/** One incarnation heard on one link, to be echoed there. */
export interface Heard {
  readonly incarnation: string;
  readonly sequence: number;
  readonly at: Instant;
}

/** One link as seen from here. */
export interface LinkLife {
  /** When the latest proof of life over this link dates from; null: never. */
  readonly lifeAt: Instant | null;
  readonly isUp: boolean;
  /** At most two: the known peer, and an incarnation that appears instead of it. */
  readonly heard: readonly Heard[];
}

/** The newest that the live incarnation of the peer said. */
export interface Peer {
  readonly incarnation: string;
  readonly sequence: number;
  readonly lifeAt: Instant;
  readonly ring: RingId;
  readonly memberIds: readonly number[];
  readonly hasWithdrawn: boolean;
  readonly proposal: RingId | null;
  readonly facts: TokenFacts;
}

/** A round of tokens that may still be echoed. */
export interface SentRound {
  readonly sequence: number;
  readonly at: Instant;
}

/** State of the machine; see step-membership.ts for its arrows. */
export interface Membership {
  readonly settings: MembershipSettings;
  readonly facts: TokenFacts;
  readonly standing: "well" | "unwell" | "leaving";
  /** What is held with any standing but `well`; then the agent's own facts do not count. */
  readonly holds: readonly string[];
  /** Rounds of farewell still to send; null: not leaving. */
  readonly farewellsLeft: number | null;
  readonly ring: RingId;
  readonly memberIds: readonly number[];
  readonly hasWithdrawn: boolean;
  readonly proposal: RingId | null;
  /** Highest sequence number of all rings and proposals, made here or shown by live tokens. */
  readonly seqSeen: number;
  readonly isSuspected: boolean;
  readonly peer: Peer | null;
  readonly pastIncarnations: readonly string[];
  readonly links: readonly LinkLife[];
  readonly sequence: number;
  readonly sent: readonly SentRound[];
  readonly nextTokenAt: Instant;
  /** Since when all has been well, with every token in time; null: it is not. */
  readonly wellSince: Instant | null;
  readonly lastStepAt: Instant;
}

/** A state with the effects so far. */
export type MembershipStep = Step<Membership, MembershipEffect>;

/** Goes on from a step, keeping its effects in front. */
export function then(
  step: MembershipStep,
  next: (state: Membership) => MembershipStep,
): MembershipStep {
  const fresh = next(step.state);
  if (step.effects.length === 0) return fresh;
  const effects = fresh.effects.length === 0 ? step.effects : [...step.effects, ...fresh.effects];
  return { state: fresh.state, effects };
}

/** A step that only reports. */
export function reporting(state: Membership, report: MembershipReport): MembershipStep {
  return { state, effects: [{ kind: "report", report }] };
}

/** Time between two rounds of tokens when nothing changes: longer after a time without trouble. */
export function tokenIntervalMs(state: Membership, now: Instant): number {
  const { settings } = state;
  if (isCalm(state, now)) return calmIntervalMs(settings);
  return intervalMs(settings, TOKENS_PER_TIMEOUT.restless);
}

/** True when all has been well for so long that fewer tokens are sent. */
export function isCalm({ settings, wellSince }: Membership, now: Instant): boolean {
  return wellSince !== null && now - wellSince >= CALM_AFTER_TIMEOUTS * settings.tokenTimeoutMs;
}

/** The longest time between two rounds of tokens of the peer. */
export function calmIntervalMs(settings: MembershipSettings): number {
  return intervalMs(settings, TOKENS_PER_TIMEOUT.calm);
}

function intervalMs({ tokenTimeoutMs }: MembershipSettings, tokensPerTimeout: number): number {
  return Math.max(1, Math.floor(tokenTimeoutMs / tokensPerTimeout));
}

/** Who has waited so long for a token of this node has missed one. */
export function missedMs(settings: MembershipSettings): number {
  return Math.floor((5 * calmIntervalMs(settings)) / 4);
}

/**
 * A link without life for so long has lost a token. A round is sent before that, so the timer of a
 * calm node never runs out for it: it would wake the process even after the token has come.
 */
export function latenessMs(settings: MembershipSettings): number {
  return Math.ceil((9 * calmIntervalMs(settings)) / 4);
}

/** Half of the token timeout: silence for so long is worth probing the addresses. */
export function suspicionMs(settings: MembershipSettings): number {
  return Math.floor(settings.tokenTimeoutMs / 2);
}

/** True while both nodes are in the ring. */
export function isPaired(state: Membership): boolean {
  return state.memberIds.length === 2;
}

/** True while the peer has shown life within the token timeout. */
export function isPeerLive(state: Membership, now: Instant): boolean {
  return state.peer !== null && now - state.peer.lifeAt < state.settings.tokenTimeoutMs;
}

/** The state with a round of tokens due as soon as the bounded rate allows. */
export function hurryToken(state: Membership, now: Instant): Membership {
  const last = state.sent.at(-1);
  const soonest = last === undefined ? now : Math.max(now, last.at + TOKEN_GAP_MIN_MS);
  return { ...state, nextTokenAt: Math.min(state.nextTokenAt, soonest) };
}

/** True when both say the same. Asked for every token, so it takes no detour over text. */
export function isSameFacts(a: TokenFacts, b: TokenFacts): boolean {
  return (
    a === b ||
    (a.state === b.state &&
      a.configHash === b.configHash &&
      compareCibVersion(a.cibVersion, b.cibVersion) === 0 &&
      a.release === b.release &&
      a.holds.length === b.holds.length &&
      a.holds.every((address, index) => address === b.holds[index]))
  );
}
