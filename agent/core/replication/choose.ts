import { type CibStamp, compareCibVersion, type ResourceId } from "../model/index.ts";
import type { ActiveResource, Hello } from "./peer-message.ts";

/** One side of a new ring, as both sides know it from the two hellos. */
export interface Side {
  readonly nodeId: number;
  readonly hello: Pick<Hello, "stamp" | "memberForMs" | "active">;
}

/** Positive when the first stamp names the configuration to keep; 0 when both are the same. */
export function compareStamps(a: CibStamp, b: CibStamp): number {
  return compareCibVersion(a.version, b.version);
}

/**
 * The node id of the DC: the side with the newer CIB, then the one that has been a member longer,
 * then the lower id. Both sides compute it from the same two hellos, so they agree without a vote.
 */
export function electDc(a: Side, b: Side): number {
  const byCib = compareStamps(a.hello.stamp, b.hello.stamp);
  if (byCib !== 0) return byCib > 0 ? a.nodeId : b.nodeId;
  const byAge = a.hello.memberForMs - b.hello.memberForMs;
  if (byAge !== 0) return byAge > 0 ? a.nodeId : b.nodeId;
  return Math.min(a.nodeId, b.nodeId);
}

/** Who keeps what was found active on both sides of a healed split. */
export interface Ownership {
  /** Resources that are active on both sides; sorted as the first side lists them. */
  readonly shared: readonly ResourceId[];
  /** Node id of the side that keeps them all; null when nothing is shared. */
  readonly keeper: number | null;
}

/**
 * The keeper is the side that took over last: the network already believes its announcement, so
 * keeping it costs the clients no second switch (docs/decisions/0005). Ties go to the lower id.
 * One side keeps all shared resources, so that what belongs together stays together.
 */
export function decideOwnership(a: Side, b: Side): Ownership {
  const onB = new Map(b.hello.active.map((entry) => [entry.resource, entry]));
  const shared = a.hello.active.filter((entry) => onB.has(entry.resource));
  if (shared.length === 0) return { shared: [], keeper: null };
  const names = shared.map((entry) => entry.resource);
  const youngest = (active: readonly ActiveResource[]): number =>
    active
      .filter((entry) => names.includes(entry.resource))
      .reduce((least, entry) => Math.min(least, entry.forMs ?? AGE_UNKNOWN), AGE_UNKNOWN);
  const byAge = youngest(a.hello.active) - youngest(b.hello.active);
  const tie = Math.min(a.nodeId, b.nodeId);
  const keeper = byAge === 0 ? tie : byAge < 0 ? a.nodeId : b.nodeId;
  return { shared: names, keeper };
}

/** Sorts what was found by a probe of a fresh agent after everything that was started knowingly. */
const AGE_UNKNOWN = Number.MAX_SAFE_INTEGER;
