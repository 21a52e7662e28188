import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";

const PRIORITY = "10";
const ROOT_CPU_GROUP = "/sys/fs/cgroup/cpu/cgroup.procs";

/** How this process is scheduled: `text` is `realtime`, or why the priority was refused. */
export interface Scheduling {
  readonly isRealtime: boolean;
  readonly text: string;
}

/** Put in front of a program that is to run under the same priority. */
export const REALTIME_COMMAND: readonly string[] = ["chrt", "-r", PRIORITY];

/**
 * Asks for round-robin realtime priority for all threads of this process; its children start
 * without. Being refused is no error: the answer says why.
 */
export function requestRealtime(): Scheduling {
  const refusal = runChrt();
  if (refusal === null) return { isRealtime: true, text: "realtime" };
  // In a cgroup v1 cpu group without realtime budget even root is refused; the root group has one.
  if (existsSync(ROOT_CPU_GROUP) && moveToRootGroup() && runChrt() === null) {
    return { isRealtime: true, text: "realtime" };
  }
  return { isRealtime: false, text: refusal };
}

function runChrt(): string | null {
  const words = ["-R", "-r", "-a", "-p", PRIORITY, String(process.pid)];
  const result = spawnSync("chrt", words, { encoding: "utf8", timeout: 2000 });
  if (result.error !== undefined) return `chrt: ${result.error.message}`;
  if (result.status === 0) return null;
  return result.stderr.trim().split("\n")[0] || `chrt ended with status ${result.status}`;
}

function moveToRootGroup(): boolean {
  try {
    writeFileSync(ROOT_CPU_GROUP, String(process.pid));
    return true;
  } catch {
    return false; // Read-only, or not permitted: the refusal stands.
  }
}
