/**
 * ocf:lb:haproxy, see README.md of this folder.
 *
 * States of the server: stopped (no process), serving (master, and its worker answers), failing
 * (master, no answer), left over (workers whose master is gone; counts as stopped, and both start
 * and stop end them).
 */
import type { AgentContext, AgentResult, ResourceAgent, Watch } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { checkInstalled } from "../server-process/installed.ts";
import { checkHaproxyReadiness } from "./check-readiness.ts";
import { checkDeepAndMembers, explainServing, findHaproxyDeep } from "./check-server.ts";
import { listHaproxyCompared } from "./list-compared.ts";
import { HAPROXY_METADATA } from "./metadata.ts";
import { findMaster } from "./processes.ts";
import { reloadHaproxy } from "./reload-server.ts";
import { describeHaproxy, masterOf, testHaproxyConfig } from "./server.ts";
import { type HaproxySettings, neededFiles, readHaproxySettings } from "./settings.ts";
import { startHaproxy, stopHaproxy } from "./start-server.ts";

/** Check level from which a monitor makes the deep checks too. */
const DEEP_CHECK_LEVEL = 10;
/** Kept of a monitor's time to tell what was wrong. */
const RESERVE_MS = 500;

/** The resource agent for an HAProxy server. */
export const HAPROXY_AGENT: ResourceAgent = {
  metadata: HAPROXY_METADATA,
  start: (context) => withSettings(context, start),
  stop: (context) => withSettings(context, stop),
  monitor: (context) => withSettings(context, monitor),
  validate: (context) => withSettings(context, validate),
  reload: (context) => withSettings(context, reload),
  watches,
  checkReadiness: async (context) => {
    const result = readHaproxySettings(context);
    return result.kind === "refused"
      ? result.problems.map((problem) => ({ severity: "blocks", problem, remedy: "" }))
      : checkHaproxyReadiness(context, result.settings);
  },
  findDeep: async (context) => {
    const result = readHaproxySettings(context);
    return result.kind === "refused"
      ? { checks: null, groups: null }
      : findHaproxyDeep(describeHaproxy(context, result.settings));
  },
  listCompared: async (context) => {
    const result = readHaproxySettings(context);
    return result.kind === "refused" ? [] : listHaproxyCompared(context, result.settings);
  },
};

/** The body of an action, after its parameters were found good. */
type Action = (context: AgentContext, settings: HaproxySettings) => Promise<AgentResult>;

async function withSettings(context: AgentContext, action: Action): Promise<AgentResult> {
  const result = readHaproxySettings(context);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.problems.join("; "));
  return action(context, result.settings);
}

async function start(context: AgentContext, settings: HaproxySettings): Promise<AgentResult> {
  return checkInstalled(neededFiles(settings)) ?? startHaproxy(describeHaproxy(context, settings));
}

async function stop(context: AgentContext, settings: HaproxySettings): Promise<AgentResult> {
  return stopHaproxy(describeHaproxy(context, settings));
}

async function monitor(context: AgentContext, settings: HaproxySettings): Promise<AgentResult> {
  const checksAt = performance.now() + context.timeoutMs / 2;
  if (findMaster(settings) === null) {
    const files = settings.configPaths.join(" ");
    return failed(OCF.NOT_RUNNING, `haproxy of "${files}": not running`);
  }
  const server = describeHaproxy(context, settings);
  const problem = await explainServing(server);
  if (problem !== null) {
    // A server that ended while it was asked has stopped rather than failed.
    return failed(masterOf(server) === null ? OCF.NOT_RUNNING : OCF.ERR_GENERIC, problem);
  }
  if (context.checkLevel < DEEP_CHECK_LEVEL) return SUCCEEDED;
  return checkDeepAndMembers(server, {
    checksAt,
    allAt: checksAt + context.timeoutMs / 2 - RESERVE_MS,
  });
}

async function validate(context: AgentContext, settings: HaproxySettings): Promise<AgentResult> {
  const absent = checkInstalled(neededFiles(settings));
  if (absent !== null) return absent;
  const refusal = await testHaproxyConfig(describeHaproxy(context, settings));
  // The files are this host's: another host may have good ones, so it is no refusal everywhere.
  return refusal === null ? SUCCEEDED : failed(OCF.ERR_INSTALLED, refusal.reason);
}

async function reload(context: AgentContext, settings: HaproxySettings): Promise<AgentResult> {
  return checkInstalled(neededFiles(settings)) ?? reloadHaproxy(describeHaproxy(context, settings));
}

async function watches(context: AgentContext): Promise<readonly Watch[]> {
  const result = readHaproxySettings(context);
  if (result.kind === "refused") return [];
  const master = findMaster(result.settings);
  return master === null ? [] : [{ kind: "process", pid: master.pid }];
}
