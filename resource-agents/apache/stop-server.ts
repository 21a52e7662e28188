import { rmSync } from "node:fs";
import type { AgentResult } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { signalAll, untilGone } from "../server-process/end-processes.ts";
import { readPidFile, type ServerProcess } from "../server-process/find-processes.ts";
import { findServerProcesses } from "./processes.ts";
import type { Server } from "./server.ts";

const POLL_MS = 5;
/** How long a server may take to end by itself, at most half of the action's time. */
const TERMINATE_MAX_MS = 5000;
/** A worker that was just being made loses the first signal; its parent asks again after 3 s. */
const TERMINATE_AGAIN_MS = 200;
/**
 * SIGTERM cuts requests off, but a worker waits for those that wait themselves (a proxied request
 * without an answer), and its parent waits for it up to 10 s.
 */
const WORKERS_KILLED_MS = 500;
/** Kept of the action's time to tell what is left. */
const RESERVE_MS = 500;
/** A process that appears while the others end is caught by looking again. */
const ROUNDS_MAX = 5;

/**
 * Ends the server and whatever it left behind; success only when none of its processes is alive.
 */
export async function stopServer(server: Server): Promise<AgentResult> {
  const endsAt = performance.now() + Math.max(server.context.timeoutMs - RESERVE_MS, POLL_MS);
  const ended: number[] = [];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { parent, others } = findServerProcesses(server.settings);
    if (parent === null && others.length === 0) {
      removeStalePidFile(server, ended);
      return SUCCEEDED;
    }
    const all = parent === null ? others : [parent, ...others];
    ended.push(...all.map(({ pid }) => pid));
    if (!(await endAll(server, { parent, all }, endsAt))) break;
  }
  const { parent, others } = findServerProcesses(server.settings);
  const left = [...(parent === null ? [] : [parent]), ...others].map(({ pid }) => pid);
  if (left.length === 0) return SUCCEEDED;
  return failed(OCF.ERR_GENERIC, `processes ${left.join(", ")}: still there after SIGKILL`);
}

/** Ends workers whose parent is gone: they hold the port. Null, or a reason when some are left. */
export async function endLeftovers(
  server: Server,
  workers: readonly ServerProcess[],
): Promise<string | null> {
  if (workers.length === 0) return null;
  const pids = workers.map(({ pid }) => pid).join(", ");
  server.context.log(`processes ${pids}: left without a parent`);
  const result = await stopServer(server);
  return result.status === OCF.SUCCESS ? null : result.reason;
}

interface Running {
  readonly parent: ServerProcess | null;
  readonly all: readonly ServerProcess[];
}

/**
 * SIGWINCH, SIGTERM, then SIGKILL for what remains. Workers without a parent get SIGKILL at once:
 * they leave the other signals to their parent, and they hold the port.
 */
async function endAll(server: Server, { parent, all }: Running, endsAt: number): Promise<boolean> {
  if (parent !== null) {
    const workers = all.filter(({ pid }) => pid !== parent.pid);
    const wasGraceful = await endWorkers(server, { parent, workers }, endsAt);
    if (wasGraceful !== "notAsked") {
      // Workers that were asked do not hear a second time, so that waiting on is of no use.
      signalAll([parent], "SIGTERM");
      if (wasGraceful === "late") signalAll(workers, "SIGKILL");
      if (await untilGone(server.context, all, parentEndsAt(server, endsAt))) return true;
    } else if (await terminate(server, { parent, workers }, endsAt)) return true;
  }
  signalAll(all, "SIGKILL");
  return untilGone(server.context, all, endsAt);
}

interface Family {
  readonly parent: ServerProcess;
  readonly workers: readonly ServerProcess[];
}

/**
 * Asks for a graceful end: the server closes its ports at once, and each worker ends when its
 * requests are answered; idle connections do not hold it up. The parent looks for that only once a
 * second, so the workers are watched here. `late`: some had requests left when the time was over.
 */
async function endWorkers(
  server: Server,
  { parent, workers }: Family,
  endsAt: number,
): Promise<"ended" | "late" | "notAsked"> {
  const { settings, context } = server;
  const gracefulMs = Math.min(settings.gracefulStopTimeoutMs, context.timeoutMs / 2);
  if (gracefulMs <= 0) return "notAsked";
  signalAll([parent], "SIGWINCH");
  const until = Math.min(performance.now() + gracefulMs, endsAt);
  return (await untilGone(server.context, workers, until)) ? "ended" : "late";
}

/** Ends the parent in its own way, which removes its PID file, and helps where workers do not. */
async function terminate(
  server: Server,
  { parent, workers }: Family,
  endsAt: number,
): Promise<boolean> {
  const startedAt = performance.now();
  const all = [parent, ...workers];
  const parentAt = parentEndsAt(server, endsAt);
  signalAll([parent], "SIGTERM");
  for (const { afterMs, signal } of [
    { afterMs: TERMINATE_AGAIN_MS, signal: "SIGTERM" },
    { afterMs: WORKERS_KILLED_MS, signal: "SIGKILL" },
  ] as const) {
    if (await untilGone(server.context, all, Math.min(startedAt + afterMs, parentAt))) return true;
    signalAll(workers, signal);
  }
  return untilGone(server.context, all, parentAt);
}

/** Until when the parent may end by itself, counted from now. */
function parentEndsAt({ context }: Server, endsAt: number): number {
  const graceMs = Math.min(TERMINATE_MAX_MS, context.timeoutMs / 2);
  return Math.min(performance.now() + graceMs, endsAt);
}

/** A killed server leaves its PID file; one that names any other process is left alone. */
function removeStalePidFile({ config }: Server, ended: readonly number[]): void {
  if (config === null || config.pidFile === null) return;
  const pid = readPidFile(config.pidFile);
  if (pid !== null && ended.includes(pid)) rmSync(config.pidFile, { force: true });
}
