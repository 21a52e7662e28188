import type { NameValues, SchedulerInput } from "../../model/index.ts";
import type { WorkingOptions } from "../working.ts";
import type { RuleContext } from "./rules.ts";
import { readDurationMs, readFlag } from "./scalars.ts";
import { resolveValues } from "./value-sets.ts";

/** Timeout of an operation for which neither it nor any default names one. */
export const OPERATION_TIMEOUT_MS = 20_000;

/** The cluster properties that hold now, sets with rules included. */
export function readProperties(input: SchedulerInput, context: RuleContext): NameValues {
  const { properties, propertySets } = input.cib;
  return resolveValues([{ values: properties, sets: propertySets }], context);
}

/** Reads the cluster properties; a value that makes no sense counts as the default. */
export function readOptions(
  properties: NameValues,
  { isQuorate, hadQuorum = false }: Pick<SchedulerInput, "isQuorate" | "hadQuorum">,
): WorkingOptions {
  const flag = (name: string, fallback: boolean): boolean => readFlag(properties[name], fallback);
  const isFencingEnabled = readFlag(
    properties["fencing-enabled"] ?? properties["stonith-enabled"],
    true,
  );
  const action = properties["fencing-action"] ?? properties["stonith-action"];
  return {
    isFencingEnabled,
    fencingAction: action === "off" || action === "poweroff" ? "off" : "reboot",
    isFencingConcurrent: flag("concurrent-fencing", true),
    fencesAtStartup: isFencingEnabled && flag("startup-fencing", true),
    isSymmetric: flag("symmetric-cluster", true),
    isInMaintenance: flag("maintenance-mode", false),
    stopsAllResources: flag("stop-all-resources", false),
    stopsOrphans: readFlag(
      properties["stop-removed-resources"] ?? properties["stop-orphan-resources"],
      true,
    ),
    stopsOrphanActions: readFlag(
      properties["cancel-removed-actions"] ?? properties["stop-orphan-actions"],
      true,
    ),
    removesAfterStop: flag("remove-after-stop", false),
    probesAtStartup: flag("enable-startup-probes", true),
    noQuorumPolicy: readQuorumPolicy(properties, {
      isFencingEnabled,
      mayFenceItself: isQuorate || hadQuorum,
    }),
    isStartFailureFatal: flag("start-failure-is-fatal", true),
    placementStrategy: readPlacement(properties["placement-strategy"]),
    nodeHealthStrategy: readHealthStrategy(properties["node-health-strategy"]),
    priorityFencingDelayMs: readDurationMs(properties["priority-fencing-delay"], 0),
    isShutdownLockEnabled: flag("shutdown-lock", false),
    shutdownLockLimitMs: readDurationMs(properties["shutdown-lock-limit"], 0),
    defaultTimeoutMs: readDurationMs(properties["default-action-timeout"], OPERATION_TIMEOUT_MS),
  };
}

/** Nodes without quorum can fence themselves only where fencing is on and quorum was there once. */
function readQuorumPolicy(
  properties: NameValues,
  { isFencingEnabled, mayFenceItself }: { isFencingEnabled: boolean; mayFenceItself: boolean },
): WorkingOptions["noQuorumPolicy"] {
  const policy = properties["no-quorum-policy"]?.toLowerCase();
  switch (policy) {
    case "ignore":
    case "freeze":
    case "demote":
      return policy;
    case "suicide":
    case "fence":
      return isFencingEnabled && mayFenceItself ? "suicide" : "stop";
    default:
      return "stop";
  }
}

function readPlacement(text: string | undefined): WorkingOptions["placementStrategy"] {
  const strategy = text?.toLowerCase();
  switch (strategy) {
    case "utilization":
    case "minimal":
    case "balanced":
      return strategy;
    default:
      return "default";
  }
}

function readHealthStrategy(text: string | undefined): WorkingOptions["nodeHealthStrategy"] {
  const strategy = text?.toLowerCase();
  switch (strategy) {
    case "migrate-on-red":
    case "only-green":
    case "progressive":
    case "custom":
      return strategy;
    default:
      return "none";
  }
}
