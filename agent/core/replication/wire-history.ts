import type { Instant } from "../base/index.ts";
import type {
  Failcount,
  NameValues,
  NodeHistory,
  NodeName,
  OperationRecord,
  ResourceHistory,
} from "../model/index.ts";

/** A record as it travels: an age instead of an instant, since clocks are not shared. */
export type WireRecord = Omit<OperationRecord, "changedAt"> & { readonly ageMs: number };

/** A failcount as it travels. */
export type WireFailcount = Omit<Failcount, "lastFailureAt"> & { readonly ageMs: number };

/** The history of one resource as it travels. */
export type WireResourceHistory = Omit<ResourceHistory, "records"> & {
  readonly records: readonly WireRecord[];
};

/** The history of a node as it travels. */
export interface WireHistory {
  readonly node: NodeName;
  readonly resources: readonly WireResourceHistory[];
  readonly failcounts: readonly WireFailcount[];
  readonly attributes: NameValues;
}

/** Makes one resource's history fit to travel. */
export function packResource(history: ResourceHistory, now: Instant): WireResourceHistory {
  const records = history.records.map(({ changedAt, ...rest }) => ({
    ...rest,
    ageMs: now - changedAt,
  }));
  return { ...history, records };
}

/** The reverse of `packResource`, on the receiver's clock. */
export function unpackResource(history: WireResourceHistory, now: Instant): ResourceHistory {
  const records = history.records.map(({ ageMs, ...rest }) => ({
    ...rest,
    changedAt: now - ageMs,
  }));
  return { ...history, records };
}

/** Makes failcounts fit to travel. */
export function packFailcounts(
  failcounts: readonly Failcount[],
  now: Instant,
): readonly WireFailcount[] {
  return failcounts.map(({ lastFailureAt, ...rest }) => ({ ...rest, ageMs: now - lastFailureAt }));
}

/** The reverse of `packFailcounts`. */
export function unpackFailcounts(
  failcounts: readonly WireFailcount[],
  now: Instant,
): readonly Failcount[] {
  return failcounts.map(({ ageMs, ...rest }) => ({ ...rest, lastFailureAt: now - ageMs }));
}

/** Makes a whole history fit to travel. */
export function packHistory(history: NodeHistory, now: Instant): WireHistory {
  return {
    ...history,
    resources: history.resources.map((resource) => packResource(resource, now)),
    failcounts: packFailcounts(history.failcounts, now),
  };
}

/** The reverse of `packHistory`. */
export function unpackHistory(history: WireHistory, now: Instant): NodeHistory {
  return {
    ...history,
    resources: history.resources.map((resource) => unpackResource(resource, now)),
    failcounts: unpackFailcounts(history.failcounts, now),
  };
}

/** Replaces what is known of one resource on a node; `null` forgets it. */
export function replaceResource(
  history: NodeHistory,
  resource: string,
  next: { readonly history: ResourceHistory | null; readonly failcounts: readonly Failcount[] },
): NodeHistory {
  const resources = history.resources.filter((entry) => entry.resource !== resource);
  const failcounts = history.failcounts.filter((entry) => entry.resource !== resource);
  return {
    ...history,
    resources: next.history === null ? resources : [...resources, next.history],
    failcounts: [...failcounts, ...next.failcounts],
  };
}
