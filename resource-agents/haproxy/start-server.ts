import { rmSync } from "node:fs";
import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import { endLeftovers, endServer, removeStalePidFile } from "../server-process/end-server.ts";
import { readPidFile } from "../server-process/find-processes.ts";
import { waitUntilServing } from "../server-process/wait-until-serving.ts";
import { explainServing } from "./check-server.ts";
import { findHaproxyProcesses, findMasterOrLeft } from "./processes.ts";
import {
  explainOutput,
  type HaproxyServer,
  makeRunFolders,
  masterOf,
  startWords,
  testHaproxyConfig,
} from "./server.ts";

/** Starts the server unless it runs, and waits until it answers. */
export async function startHaproxy(server: HaproxyServer): Promise<AgentResult> {
  const startedAtMs = performance.now();
  const { parent, others } = findMasterOrLeft(server.settings);
  if (parent === null) {
    const left = await endLeftovers(server.context, others, () => stopHaproxy(server));
    const problem = left ?? (await launch(server));
    if (problem !== null) return problem;
  }
  return waitUntilServing({
    context: server.context,
    name: "haproxy",
    startedAtMs,
    isRunning: () => masterOf(server) !== null,
    explain: () => explainServing(server),
    lastWords: () => "", // It tells the log service, not a file.
  });
}

/** Ends the server; success only when none of its processes is left. */
export async function stopHaproxy({ context, settings }: HaproxyServer): Promise<AgentResult> {
  const problem = await endServer({
    context,
    find: () => findHaproxyProcesses(settings),
    gracefulSignal: "SIGUSR1",
    gracefulMs: settings.gracefulMs,
  });
  if (problem !== null) return failed(OCF.ERR_GENERIC, problem);
  removeStalePidFile(settings.pidFile);
  return SUCCEEDED;
}

async function launch(server: HaproxyServer): Promise<AgentResult | null> {
  const { context, settings } = server;
  makeRunFolders(server);
  if (readPidFile(settings.pidFile) !== null) {
    context.log(`pid file "${settings.pidFile}": names no process of this server, removed`);
    rmSync(settings.pidFile, { force: true });
  }
  const { environment } = settings;
  const result = await context.run(settings.binary, startWords(server), { environment });
  if (result.kind === "exited" && result.status === 0) return null;
  // Only a failed start pays for the test; it tells a broken file from a port in use.
  const refusal = await testHaproxyConfig(server);
  if (refusal !== null && !refusal.isLate) return failed(OCF.ERR_INSTALLED, refusal.reason);
  return failed(OCF.ERR_GENERIC, `haproxy did not start: ${explainOutput(result)}`);
}
