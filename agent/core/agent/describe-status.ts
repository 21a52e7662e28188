/** The cluster as this node sees it, for people and programs. */

import { decidePresence } from "../arbitration/index.ts";
import { compareText, type Instant, sortedText } from "../base/index.ts";
import { isFailure, isProbe } from "../history/index.ts";
import {
  type Cib,
  type ClusterStatus,
  type FailcountStatus,
  type FailureStatus,
  type LinkStatus,
  listPrimitives,
  type NodeHistory,
  type NodeStatus,
  type OperationRecord,
  type OperationStatus,
  type Primitive,
  type ResourcePlace,
  type ResourceState,
  type ResourceStatus,
  renderAgentName,
  renderCibVersion,
  renderRing,
  type Transition,
} from "../model/index.ts";
import { scheduleTransition } from "../scheduler/index.ts";
import { actionsUnderWay } from "../transition/index.ts";
import { cloneOf, instanceIds } from "./clone-instances.ts";
import { describeDrift, describeReadiness } from "./describe-readiness.ts";
import { explainWarnings } from "./describe-warnings.ts";
import { migrationThreshold } from "./migration-threshold.ts";
import { nodeAttributes } from "./node-attributes.ts";
import { countVotes, schedulerInput } from "./plan.ts";
import { type AgentState, hasPeer, isDcHere, isMeetingOver } from "./state.ts";
import { isTrue } from "./texts.ts";

/**
 * Everything that `lbctl status` shows. Plans afresh, so that the reasons are those of the present.
 */
export function describeStatus(state: AgentState, now: Instant): ClusterStatus {
  const { config, local, release } = state.identity;
  const plan = scheduleTransition(schedulerInput(state, now));
  const resources = describeResources(state, plan);
  const nodes = config.nodes.map((node) => describeNode(state, node.name));
  return {
    clusterName: config.clusterName,
    localNode: local.name,
    release,
    nowWallMs: 0,
    dc: state.dc ?? "",
    isDcHere: isDcHere(state),
    ring: state.ring === null ? "" : renderRing(state.ring.ring),
    transport: config.transport,
    profile: config.profile,
    tokenTimeoutMs: config.tokenTimeoutMs,
    quorum: describeQuorum(state, now),
    cibVersion: renderCibVersion(state.cib.version),
    lastChangeWallMs: state.cib.lastChange.atWallMs,
    lastChangeBy: state.cib.lastChange.by,
    nodes,
    resources,
    failures: histories(state).flatMap(listFailures),
    operations: histories(state).flatMap(listOperations),
    failcounts: listFailcounts(state),
    links: describeLinks(state),
    counters: { ...state.heartbeat.counters, eventsDropped: state.droppedEvents },
    pending: describePending(state, plan),
    warnings: [...explainWarnings(state, now), ...explainStopped(state, resources)],
    heartbeatScheduling: state.heartbeat.scheduling,
    isStonithEnabled: state.cib.properties["stonith-enabled"] !== "false",
    isMaintenance: isTrue(state.cib.properties["maintenance-mode"]),
    resourceCount: countInstances(resources),
    disabledCount: countInstances(resources.filter((resource) => resource.isDisabled)),
    blockedCount: countInstances(resources.filter((resource) => resource.isBlocked)),
    readiness: describeReadiness(state, { nodes, resources, plan }, now),
    drift: describeDrift(state),
  };
}

/** Instances of a clone that are alike are counted by their number, as crm_mon does. */
function countInstances(resources: readonly ResourceStatus[]): number {
  return resources.reduce((sum, one) => sum + (one.isUnique ? 1 : one.instancesMax), 0);
}

/** Why resources that should run do not; nothing while they are on their way. */
function explainStopped(
  state: AgentState,
  resources: readonly ResourceStatus[],
): readonly string[] {
  const isMoving = state.walk !== null || state.isPlanDue || !isMeetingOver(state);
  if (isMoving || state.survey !== "done") return [];
  return resources
    .filter(({ role, isDisabled, isOrphan }) => role === "Stopped" && !isDisabled && !isOrphan)
    .map(({ id, reason }) => `resource ${id} is stopped: ${reason}`);
}

