/**
 * May this node take over what the peer had? Decided from evidence only.
 *
 * States of the peer as seen here (`lost` is also how a node that has just started sees it):
 *
 *   member ──no member any more──▶ lost ──its addresses are silent──▶ gone
 *     │ ▲                            │                                  │
 *     │ └────────a ring of two───────┴──────────────────────────────────┤
 *     └────────goodbye or unwell, and nothing held any more────────────▶┘
 *
 * The rules, strongest first (docs/architecture.md, "Arbitration"): an orderly goodbye frees at
 * once; otherwise every address that the peer may hold is asked for on the service network, and as
 * long as one of them answers, or this node cannot ask because its own link is down, nothing is
 * taken over.
 */
import { canonicalJson, earliest, type Instant } from "../base/index.ts";
import type { ProbeAnswer, ProbeTarget, RingReason } from "../model/index.ts";

/** How many probes in a row must stay silent before an address counts as free. */
export const SILENT_PROBES_NEEDED = 3;

/** Bounds of the time that one probe waits for an answer, in milliseconds. */
export const PROBE_WAIT_MIN_MS = 20;
/** The upper bound of that time, in milliseconds. */
export const PROBE_WAIT_MAX_MS = 100;

/** Time between two probes of a held peer, in milliseconds: its lease may end at any moment. */
export const HELD_PROBE_GAP_MS = 100;

/** What is known of the peer and of the addresses that it may hold. */
export interface Arbitration {
  readonly tokenTimeoutMs: number;
  readonly peer: "member" | "lost" | "gone";
  readonly reason: RingReason;
  /** Earliest moment for a take-over while `lost`. */
  readonly lostUntilAt: Instant;
  /** True from half of the token timeout on, and while the peer is lost. */
  readonly isProbing: boolean;
  readonly targets: readonly ProbeTarget[];
  readonly openProbeId: number | null;
  readonly nextProbeId: number;
  readonly nextProbeAt: Instant | null;
  readonly silentProbes: number;
  /** The addresses that answered last, with the hardware address. */
  readonly answers: readonly ProbeAnswer[];
  /** False when the last probe could not ask for every address. */
  readonly couldAsk: boolean;
}

/** Effects of arbitration; the agent passes them on. */
export interface ProbeOrder {
  readonly kind: "probeAddresses";
  readonly probeId: number;
  readonly targets: readonly ProbeTarget[];
  readonly waitMs: number;
}

/** How the peer stands for the scheduler. */
export type PeerPresence = "online" | "offline" | "held";

/** A node that has just started: the peer's state is unknown. */
export function initialArbitration(tokenTimeoutMs: number, now: Instant): Arbitration {
  return {
    tokenTimeoutMs,
    peer: "lost",
    reason: "started",
    lostUntilAt: now + tokenTimeoutMs,
    isProbing: false,
    targets: [],
    openProbeId: null,
    nextProbeId: 1,
    nextProbeAt: null,
    silentProbes: 0,
    answers: [],
    couldAsk: true,
  };
}

/** How long one probe waits for an answer. */
export function probeWaitMs(tokenTimeoutMs: number): number {
  const wished = Math.floor(tokenTimeoutMs / 10);
  return Math.min(PROBE_WAIT_MAX_MS, Math.max(PROBE_WAIT_MIN_MS, wished));
}

/** The peer is a member of this ring: all doubt ends. */
export function notePeerJoined(state: Arbitration): Arbitration {
  return { ...stopProbing(state), peer: "member", reason: "joined" };
}

/** Half of the token timeout has passed in silence: begin to ask for the addresses. */
export function noteSuspicion(
  state: Arbitration,
  targets: readonly ProbeTarget[],
  now: Instant,
): Arbitration {
  if (state.isProbing) return { ...state, targets };
  return { ...state, isProbing: true, targets, nextProbeAt: now, silentProbes: 0, answers: [] };
}

/** The peer was heard again before the token timeout. */
export function noteHeard(state: Arbitration): Arbitration {
  return state.peer === "member" ? stopProbing(state) : state;
}

/** What is known when the peer stops being a member. */
export interface Loss {
  readonly reason: RingReason;
  /** The peer itself said that it holds no address any more. */
  readonly hasReleased: boolean;
  /** Addresses that the peer may hold. */
  readonly targets: readonly ProbeTarget[];
  /**
   * Token timeouts to wait after anything but a lost token. It differs between two nodes that start
   * alone at the same moment, so that the second one meets the address of the first.
   */
  readonly turns: number;
}

