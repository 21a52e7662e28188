import type { Instant } from "../base/index.ts";
import type { Cib, NodeHistory, OperationRecord, ResourceHistory } from "../model/index.ts";
import type { ActiveResource } from "../replication/index.ts";
import { isAnonymousInstance } from "./instances.ts";

const STATUS_OK = 0;
const STATUS_NOT_RUNNING = 7;

/**
 * True when the last thing known of the resource on this node is that it runs, may run, or is being
 * started or stopped: anything but a sure stop. Used to drop and to wait, where doubt means active.
 */
export function isActive(history: ResourceHistory): boolean {
  const newest = history.records.reduce<OperationRecord | null>(
    (best, record) => (best === null || record.callId > best.callId ? record : best),
    null,
  );
  if (newest === null) return false;
  const { outcome, operation } = newest;
  if (outcome.kind === "exited") {
    if (operation === "stop") return outcome.status !== STATUS_OK;
    if (operation === "monitor") return isRunningStatus(outcome.status);
    return outcome.status !== STATUS_NOT_RUNNING;
  }
  return outcome.kind !== "notSpawned" || operation === "stop";
}

/**
 * Resources active in a history of which there must be one copy only, with the time since they were
 * started. Sorted as recorded.
 */
export function listActive(
  history: NodeHistory,
  context: { readonly cib: Cib; readonly now: Instant },
): readonly ActiveResource[] {
  const { cib, now } = context;
  return history.resources
    .filter((entry) => isActive(entry) && !isAnonymousInstance(cib, entry.resource))
    .map((entry) => {
      const start = entry.records.find((record) => record.operation === "start");
      const forMs = start === undefined ? null : now - start.changedAt;
      return { resource: entry.resource, forMs };
    });
}

/** A monitor's "not running", "not installed" and "not configured" say that nothing runs. */
function isRunningStatus(status: number): boolean {
  return status !== STATUS_NOT_RUNNING && status !== 5 && status !== 6;
}
