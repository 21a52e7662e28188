/** `lbctl status`, in the form of `pcs status`, and its parts. */
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { readinessSection } from "./render-readiness.ts";
import { renderResourceList } from "./render-resources.ts";
import { renderTiming } from "./render-timing.ts";
import {
  clusterSummary,
  failedActions,
  joinSections,
  migrationSummary,
  nodeAttributes,
  nodeList,
  pendingActions,
} from "./status-sections.ts";

/** What only the host knows: whether the agent starts with the host. */
export interface DaemonState {
  readonly isActive: boolean;
  readonly isEnabled: boolean;
}

/** The whole status. `--full` adds ids, attributes, failcounts, links, counters and arithmetic. */
export function renderStatus(
  status: ClusterStatus,
  options: { readonly isFull: boolean; readonly daemon: DaemonState },
): string {
  const { isFull, daemon } = options;
  const head = [`Cluster name: ${status.clusterName}`];
  const summary = clusterSummary(status, isFull);
  const warnings = renderWarnings(status);
  // As with pcs, the summary follows the name directly unless warnings stand between them.
  const top = warnings.length === 0 ? [[...head, ...summary]] : [head, warnings, summary];
  return joinSections([
    ...top,
    nodeList(status, isFull),
    isFull ? nodeAttributes(status, isFull) : [],
    ["Full List of Resources:", ...renderAllResources(status)],
    pendingActions(status),
    isFull ? migrationSummary(status, isFull) : [],
    failedActions(status, isFull),
    readinessSection(status),
    ...(isFull ? fullSections(status) : []),
    ["Daemon Status:", `  lb-agent: ${renderDaemon(daemon)}`],
  ]);
}

/** `pcs status resources`. */
export function renderStatusResources(status: ClusterStatus): string {
  if (status.resources.length === 0) return "NO resources configured";
  return renderResourceList(status, status.resources, "  ").join("\n");
}

/** `pcs status cluster` and `pcs cluster status`. */
export function renderStatusCluster(status: ClusterStatus): string {
  const lines = [...clusterSummary(status, false), ...nodeList(status, false)];
  return ["Cluster Status:", ...lines.map((line) => (line === "" ? "" : ` ${line}`))].join("\n");
}

/** `pcs status nodes`. */
export function renderStatusNodes(status: ClusterStatus): string {
  const isBusy = (name: string): boolean =>
    status.resources.some(({ nodes }) => nodes.includes(name));
  const names = (has: (node: ClusterStatus["nodes"][number]) => boolean): string =>
    status.nodes
      .filter(has)
      .map(({ name }) => ` ${name}`)
      .join("");
  return [
    "Cluster Nodes:",
    ` Online:${names(({ state }) => state === "online")}`,
    ` Standby:${names(({ name, state }) => state === "standby" && !isBusy(name))}`,
    ` Standby with resource(s) running:${names(
      ({ name, state }) => state === "standby" && isBusy(name),
    )}`,
    ` Maintenance:${names(({ state }) => state === "maintenance")}`,
    ` Pending:${names(({ state }) => state === "pending")}`,
    ` Held:${names(({ state }) => state === "held")}`,
    ` Offline:${names(({ state }) => state === "OFFLINE" || state === "UNCLEAN")}`,
  ].join("\n");
}

function renderWarnings({ warnings }: ClusterStatus): readonly string[] {
  return warnings.length === 0 ? [] : ["WARNINGS:", ...warnings];
}

function renderAllResources(status: ClusterStatus): readonly string[] {
  if (status.resources.length === 0) return ["  * No resources"];
  return renderResourceList(status, status.resources, "  ");
}

function fullSections(status: ClusterStatus): readonly (readonly string[])[] {
  const { resources, links, counters } = status;
  const reasons = resources.filter(({ reason }) => reason !== "");
  const repaired = resources.filter(({ repairs }) => repairs > 0);
  return [
    reasons.length === 0
      ? []
      : ["Placement:", ...reasons.map(({ id, reason }) => `  * ${id}: ${reason}`)],
    repaired.length === 0
      ? []
      : ["Repairs in Place:", ...repaired.map(({ id, repairs }) => `  * ${id}: ${repairs}`)],
    [
      "Links:",
      ...links.map(({ link, localAddress, peerAddress, isUp }) => {
        return `  * Link ${link}: ${localAddress} -> ${peerAddress}: ${isUp ? "up" : "DOWN"}`;
      }),
    ],
    [
      "Heartbeat:",
      `  * Ring: ${status.ring === "" ? "none" : status.ring}`,
      `  * Transport: ${status.transport}`,
      `  * Scheduling: ${status.heartbeatScheduling || "unknown"}`,
      `  * CIB version: ${status.cibVersion}`,
    ],
    [
      "Packets and Events:",
      ...Object.entries(counters)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, count]) => `  * ${name}: ${count}`),
    ],
    [
      `Timing (profile ${status.profile}):`,
      ...renderTiming(status.tokenTimeoutMs).map((line) => `  * ${line}`),
    ],
  ];
}

function renderDaemon({ isActive, isEnabled }: DaemonState): string {
  return `${isActive ? "active" : "inactive"}/${isEnabled ? "enabled" : "disabled"}`;
}
