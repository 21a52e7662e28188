import type { HistoryEntry, Working, WorkingHistory } from "../working.ts";
import { createAction } from "./create-action.ts";

/**
 * Notes the recurring operations that run according to the histories, as optional actions: what is
 * there need not be begun again, and can be cancelled. Comes before all other actions.
 */
export function noteRunningOperations(working: Working): void {
  for (const history of working.histories) {
    const { resource, node } = history;
    if (!node.isOnline) continue;
    for (const { task, intervalMs } of runningEntries(history)) {
      createAction(working, { resource, task, intervalMs, node, isOptional: true });
    }
  }
}

/** After a stop only monitors of role Stopped go on; after a start what was begun since. */
function runningEntries(history: WorkingHistory): readonly HistoryEntry[] {
  const { entries, startIndex, stopIndex } = history;
  const isStopped = startIndex < stopIndex;
  return entries.filter(
    (entry, index) =>
      entry.intervalMs > 0 &&
      !isPending(entry) &&
      index >= startIndex &&
      !(isStopped && index <= stopIndex),
  );
}

function isPending({ record }: HistoryEntry): boolean {
  if (record.pacemaker !== undefined) return record.pacemaker.execStatus === -1;
  return record.outcome.kind === "pending";
}
