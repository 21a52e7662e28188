import {
  emptyHistory,
  type NodeHistory,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { isProbe } from "./judge.ts";

// Resources that are kept for a node which was stopped in order. `lockedSinceS` in their history:
// they were stopped with it, and shutdown-lock is on. `wasLeftActive`: they were not managed, so
// they were left as they are. The node notes both, and its peer remembers them while it is away.

const STATUS_OK = 0;
const STATUS_NOT_RUNNING = 7;

/**
 * True for a result that shows the resource stopped, or may yet show it: with such a one a lock
 * stays. Any other ends it, as with Pacemaker.
 */
export function staysLocked(record: OperationRecord): boolean {
  const { operation, outcome } = record;
  if (operation === "stop") return outcome.kind === "exited" && outcome.status === STATUS_OK;
  if (!isProbe(record)) return false;
  return outcome.kind === "pending" || isNotRunning(outcome);
}

function isNotRunning(outcome: OperationRecord["outcome"]): boolean {
  return outcome.kind === "exited" && outcome.status === STATUS_NOT_RUNNING;
}

/** What is left of a node that left in order: nothing but what is kept for it. */
export function keepLocks({ node, resources }: NodeHistory): NodeHistory {
  const kept = resources.flatMap((entry): readonly ResourceHistory[] => {
    if (entry.wasLeftActive === true) return [entry];
    return entry.lockedSinceS === undefined ? [] : [{ ...entry, records: [], repairs: 0 }];
  });
  return { ...emptyHistory(node), resources: kept };
}

/** The same of a node that has left without a goodbye: what was kept for it before it came back. */
export function keepFormerLocks(history: NodeHistory): NodeHistory {
  const resources = history.resources.filter(
    ({ records, wasLeftActive }) => records.length === 0 || wasLeftActive === true,
  );
  return keepLocks({ ...history, resources });
}

/** Notes that the node leaves while the resource is active there and not managed. */
export function markLeftActive(history: NodeHistory, resource: ResourceId): NodeHistory {
  const resources = history.resources.map((entry): ResourceHistory => {
    return entry.resource === resource ? { ...entry, wasLeftActive: true } : entry;
  });
  return { ...history, resources };
}

/** The node does not leave after all. */
export function unmarkLeftActive(history: NodeHistory, resource: ResourceId): NodeHistory {
  const resources = history.resources.map((entry): ResourceHistory => {
    const { wasLeftActive: _, ...rest } = entry;
    return entry.resource === resource ? rest : entry;
  });
  return { ...history, resources };
}

/** A person says that the resource is not active any more on the node that was stopped. */
export function giveUpLeftActive(history: NodeHistory, resource: ResourceId): NodeHistory {
  const resources = history.resources.filter(
    (entry) => entry.resource !== resource || entry.wasLeftActive !== true,
  );
  return { ...history, resources };
}

/**
 * The history of a node that is back, with the locks of what was kept for it while it was away.
 * What it has started already, or found active, is not kept any more. Of what was left active the
 * node tells by its own probes.
 */
export function addLocks(
  history: NodeHistory,
  former: NodeHistory,
  isActive: (entry: ResourceHistory) => boolean,
): NodeHistory {
  const kept = keepFormerLocks(former).resources.filter(
    ({ wasLeftActive }) => wasLeftActive !== true,
  );
  const locks = new Map(kept.map(({ resource, lockedSinceS }) => [resource, lockedSinceS]));
  const known = history.resources.map((entry): ResourceHistory => {
    const lockedSinceS = locks.get(entry.resource);
    return lockedSinceS === undefined || isActive(entry) ? entry : { ...entry, lockedSinceS };
  });
  const names = new Set(known.map(({ resource }) => resource));
  const others = kept.filter(({ resource }) => !names.has(resource));
  return { ...history, resources: [...known, ...others] };
}

/** Gives up the lock of a resource, or all with null; an entry that held nothing else goes. */
export function releaseLocks(history: NodeHistory, resource: ResourceId | null): NodeHistory {
  const resources = history.resources.flatMap((entry): readonly ResourceHistory[] => {
    const isMeant = resource === null || entry.resource === resource;
    if (!isMeant || entry.lockedSinceS === undefined) return [entry];
    const { lockedSinceS: _, ...rest } = entry;
    return rest.records.length === 0 ? [] : [rest];
  });
  return { ...history, resources };
}
