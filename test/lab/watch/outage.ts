import type { OwnerRecord, ProbeRecord } from "./records.ts";

/** So long without a failure makes the service count as back. */
export const HEALTHY_AFTER_MS = 500;

/**
 * A time in which the client was not served, from the failures that lie closer together than
 * `HEALTHY_AFTER_MS`. Requests are taken in the order in which they began.
 */
export interface Outage {
  /** End of the last success before the first failure; that failure's start if there was none. */
  readonly lastGoodAt: number;
  /** End of the first success followed by 500 ms without a failure; undefined: none came. */
  readonly recoveredAt: number | undefined;
  readonly failed: number;
}

/** All outages among requests that ended at `sinceAt` or later, in order. */
export function findOutages(records: readonly ProbeRecord[], sinceAt: number): Outage[] {
  const ordered = [...records].sort((a, b) => a.startAt - b.startAt);
  const failures = ordered.filter(({ ok, endAt }) => !ok && endAt >= sinceAt);
  const outages: Outage[] = [];
  for (let first = 0; first < failures.length; ) {
    let last = first;
    while (isSameOutage(ordered, failures[last], failures[last + 1])) last++;
    outages.push(describeOutage(ordered, failures.slice(first, last + 1)));
    first = last + 1;
  }
  return outages;
}

/** Two failures belong together unless a success between them had its 500 ms without a failure. */
function isSameOutage(
  ordered: readonly ProbeRecord[],
  failure: ProbeRecord | undefined,
  next: ProbeRecord | undefined,
): boolean {
  if (failure === undefined || next === undefined) return false;
  const success = ordered.find(({ ok, startAt }) => ok && startAt > failure.startAt);
  return success === undefined || next.startAt - success.endAt < HEALTHY_AFTER_MS;
}

function describeOutage(ordered: readonly ProbeRecord[], failures: readonly ProbeRecord[]): Outage {
  const first = failures[0]?.startAt ?? 0;
  const last = failures.at(-1)?.startAt ?? 0;
  const before = ordered.filter(({ ok, startAt }) => ok && startAt < first).at(-1);
  const after = ordered.find(({ ok, startAt }) => ok && startAt > last);
  const until = ordered.at(-1)?.startAt ?? 0;
  const isBack = after !== undefined && until - after.endAt >= HEALTHY_AFTER_MS;
  return {
    lastGoodAt: before?.endAt ?? first,
    recoveredAt: isBack ? after.endAt : undefined,
    failed: failures.length,
  };
}

/**
 * The longest time without a break in which two hosts held the address, between these instants.
 * Accurate to the sampling interval of 5 ms.
 */
export function longestDoubleOwnerMs(
  records: readonly OwnerRecord[],
  { fromAt, toAt }: { readonly fromAt: number; readonly toAt: number },
): number {
  const times = records.map(({ at, owners }, index) => {
    const endAt = Math.min(records[index + 1]?.at ?? toAt, toAt);
    return owners.length > 1 ? endAt - Math.max(at, fromAt) : 0;
  });
  return Math.max(0, ...times);
}

/** From `sinceAt` to the first moment at which just one host held the address; undefined: never. */
export function singleOwnerAfterMs(
  records: readonly OwnerRecord[],
  sinceAt: number,
): number | undefined {
  const present = records.filter(({ at }) => at <= sinceAt).at(-1);
  if (present?.owners.length === 1) return 0;
  const next = records.find(({ at, owners }) => at > sinceAt && owners.length === 1);
  return next === undefined ? undefined : next.at - sinceAt;
}
