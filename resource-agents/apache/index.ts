/**
 * ocf:heartbeat:apache, see README.md of this folder.
 *
 * States of the server: stopped (no process), serving (parent and page), failing (parent, no page),
 * left over (workers whose parent is gone; counts as stopped, and both start and stop end them).
 */

import type { AgentContext, AgentResult, ResourceAgent, Watch } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import { checkInstalled } from "../server-process/installed.ts";
import { checkServerReadiness } from "./check-readiness.ts";
import { checkDeepAndMembers, explainStatus, findServerDeep } from "./check-server.ts";
import { listServerCompared } from "./list-compared.ts";
import { APACHE_METADATA } from "./metadata.ts";
import { reloadServer } from "./reload-server.ts";
import { describeKnownServer, describeServer, findParent, type Server } from "./server.ts";
import { type ApacheSettings, neededFiles, readApacheSettings } from "./settings.ts";
import { makeRunFolders, startServer, testConfig } from "./start-server.ts";
import { stopServer } from "./stop-server.ts";

/** Check level from which a monitor makes the deep checks too. */
const DEEP_CHECK_LEVEL = 10;
/** Kept of a monitor's time to tell what was wrong. */
const RESERVE_MS = 500;

/** The resource agent for an Apache httpd server. */
export const APACHE_AGENT: ResourceAgent = {
  metadata: APACHE_METADATA,
  start: (context) => withSettings(context, start),
  stop: (context) => withSettings(context, stop),
  monitor: (context) => withSettings(context, monitor),
  validate: (context) => withSettings(context, validate),
  reload: (context) => withSettings(context, reload),
  watches,
  checkReadiness: checkServerReadiness,
  findDeep: async (context) => {
    const result = readApacheSettings(context);
    return result.kind === "refused"
      ? { checks: null, groups: null }
      : findServerDeep(await describeServer(context, result.settings, true));
  },
  listCompared: listServerCompared,
};

/** The body of an action, after its parameters were found good. */
type Action = (context: AgentContext, settings: ApacheSettings) => Promise<AgentResult>;

async function withSettings(context: AgentContext, action: Action): Promise<AgentResult> {
  const result = readApacheSettings(context);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.problems.join("; "));
  return action(context, result.settings);
}

async function start(context: AgentContext, settings: ApacheSettings): Promise<AgentResult> {
  const server = await describeInstalled(context, settings);
  return "status" in server ? server : startServer(server);
}

async function stop(context: AgentContext, settings: ApacheSettings): Promise<AgentResult> {
  return stopServer(describeKnownServer(context, settings));
}

/** The server with its folders, or what is missing of it on this host. */
async function describeInstalled(
  context: AgentContext,
  settings: ApacheSettings,
): Promise<Server | AgentResult> {
  const absent = checkInstalled(neededFiles(settings));
  if (absent !== null) return absent;
  const server = await describeServer(context, settings);
  return checkEnvironment(server) ?? (await withRunFolders(server));
}

/** The server after its folders were made: without them its configuration may have been refused. */
async function withRunFolders(server: Server): Promise<Server> {
  await makeRunFolders(server);
  if (server.config !== null) return server;
  const described = await describeServer(server.context, server.settings);
  await makeRunFolders(described);
  return described;
}

async function monitor(context: AgentContext, settings: ApacheSettings): Promise<AgentResult> {
  const endsAt = performance.now() + context.timeoutMs - RESERVE_MS;
  if (findParent({ settings }) === null) {
    return failed(OCF.NOT_RUNNING, `httpd of "${settings.configFile}": not running`);
  }
  // Only a status page that was not given has to be looked for in the configuration.
  const isPageGiven = settings.statusUrl !== null;
  const server = isPageGiven
    ? describeKnownServer(context, settings)
    : await describeServer(context, settings);
  const problem = await explainStatus(server);
  if (problem !== null) {
    // A server that ended while it was asked has stopped rather than failed.
    const isGone = findParent(server) === null;
    return failed(isGone ? OCF.NOT_RUNNING : OCF.ERR_GENERIC, problem);
  }
  return context.checkLevel >= DEEP_CHECK_LEVEL ? checkDeepAndMembers(server, endsAt) : SUCCEEDED;
}

async function validate(context: AgentContext, settings: ApacheSettings): Promise<AgentResult> {
  const server = await describeInstalled(context, settings);
  if ("status" in server) return server;
  const refusal = await testConfig(server);
  if (refusal === null) return SUCCEEDED;
  // The file is this host's: another host may have a good one, so it is not a refusal everywhere.
  return failed(OCF.ERR_INSTALLED, withFile(settings.configFile, refusal));
}

/** A configuration that would not do leaves the old one in use. */
async function reload(context: AgentContext, settings: ApacheSettings): Promise<AgentResult> {
  const parent = findParent({ settings });
  if (parent === null) return failed(OCF.NOT_RUNNING, "httpd: not running, nothing to reload");
  const server = await describeInstalled(context, settings);
  if ("status" in server) return server;
  const reloaded = await reloadServer(server, parent);
  return reloaded.status === OCF.SUCCESS ? monitor(context, settings) : reloaded;
}

async function watches(context: AgentContext): Promise<readonly Watch[]> {
  const result = readApacheSettings(context);
  if (result.kind === "refused") return [];
  const parent = findParent(result);
  return parent === null ? [] : [{ kind: "process", pid: parent.pid }];
}

function checkEnvironment({ isEnvironmentRead, problem }: Server): AgentResult | null {
  return isEnvironmentRead ? null : failed(OCF.ERR_INSTALLED, problem ?? "no environment");
}
