import type { Instant } from "../base/index.ts";
import type { Cib, NodeHistory, OperationRecord, ResourceHistory } from "../model/index.ts";
import type { ActiveResource } from "../replication/index.ts";
import { cloneOf, isAnonymousInstance } from "./clone-instances.ts";

const STATUS_OK = 0;
const STATUS_NOT_RUNNING = 7;

/**
 * True when the last thing known of the resource on this node is that it runs, may run, or is being
 * started or stopped: anything but a sure stop. Used to drop and to wait, where doubt means active.
 */
export function isActive(history: ResourceHistory): boolean {
  const newest = newestRecord(history);
  if (newest === null) return false;
  const { outcome, operation } = newest;
  if (outcome.kind === "exited") {
    if (operation === "stop") return outcome.status !== STATUS_OK;
    if (operation === "monitor") return isRunningStatus(outcome.status);
    return outcome.status !== STATUS_NOT_RUNNING;
  }
  return outcome.kind !== "notSpawned" || operation === "stop";
}

/** What was done last with the resource on this node; null: nothing is known of it. */
export function newestRecord({ records }: ResourceHistory): OperationRecord | null {
  return records.reduce<OperationRecord | null>(
    (best, record) => (best === null || record.callId > best.callId ? record : best),
    null,
  );
}

/**
 * True when the last thing known is that the resource is promoted here, may be, or is on its way to
 * or from it. Doubt means promoted.
 */
export function isPromoted({ records }: ResourceHistory): boolean {
  const telling = records.filter(({ outcome }) => outcome.kind !== "notSpawned");
  const ordered = telling.toSorted((a, b) => a.callId - b.callId);
  return ordered.reduce((wasPromoted, record) => tellPromoted(record) ?? wasPromoted, false);
}

/**
 * What must be in one place only, of all that is active in a history: resources, and the promoted
 * role of clones; with the time since it came about. Sorted as recorded.
 */
export function listActive(
  history: NodeHistory,
  context: { readonly cib: Cib; readonly now: Instant },
): readonly ActiveResource[] {
  const { cib, now } = context;
  return history.resources
    .filter((entry) => isActive(entry) && isExclusive(cib, entry))
    .map((entry) => {
      const began = isAnonymousInstance(cib, entry.resource) ? "promote" : "start";
      const record = entry.records.find(({ operation }) => operation === began);
      const forMs = record === undefined ? null : now - record.changedAt;
      return { resource: entry.resource, forMs };
    });
}

/** True when another node must not have the same, as far as this history tells. */
export function isExclusive(cib: Cib, entry: ResourceHistory): boolean {
  const clone = cloneOf(cib, entry.resource);
  if (clone === null || clone.isUnique) return true;
  return clone.isPromotable && clone.promotedMax < cib.nodes.length && isPromoted(entry);
}

/** Null: this record tells nothing of the role. */
function tellPromoted({ operation, outcome }: OperationRecord): boolean | null {
  const isOk = outcome.kind === "exited" && outcome.status === STATUS_OK;
  switch (operation) {
    case "promote":
      return true;
    case "demote":
    case "stop":
    case "start":
      return isOk ? false : null;
    case "monitor":
      return outcome.kind === "exited" ? [8, 9, 191].includes(outcome.status) : null;
    default:
      return null;
  }
}

/** A monitor's "not running", "not installed" and "not configured" say that nothing runs. */
function isRunningStatus(status: number): boolean {
  return status !== STATUS_NOT_RUNNING && status !== 5 && status !== 6;
}
