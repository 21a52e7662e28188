/** ocf:heartbeat:Dummy and ocf:pacemaker:Dummy, see README.md of this folder. */
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type {
  AgentContext,
  AgentMetadata,
  AgentParameter,
  AgentResult,
  ResourceAgent,
} from "../contract.ts";
import { failed, OCF, parseInteger, SUCCEEDED, textParameter } from "../contract.ts";

const OP_SLEEP_MAX_SECONDS = 3600;

const COMMON_PARAMETERS: readonly AgentParameter[] = [
  {
    name: "state",
    type: "string",
    isRequired: false,
    isUnique: true,
    defaultValue: null,
    shortDescription: "State file",
    longDescription:
      "The file that exists while the resource is started; by default one a resource.",
  },
  {
    name: "fake",
    type: "string",
    isRequired: false,
    isUnique: false,
    defaultValue: "dummy",
    shortDescription: "Without meaning",
    longDescription: "May be changed to cause a reload.",
  },
];

const PACEMAKER_PARAMETERS: readonly AgentParameter[] = [
  {
    name: "op_sleep",
    type: "integer",
    isRequired: false,
    isUnique: false,
    defaultValue: "0",
    shortDescription: "Seconds that each action takes",
    longDescription: "Start, stop and monitor take this many seconds, to try out timeouts.",
  },
  {
    name: "fail_start_on",
    type: "string",
    isRequired: false,
    isUnique: false,
    defaultValue: "",
    shortDescription: "Host name where the start fails",
    longDescription: "A start fails on the host of this name.",
  },
  {
    name: "passwd",
    type: "string",
    isRequired: false,
    isUnique: false,
    defaultValue: "",
    shortDescription: "Without meaning",
    longDescription: "A value that nobody may see, to try out where it shows. Never used.",
  },
  {
    name: "envfile",
    type: "string",
    isRequired: false,
    isUnique: false,
    defaultValue: "",
    shortDescription: "Ignored",
    longDescription:
      "Accepted and ignored: this agent has no environment of its own to write down.",
  },
];

/** ocf:heartbeat:Dummy: a file that stands for a service. */
export const HEARTBEAT_DUMMY_AGENT: ResourceAgent = dummyAgent("heartbeat", COMMON_PARAMETERS);

/** ocf:pacemaker:Dummy: the same with parameters that make actions slow or fail. */
export const PACEMAKER_DUMMY_AGENT: ResourceAgent = dummyAgent("pacemaker", [
  ...COMMON_PARAMETERS,
  ...PACEMAKER_PARAMETERS,
]);

function dummyAgent(provider: string, parameters: readonly AgentParameter[]): ResourceAgent {
  return {
    metadata: metadata(provider, parameters),
    start: (context) => afterSleep(context, () => start(context)),
    stop: (context) => afterSleep(context, () => stop(context)),
    monitor: (context) => afterSleep(context, () => monitor(context)),
    validate: async (context) => checkParameters(context) ?? SUCCEEDED,
    reload: async (context) => monitor(context),
    reloadableParameters: ["fake"],
  };
}

function metadata(provider: string, parameters: readonly AgentParameter[]): AgentMetadata {
  return {
    standard: "ocf",
    provider,
    type: "Dummy",
    version: "1.0",
    shortDescription: "A resource that does nothing, for tests",
    longDescription: "Starts by making a file and stops by removing it.",
    parameters,
    actions: [
      { name: "start", timeoutMs: 20_000, intervalMs: 0 },
      { name: "stop", timeoutMs: 20_000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 20_000, intervalMs: 10_000, depth: 0 },
      { name: "reload", timeoutMs: 20_000, intervalMs: 0 },
      { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
      { name: "validate-all", timeoutMs: 20_000, intervalMs: 0 },
    ],
  };
}

async function afterSleep(
  context: AgentContext,
  action: () => Promise<AgentResult>,
): Promise<AgentResult> {
  const problem = checkParameters(context);
  if (problem !== null) return problem;
  const seconds = parseInteger(textParameter(context, "op_sleep") ?? "0") ?? 0;
  if (seconds > 0) await context.wait(seconds * 1000);
  if (context.signal.aborted) return failed(OCF.ERR_GENERIC, "ended while it slept");
  return action();
}

function checkParameters(context: AgentContext): AgentResult | null {
  const text = textParameter(context, "op_sleep") ?? "0";
  const seconds = parseInteger(text);
  if (seconds !== null && seconds >= 0 && seconds <= OP_SLEEP_MAX_SECONDS) return null;
  const expected = `expected seconds from 0 to ${OP_SLEEP_MAX_SECONDS}`;
  return failed(OCF.ERR_CONFIGURED, `op_sleep "${text}": ${expected}`);
}

async function start(context: AgentContext): Promise<AgentResult> {
  const failsOn = textParameter(context, "fail_start_on");
  if (failsOn !== null && failsOn === hostname()) {
    return failed(OCF.ERR_GENERIC, `fail_start_on "${failsOn}": this is that host`);
  }
  const path = statePath(context);
  try {
    // Only the own folder is made: a wrong path of somebody's parameter is to be told, not created.
    if (textParameter(context, "state") === null) await mkdir(dirname(path), { recursive: true });
    await writeFile(path, "");
    return SUCCEEDED;
  } catch (error) {
    return unusable(path, error);
  }
}

async function stop(context: AgentContext): Promise<AgentResult> {
  const path = statePath(context);
  try {
    await rm(path, { force: true });
    return SUCCEEDED;
  } catch (error) {
    return unusable(path, error);
  }
}

async function monitor(context: AgentContext): Promise<AgentResult> {
  const path = statePath(context);
  try {
    await stat(path);
    return SUCCEEDED;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return failed(OCF.NOT_RUNNING, `state file "${path}": not there`);
    }
    return unusable(path, error);
  }
}

function unusable(path: string, error: unknown): AgentResult {
  if (!(error instanceof Error)) throw error;
  return failed(OCF.ERR_GENERIC, `state file "${path}": ${error.message}`);
}

function statePath(context: AgentContext): string {
  const name = context.resource.replace(/[^A-Za-z0-9_.-]/g, "_");
  return textParameter(context, "state") ?? join(context.runFolder, `Dummy-${name}.state`);
}
