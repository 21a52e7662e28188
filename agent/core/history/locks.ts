import {
  emptyHistory,
  type NodeHistory,
  type OperationRecord,
  type ResourceHistory,
  type ResourceId,
} from "../model/index.ts";
import { isProbe } from "./judge.ts";

// Resources that are kept for a node which was stopped in order (shutdown-lock): `lockedSinceS` in
// their history. The node notes it with the stop, and its peer remembers it while the node is away.

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
  const locked = resources
    .filter(({ lockedSinceS }) => lockedSinceS !== undefined)
    .map((entry) => ({ ...entry, records: [], repairs: 0 }));
  return { ...emptyHistory(node), resources: locked };
}

/** The same of a node that has left without a goodbye: what was kept for it before it came back. */
export function keepFormerLocks(history: NodeHistory): NodeHistory {
  const resources = history.resources.filter(({ records }) => records.length === 0);
  return keepLocks({ ...history, resources });
}

/**
 * The history of a node that is back, with what was kept for it while it was away. What it has
 * started already, or found active, is not kept any more.
 */
export function addLocks(
  history: NodeHistory,
  former: NodeHistory,
  isActive: (entry: ResourceHistory) => boolean,
): NodeHistory {
  const kept = keepFormerLocks(former).resources;
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