/** Histories of the nodes that are known to hold something, in node id order. */
function histories(state: AgentState): readonly NodeHistory[] {
  const both = [state.localHistory, state.peerHistory];
  return state.identity.local.id === 1 ? both : both.toReversed();
}

function describeQuorum(state: AgentState, now: Instant): ClusterStatus["quorum"] {
  const { votesExpected, isTwoNode, waitsForAll } = state.identity.config.quorum;
  const { isQuorate, isWaiting, votesNeeded } = countVotes(state, now);
  const votesPresent = hasPeer(state) ? 2 : 1;
  return { isQuorate, votesExpected, votesPresent, votesNeeded, isTwoNode, waitsForAll, isWaiting };
}

function describeNode(state: AgentState, name: string): NodeStatus {
  const { config, local, release } = state.identity;
  const node = config.nodes.find((entry) => entry.name === name);
  const isLocal = name === local.name;
  const attributes = nodeAttributes(state, name);
  const isStandby = isTrue(attributes["standby"]);
  const isMaintenance = isTrue(attributes["maintenance"]);
  const isOnline = isLocal || hasPeer(state);
  const mode = isStandby ? "standby" : isMaintenance ? "maintenance" : "online";
  const isPending = isOnline && !isLocal && !isMeetingOver(state) && isDcHere(state);
  return {
    id: node?.id ?? 0,
    name,
    state: isOnline ? (isPending ? "pending" : mode) : absentState(state),
    isOnline,
    isStandby,
    isMaintenance,
    attributes,
    release: isLocal ? release : (state.peerFacts?.release ?? ""),
    addresses: node?.addresses ?? [],
  };
}

function absentState(state: AgentState): string {
  if (decidePresence(state.arbitration) !== "held") return "OFFLINE";
  if (state.arbitration.reason === "started") return "OFFLINE";
  return state.cib.properties["stonith-enabled"] !== "false" ? "UNCLEAN" : "held";
}

function describeResources(state: AgentState, plan: Transition): readonly ResourceStatus[] {
  const entries = listPrimitives(state.cib).flatMap((primitive) =>
    instanceIds(state.cib, primitive).map((id) => ({ id, primitive })),
  );
  const ids = new Set(entries.map(({ id }) => id));
  const others = plan.states
    .map((entry) => entry.resource)
    .filter((id) => !ids.has(id))
    .map((id) => ({ id, primitive: null }));
  return [...entries, ...others].map((entry) => describeResource(state, plan, entry));
}

function describeResource(
  state: AgentState,
  plan: Transition,
  entry: { readonly id: string; readonly primitive: Primitive | null },
): ResourceStatus {
  const { id, primitive } = entry;
  const found = plan.states.find((one) => one.resource === id);
  const decisions = plan.decisions.filter((one) => one.resource === id);
  const repairs = histories(state)
    .flatMap((history) => history.resources)
    .filter((one) => one.resource === id)
    .reduce((sum, one) => sum + one.repairs, 0);
  return {
    id,
    group: groupOf(state.cib, primitive?.id ?? id),
    ...describeClone(state.cib, primitive?.id ?? id),
    agent: agentOf(state, entry),
    role: found?.role ?? "Stopped",
    nodes: found?.activeOn ?? [],
    places: placesOf(found),
    isManaged: (found?.unmanagedFor ?? null) === null,
    isInMaintenance: found?.unmanagedFor === "maintenance",
    isDisabled: found?.isDisabled ?? false,
    isBlocked: found?.isBlocked ?? false,
    isFailed: (found?.failedOn.length ?? 0) > 0,
    isFailureIgnored: found?.isFailureIgnored ?? false,
    lockedTo: found?.lockedTo ?? "",
    isOrphan: found?.isOrphan ?? primitive === null,
    reason: [...new Set(decisions.map(({ reason }) => reason))].join("; "),
    repairs,
  };
}

