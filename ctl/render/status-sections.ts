/** The sections that `status` and `mon` share. Each is a list of lines, title first. */
import type {
  ClusterStatus,
  FailcountStatus,
  FailureStatus,
  NodeStatus,
  OperationStatus,
} from "../../agent/core/model/index.ts";
import { INFINITY_SCORE } from "../../agent/core/model/index.ts";
import { renderReadable, renderWallTime } from "./wall-time.ts";

/** Attributes that say how a node stands: shown as its state, not as attributes. */
const STATE_ATTRIBUTES = ["standby", "maintenance", "shutdown"];

/** The exit status of a probe that found the resource stopped (OCF resource agent API 1.1). */
const OCF_NOT_RUNNING = 7;

/** Who is in charge, when it was last changed, how much is configured. */
export function clusterSummary(status: ClusterStatus, isFull: boolean): readonly string[] {
  const { nodes, resourceCount, disabledCount, blockedCount } = status;
  const counts = [
    ...(disabledCount > 0 ? [`${disabledCount} DISABLED`] : []),
    ...(blockedCount > 0 ? [`${blockedCount} BLOCKED from further action due to failure`] : []),
  ];
  const suffix = counts.length === 0 ? "" : ` (${counts.join(", ")})`;
  const noun = resourceCount === 1 ? "resource instance" : "resource instances";
  return [
    "Cluster Summary:",
    "  * Stack: lb-cluster",
    `  * Current DC: ${renderDc(status, isFull)}`,
    `  * Last updated: ${renderWallTime(status.nowWallMs)}`,
    ...renderLastChange(status),
    `  * ${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} configured`,
    `  * ${resourceCount} ${noun} configured${suffix}`,
    ...maintenanceNotice(status),
  ];
}

function renderDc(status: ClusterStatus, isFull: boolean): string {
  if (status.dc === "") return "NONE";
  const node = status.nodes.find(({ name }) => name === status.dc);
  const id = isFull && node !== undefined ? ` (${node.id})` : "";
  const releases = new Set(
    status.nodes.map(({ release }) => release).filter((each) => each !== ""),
  );
  const mixed = releases.size > 1 ? "MIXED-VERSION " : "";
  const quorum = status.quorum.isQuorate ? "with quorum" : "WITHOUT quorum";
  const release =
    node?.release === undefined || node.release === "" ? status.release : node.release;
  return `${status.dc}${id} (version ${release}) - ${mixed}partition ${quorum}`;
}

function renderLastChange({ lastChangeWallMs, lastChangeBy }: ClusterStatus): readonly string[] {
  if (lastChangeWallMs === 0) return [];
  const by = lastChangeBy === "" ? "" : ` by ${lastChangeBy}`;
  return [`  * Last change:  ${renderWallTime(lastChangeWallMs)}${by}`];
}

function maintenanceNotice({ isMaintenance }: ClusterStatus): readonly string[] {
  if (!isMaintenance) return [];
  return [
    "",
    "              *** Resource management is DISABLED ***",
    "  The cluster will not attempt to start, stop or recover services",
  ];
}

/** The nodes: those out of the ordinary one a line, then who is online and who is not. */
export function nodeList(status: ClusterStatus, isFull: boolean): readonly string[] {
  if (isFull) {
    return [
      "Node List:",
      ...status.nodes.map((node) => {
        const release = node.release === "" ? "" : `, release ${node.release}`;
        return `  * Node ${node.name} (${node.id}): ${nodeState(status, node)}${release}`;
      }),
    ];
  }
  const names = (state: string): string =>
    status.nodes
      .filter((node) => node.state === state)
      .map(({ name }) => name)
      .join(" ");
  const special = status.nodes.filter(({ state }) => state !== "online" && state !== "OFFLINE");
  return [
    "Node List:",
    ...special.map((node) => `  * Node ${node.name}: ${nodeState(status, node)}`),
    ...(names("online") === "" ? [] : [`  * Online: [ ${names("online")} ]`]),
    ...(names("OFFLINE") === "" ? [] : [`  * OFFLINE: [ ${names("OFFLINE")} ]`]),
  ];
}

