import { lstatSync, mkdirSync, readlinkSync, rmSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import type { AgentResult, CommandResult } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import { lastLine } from "../server-process/file-tail.ts";
import { readPidFile } from "../server-process/find-processes.ts";
import { explainStatus } from "./check-server.ts";
import { findConfigFaults, findListenFaults, problemsOf } from "./find-faults.ts";
import { findServerProcesses } from "./processes.ts";
import { explainRefusal } from "./run-config.ts";
import { findParentOrLeft, parentByPidFile, type Server } from "./server.ts";
import { endLeftovers } from "./stop-server.ts";

const POLL_MS = 5;
/** A start is over when for this long none of the server's processes was there. */
const ABSENT_MAX_MS = 500;
/** How often all processes are looked at while the PID file names none. */
const SCAN_INTERVAL_MS = 100;
/** Kept of the action's time to tell what was missing. */
const RESERVE_MS = 500;
/** A process that was killed just now is out of sight before its sockets are closed. */
const PORT_RETRIES_MAX = 2;
const PORT_RETRY_MS = 50;

/** Starts the server unless it runs, and waits until it answers. */
export async function startServer(server: Server): Promise<AgentResult> {
  const endsAt = performance.now() + Math.max(server.context.timeoutMs - RESERVE_MS, POLL_MS);
  const { parent, others } = findParentOrLeft(server);
  if (parent === null) {
    const leftovers = await endLeftovers(server, others);
    if (leftovers !== null) return failed(OCF.ERR_GENERIC, leftovers);
    const problem = await launch(server);
    if (problem !== null) return problem;
  }
  return waitUntilServing(server, endsAt);
}

/** Tests the configuration: null when the server accepts it. */
export async function testConfig(server: Server): Promise<string | null> {
  const { context, settings, environment, options } = server;
  const args = ["-f", settings.configFile, ...options, "-t"];
  const result = await context.run(settings.binary, args, { environment });
  return result.kind === "exited" && result.status === 0 ? null : explainRefusal(result);
}

/**
 * Makes the folders that a boot has emptied, as the distribution's start script does. Without them
 * Debian's configuration is refused, so they come before the configuration is read.
 */
export async function makeRunFolders({ context, config, environment }: Server): Promise<void> {
  const { APACHE_RUN_DIR, APACHE_LOCK_DIR, APACHE_RUN_USER } = environment;
  const pidFolder = config?.pidFile == null ? undefined : dirname(config.pidFile);
  for (const folder of [pidFolder, APACHE_RUN_DIR]) {
    if (folder !== undefined && isAbsolute(folder)) makeFolder(folder, context.log);
  }
  if (APACHE_LOCK_DIR === undefined || APACHE_RUN_USER === undefined) return;
  if (makeFolder(APACHE_LOCK_DIR, context.log)) {
    await context.run("chown", [APACHE_RUN_USER, APACHE_LOCK_DIR]);
  }
}

async function launch(server: Server): Promise<AgentResult | null> {
  const { context, settings, environment, options } = server;
  removeForeignPidFile(server);
  const args = ["-f", settings.configFile, ...options, "-k", "start"];
  let result = await context.run(settings.binary, args, { environment });
  for (let again = 0; again < PORT_RETRIES_MAX && isPortInUse(result); again++) {
    await context.wait(PORT_RETRY_MS);
    result = await context.run(settings.binary, args, { environment });
  }
  if (result.kind === "exited" && result.status === 0) return null;
  // Only a failed start pays for the test; it tells a broken file from a port in use.
  const refusal = await testConfig(server);
  if (refusal !== null) return failed(OCF.ERR_INSTALLED, withFile(settings.configFile, refusal));
  return diagnose(server, `httpd did not start: ${explainRefusal(result)}`);
}

/**
 * Tells a configuration that passes its test and cannot work on this node from a failure that may
 * pass, such as a port in use; both with what was found.
 */
function diagnose({ config, settings }: Server, problem: string): AgentResult {
  if (config === null) return failed(OCF.ERR_GENERIC, problem);
  const faults = problemsOf(findConfigFaults(config, Date.now()));
  if (faults !== null) return failed(OCF.ERR_INSTALLED, `${faults}; ${problem}`);
  const listenFaults = problemsOf(findListenFaults(config, settings, []));
  const found = listenFaults === null ? "" : `${listenFaults}; `;
  return failed(OCF.ERR_GENERIC, `${found}${problem}`);
}

function isPortInUse(result: CommandResult): boolean {
  return result.kind === "exited" && result.status !== 0 && /AH00072/.test(result.stderr);
}

async function waitUntilServing(server: Server, endsAt: number): Promise<AgentResult> {
  let seenAt = performance.now();
  let scannedAt = 0;
  let problem = "no process of it is there";
  for (;;) {
    const isRunning = parentByPidFile(server) !== null;
    if (isRunning) {
      seenAt = performance.now();
      const explained = await explainStatus(server);
      if (explained === null) return SUCCEEDED;
      problem = explained;
    } else if (performance.now() - scannedAt > SCAN_INTERVAL_MS) {
      scannedAt = performance.now();
      const { parent } = findServerProcesses(server.settings);
      if (parent !== null) seenAt = scannedAt;
      if (parent !== null && server.config?.pidFile == null) {
        if ((await explainStatus(server)) === null) return SUCCEEDED;
      }
    }
    const now = performance.now();
    if (now - seenAt > ABSENT_MAX_MS) return diagnose(server, explainEnd(server, "its start"));
    if (server.context.signal.aborted || now >= endsAt) {
      return failed(OCF.ERR_GENERIC, `httpd started but does not serve: ${problem}`);
    }
    await server.context.wait(POLL_MS);
  }
}

/** True when the folder was made now. */
function makeFolder(path: string, log: (line: string) => void): boolean {
  try {
    return mkdirSync(realFolder(path), { recursive: true, mode: 0o755 }) !== undefined;
  } catch (error) {
    log(`folder "${path}": ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** A link such as RHEL's /etc/httpd/run leads nowhere after a boot: its target is to be made. */
function realFolder(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** httpd takes any live process in its PID file for itself, and would not start. */
function removeForeignPidFile({ context, config }: Server): void {
  const path = config?.pidFile;
  if (path == null || readPidFile(path) === null) return;
  context.log(`pid file "${path}": names no process of this server, removed`);
  rmSync(path, { force: true });
}

/** What the log says of a server that has ended after something. */
export function explainEnd({ config }: Server, after: string): string {
  const last = config?.errorLog == null ? "" : lastLine(config.errorLog);
  return `httpd ended right after ${after}${last === "" ? "" : `: ${last}`}`;
}
