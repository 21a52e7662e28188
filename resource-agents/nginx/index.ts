/**
 * ocf:heartbeat:nginx, see README.md of this folder.
 *
 * States of the server: stopped (no process), serving (master, and a worker answers), failing
 * (master, no answer), left over (workers whose master is gone; counts as stopped, and both start
 * and stop end them).
 */

import type { AgentContext, AgentResult, ResourceAgent, Watch } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import { checkInstalled } from "../server-process/installed.ts";
import { checkNginxReadiness } from "./check-readiness.ts";
import { checkDeeper, explainServing, findNginxDeep } from "./check-server.ts";
import { listNginxCompared } from "./list-compared.ts";
import { NGINX_METADATA } from "./metadata.ts";
import { findMaster } from "./processes.ts";
import { reloadNginx } from "./reload-server.ts";
import { describeKnownNginx, describeNginx, masterOf, testNginxConfig } from "./server.ts";
import {
  type NginxSettings,
  neededFiles,
  readKnownSettings,
  readNginxSettings,
} from "./settings.ts";
import { startNginx, stopNginx } from "./start-server.ts";

/** Kept of a monitor's time to tell what was wrong. */
const RESERVE_MS = 500;

/** The resource agent for an nginx server. */
export const NGINX_AGENT: ResourceAgent = {
  metadata: NGINX_METADATA,
  start: (context) => withSettings(context, start),
  stop: (context) => withSettings(context, stop),
  monitor: (context) => withSettings(context, monitor),
  validate: (context) => withSettings(context, validate),
  reload: (context) => withSettings(context, reload),
  watches,
  checkReadiness: async (context) => {
    const result = await readNginxSettings(context);
    return result.kind === "refused"
      ? result.problems.map((problem) => ({ severity: "blocks", problem, remedy: "" }))
      : checkNginxReadiness(context, result.settings);
  },
  findDeep: async (context) => {
    const result = await readNginxSettings(context);
    return result.kind === "refused"
      ? { checks: null, groups: null }
      : findNginxDeep(await describeNginx(context, result.settings));
  },
  listCompared: async (context) => {
    const result = await readNginxSettings(context);
    return result.kind === "refused" ? [] : listNginxCompared(context, result.settings);
  },
};

/** The body of an action, after its parameters were found good. */
type Action = (context: AgentContext, settings: NginxSettings) => Promise<AgentResult>;

async function withSettings(context: AgentContext, action: Action): Promise<AgentResult> {
  const result = await readNginxSettings(context);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.problems.join("; "));
  return action(context, result.settings);
}

async function start(context: AgentContext, settings: NginxSettings): Promise<AgentResult> {
  return (
    checkInstalled(neededFiles(settings)) ?? startNginx(await describeNginx(context, settings))
  );
}

async function stop(context: AgentContext, settings: NginxSettings): Promise<AgentResult> {
  return stopNginx(await describeNginx(context, settings));
}

async function monitor(context: AgentContext, settings: NginxSettings): Promise<AgentResult> {
  const checksAt = performance.now() + context.timeoutMs / 2;
  const allAt = checksAt + context.timeoutMs / 2 - RESERVE_MS;
  if (findMaster(settings) === null) {
    return failed(OCF.NOT_RUNNING, `nginx of "${settings.configFile}": not running`);
  }
  const server = describeKnownNginx(context, settings);
  const problem = await explainServing(server);
  if (problem === null) {
    return context.checkLevel > 0 ? checkDeeper(server, { checksAt, allAt }) : SUCCEEDED;
  }
  // A server that ended while it was asked has stopped rather than failed.
  return failed(masterOf(server) === null ? OCF.NOT_RUNNING : OCF.ERR_GENERIC, problem);
}

async function validate(context: AgentContext, settings: NginxSettings): Promise<AgentResult> {
  const absent = checkInstalled(neededFiles(settings));
  if (absent !== null) return absent;
  const refusal = await testNginxConfig(await describeNginx(context, settings));
  // An address that is not here comes with the service: the file itself was read to its end.
  if (refusal === null || refusal.isAddressMissing) return SUCCEEDED;
  // The file is this host's: another host may have a good one, so it is not a refusal everywhere.
  return failed(OCF.ERR_INSTALLED, withFile(settings.configFile, refusal.reason));
}

async function reload(context: AgentContext, settings: NginxSettings): Promise<AgentResult> {
  return (
    checkInstalled(neededFiles(settings)) ?? reloadNginx(await describeNginx(context, settings))
  );
}

async function watches(context: AgentContext): Promise<readonly Watch[]> {
  const result = readKnownSettings(context);
  if (result.kind === "refused") return [];
  const master = findMaster(result.settings);
  return master === null ? [] : [{ kind: "process", pid: master.pid }];
}
