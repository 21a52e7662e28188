import type { Instant } from "../base/index.ts";
import type { QuorumConfig } from "../model/index.ts";

/** What the votes are counted from. */
export interface QuorumEvidence {
  readonly config: QuorumConfig;
  /** Members of this ring, this node included: 1 or 2. */
  readonly votesPresent: number;
  /** Both nodes have been members of one ring since this agent started. */
  readonly wereBothSeen: boolean;
  /** Somebody said `quorum unblock` since this agent started. */
  readonly wasUnblocked: boolean;
  readonly startedAt: Instant;
}

/**
 * The count of the votes. A waiting node must not start anything, whatever no-quorum-policy says.
 */
export interface Quorum {
  readonly isQuorate: boolean;
  readonly isWaiting: boolean;
  readonly votesNeeded: number;
  /** When waiting for the peer ends by itself; null: never, or not waiting. */
  readonly waitsUntilAt: Instant | null;
}

/**
 * Counts votes as votequorum does (votequorum(5), `two_node` and `wait_for_all`). With `two_node`
 * one vote is enough, but a node that has just started first waits for its peer: for ever with
 * `wait_for_all`, otherwise for `aloneAfterMs`.
 */
export function decideQuorum(evidence: QuorumEvidence, now: Instant): Quorum {
  const { config, votesPresent, wereBothSeen, wasUnblocked, startedAt } = evidence;
  const votesNeeded = config.isTwoNode ? 1 : Math.floor(config.votesExpected / 2) + 1;
  const waitsUntilAt =
    config.waitsForAll || config.aloneAfterMs === null ? null : startedAt + config.aloneAfterMs;
  const hasWaited = waitsUntilAt !== null && now >= waitsUntilAt;
  const isWaiting = !wereBothSeen && !wasUnblocked && !hasWaited && votesPresent < 2;
  return {
    isQuorate: votesPresent >= votesNeeded && !isWaiting,
    isWaiting,
    votesNeeded,
    waitsUntilAt: isWaiting ? waitsUntilAt : null,
  };
}
