import type { NodeName, OperationRecord, ResourceHistory } from "../../model/index.ts";
import { ROLE, type Working } from "../working.ts";
import { addActive } from "./activity.ts";
import { compareAge } from "./entry-order.ts";
import type { Replay } from "./replay-state.ts";
import { EXECUTION, type Result, STATUS, statusOf } from "./results.ts";

// A migration is three operations: migrate_to on the source, migrate_from on the target, stop on
// the source. It is partial while the second is missing, dangling while the third is.

/** Both ends of a migration. */
interface Ends {
  readonly source: NodeName;
  readonly target: NodeName;
}

/** Takes a `migrate_to` into account that succeeded on its node. */
export function applyMigration(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  const ends = endsOf(result, { source: node.name });
  if (ends === null) return;
  const { source, target } = ends;
  const { record } = result.entry;
  const isSourceNewer = hasChangedSince(replay, source, { record, node: source });
  const from = findRecord(replay, target, { task: "migrate_from", source });
  if (from !== null && isSourceNewer) return;
  const isTargetNewer = isNewerState(replay, target, { to: record, from, ends });
  if (isSourceNewer && isTargetNewer) return;
  if (from !== null && isDone(from, STATUS.ok)) {
    // The stop on the source is missing.
    resource.role = ROLE.stopped;
    resource.danglingMigrations.unshift(node);
    return;
  }
  resource.role = ROLE.started;
  const targetNode = working.nodeByName.get(target);
  const isTargetUp = targetNode?.isOnline === true;
  const isActiveOnTarget = !isTargetNewer && isTargetUp;
  if (from !== null && !isPending(from)) {
    if (isActiveOnTarget) addActive(working, { resource, node: targetNode });
    else failMigration(replay);
    return;
  }
  // Without any history the target will be probed, and that will tell.
  if (isTargetUp && isUnknownOn(replay, target)) return;
  if (isActiveOnTarget) {
    addActive(working, { resource, node: targetNode });
    const sourceNode = working.nodeByName.get(source);
    if (sourceNode?.isOnline !== true) return;
    resource.partialMigrationTarget = targetNode;
    resource.partialMigrationSource = sourceNode;
  } else if (!isSourceNewer) {
    failMigration(replay);
  }
}

/** Takes a half of a migration into account that failed: the other end may be active as well. */
export function applyFailedMigration(replay: Replay, result: Result): void {
  if (result.task === "migrate_to") applyFailedTo(replay, result);
  else applyFailedFrom(replay, result);
}

function applyFailedTo(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  const ends = endsOf(result, { source: node.name });
  if (ends === null) return;
  const { source, target } = ends;
  const { record } = result.entry;
  resource.role = ROLE.started;
  const found = findRecord(replay, target, { task: "migrate_from", source });
  const from = found !== null && isDone(found, STATUS.ok) ? found : null;
  const isTargetNewer = isNewerState(replay, target, { to: record, from, ends });
  if (!isUnknownOn(replay, target) && !isTargetNewer) {
    const targetNode = working.nodeByName.get(target);
    if (targetNode?.isOnline === true) addActive(working, { resource, node: targetNode });
  } else if (!hasChangedSince(replay, source, { record, node: source })) {
    resource.danglingMigrations.unshift(node);
  }
}

function applyFailedFrom(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  const ends = endsOf(result, { target: node.name });
  if (ends === null) return;
  const { source, target } = ends;
  const from = result.entry.record;
  resource.role = ROLE.started;
  const found = findRecord(replay, source, { task: "migrate_to", target });
  const to = found !== null && isDone(found, STATUS.ok) ? found : null;
  if (isUnknownOn(replay, source)) return;
  if (isNewerState(replay, source, { to, from, ends })) return;
  const sourceNode = working.nodeByName.get(source);
  if (sourceNode?.isOnline === true) addActive(working, { resource, node: sourceNode });
}

function failMigration({ resource }: Replay): void {
  resource.isFailed = true;
  resource.isStopIfFailed = true;
  resource.allowsMigration = false;
}

function endsOf({ entry }: Result, expected: Partial<Ends>): Ends | null {
  const { migration } = entry.record;
  if (migration === undefined) return null;
  const { source, target } = migration;
  if ((expected.source ?? source) !== source || (expected.target ?? target) !== target) return null;
  return { source, target };
}

interface Events {
  readonly to: OperationRecord | null;
  readonly from: OperationRecord | null;
  readonly ends: Ends;
}

/** True when something on the node is newer than the migration, so that it tells nothing there. */
function isNewerState(replay: Replay, name: NodeName, { to, from, ends }: Events): boolean {
  // Numbers of calls are surer than times, so the record of the same node is compared with.
  const isToBetter = to !== null && (from === null || name === ends.source);
  const record = isToBetter ? to : from;
  if (record === null) return false;
  const event = { record, node: isToBetter ? ends.source : ends.target };
  return hasChangedSince(replay, name, event) || hasVanishedSince(replay, name, event);
}

interface Event {
  readonly record: OperationRecord;
  readonly node: NodeName;
}

const CHANGES: ReadonlySet<string> = new Set(["start", "stop", "migrate_to", "migrate_from"]);

/** True when the resource was started, stopped or migrated on the node after an event. */
function hasChangedSince(replay: Replay, name: NodeName, event: Event): boolean {
  return recordsOn(replay, name).some(
    (record) =>
      record !== event.record &&
      CHANGES.has(record.operation) &&
      compareAge({ record, node: name }, event) > 0,
  );
}

/** True when a monitor found after an event that the resource does not run on the node. */
function hasVanishedSince(replay: Replay, name: NodeName, event: Event): boolean {
  const record = recordsOn(replay, name).find(({ operation }) => operation === "monitor");
  if (record === undefined || !isDone(record, STATUS.notRunning)) return false;
  return compareAge({ record, node: name }, event) > 0;
}

function findRecord(
  replay: Replay,
  name: NodeName,
  { task, ...ends }: { readonly task: string } & Partial<Ends>,
): OperationRecord | null {
  const found = recordsOn(replay, name).filter(
    ({ operation, migration }) =>
      operation === task &&
      (ends.source === undefined || migration?.source === ends.source) &&
      (ends.target === undefined || migration?.target === ends.target),
  );
  // A failure that is kept beside the last result is one too many to Pacemaker, which then goes on
  // as if there were none.
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** True when no operation of the resource on the node has ended. */
function isUnknownOn(replay: Replay, name: NodeName): boolean {
  return recordsOn(replay, name).every((record) => statusOf(record) === STATUS.unknown);
}

function recordsOn({ working, resource }: Replay, name: NodeName): readonly OperationRecord[] {
  return historiesOn(working, name).flatMap((history) =>
    history.resource === resource.id ? history.records : [],
  );
}

function historiesOn({ input }: Working, name: NodeName): readonly ResourceHistory[] {
  return input.histories.find((history) => history.node === name)?.resources ?? [];
}

function isDone(record: OperationRecord, status: number): boolean {
  const execution = record.pacemaker?.execStatus ?? EXECUTION.done;
  return execution === EXECUTION.done && statusOf(record) === status;
}

function isPending({ pacemaker, outcome }: OperationRecord): boolean {
  if (pacemaker !== undefined) return pacemaker.execStatus === EXECUTION.pending;
  return outcome.kind === "pending";
}
