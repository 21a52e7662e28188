import { renameSync, rmSync, writeFileSync } from "node:fs";
import { type AgentResult, failed, OCF, SUCCEEDED } from "../contract.ts";
import { isAlive, type ServerProcess } from "../server-process/find-processes.ts";
import { findProcessAge } from "../server-process/process-age.ts";
import { askWorker, listProcesses, parsePeers } from "./ask-haproxy.ts";
import { explainServing } from "./check-server.ts";
import { findHaproxyProcesses } from "./processes.ts";
import { type HaproxyServer, masterOf, testHaproxyConfig } from "./server.ts";

const POLL_MS = 10;
const PEERS_POLL_MS = 100;
/** Kept of the action's time to tell what was missing. */
const RESERVE_MS = 500;
/** Kept of the action's time for the reload itself while peers are waited for. */
const RELOAD_MS = 5000;

/**
 * Tests the configuration, waits until what peers teach was learnt, keeps the state of the members
 * where the configuration loads it from, tells the master to begin anew, and waits until the new
 * worker serves. The old one finishes its requests, so that none is lost.
 */
export async function reloadHaproxy(server: HaproxyServer): Promise<AgentResult> {
  const { context } = server;
  const endsAt = performance.now() + Math.max(context.timeoutMs - RESERVE_MS, POLL_MS);
  const master = masterOf(server);
  if (master === null) return failed(OCF.NOT_RUNNING, "haproxy: not running, nothing to reload");
  const refusal = await testHaproxyConfig(server);
  if (refusal !== null) return failed(OCF.ERR_INSTALLED, refusal.reason);
  await waitForPeers(server, endsAt - RELOAD_MS);
  await keepState(server);
  const old = await workersOf(server);
  process.kill(master.pid, "SIGUSR2");
  const problem = await untilReplaced(server, { master, old: new Set(old), endsAt });
  return problem === null
    ? SUCCEEDED
    : failed(OCF.ERR_GENERIC, `haproxy did not reload: ${problem}`);
}

/**
 * A worker that is replaced before its peers have taught it leaves its successor nothing: a reload
 * within seconds of a start would lose the stick tables.
 */
async function waitForPeers(server: HaproxyServer, endsAt: number): Promise<void> {
  const { context, settings } = server;
  for (let isFirst = true; ; isFirst = false) {
    const answer = await askWorker(server, "show peers");
    if (answer?.kind !== "answered" || parsePeers(answer.text) !== "learning") return;
    const [worker] = (await workersOf(server)).slice(-1);
    const ageMs = worker === undefined ? null : findProcessAge(worker);
    const isLate = performance.now() >= endsAt || context.signal.aborted;
    if (isLate || ageMs === null || ageMs >= settings.peersWaitMs) return;
    if (isFirst) context.log(`reload held until the peers have taught the worker ${worker}`);
    await context.wait(PEERS_POLL_MS);
  }
}

/** Members that were found dead stay so for the new worker. A failure costs that, no more. */
async function keepState(server: HaproxyServer): Promise<void> {
  const { stateFile } = server.config;
  if (stateFile === null) return;
  const answer = await askWorker(server, "show servers state");
  const text = answer?.kind === "answered" ? answer.text : "";
  if (!/^# be_id/m.test(text)) {
    server.context.log(`server-state-file "${stateFile}": no state to keep`);
    return;
  }
  const temporary = `${stateFile}.${process.pid}`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, stateFile);
  } catch (error) {
    rmSync(temporary, { force: true });
    const words = error instanceof Error ? error.message : error;
    server.context.log(`server-state-file "${stateFile}": ${words}`);
  }
}

/** Workers that take connections; without a socket of the master, all of its children. */
async function workersOf(server: HaproxyServer): Promise<readonly number[]> {
  const list = await listProcesses(server);
  if (list !== null) return list.workers;
  const { parent, others } = findHaproxyProcesses(server.settings);
  return others.filter(({ parentPid }) => parentPid === parent?.pid).map(({ pid }) => pid);
}

interface Replacement {
  readonly master: ServerProcess;
  readonly old: ReadonlySet<number>;
  readonly endsAt: number;
}

async function untilReplaced(
  server: HaproxyServer,
  { master, old, endsAt }: Replacement,
): Promise<string | null> {
  const { context } = server;
  let problem = "the old worker still serves";
  for (;;) {
    if (!isAlive(master)) return "its master has ended";
    const list = await listProcesses(server);
    if (list !== null && list.failedReloads > 0 && list.workers.every((pid) => old.has(pid))) {
      return "its master could not use the configuration, and keeps the old worker";
    }
    const workers = list?.workers ?? (await workersOf(server));
    if (workers.some((pid) => !old.has(pid))) {
      const explained = await explainServing(server);
      if (explained === null) return null;
      problem = explained;
    }
    if (context.signal.aborted || performance.now() >= endsAt) return problem;
    await context.wait(POLL_MS);
  }
}
