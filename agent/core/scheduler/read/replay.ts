import { INFINITY_SCORE } from "../../model/index.ts";
import { topOf } from "../tree.ts";
import { ROLE, type Working, type WorkingNode, type WorkingResource } from "../working.ts";
import { block, canFenceNode } from "./activity.ts";
import { compareDigests } from "./digests.ts";
import { failcountOf } from "./failcounts.ts";
import { renderFailure } from "./failure-words.ts";
import { changeScore } from "./node-scores.ts";
import { settleOperation } from "./operation-settings.ts";
import { applyFailure } from "./replay-failure.ts";
import { clearNextRole, type Replay, setActive, worsen } from "./replay-state.ts";
import { applySuccess } from "./replay-success.ts";
import { EXECUTION, isMaskedProbe, type Result, STATUS } from "./results.ts";

// States of a resource on a node while its results are replayed, oldest first:
//   unknown, Stopped --start, monitor, migrate_from--> Started or Unpromoted
//   Unpromoted --promote, or a monitor that answers 8--> Promoted --demote--> Unpromoted
//   any --stop, or a monitor that should find nothing and does--> Stopped
//   any --failure that counts--> active, with what the failure asks for in `response`

/** Takes one result into account. */
export function replayResult(replay: Replay, result: Result): void {
  const isExpired = checkExpiry(replay, result);
  remap(replay, result, isExpired);
  if (isExpired && passOver(replay, result)) return;
  if (isMaskedProbe(result)) {
    maskProbe(replay, result);
    return;
  }
  switch (result.execution) {
    case EXECUTION.pending:
      applyPending(replay, result);
      return;
    case EXECUTION.done:
      applySuccess(replay, result, result.status);
      return;
    default:
      judgeFailure(replay, result);
  }
}

function judgeFailure(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  const { task, intervalMs } = result;
  const settings = settleOperation(working, resource, { task, intervalMs, node });
  const words = renderFailure(result.entry.record);
  const banned = resource.isUnique ? resource : topOf(resource);
  const reason = `${words} on ${node.name}`;
  const ban = (where: WorkingNode | null): void =>
    changeScore(working, banned, { node: where, score: -INFINITY_SCORE, reason });
  resource.failures.set(node, { record: result.entry.record, response: settings.onFail, words });
  if (result.execution === EXECUTION.notInstalled) {
    // What is not there can not be left as it is.
    if (settings.onFail === "ignore") worsen(replay, "ban");
    ban(node);
    applyFailure(replay, result, settings);
    return;
  }
  // What is stopped with its container need not be stopped by itself.
  const isLeftToContainer = settings.onFail === "restartContainer" && task === "stop";
  if (settings.onFail === "ignore" || isLeftToContainer) {
    applySuccess(replay, result, result.expected);
    resource.isFailureIgnored = true;
    const isWeaker = ["ignore", "demote", "restart"].includes(replay.response);
    if (isLeftToContainer && isWeaker) replay.response = "restartContainer";
    return;
  }
  applyFailure(replay, result, settings);
  if (result.execution === EXECUTION.hardError) ban(node);
  if (result.execution === EXECUTION.fatalError) ban(null);
}

/**
 * True when the result is a failure older than the failure-timeout, and no younger one counts. A
 * failcount that is out of date, or that other parameters have led to, is noted for clearing.
 */
