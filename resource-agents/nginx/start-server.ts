import { rmSync } from "node:fs";
import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import { endLeftovers, endServer, removeStalePidFile } from "../server-process/end-server.ts";
import { lastLine } from "../server-process/file-tail.ts";
import { readPidFile } from "../server-process/find-processes.ts";
import { waitUntilServing } from "../server-process/wait-until-serving.ts";
import { explainServing } from "./check-server.ts";
import { findMasterOrLeft } from "./processes.ts";
import {
  explainOutput,
  makePidFolder,
  masterOf,
  type NginxServer,
  processesOf,
  serverWords,
  testNginxConfig,
} from "./server.ts";

/** Starts the server unless it runs, and waits until it answers. */
export async function startNginx(server: NginxServer): Promise<AgentResult> {
  const startedAtMs = performance.now();
  const { context, config, settings } = server;
  const { parent, others } = findMasterOrLeft(settings, config.pidFile);
  if (parent === null) {
    if (!config.isDaemon) {
      const reason = `${settings.configFile}: "daemon off", expected a server in the background`;
      return failed(OCF.ERR_INSTALLED, reason);
    }
    const left = await endLeftovers(context, others, () => stopNginx(server));
    const problem = left ?? (await launch(server));
    if (problem !== null) return problem;
  }
  return waitUntilServing({
    context,
    name: "nginx",
    startedAtMs,
    isRunning: () => masterOf(server) !== null,
    explain: () => explainServing(server),
    lastWords: () => (config.errorLog === null ? "" : lastLine(config.errorLog)),
  });
}

/** Ends the server; success only when none of its processes is left. */
export async function stopNginx(server: NginxServer): Promise<AgentResult> {
  const { context, settings, config } = server;
  const problem = await endServer({
    context,
    find: () => processesOf(server),
    gracefulSignal: "SIGQUIT",
    gracefulMs: settings.gracefulMs,
  });
  if (problem !== null) return failed(OCF.ERR_GENERIC, problem);
  removeStalePidFile(config.pidFile);
  return SUCCEEDED;
}

async function launch(server: NginxServer): Promise<AgentResult | null> {
  const { context, settings, config } = server;
  makePidFolder(server);
  removeForeignPidFile(server, config.pidFile);
  const result = await context.run(settings.binary, serverWords(settings));
  if (result.kind === "exited" && result.status === 0) return null;
  const reason = `nginx did not start: ${explainOutput(result)}`;
  // Only a failed start pays for the test; it tells a broken file from a port in use.
  const refusal = await testNginxConfig(server);
  if (refusal === null || refusal.isLate || refusal.isAddressMissing) {
    return failed(OCF.ERR_GENERIC, reason);
  }
  return failed(OCF.ERR_INSTALLED, withFile(settings.configFile, refusal.reason));
}

/** A PID file that names no process of this server misleads people. */
function removeForeignPidFile({ context }: NginxServer, path: string): void {
  if (readPidFile(path) === null) return;
  context.log(`pid file "${path}": names no process of this server, removed`);
  rmSync(path, { force: true });
}
