import { compareText } from "../../base/index.ts";
import {
  type AgentName,
  INFINITY_SCORE,
  type Primitive,
  type ResourceHistory,
} from "../../model/index.ts";
import { topOf } from "../tree.ts";
import { ROLE, type WorkingNode, type WorkingResource } from "../working.ts";
import { addActive, settleState, unmanage } from "./activity.ts";
import { findActiveSpan, sortEntries } from "./entry-order.ts";
import { findInstance } from "./find-instance.ts";
import { changeScore } from "./node-scores.ts";
import { isForeignInput } from "./nodes.ts";
import { replayResult } from "./replay.ts";
import { type Replay, setActive } from "./replay-state.ts";
import { readTargetRole } from "./resource-settings.ts";
import { addOrphan, describeTargetRole, type ResourceReading } from "./resources.ts";
import { readResult, STATUS } from "./results.ts";
import { applyStandingFailcounts } from "./standing-failcounts.ts";

/**
 * Reads all histories into the working state: where resources are, in which role, what failed and
 * what follows from it. The instances of anonymous clones get their numbers by it, so the order
 * counts: that of the document where the histories come from Pacemaker, else by name.
 */
export function readHistories(reading: ResourceReading): void {
  const { working } = reading;
  const isForeign = isForeignInput(working.input);
  const names = isForeign
    ? working.input.histories.map(({ node }) => node)
    : working.nodes.map(({ name }) => name);
  for (const name of names) {
    const node = working.nodeByName.get(name);
    if (node === undefined || node.history === null) continue;
    const { resources } = node.history;
    for (const one of isForeign ? resources : sortById(resources)) {
      readResourceHistory(reading, node, one);
    }
  }
  for (const node of working.nodes) {
    if (node.isHeld && node.history === null) holdAll(reading, node);
  }
}

function sortById(histories: readonly ResourceHistory[]): readonly ResourceHistory[] {
  return [...histories].sort((a, b) => compareText(a.resource, b.resource));
}

function readResourceHistory(
  reading: ResourceReading,
  node: WorkingNode,
  history: ResourceHistory,
): void {
  const { working } = reading;
  const { isShutdownLockEnabled } = working.options;
  const isEmpty = history.records.length === 0;
  if (isEmpty && !isShutdownLockEnabled) return;
  const found = findInstance(reading, node, history.resource);
  if (found === null && isEmpty) return;
  const resource = found ?? readOrphan(reading, history);
  if (isShutdownLockEnabled) readLock(reading, { resource, node }, history);
  // Nothing of it is known, and nobody asks for it any more: it is forgotten, not stopped.
  const isUnknown = resource.isOrphan && resource.parent === null;
  const isDropped = isUnknown && wasNeverHere(reading, history);
  const entries = isDropped ? [] : sortEntries(node, history);
  working.histories.push({ node, resource, history, entries, ...findActiveSpan(entries) });
  const roleBefore = resource.role;
  resource.role = ROLE.unknown;
  const replay: Replay = { working, resource, node, response: "ignore", lastFailure: null };
  for (const entry of entries) {
    const result = readResult(entry);
    if (result !== null) replayResult(replay, result);
  }
  applyStandingFailcounts(replay, entries);
  // Whatever its last results were: nobody has stopped it.
  if (node.hasLeftActive && !isEmpty && resource.role <= ROLE.stopped) setActive(resource);
  settleState(working, { resource, node }, replay.response);
  restoreTargetRole(resource);
  if (roleBefore > resource.role) resource.role = roleBefore;
}

/** What failures have left of the next role meets what the target role asks for. */
function restoreTargetRole(resource: WorkingResource): void {
  const isInPromotable = topOf(resource).clone?.isPromotable === true;
  const role = readTargetRole(resource.meta, isInPromotable);
  if (role === null) return;
  if (resource.nextRole !== ROLE.unknown && role >= resource.nextRole) return;
  resource.nextRole = role;
  resource.nextRoleReason = describeTargetRole(resource.meta);
}

function readOrphan(reading: ResourceReading, history: ResourceHistory): WorkingResource {
  const { working } = reading;
  const orphan = addOrphan(reading, definitionOf(history));
  if (working.options.stopsOrphans) {
    const reason = "it is no longer in the configuration";
    orphan.reasons.push(reason);
    changeScore(working, orphan, { node: null, score: -INFINITY_SCORE, reason });
  } else {
    unmanage(orphan, "it is not in the configuration and stop-orphan-resources is off");
  }
  return orphan;
}

const NO_AGENT: AgentName = { standard: "", provider: null, type: "" };

/**
 * True when the cluster has only asked for it, and no answer has shown it active. A probe that
 * timed out leaves that in doubt; but what may be there then was not started by the cluster, and
 * since it was deleted the cluster has no business with it. Created again, it is probed again.
 */
function wasNeverHere({ working }: ResourceReading, history: ResourceHistory): boolean {
  const { lastCall, records } = history;
  if (lastCall !== undefined || isForeignInput(working.input)) return false;
  return records.every(({ operation, intervalMs, outcome }) => {
    const hasFound = outcome.kind === "exited" && FOUND_ACTIVE.has(outcome.status);
    return operation === "monitor" && intervalMs === 0 && !hasFound;
  });
}

/** Exit statuses of a probe that has found the resource active. */
const FOUND_ACTIVE: ReadonlySet<number> = new Set([
  STATUS.ok,
  STATUS.promoted,
  STATUS.failedPromoted,
  STATUS.degraded,
  STATUS.degradedPromoted,
]);

function definitionOf({ resource: id, lastCall, probedWith }: ResourceHistory): Primitive {
  const { agent = NO_AGENT, parameters = {} } = lastCall ?? probedWith ?? {};
  return { kind: "primitive", id, agent, parameters, meta: {}, operations: [] };
}

function readLock(
  { working }: ResourceReading,
  { resource, node }: { readonly resource: WorkingResource; readonly node: WorkingNode },
  { lockedSinceS }: ResourceHistory,
): void {
  if (lockedSinceS === undefined || lockedSinceS === 0) return;
  const limitS = Math.ceil(working.options.shutdownLockLimitMs / 1000);
  const nowS = working.wallNowS ?? lockedSinceS;
  if (limitS > 0 && nowS > lockedSinceS + limitS) {
    const reason = "the time that it was kept for the node is over";
    working.demands.push({ task: "delete", resource, node, reason });
    return;
  }
  resource.lockNode = node;
  resource.lockTimeS = lockedSinceS;
}

/** Nothing was ever heard of what the node does, so it may run every resource. */
function holdAll({ working }: ResourceReading, node: WorkingNode): void {
  for (const resource of working.byId.values()) {
    if (resource.variant !== "primitive" || topOf(resource).variant === "clone") continue;
    resource.role = ROLE.started;
    addActive(working, { resource, node });
  }
}
