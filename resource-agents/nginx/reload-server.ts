import { readFileSync, statSync } from "node:fs";
import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import { isAlive, type ServerProcess } from "../server-process/find-processes.ts";
import { explainServing } from "./check-server.ts";
import { findServingWorkers } from "./processes.ts";
import { masterOf, type NginxServer, testNginxConfig } from "./server.ts";

const POLL_MS = 5;
/** Kept of the action's time to tell what was missing. */
const RESERVE_MS = 500;

/**
 * Tests the configuration, tells the master to read it, and waits until workers with the new one
 * serve. The old ones finish their requests, so that none is lost.
 */
export async function reloadNginx(server: NginxServer): Promise<AgentResult> {
  const { context, settings } = server;
  const endsAt = performance.now() + Math.max(context.timeoutMs - RESERVE_MS, POLL_MS);
  const master = masterOf(server);
  if (master === null) return failed(OCF.NOT_RUNNING, "nginx: not running, nothing to reload");
  const refusal = await testNginxConfig(server);
  if (refusal !== null) {
    return failed(OCF.ERR_INSTALLED, withFile(settings.configFile, refusal.reason));
  }
  const old = new Set(findServingWorkers(settings, master));
  const logSize = sizeOf(server.config.errorLog);
  process.kill(master.pid, "SIGHUP");
  const problem = await untilReplaced(server, { master, old, logSize, endsAt });
  if (problem !== null) return failed(OCF.ERR_GENERIC, `nginx did not reload: ${problem}`);
  const explained = await explainServing(server);
  return explained === null ? SUCCEEDED : failed(OCF.ERR_GENERIC, explained);
}

interface Replacement {
  readonly master: ServerProcess;
  readonly old: ReadonlySet<number>;
  readonly logSize: number;
  readonly endsAt: number;
}

/** Null when all workers that take connections are new; else what the server said, or did not. */
async function untilReplaced(
  server: NginxServer,
  { master, old, logSize, endsAt }: Replacement,
): Promise<string | null> {
  const { context, settings, config } = server;
  for (;;) {
    if (!isAlive(master)) return "its master has ended";
    const serving = findServingWorkers(settings, master);
    if (serving.length > 0 && !serving.some((pid) => old.has(pid))) return null;
    // A master that cannot use the new configuration says so, and keeps the old workers.
    const complaint = readComplaint(config.errorLog, logSize);
    if (complaint !== null) return complaint;
    if (context.signal.aborted || performance.now() >= endsAt) return "the old workers still serve";
    await context.wait(POLL_MS);
  }
}

function sizeOf(path: string | null): number {
  return path === null ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
}

function readComplaint(path: string | null, from: number): string | null {
  if (path === null || sizeOf(path) <= from) return null;
  try {
    const added = readFileSync(path).subarray(from).toString("utf8");
    return /\[emerg\] .*/.exec(added)?.[0] ?? null;
  } catch {
    return null; // It was rotated away just now.
  }
}
