/** Identifies one membership. `seq` only grows; `representative` is the node id that formed it. */
export interface RingId {
  readonly representative: number;
  readonly seq: number;
}

/** True when both name the same membership. */
export function isSameRing(a: RingId, b: RingId): boolean {
  return a.representative === b.representative && a.seq === b.seq;
}

/** Text form of a ring id, `1.42`, as corosync prints it. */
export function renderRing(ring: RingId): string {
  return `${ring.representative}.${ring.seq}`;
}

/** Why the members of a ring changed. */
export type RingReason =
  | "started"
  | "joined"
  | "tokenLost" // Nothing was heard for the token timeout: nothing is known of the peer.
  | "goodbye" // The peer left in order: it holds nothing.
  | "peerRestarted" // A new incarnation of the peer: what it held before is unknown.
  | "peerUnwell" // The peer's heartbeat process says that its agent is gone or hangs.
  | "evicted"; // The peer formed a newer ring without this node.