/** Of what is no longer configured, the agent that it was run with. */
function agentOf(
  state: AgentState,
  { id, primitive }: { readonly id: string; readonly primitive: Primitive | null },
): string {
  const known = histories(state)
    .flatMap(({ resources }) => resources)
    .filter(({ resource }) => resource === id)
    .map(({ lastCall, probedWith }) => (lastCall ?? probedWith)?.agent);
  const agent = primitive?.agent ?? known.find((each) => each !== undefined);
  return agent === undefined ? "" : renderAgentName(agent);
}

function groupOf(cib: Cib, primitive: string): string {
  const groups = cib.resources.map((one) => (one.kind === "clone" ? one.child : one));
  const found = groups.find(
    (one) => one.kind === "group" && one.members.some((member) => member.id === primitive),
  );
  return found?.id ?? "";
}

function describeClone(
  cib: Cib,
  primitive: string,
): Pick<ResourceStatus, "clone" | "isUnique" | "isPromotable" | "instancesMax"> {
  const facts = cloneOf(cib, primitive);
  return {
    clone: facts?.clone.id ?? "",
    isUnique: facts?.isUnique ?? false,
    isPromotable: facts?.isPromotable ?? false,
    instancesMax: facts?.instancesMax ?? 1,
  };
}

function placesOf(found: ResourceState | undefined): readonly ResourcePlace[] {
  if (found === undefined) return [];
  const { roles = {}, unmanagedOn, inMaintenanceOn } = found;
  return Object.entries(roles)
    .flatMap(([role, nodes]) => nodes.map((node) => ({ node, role })))
    .map(({ node, role }) => {
      const isManaged = !unmanagedOn.includes(node);
      return { node, role, isManaged, isInMaintenance: inMaintenanceOn.includes(node) };
    })
    .sort((a, b) => compareText(a.node, b.node));
}

/** Failures until they are cleaned up: those that are counted, then those of the last results. */
function listFailures(history: NodeHistory): readonly FailureStatus[] {
  const counted = history.failcounts.flatMap((failcount) => {
    const { resource, last, operation, intervalMs, lastFailureAtWallMs } = failcount;
    if (last === undefined) return [];
    const record = { ...last, operation, intervalMs, changedAtWallMs: lastFailureAtWallMs };
    return [describeFailure(record, { resource, node: history.node })];
  });
  const isCounted = (resource: string, record: Shown): boolean =>
    history.failcounts.some(
      (entry) =>
        entry.resource === resource &&
        entry.operation === nameOf(record) &&
        entry.intervalMs === record.intervalMs,
    );
  const uncounted = history.resources.flatMap(({ resource, records }) =>
    records
      .filter((record) => isFailure(record) && !isCounted(resource, record))
      .map((record) => describeFailure(record, { resource, node: history.node })),
  );
  return [...counted, ...uncounted];
}

function describeFailure(
  record: Shown & Pick<OperationRecord, "reason">,
  where: { readonly resource: string; readonly node: string },
): FailureStatus {
  const { outcome } = record;
  const reason = outcome.kind === "notSpawned" ? outcome.reason : record.reason;
  return { ...describeRecord(record, where), reason };
}

function listOperations(history: NodeHistory): readonly OperationStatus[] {
  return history.resources.flatMap(({ resource, records }) =>
    records.map((record) => describeRecord(record, { resource, node: history.node })),
  );
}

/** What of a record is shown. */
type Shown = Pick<
  OperationRecord,
  "operation" | "intervalMs" | "callId" | "outcome" | "changedAtWallMs" | "ranForMs" | "ranAs"
>;

/** A reload is called so, although it counts as a start. */
function nameOf({ operation, ranAs }: Shown): string {
  return ranAs ?? operation;
}

