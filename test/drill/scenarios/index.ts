import { coldStart, cpuLoad, guide, idleCost, statusTime } from "./figures.ts";
import { powerCut, reboot, watchdogReset } from "./kernel-faults.ts";
import { heartbeatCut, partition } from "./network-faults.ts";
import {
  addressRemoved,
  agentCrash,
  brokenConfig,
  hostCrash,
  httpdCrash,
  switchover,
} from "./process-faults.ts";
import type { Scenario } from "./scenario.ts";

export { type DrillContext, limitFor, type Parts, prepareRun } from "./context.ts";
export type { Deed, FaultScenario, FigureScenario, Mark, Scenario } from "./scenario.ts";

/** Run when none is named, in this order. */
export const DEFAULT_SCENARIOS: readonly string[] = [
  "switchover",
  "httpd-crash",
  "address-removed",
  "agent-crash",
  "host-crash",
  "heartbeat-cut",
  "partition",
];

/** All scenarios by the name that `--scenario` takes. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  switchover,
  "httpd-crash": httpdCrash,
  "address-removed": addressRemoved,
  "agent-crash": agentCrash,
  "host-crash": hostCrash,
  "heartbeat-cut": heartbeatCut,
  partition,
  "watchdog-reset": watchdogReset,
  reboot,
  "power-cut": powerCut,
  "broken-config": brokenConfig,
  "cold-start": coldStart,
  "cpu-load": cpuLoad,
  "idle-cost": idleCost,
  "status-time": statusTime,
  guide,
};
