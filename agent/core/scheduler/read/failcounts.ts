import type { Instant } from "../../base/index.ts";
import { type Failcount, INFINITY_SCORE, withoutNumber } from "../../model/index.ts";
import { addScores } from "../score.ts";
import { topOf } from "../tree.ts";
import type { HistoryEntry, Working, WorkingNode, WorkingResource } from "../working.ts";

/** The failures of a resource on a node, all operations together. */
export interface FailureSum {
  /** Saturated at `INFINITY_SCORE`. */
  readonly count: number;
  /** Null: no failure is known. */
  readonly lastFailureAt: Instant | null;
}

/** `isEffective`: failures that have expired do not count. */
export interface FailcountQuestion {
  readonly isEffective: boolean;
  /** Where a failure that blocks matters: ask about this result alone. */
  readonly entry?: HistoryEntry;
}

/**
 * How often a resource failed on a node. The instances of an anonymous clone share one count. A
 * failure that is configured to block never expires, and takes the resource's failure-timeout away.
 */
export function failcountOf(
  working: Working,
  { resource, node }: { readonly resource: WorkingResource; readonly node: WorkingNode },
  { isEffective, entry }: FailcountQuestion,
): FailureSum {
  const { count, lastFailureAt } = sumFailures(failcountsOf(working, resource, node));
  if (
    count > 0 &&
    resource.failureTimeoutMs > 0 &&
    isBlocking(working, { resource, node }, entry)
  ) {
    resource.failureTimeoutMs = 0;
  }
  const { failureTimeoutMs } = resource;
  const canExpire = isEffective && count > 0 && lastFailureAt !== null && failureTimeoutMs > 0;
  const isExpired = canExpire && working.now >= lastFailureAt + failureTimeoutMs;
  return { count: isExpired ? 0 : count, lastFailureAt };
}

/**
 * The resource that a node is to be forbidden to because the migration threshold is reached there:
 * itself, or for an instance of an anonymous clone the whole clone. Null: it is not reached.
 */
export function isThresholdReached(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): WorkingResource | null {
  const { migrationThreshold, isFailureIgnored, isUnique } = resource;
  if (migrationThreshold === 0 || isFailureIgnored) return null;
  const count = countWithContents(working, resource, node);
  if (count <= 0 || count < migrationThreshold) return null;
  return isUnique ? resource : topOf(resource);
}

/** What runs inside of a resource fails at its expense. */
export function countWithContents(
  working: Working,
  resource: WorkingResource,
  node: WorkingNode,
): number {
  return [resource, ...resource.contents].reduce(
    (sum, one) =>
      addScores(sum, failcountOf(working, { resource: one, node }, { isEffective: true }).count),
    0,
  );
}

/** The counters that are meant by a resource; other instances' numbers do not set them apart. */
function failcountsOf(
  working: Working,
  resource: WorkingResource,
  { name }: WorkingNode,
): readonly Failcount[] {
  const history = working.input.histories.find((x) => x.node === name);
  const { isUnique, id, baseId } = resource;
  return (history?.failcounts ?? []).filter((failcount) =>
    isUnique ? failcount.resource === id : withoutNumber(failcount.resource) === baseId,
  );
}

function sumFailures(failcounts: readonly Failcount[]): FailureSum {
  let count = 0;
  let lastFailureAt: Instant | null = null;
  for (const failcount of failcounts) {
    count = addScores(count, Math.min(failcount.count, INFINITY_SCORE));
    const { lastFailureAt: at, lastFailureAtWallMs: atWallMs } = failcount;
    // Where neither clock tells anything, nobody wrote down when it was.
    if (failcount.count > 0 && (at > 0 || atWallMs > 0)) {
      lastFailureAt = Math.max(lastFailureAt ?? at, at);
    }
  }
  return { count, lastFailureAt };
}

/** True when a result on the node belongs to an operation that says `on-fail=block`. */
function isBlocking(
  working: Working,
  { resource, node }: { readonly resource: WorkingResource; readonly node: WorkingNode },
  entry: HistoryEntry | undefined,
): boolean {
  const blocking = (resource.primitive?.operations ?? []).filter(
    ({ options }) => options["on-fail"] === "block",
  );
  if (blocking.length === 0) return false;
  const entries = entry === undefined ? knownEntries(working, resource, node) : [entry];
  return entries.some(
    (one) =>
      isFailedResult(one) &&
      blocking.some((x) => x.name === one.task && x.intervalMs === one.intervalMs),
  );
}

function knownEntries(
  working: Working,
  { id, baseId }: WorkingResource,
  { name }: WorkingNode,
): readonly Pick<HistoryEntry, "record" | "task" | "intervalMs">[] {
  const history = working.input.histories.find((x) => x.node === name);
  const found = history?.resources.filter((x) => x.resource === id || x.resource === baseId) ?? [];
  return found.flatMap(({ records }) =>
    records.map((record) => ({ record, task: record.operation, intervalMs: record.intervalMs })),
  );
}

/** True for a result that is no success: another exit status than expected, or none at all. */
function isFailedResult({ record }: Pick<HistoryEntry, "record">): boolean {
  if (record.isKeptFailure === true) return true;
  const { outcome, expectedStatus, pacemaker } = record;
  if (pacemaker !== undefined) return pacemaker.exitStatus !== (expectedStatus ?? 0);
  if (outcome.kind === "pending") return false;
  return outcome.kind !== "exited" || outcome.status !== (expectedStatus ?? 0);
}
