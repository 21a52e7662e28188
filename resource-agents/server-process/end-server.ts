import { rmSync } from "node:fs";
import { type AgentContext, type AgentResult, OCF } from "../contract.ts";
import { signalAll, untilGone } from "./end-processes.ts";
import {
  isLiveId,
  readPidFile,
  type ServerProcess,
  type ServerProcesses,
} from "./find-processes.ts";

/** Kept of the action's time to tell what is left. */
const RESERVE_MS = 500;
/** How long a server may take to end once it was told to end at once. */
const TERMINATE_MAX_MS = 3000;
/** A process that appears while the others end is caught by looking again. */
const ROUNDS_MAX = 5;

/** How a server is ended: gracefully for a while, then at once, then by force. */
export interface ServerEnding {
  readonly context: AgentContext;
  readonly find: () => ServerProcesses;
  /** What the parent takes for: finish your requests and end. */
  readonly gracefulSignal: NodeJS.Signals;
  /** How long requests may take to finish; at most a third of the action's time. */
  readonly gracefulMs: number;
}

/**
 * Ends a server and whatever it left behind. Its parent is asked to finish, then to end at once
 * (SIGTERM), and all that remains gets SIGKILL. Workers without a parent get SIGKILL at once:
 * nobody knows what they serve, and they hold the port. Null when none of its processes is left;
 * otherwise a reason.
 */
export async function endServer(ending: ServerEnding): Promise<string | null> {
  const { context, find } = ending;
  const endsAt = performance.now() + Math.max(context.timeoutMs - RESERVE_MS, 1);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = find();
    const all = found.parent === null ? found.others : [found.parent, ...found.others];
    if (all.length === 0) return null;
    if (await askToEnd(ending, found, endsAt)) continue;
    signalAll(all, "SIGKILL");
    if (!(await untilGone(context, all, endsAt))) break;
  }
  const { parent, others } = find();
  const left = [...(parent === null ? [] : [parent]), ...others].map(({ pid }) => pid);
  return left.length === 0 ? null : `processes ${left.join(", ")}: still there after SIGKILL`;
}

/**
 * Before a start: ends workers without a master, which hold the ports and whom nobody can tell
 * anything. Null, or the failed stop.
 */
export async function endLeftovers(
  context: AgentContext,
  workers: readonly ServerProcess[],
  stop: () => Promise<AgentResult>,
): Promise<AgentResult | null> {
  if (workers.length === 0) return null;
  const pids = workers.map(({ pid }) => pid).join(", ");
  context.log(`processes ${pids}: left without a master, ended`);
  const result = await stop();
  return result.status === OCF.SUCCESS ? null : result;
}

/** Removes a PID file that names a dead process; that of a foreign one is left alone. */
export function removeStalePidFile(path: string): void {
  const pid = readPidFile(path);
  if (pid !== null && !isLiveId(pid)) rmSync(path, { force: true });
}

async function askToEnd(
  { context, gracefulSignal, gracefulMs }: ServerEnding,
  { parent, others }: ServerProcesses,
  endsAt: number,
): Promise<boolean> {
  if (parent === null) return false;
  const all = [parent, ...others];
  const startedAt = performance.now();
  const graceMs = Math.min(gracefulMs, context.timeoutMs / 3);
  if (graceMs > 0) {
    signalAll([parent], gracefulSignal);
    if (await untilGone(context, all, Math.min(startedAt + graceMs, endsAt))) return true;
  }
  signalAll([parent], "SIGTERM");
  const killedAt = startedAt + graceMs + Math.min(TERMINATE_MAX_MS, context.timeoutMs / 3);
  return untilGone(context, all, Math.min(killedAt, endsAt));
}
