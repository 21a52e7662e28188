import type { AgentContext } from "../contract.ts";
import { isAlive, type ServerProcess } from "./find-processes.ts";

const POLL_MS = 5;

/** True when none of the processes is alive any more, at the latest at `endsAt`. */
export async function untilGone(
  context: AgentContext,
  processes: readonly ServerProcess[],
  endsAt: number,
): Promise<boolean> {
  for (;;) {
    if (!processes.some(isAlive)) return true;
    if (context.signal.aborted || performance.now() >= endsAt) return false;
    await context.wait(POLL_MS);
  }
}

/** Signals those of the processes that are still the ones that were found. */
export function signalAll(processes: readonly ServerProcess[], signal: NodeJS.Signals): void {
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
