/**
 * Init scripts; source: Linux Standard Base Core 5.0, sections "Init Script Actions" and "Comment
 * Conventions for Init Scripts".
 */
import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentContext, AgentMetadata, AgentResult, ResourceAgent } from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import type { ExternalAgent } from "./load-result.ts";
import { readReason } from "./ocf-agent.ts";

/** Where init scripts are, when nobody says otherwise. */
export const INIT_FOLDER_DEFAULT = "/etc/init.d";

const SCRIPT_MAX_BYTES = 256 * 1024;
const POLL_MS = 200;
/** A start that has ended says so before its daemon has written its pid file, now and then. */
const START_SETTLES_MS = 5000;

/** Exit statuses of the action `status`. */
const STATUS = { running: 0, deadWithPidFile: 1, deadWithLock: 2, notRunning: 3 } as const;

/** True for what may be the name of an init script. */
export function isScriptName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name);
}

/** Loads `lsb:NAME`, or `service:NAME` where that is a script. */
export async function loadLsbScript(
  name: string,
  from: { readonly folder: string; readonly standard: "lsb" | "service" },
): Promise<ExternalAgent> {
  const path = join(from.folder, name);
  try {
    await access(path, constants.X_OK);
    const text = (await readFile(path, "utf8")).slice(0, SCRIPT_MAX_BYTES);
    return { kind: "loaded", agent: scriptAgent(path, scriptMetadata(name, text, from.standard)) };
  } catch {
    return { kind: "unavailable", reason: `agent "${path}": not found or not executable` };
  }
}

/** Exit status of an LSB `status` as the OCF status of a monitor. */
export function monitorStatusOf(status: number): number {
  switch (status) {
    case STATUS.running:
      return OCF.SUCCESS;
    case STATUS.deadWithPidFile:
    case STATUS.deadWithLock:
    case STATUS.notRunning:
      return OCF.NOT_RUNNING;
    default: // 4 says that nobody knows; the rest is reserved.
      return OCF.ERR_GENERIC;
  }
}

/**
 * Exit status of any other LSB action as an OCF status: those of failures are the same numbers in
 * both standards.
 */
export function actionStatusOf(status: number): number {
  return status <= OCF.NOT_RUNNING ? status : OCF.ERR_GENERIC;
}

/** The value of a field of a script's header, continued lines joined; "" when it is not there. */
export function readHeaderField(script: string, field: string): string {
  const header = /^### BEGIN INIT INFO\n([\s\S]*?)^### END INIT INFO/m.exec(script)?.[1] ?? "";
  const found = new RegExp(`^#\\s*${field}:[ \\t]*(.*(?:\\n#(?:\\t|  ).*)*)`, "im").exec(header);
  return (found?.[1] ?? "").replace(/\n#\s+/g, " ").trim();
}

function scriptAgent(path: string, metadata: AgentMetadata): ResourceAgent {
  return {
    metadata,
    start: (context) => start(context, path),
    stop: (context) => stop(context, path),
    monitor: (context) => monitor(context, path),
    // A script has no parameters that could be wrong.
    validate: async () => SUCCEEDED,
    reload: (context) => act(context, path, "reload"),
  };
}

async function start(context: AgentContext, path: string): Promise<AgentResult> {
  const result = await act(context, path, "start");
  if (result.status !== OCF.SUCCESS) return result;
  const endsAt = performance.now() + START_SETTLES_MS;
  for (;;) {
    const state = await monitor(context, path);
    const isOver = performance.now() >= endsAt || context.signal.aborted;
    if (state.status === OCF.SUCCESS) return SUCCEEDED;
    if (isOver) return failed(OCF.ERR_GENERIC, `${state.reason} after its start`);
    await context.wait(POLL_MS);
  }
}

async function stop(context: AgentContext, path: string): Promise<AgentResult> {
  const result = await act(context, path, "stop");
  const state = await monitor(context, path);
  // The state after it is the proof, not the answer of the script.
  if (state.status === OCF.NOT_RUNNING) return SUCCEEDED;
  const found = state.status === OCF.SUCCESS ? "still running" : state.reason;
  return failed(OCF.ERR_GENERIC, `init script "${path}": ${found} after its stop ${result.reason}`);
}

async function monitor(context: AgentContext, path: string): Promise<AgentResult> {
  const result = await context.run(path, ["status"]);
  if (result.kind !== "exited") return ended(path, "status", result.kind);
  const status = monitorStatusOf(result.status);
  if (status === OCF.SUCCESS) return SUCCEEDED;
  const said = readReason(result.stderr || result.stdout, result.status);
  return failed(status, `init script "${path}" status: exit status ${result.status} (${said})`);
}

async function act(context: AgentContext, path: string, action: string): Promise<AgentResult> {
  const result = await context.run(path, [action]);
  if (result.kind !== "exited") return ended(path, action, result.kind);
  const status = actionStatusOf(result.status);
  if (status === OCF.SUCCESS) return SUCCEEDED;
  const said = readReason(result.stderr || result.stdout, result.status);
  return failed(status, `init script "${path}" ${action}: ${said}`);
}

function ended(path: string, action: string, how: "timedOut" | "notSpawned"): AgentResult {
  return how === "timedOut"
    ? failed(OCF.ERR_GENERIC, `init script "${path}" ${action}: no end within its timeout`)
    : failed(OCF.ERR_INSTALLED, `init script "${path}": could not be run`);
}

function scriptMetadata(name: string, script: string, standard: "lsb" | "service"): AgentMetadata {
  const short = readHeaderField(script, "Short-Description") || name;
  return {
    standard,
    provider: "",
    type: name,
    version: "1.0",
    shortDescription: short,
    longDescription: readHeaderField(script, "Description") || short,
    parameters: [],
    actions: [
      { name: "start", timeoutMs: 15_000, intervalMs: 0 },
      { name: "stop", timeoutMs: 15_000, intervalMs: 0 },
      { name: "reload", timeoutMs: 15_000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 15_000, intervalMs: 15_000, depth: 0 },
    ],
  };
}