function describeRecord(
  record: Shown,
  where: { readonly resource: string; readonly node: string },
): OperationStatus {
  const { outcome } = record;
  return {
    ...where,
    operation: nameOf(record),
    intervalMs: record.intervalMs,
    outcome: describeOutcome(outcome),
    status: outcome.kind === "exited" ? outcome.status : -1,
    callId: record.callId,
    atWallMs: record.changedAtWallMs,
    ranForMs: record.ranForMs,
  };
}

/** The words that Pacemaker's tools use for the exit statuses of the OCF resource agent API. */
const STATUS_WORDS = [
  "ok",
  "error",
  "invalid parameter",
  "unimplemented feature",
  "insufficient privileges",
  "not installed",
  "not configured",
  "not running",
  "promoted",
  "promoted (failed)",
] as const;

const DEGRADED_WORDS: Readonly<Record<number, string>> = {
  190: "degraded",
  191: "promoted (degraded)",
};

function describeOutcome(outcome: OperationRecord["outcome"]): string {
  switch (outcome.kind) {
    case "exited":
      return (
        STATUS_WORDS[outcome.status] ?? DEGRADED_WORDS[outcome.status] ?? `status ${outcome.status}`
      );
    case "timedOut":
      return "Timed Out";
    case "notSpawned":
      return "could not be run";
    case "pending":
      return "pending";
  }
}

function listFailcounts(state: AgentState): readonly FailcountStatus[] {
  return histories(state).flatMap(({ node, failcounts }) =>
    sortedText(new Set(failcounts.map((entry) => entry.resource))).map((resource) => {
      const own = failcounts.filter((entry) => entry.resource === resource);
      const count = Math.min(
        own.reduce((sum, entry) => sum + entry.count, 0),
        1_000_000,
      );
      const lastFailureWallMs = Math.max(...own.map((entry) => entry.lastFailureAtWallMs));
      return {
        resource,
        node,
        count,
        migrationThreshold: migrationThreshold(state.cib, resource),
        lastFailureWallMs,
      };
    }),
  );
}

function describeLinks(state: AgentState): readonly LinkStatus[] {
  const { local, peer } = state.identity;
  return local.addresses.map((localAddress, link) => ({
    link,
    localAddress,
    peerAddress: peer.addresses[link] ?? "",
    isUp: state.heartbeat.linksUp[link] ?? false,
  }));
}

function describePending(state: AgentState, plan: Transition): readonly string[] {
  const survey = state.survey === "done" ? [] : ["looking at what is already active on this node"];
  const meeting = isMeetingOver(state) ? [] : [`agreeing with ${state.identity.peer.name}`];
  const drop = state.isDropping ? ["stopping what the other node keeps"] : [];
  const running = state.walk === null ? [] : actionsUnderWay(state.walk);
  const actions = running.flatMap(({ node, task }) =>
    task.kind === "operation" ? [describeRun(task.order, node)] : [],
  );
  const isPlanned = state.isPlanDue || plan.actions.length > 0;
  const planned = plan.decisions
    .filter((decision) => decision.what !== "leave" && !decision.isBlocked && isPlanned)
    .map((decision) => `${decision.what} of ${decision.resource ?? ""} is due`);
  const commit = state.openCommit === null ? [] : ["a change of the configuration is being saved"];
  const stopping = state.stopping === null ? [] : ["this node is stopping"];
  const begun = new Set([...actions, ...histories(state).flatMap(listRunning)]);
  return [...survey, ...meeting, ...drop, ...begun, ...new Set(planned), ...commit, ...stopping];
}

/** What a node has begun: every node is told of it, not the DC alone. */
function listRunning({ node, resources }: NodeHistory): readonly string[] {
  return resources.flatMap(({ resource, records }) =>
    records
      .filter(({ outcome }) => outcome.kind === "pending")
      .map((record) => describeRun({ ...record, resource }, node)),
  );
}

function describeRun(
  run: Pick<OperationRecord, "operation" | "intervalMs"> & { readonly resource: string },
  node: string,
): string {
  const { operation, intervalMs, resource } = run;
  return `${isProbe({ operation, intervalMs }) ? "probe" : operation} of ${resource} on ${node}`;
}
