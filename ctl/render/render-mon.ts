/** `lbctl mon`, in the form of `crm_mon`. */
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { readinessTroubles } from "./render-readiness.ts";
import { isActive, renderResource, renderResourceList } from "./render-resources.ts";
import {
  clusterSummary,
  failedActions,
  joinSections,
  migrationSummary,
  nodeAttributes,
  nodeList,
  nodeState,
  operationHistory,
  pendingActions,
  type Thresholds,
} from "./status-sections.ts";

/** What to show, by the letters of crm_mon. */
export interface MonOptions {
  /** `-r`: inactive resources too. */
  readonly withInactive: boolean;
  /** `-o`: the operation history. */
  readonly withOperations: boolean;
  /** `-f`: failcounts. */
  readonly withFailcounts: boolean;
  /** `-n`: resources by node. */
  readonly isByNode: boolean;
  /** `-A`: node attributes. */
  readonly withAttributes: boolean;
  /** `-t`: when operations ran and for how long; shows the history too. */
  readonly withTiming: boolean;
  readonly thresholds: Thresholds;
}

/** The monitor's page. */
export function renderMon(status: ClusterStatus, options: MonOptions): string {
  const { withTiming, thresholds } = options;
  const warnings = status.warnings.length === 0 ? [] : ["WARNINGS:", ...status.warnings];
  return joinSections([
    warnings,
    clusterSummary(status, false),
    ...(options.isByNode ? byNode(status, options) : byResource(status, options)),
    options.withAttributes ? nodeAttributes(status, false) : [],
    options.withOperations || withTiming
      ? operationHistory(status, { withTiming, thresholds })
      : [],
    options.withFailcounts && !options.withOperations && !withTiming
      ? migrationSummary(status, false)
      : [],
    pendingActions(status),
    failedActions(status, false),
  ]);
}

/**
 * One line for monitoring systems: `CLUSTER OK: 2 nodes online, 2 resource instances configured`.
 */
export function renderMonLine(status: ClusterStatus): { line: string; isOk: boolean } {
  const away = status.nodes.filter(({ isOnline }) => !isOnline).map(({ name }) => name);
  const stopped = status.resources
    .filter(({ role, isDisabled }) => role === "Stopped" && !isDisabled)
    .map(({ id }) => id);
  const failed = status.resources.filter(({ isFailed }) => isFailed).map(({ id }) => id);
  const troubles = [
    ...(status.dc === "" ? ["no DC"] : []),
    ...(status.quorum.isQuorate ? [] : ["no quorum"]),
    ...away.map((name) => `offline node: ${name}`),
    ...stopped.map((id) => `stopped resource: ${id}`),
    ...failed.map((id) => `failed resource: ${id}`),
    ...readinessTroubles(status),
  ];
  if (troubles.length > 0) {
    return { line: `CLUSTER WARN: ${troubles.join(", ")}`, isOk: false };
  }
  const noun = status.resourceCount === 1 ? "resource instance" : "resource instances";
  const counts = `${status.nodes.length} nodes online, ${status.resourceCount} ${noun} configured`;
  return { line: `CLUSTER OK: ${counts}`, isOk: true };
}

function byResource(
  status: ClusterStatus,
  { withInactive }: MonOptions,
): readonly (readonly string[])[] {
  const shown = withInactive ? status.resources : status.resources.filter(isActive);
  const title = withInactive ? "Full List of Resources:" : "Active Resources:";
  const none = withInactive ? "  * No resources" : "  * No active resources";
  const lines = shown.length === 0 ? [none] : renderResourceList(status, shown, "  ");
  return [nodeList(status, false), [title, ...lines]];
}

function byNode(
  status: ClusterStatus,
  { withInactive }: MonOptions,
): readonly (readonly string[])[] {
  const nodes = status.nodes.flatMap((node) => [
    `  * Node ${node.name}: ${nodeState(status, node)}:`,
    "    * Resources:",
    ...status.resources
      .filter((resource) => resource.nodes.includes(node.name))
      .map(
        (resource) =>
          `      * ${renderResource(status, resource, { onNode: node.name, withNode: false })}`,
      ),
  ]);
  const inactive = status.resources.filter((resource) => !isActive(resource));
  const lines =
    inactive.length === 0
      ? ["  * No inactive resources"]
      : renderResourceList(status, inactive, "  ");
  return [["Node List:", ...nodes], withInactive ? ["Inactive Resources:", ...lines] : []];
}
