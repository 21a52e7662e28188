import { assert, type Instant } from "../base/index.ts";
import type { RingId, RingReason } from "../model/index.ts";
import { hurryToken, type Membership, type MembershipStep, reporting } from "./membership.ts";

/** Why this node stands alone, and what is known of the peer's addresses. */
export interface Separation {
  readonly reason: Exclude<RingReason, "joined">;
  readonly hasPeerReleased: boolean;
}

/** Reasons that lie with this node: the peer need not think that it was evicted for them. */
const OWN_REASONS: readonly RingReason[] = ["started", "evicted"];

/** Forms a ring of this node alone, under a number above all rings that it was in. */
export function standAlone(
  state: Membership,
  { reason, hasPeerReleased }: Separation,
  now: Instant,
): MembershipStep {
  const ring = { representative: state.settings.localId, seq: state.ring.seq + 1 };
  const alone: Membership = {
    ...install(state, ring, [state.settings.localId]),
    hasWithdrawn: OWN_REASONS.includes(reason),
  };
  return reportRing(hurryToken(alone, now), reason, hasPeerReleased);
}

/** Installs a ring of both nodes. */
export function joinPeer(state: Membership, ring: RingId, now: Instant): MembershipStep {
  const both = state.settings.nodes.map(({ id }) => id).sort((a, b) => a - b);
  const joined = { ...install(state, ring, both), hasWithdrawn: false };
  return reportRing(hurryToken(joined, now), "joined", false);
}

function install(state: Membership, ring: RingId, memberIds: readonly number[]): Membership {
  assert(ring.seq > state.ring.seq, `ring ${ring.seq} must be newer than ${state.ring.seq}`);
  return {
    ...state,
    ring,
    memberIds,
    proposal: null,
    isSuspected: false,
    seqSeen: Math.max(state.seqSeen, ring.seq),
  };
}

function reportRing(
  state: Membership,
  reason: RingReason,
  hasPeerReleased: boolean,
): MembershipStep {
  const { settings, ring, memberIds, peer } = state;
  const members = settings.nodes
    .filter(({ id }) => memberIds.includes(id))
    .sort((a, b) => a.id - b.id)
    .map(({ name }) => name);
  return reporting(state, {
    kind: "ringChanged",
    ring,
    members,
    reason,
    peerIncarnation: memberIds.length === 2 && peer !== null ? peer.incarnation : null,
    hasPeerReleased,
  });
}
