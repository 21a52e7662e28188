import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import {
  findSocketOwners,
  isInTheWay,
  type ListeningSocket,
  plainAddress,
  readListening,
} from "../host-checks/index.ts";
import { isAlive, type ServerProcess } from "../server-process/find-processes.ts";
import type { Listen } from "./config-facts.ts";
import { findConfigFaults, findListenFaults, problemsOf } from "./find-faults.ts";
import { findServerProcesses, readServerProcess } from "./processes.ts";
import type { RunConfig } from "./run-config.ts";
import type { Server } from "./server.ts";
import { explainEnd, testConfig } from "./start-server.ts";

/**
 * The parent looks for the signal once a second at worst, and ends within another one when it
 * cannot take the new configuration (seen: 1.0 to 2.0 s). One that lives on after this has taken
 * it, even if requests that are parked keep it from making a new worker.
 */
const SETTLE_MAX_MS = 5000;
const POLL_MS = 20;

/**
 * Makes the running server take its files as they are: a graceful restart, in which no request is
 * cut off. What would end the server is looked for first, and then the old configuration stays.
 */
export async function reloadServer(server: Server, parent: ServerProcess): Promise<AgentResult> {
  const refusal = server.problem ?? (await testConfig(server));
  if (refusal !== null) return failed(OCF.ERR_INSTALLED, refusal);
  if (server.config !== null) {
    const faults = problemsOf(findConfigFaults(server.config, Date.now()));
    if (faults !== null) return failed(OCF.ERR_INSTALLED, `not reloaded: ${faults}`);
    const inTheWay = explainListens(server, server.config);
    if (inTheWay !== null) return failed(OCF.ERR_GENERIC, `not reloaded: ${inTheWay}`);
  }
  const before = new Set(workersOf(server, parent));
  process.kill(parent.pid, "SIGUSR1");
  return untilTaken(server, parent, before);
}

/** A new worker is made only after the new configuration was taken. */
async function untilTaken(
  server: Server,
  parent: ServerProcess,
  before: ReadonlySet<number>,
): Promise<AgentResult> {
  const { context } = server;
  const endsAt = performance.now() + Math.min(SETTLE_MAX_MS, context.timeoutMs / 2);
  for (;;) {
    if (!isAlive(parent)) return failed(OCF.ERR_GENERIC, explainEnd(server, "its reload"));
    if (workersOf(server, parent).some((pid) => !before.has(pid))) return SUCCEEDED;
    if (context.signal.aborted || performance.now() >= endsAt) break;
    await context.wait(POLL_MS);
  }
  context.log("httpd: reloaded, all workers still have requests of before");
  return SUCCEEDED;
}

function workersOf({ settings }: Server, parent: ServerProcess): number[] {
  return findServerProcesses(settings)
    .others.filter(({ parentPid }) => parentPid === parent.pid)
    .map(({ pid }) => pid);
}

/** Ports of the new configuration that cannot be had while the server runs: it would end. */
function explainListens({ settings }: Server, config: RunConfig): string | null {
  const faults = problemsOf(findListenFaults(config, settings, []));
  if (faults !== null) return faults;
  const sockets = readListening();
  const held = config.facts.listens.flatMap(({ host, port }) =>
    sockets
      .filter((socket) => isInTheWay(socket, { ip: host, port }))
      .filter((socket) => !isSame(socket, host))
      .filter(({ inode }) => findSocketOwners(inode).some(({ pid }) => isOwn(pid)))
      .map(({ ip }) => `Listen ${showListen({ host, port })}: held as ${ip}, expected a restart`),
  );
  return held[0] ?? null;

  function isOwn(pid: number): boolean {
    return readServerProcess(pid, settings) !== null;
  }
}

function isSame(socket: ListeningSocket, host: string | null): boolean {
  if (host === null) return socket.ip === "::" || socket.ip === "0.0.0.0";
  return socket.ip === plainAddress(host);
}

function showListen({ host, port }: Pick<Listen, "host" | "port">): string {
  if (host === null) return String(port);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