function checkExpiry(replay: Replay, result: Result): boolean {
  const { working, resource, node } = replay;
  const { entry } = result;
  if (result.execution === EXECUTION.notInstalled) return false;
  // What is under way has not failed, however long it takes.
  if (result.execution === EXECUTION.pending) return false;
  let isExpired = false;
  let reason: string | null = null;
  if (resource.failureTimeoutMs > 0) {
    const { changedAt, pacemaker } = entry.record;
    const hasTime = pacemaker === undefined || changedAt > 0;
    isExpired = hasTime && working.now >= changedAt + resource.failureTimeoutMs;
    const effective = failcountOf(working, { resource, node }, { isEffective: true, entry });
    noteExpiry(working, resource, effective);
    const all = failcountOf(working, { resource, node }, { isEffective: false, entry });
    if (isExpired && all.count > 0) {
      if (effective.count === 0) reason = "the failure has expired";
      else isExpired = false;
    }
  }
  if (!isExpired && entry.record.isKeptFailure === true && haveParametersChanged(replay, result)) {
    reason = "the parameters of the resource have changed";
  }
  if (reason !== null) noteClear(replay, reason);
  return isExpired && !(result.isProbe && TELLING_PROBES.has(result.status));
}

/** What these probes found out stays true however old it is. */
const TELLING_PROBES: ReadonlySet<number> = new Set([
  STATUS.ok,
  STATUS.notRunning,
  STATUS.promoted,
  STATUS.degraded,
  STATUS.degradedPromoted,
]);

function noteExpiry(
  working: Working,
  { failureTimeoutMs }: WorkingResource,
  { count, lastFailureAt }: ReturnType<typeof failcountOf>,
): void {
  if (count === 0 || lastFailureAt === null || failureTimeoutMs === 0) return;
  const expiresAt = lastFailureAt + failureTimeoutMs;
  if (expiresAt > working.now) working.rechecks.push(expiresAt);
}

function noteClear({ working, resource, node }: Replay, reason: string): void {
  const isKnown = working.clears.some((x) => x.resource === resource && x.node === node);
  if (!isKnown) working.clears.push({ resource, node, reason });
}

function haveParametersChanged(replay: Replay, { task, entry }: Result): boolean {
  if (task !== "start" && task !== "monitor") return false;
  const { working, resource, node } = replay;
  const verdict = compareDigests(working, { resource, node, entry });
  return verdict !== "match" && verdict !== "unknown";
}

/** True when an expired failure needs no further look. */
function passOver(replay: Replay, result: Result): boolean {
  const { resource, node } = replay;
  if (isMaskedProbe(result) && result.givenStatus !== result.expected) {
    if (resource.role <= ROLE.stopped) resource.role = ROLE.unknown;
    return true;
  }
  if (result.status === result.expected) return false;
  if (result.intervalMs === 0) {
    doubtState(replay);
    return true;
  }
  if (!node.isOnline || node.isUnclean) return false;
  // An agent tells only changes of a recurring result, so the operation has to begin anew.
  result.entry.isExpiredFailure = true;
  return true;
}

/**
 * The failure is forgotten, but not that it may have left the resource active: that is looked up
 * anew, and where nobody can look it counts as active.
 */
function doubtState({ resource, node }: Replay): void {
  if (resource.role > ROLE.stopped) return;
  if (node.isHeld || node.isUnclean) setActive(resource);
  else resource.role = ROLE.unknown;
}

function maskProbe(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  const { record } = result.entry;
  applySuccess(replay, result, result.expected);
  const words = renderFailure(record);
  resource.failures.set(node, { record, response: "ignore", words });
  changeScore(working, resource.isUnique ? resource : topOf(resource), {
    node,
    score: -INFINITY_SCORE,
    reason: `${words} on ${node.name}`,
  });
}

const PENDING_WORDS: Readonly<Record<string, string>> = {
  start: "Starting",
  stop: "Stopping",
  promote: "Promoting",
  demote: "Demoting",
  migrate_to: "Migrating",
  migrate_from: "Migrating",
  monitor: "Monitoring",
};