/** The peer is no member any more. */
export function noteLoss(state: Arbitration, loss: Loss, now: Instant): Arbitration {
  const { reason, hasReleased, targets, turns } = loss;
  const isFree = hasReleased && (reason === "goodbye" || reason === "peerUnwell");
  if (isFree) return { ...stopProbing(state), peer: "gone", reason };
  // After a token timeout the peer has had its time; a new incarnation gets a full one to join.
  const graceMs = reason === "tokenLost" ? 0 : state.tokenTimeoutMs * turns;
  const lost = { ...noteSuspicion(state, targets, now), peer: "lost" as const, reason };
  return { ...lost, lostUntilAt: now + graceMs };
}

/**
 * What the peer may hold has changed, since a drop ended here or the configuration changed: silence
 * of other addresses proves nothing for these.
 */
export function noteTargets(state: Arbitration, targets: readonly ProbeTarget[]): Arbitration {
  const isSame = canonicalJson(targets) === canonicalJson(state.targets);
  if (!state.isProbing || isSame) return state;
  return { ...state, targets, silentProbes: 0 };
}

/** A probe ended. Answers of a probe that is no longer open are dropped by the caller. */
export function noteProbed(
  state: Arbitration,
  answers: readonly ProbeAnswer[],
  now: Instant,
): Arbitration {
  const answered = answers.filter((answer) => answer.answeredBy !== null);
  const couldAsk = answers.every((answer) => answer.couldAsk);
  const isHeld = state.peer === "lost" && now >= state.lostUntilAt;
  // An answer comes at once: without a gap the next question would follow it every millisecond.
  const gapMs = isHeld ? HELD_PROBE_GAP_MS : probeWaitMs(state.tokenTimeoutMs);
  return {
    ...state,
    openProbeId: null,
    nextProbeAt: answered.length > 0 || !couldAsk ? now + gapMs : now,
    silentProbes: answered.length > 0 || !couldAsk ? 0 : state.silentProbes + 1,
    answers: answered,
    couldAsk,
  };
}

/** What forbids every take-over, whatever the addresses say. */
export interface Veto {
  /** The nodes run with different cluster files. */
  readonly hasOtherFiles: boolean;
  /** This node is still stopping what it had: it must ask for that before it starts it again. */
  readonly isDropping: boolean;
}

/**
 * Starts the next probe when it is due, and frees the peer's resources when the evidence allows it.
 */
export function stepArbitration(
  state: Arbitration,
  now: Instant,
  veto: Veto,
): { readonly state: Arbitration; readonly probe: ProbeOrder | null } {
  const isForbidden = veto.hasOtherFiles || veto.isDropping;
  if (!isForbidden && mayTakeOver(state, now)) {
    return { state: { ...stopProbing(state), peer: "gone" }, probe: null };
  }
  const isDue = state.nextProbeAt !== null && now >= state.nextProbeAt;
  if (!state.isProbing || !isDue || state.openProbeId !== null || state.targets.length === 0) {
    return { state, probe: null };
  }
  const probeId = state.nextProbeId;
  const waitMs = probeWaitMs(state.tokenTimeoutMs);
  return {
    state: { ...state, openProbeId: probeId, nextProbeId: probeId + 1, nextProbeAt: null },
    probe: { kind: "probeAddresses", probeId, targets: state.targets, waitMs },
  };
}

/** When arbitration has something to do by itself. */
export function arbitrationDeadline(state: Arbitration, now: Instant): Instant | null {
  const waiting = state.peer === "lost" && now < state.lostUntilAt ? state.lostUntilAt : null;
  // With nothing to ask for no probe ever begins: its time would stay due and wake for nothing.
  const isAsking = state.isProbing && state.targets.length > 0;
  return earliest([isAsking ? state.nextProbeAt : null, waiting]);
}

/** The peer's presence, as the scheduler must see it. */
export function decidePresence(state: Arbitration): PeerPresence {
  if (state.peer === "member") return "online";
  return state.peer === "gone" ? "offline" : "held";
}

/**
 * One sentence that says why the peer's resources are not taken over; null when nothing is held.
 */
export function explainHold(state: Arbitration, now: Instant): string | null {
  if (state.peer !== "lost" || now < state.lostUntilAt) return null;
  const [answer] = state.answers;
  if (answer !== undefined) {
    const { ip, answeredBy } = answer;
    return `its address ${ip} still answers on the service network (from ${answeredBy})`;
  }
  if (!state.couldAsk) {
    return "this node cannot ask for its addresses: its own service link is down";
  }
  return "its addresses are being asked for on the service network";
}

function stopProbing(state: Arbitration): Arbitration {
  return {
    ...state,
    isProbing: false,
    targets: [],
    openProbeId: null,
    nextProbeAt: null,
    silentProbes: 0,
    answers: [],
    couldAsk: true,
  };
}

function mayTakeOver(state: Arbitration, now: Instant): boolean {
  if (state.peer !== "lost" || !state.isProbing || now < state.lostUntilAt) return false;
  if (state.targets.length === 0) return true;
  return state.silentProbes >= SILENT_PROBES_NEEDED;
}