/** How a node stands, in the words of crm_mon. */
export function nodeState({ resources }: ClusterStatus, { name, state }: NodeStatus): string {
  if (state === "held") return "held (lost, not taken over)";
  if (state === "UNCLEAN") return "UNCLEAN (offline)";
  const isBusy = resources.some(({ nodes }) => nodes.includes(name));
  return state === "standby" && isBusy ? "standby (with active resources)" : state;
}

/** Attributes of nodes that have some. */
export function nodeAttributes(status: ClusterStatus, isFull: boolean): readonly string[] {
  const lines = status.nodes.flatMap((node) => {
    const attributes = Object.entries(node.attributes)
      .filter(([name]) => !STATE_ATTRIBUTES.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (attributes.length === 0) return [];
    return [
      `  * Node: ${nodeTitle(node, isFull)}:`,
      ...attributes.map(([name, value]) => `    * ${name.padEnd(32)}\t: ${value.padEnd(10)}`),
    ];
  });
  return lines.length === 0 ? [] : ["Node Attributes:", ...lines];
}

function nodeTitle({ name, id }: NodeStatus, isFull: boolean): string {
  return isFull ? `${name} (${id})` : name;
}

/** Failcounts that are not zero, by node. */
export function migrationSummary(status: ClusterStatus, isFull: boolean): readonly string[] {
  const lines = status.nodes.flatMap((node) => {
    const counts = status.failcounts.filter((each) => each.node === node.name && each.count > 0);
    if (counts.length === 0) return [];
    return [
      `  * Node: ${nodeTitle(node, isFull)}:`,
      ...counts.map((count) => `    * ${count.resource}: ${renderFailcount(count)}`),
    ];
  });
  return ["Migration Summary:", ...lines];
}

function renderFailcount(failcount: FailcountStatus): string {
  const { migrationThreshold, count, lastFailureWallMs } = failcount;
  const last =
    lastFailureWallMs === 0 ? "" : ` last-failure='${renderWallTime(lastFailureWallMs)}'`;
  const threshold = `migration-threshold=${migrationThreshold}`;
  return count === 0 ? threshold : `${threshold} fail-count=${renderCount(count)}${last}`;
}

/** A failcount as people write it. */
export function renderCount(count: number): string {
  return count >= INFINITY_SCORE ? "INFINITY" : String(count);
}

/** OCF_ERR_INSTALLED: the host lacks something, which need not be a package. */
const OCF_ERR_INSTALLED = 5;

/** What failed and was not cleaned up. Empty when nothing did. */
export function failedActions(status: ClusterStatus, isFull: boolean): readonly string[] {
  if (status.failures.length === 0) return [];
  const render = isFull ? renderFailureFully : renderFailure;
  return ["Failed Resource Actions:", ...status.failures.map((each) => `  * ${render(each)}`)];
}

function renderFailure(failure: FailureStatus): string {
  const { resource, operation, intervalMs, node, outcome, status, reason } = failure;
  const { atWallMs, ranForMs } = failure;
  const interval = intervalMs === 0 ? "" : `${renderReadable(intervalMs)}-interval `;
  // Below 0: the operation never exited, so there is no status.
  const ended = status < 0 ? `could not be executed (${outcome})` : `returned '${outcome}'`;
  const because = reason === "" ? "" : ` (${reason})`;
  // "not installed" would send people to the package manager, whatever the agent says.
  const isHost = status === OCF_ERR_INSTALLED && reason !== "";
  const words = isHost ? `cannot run there: ${reason} (status 5)` : `${ended}${because}`;
  const at = atWallMs === 0 ? "" : ` at ${renderWallTime(atWallMs)}`;
  const after = ranForMs === 0 ? "" : ` after ${renderReadable(ranForMs)}`;
  return `${resource} ${interval}${operation} on ${node} ${words}${at}${after}`;
}

function renderFailureFully(failure: FailureStatus): string {
  const { resource, operation, intervalMs, node, outcome, status, callId, reason } = failure;
  const state = status < 0 ? outcome : "complete";
  const because = reason === "" ? "" : `, exitreason='${reason}'`;
  return (
    `${resource}_${operation}_${intervalMs} on ${node} '${outcome}' (${status}): call=${callId}, ` +
    `status='${state}'${because}, last-rc-change='${renderWallTime(failure.atWallMs)}', ` +
    `queued=0ms, exec=${failure.ranForMs}ms`
  );
}

/** Migration thresholds by resource, which the status has only for resources that have failed. */
export type Thresholds = ReadonlyMap<string, number>;

/** The operation history, by node and resource. `withTiming` adds when and how long. */
export function operationHistory(
  status: ClusterStatus,
  options: { readonly withTiming: boolean; readonly thresholds: Thresholds },
): readonly string[] {
  const lines = status.nodes.flatMap((node) => {
    const own = status.operations.filter((operation) => operation.node === node.name);
    const onNode = own.filter((operation) => isShown(operation, own));
    const ids = [...new Set(onNode.map(({ resource }) => resource))];
    if (ids.length === 0) return [];
    return [
      `  * Node: ${node.name}:`,
      ...ids.flatMap((id) => [
        `    * ${id}: ${renderThreshold(status, { resource: id, node: node.name }, options)}:`,
        ...onNode
          .filter(({ resource }) => resource === id)
          .toSorted((a, b) => a.callId - b.callId)
          .map((operation) => `      * ${renderOperation(operation, options.withTiming)}`),
      ]),
    ];
  });
  return ["Operations:", ...lines];
}

/**
 * As with crm_mon: of the operations that ran once only the last one of each resource, besides
 * those that failed; and no probe that found nothing.
 */
function isShown(operation: OperationStatus, all: readonly OperationStatus[]): boolean {
  const { resource, intervalMs, callId, status } = operation;
  if (intervalMs !== 0) return true;
  if (isProbe(operation) && status === OCF_NOT_RUNNING) return false;
  if (status !== 0) return true;
  return !all.some(
    (each) => each.resource === resource && each.intervalMs === 0 && each.callId > callId,
  );
}

function renderThreshold(
  { failcounts }: ClusterStatus,
  where: { readonly resource: string; readonly node: string },
  { thresholds }: { readonly thresholds: Thresholds },
): string {
  const found = failcounts.find(
    ({ resource, node }) => resource === where.resource && node === where.node,
  );
  if (found !== undefined) return renderFailcount(found);
  return `migration-threshold=${thresholds.get(where.resource) ?? INFINITY_SCORE}`;
}

function renderOperation(operation: OperationStatus, withTiming: boolean): string {
  const { callId, intervalMs, atWallMs, ranForMs, status, outcome } = operation;
  const name = isProbe(operation) ? "probe" : operation.operation;
  const details = [
    ...(intervalMs === 0 ? [] : [`interval="${intervalMs}ms"`]),
    ...(withTiming
      ? [
          `last-rc-change="${renderWallTime(atWallMs)}" exec-time="${ranForMs}ms"`,
          `queue-time="0ms" rc=${status} (${outcome})`,
        ]
      : []),
  ];
  const suffix = details.length === 0 ? "" : `: ${details.join(" ")}`;
  return `(${callId}) ${name}${suffix}`;
}

function isProbe({ operation, intervalMs }: OperationStatus): boolean {
  return operation === "monitor" && intervalMs === 0;
}

/** What is under way. Empty when the cluster is stable. */
export function pendingActions({ pending }: ClusterStatus): readonly string[] {
  return pending.length === 0 ? [] : ["Pending Actions:", ...pending.map((line) => `  * ${line}`)];
}

/** Joins sections with an empty line between them, leaving empty ones out. */
export function joinSections(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
}
