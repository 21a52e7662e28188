import { readdirSync, readFileSync } from "node:fs";
import type { HostProcess } from "../../lab/index.ts";

/** The cluster manager's processes on one host at one moment. */
interface CostSample {
  readonly atMs: number;
  readonly processes: readonly ProcessSample[];
  readonly endedCpuMs: number;
}

interface ProcessSample {
  readonly pid: number;
  readonly name: string;
  readonly pssKib: number;
  readonly cpuMs: number;
}

/** What one host's cluster manager costs. */
export interface Cost {
  readonly pss_mib: number;
  /** Of those that stay: lb-agent, lb-heartbeat, and their long-lived helpers. */
  readonly cpu_percent: number;
  /** Of those that have ended, such as tests of a server's configuration. */
  readonly ended_cpu_percent: number;
  readonly processes: readonly string[];
}

const TICK_MS = 10;
const SERVICE_NAMES = ["apache2", "httpd"];

/** A host whose processes can be read from outside. */
export interface HostWithProcesses {
  readonly processes: () => readonly HostProcess[];
  readonly agentPids: () => readonly { readonly pid: number }[];
}

/** Sums over lb-agent, lb-heartbeat and what they started, httpd left out. */
export function sampleCost(host: HostWithProcesses): CostSample {
  const all = host.processes();
  const roots = new Set(host.agentPids().map(({ pid }) => pid));
  const ours = all.filter(
    (process) => !SERVICE_NAMES.includes(process.name) && descendsFrom(process, roots),
  );
  const processes = ours.map(({ pid, name, command }) => ({
    pid,
    name: labelOf({ name, command }),
    pssKib: Number(field(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m)),
    cpuMs: ownCpuMs(pid),
  }));
  const endedCpuMs = ours.reduce((sum, { pid }) => sum + childrenCpuMs(pid), 0);
  return { atMs: Number(process.hrtime.bigint()) / 1e6, processes, endedCpuMs };
}

/** Memory at the later moment; processor time between the two. */
export function costOf(before: CostSample, after: CostSample): Cost {
  const pssKib = after.processes.reduce((sum, { pssKib }) => sum + pssKib, 0);
  const tookMs = Math.max(1, after.atMs - before.atMs);
  const percent = (ms: number): number => Math.round((ms / tookMs) * 10_000) / 100;
  const earlier = new Map(before.processes.map(({ pid, cpuMs }) => [pid, cpuMs]));
  const spent = after.processes.map((process) => {
    return { ...process, ms: process.cpuMs - (earlier.get(process.pid) ?? 0) };
  });
  return {
    pss_mib: Math.round((pssKib / 1024) * 10) / 10,
    cpu_percent: percent(spent.reduce((sum, { ms }) => sum + ms, 0)),
    ended_cpu_percent: percent(after.endedCpuMs - before.endedCpuMs),
    processes: spent.map(
      ({ name, pssKib, ms }) => `${name} ${Math.round(pssKib / 1024)} MiB, ${percent(ms)} %`,
    ),
  };
}

function labelOf({ name, command }: Pick<HostProcess, "name" | "command">): string {
  const program = command.find((word) => /lb-(agent|heartbeat)/.test(word));
  return program?.split("/").at(-1) ?? name;
}

function descendsFrom({ pid }: HostProcess, roots: ReadonlySet<number>): boolean {
  for (let up = pid; up > 1; up = Number(field(`/proc/${up}/status`, /^PPid:\s+(\d+)/m))) {
    if (roots.has(up)) return true;
  }
  return false;
}

/** Time of all threads, to the nanosecond, from the scheduler. */
function ownCpuMs(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const ns = threads.map((tid) => Number(field(`/proc/${pid}/task/${tid}/schedstat`, /^(\d+)/)));
    return ns.reduce((sum, one) => sum + one, 0) / 1e6;
  } catch {
    return 0; // It ended meanwhile.
  }
}

/** Time of children that ended, in clock ticks. */
function childrenCpuMs(pid: number): number {
  const stat = field(`/proc/${pid}/stat`, /\) (.*)$/m).split(" ");
  return (Number(stat[13] ?? 0) + Number(stat[14] ?? 0)) * TICK_MS;
}

function field(file: string, pattern: RegExp): string {
  try {
    return pattern.exec(readFileSync(file, "utf8"))?.[1] ?? "0";
  } catch {
    return "0"; // It ended meanwhile.
  }
}
