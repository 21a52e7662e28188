import { rmSync } from "node:fs";
import type { AgentResult } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import { findServerProcesses, isAlive, readPidFile, type ServerProcess } from "./processes.ts";
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
export async function endLeftovers(server: Server): Promise<string | null> {
  const { parent, others } = findServerProcesses(server.settings);
  if (parent !== null || others.length === 0) return null;
  server.context.log(`processes ${others.map(({ pid }) => pid).join(", ")}: left without a parent`);
  const result = await stopServer(server);
  return result.status === OCF.SUCCESS ? null : result.reason;
}

/**
 * SIGTERM, which the parent passes on to its workers; SIGKILL for what remains. Workers without a
 * parent get SIGKILL at once: they leave SIGTERM to their parent, and they hold the port.
 */
async function endAll(
  server: Server,
  {
    parent,
    all,
  }: { readonly parent: ServerProcess | null; readonly all: readonly ServerProcess[] },
  endsAt: number,
): Promise<boolean> {
  if (parent !== null && (await terminate(server, { parent, all }, endsAt))) return true;
  signalAll(all, "SIGKILL");
  return untilGone(server, all, endsAt);
}

/** Ends the parent in its own way, which removes its PID file, and helps where workers do not. */
async function terminate(
  server: Server,
  { parent, all }: { readonly parent: ServerProcess; readonly all: readonly ServerProcess[] },
  endsAt: number,
): Promise<boolean> {
  const graceMs = Math.min(TERMINATE_MAX_MS, server.context.timeoutMs / 2);
  const startedAt = performance.now();
  const workers = all.filter(({ pid }) => pid !== parent.pid);
  signalAll([parent], "SIGTERM");
  for (const { afterMs, signal } of [
    { afterMs: TERMINATE_AGAIN_MS, signal: "SIGTERM" },
    { afterMs: WORKERS_KILLED_MS, signal: "SIGKILL" },
  ] as const) {
    const until = Math.min(startedAt + Math.min(afterMs, graceMs), endsAt);
    if (await untilGone(server, all, until)) return true;
    signalAll(workers, signal);
  }
  return untilGone(server, all, Math.min(startedAt + graceMs, endsAt));
}

async function untilGone(
  { context }: Server,
  processes: readonly ServerProcess[],
  endsAt: number,
): Promise<boolean> {
  for (;;) {
    if (!processes.some(isAlive)) return true;
    if (context.signal.aborted || performance.now() >= endsAt) return false;
    await context.wait(POLL_MS);
  }
}

function signalAll(processes: readonly ServerProcess[], signal: NodeJS.Signals): void {
  for (const process of processes) {
    if (isAlive(process)) signalOne(process.pid, signal);
  }
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}

/** A killed server leaves its PID file; one that names any other process is left alone. */
function removeStalePidFile({ config }: Server, ended: readonly number[]): void {
  if (config === null || config.pidFile === null) return;
  const pid = readPidFile(config.pidFile);
  if (pid !== null && ended.includes(pid)) rmSync(config.pidFile, { force: true });
}
