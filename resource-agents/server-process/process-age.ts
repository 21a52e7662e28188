import { readFileSync } from "node:fs";

/** The kernel shows times of processes in hundredths of a second on all Linux of today. */
const TICK_MS = 10;

/** For how long the process runs; null when it has ended. */
export function findProcessAge(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const upMs = Number(readFileSync("/proc/uptime", "utf8").split(" ")[0]) * 1000;
    return Number.isFinite(ticks) ? Math.max(upMs - ticks * TICK_MS, 0) : null;
  } catch {
    return null;
  }
}