function applyPending(replay: Replay, result: Result): void {
  const { working, resource, node } = replay;
  if (hasFailedSince(replay, result)) return;
  const { task, entry } = result;
  if (task === "start") {
    resource.isStartPending = true;
    setActive(resource);
  } else if (task === "promote") {
    resource.role = ROLE.promoted;
  } else if (task === "migrate_to" && node.isUnclean) {
    // Nobody knows how far the migration came, so both ends have to be stopped.
    const target = working.nodeByName.get(entry.record.migration?.target ?? "");
    const reason = `its migration from ${node.name} was under way`;
    if (target !== undefined) {
      working.demands.push({ task: "stop", resource, node: target, reason });
    }
  }
  if (resource.pendingTask !== "" || result.isProbe) return;
  resource.pendingTask = PENDING_WORDS[task] ?? "";
  resource.pendingNode = node;
}

/** A recurring operation under way may have failed already: that is told by the kept failure. */
function hasFailedSince({ lastFailure }: Replay, { task, intervalMs, entry }: Result): boolean {
  if (lastFailure === null) return false;
  if (lastFailure.task !== task || lastFailure.intervalMs !== intervalMs) return false;
  return lastFailure.entry.record.changedAt >= entry.record.changedAt;
}

/** Works out what a result means, from what was expected; see the numbers in `results.ts`. */
function remap(replay: Replay, result: Result, isExpired: boolean): void {
  if (result.status === STATUS.degraded) result.status = STATUS.ok;
  if (result.status === STATUS.degradedPromoted) result.status = STATUS.promoted;
  const isNothingFound = result.execution === EXECUTION.done && result.status === STATUS.notRunning;
  if (isMaskedProbe(result) && !isNothingFound) {
    result.execution = EXECUTION.done;
    result.status = STATUS.notRunning;
  }
  const { noFenceDevice, noSecrets, done, error } = EXECUTION;
  if (result.execution === noFenceDevice || result.execution === noSecrets) {
    result.execution = EXECUTION.hardError;
  }
  // Any other word of the executor is final. It does not know what was expected, so of the two
  // simple answers it is the exit status that counts.
  if (result.execution !== done && result.execution !== error) return;
  result.execution = result.status === result.expected ? done : error;
  remapStatus(replay, result, isExpired);
}

function remapStatus(replay: Replay, result: Result, isExpired: boolean): void {
  const { resource } = replay;
  const { isProbe, status, expected, intervalMs } = result;
  switch (status) {
    case STATUS.ok:
      if (isProbe && expected === STATUS.notRunning) result.execution = EXECUTION.done;
      return;
    case STATUS.notRunning:
      if (!isProbe && expected !== status && resource.isManaged) return;
      result.execution = EXECUTION.done;
      resource.role = ROLE.stopped;
      replay.response = "ignore";
      resource.failures.delete(replay.node);
      clearNextRole(resource);
      return;
    case STATUS.promoted:
      if (isProbe && status !== expected) result.execution = EXECUTION.done;
      if (!isExpired || status === expected) resource.role = ROLE.promoted;
      return;
    case STATUS.failedPromoted:
      if (!isExpired) resource.role = ROLE.promoted;
      result.execution = EXECUTION.error;
      return;
    case STATUS.notConfigured:
      result.execution = EXECUTION.fatalError;
      return;
    case STATUS.unimplemented:
    case STATUS.notInstalled:
    case STATUS.invalidParameter:
    case STATUS.insufficientPrivileges:
      if (status === STATUS.unimplemented && intervalMs > 0) {
        // A recurring operation that the agent lacks says nothing about the node.
        result.execution = EXECUTION.notSupported;
        return;
      }
      if (!isExpired) blockFailedStop(replay, result);
      result.execution = EXECUTION.hardError;
      return;
    default:
      if (result.execution === EXECUTION.done) result.execution = EXECUTION.error;
  }
}

/** Nothing more can be done about a stop that cannot work where the node cannot be fenced. */
function blockFailedStop({ working, resource, node }: Replay, { task, entry }: Result): void {
  if (task !== "stop" || canFenceNode(working, node)) return;
  block(resource, `${renderFailure(entry.record)} on ${node.name}, which cannot be fenced`);
}
