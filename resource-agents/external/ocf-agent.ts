import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type {
  AgentContext,
  AgentMetadata,
  AgentParameter,
  AgentResult,
  CommandResult,
  ResourceAgent,
} from "../contract.ts";
import { failed, OCF, SUCCEEDED } from "../contract.ts";
import type { ExternalAgent, RunAgentCommand } from "./load-result.ts";
import { parseMetadata } from "./parse-metadata.ts";

const METADATA_TIMEOUT_MS = 30_000;
const STATUS_MAX = OCF.FAILED_PROMOTED;
const STATUSES_BEYOND: readonly number[] = [OCF.DEGRADED, OCF.DEGRADED_PROMOTED];
/** What a recurring monitor is told as its interval where nobody says it. */
const INTERVAL_TOLD_MS = 10_000;
const PATH_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Facts that the scheduler keeps for itself. */
const INTERNAL_FACT = /^CRM_meta_notify_key_/;
/**
 * Where agents keep what they need to find again until the next boot, and where they look for what
 * others keep. Shell agents have these as defaults, agents in other languages do not.
 */
const FOLDERS: Readonly<Record<string, string>> = {
  HA_RSCTMP: "/run/resource-agents",
  HA_VARRUN: "/var/run",
  HA_VARLIB: "/var/lib/heartbeat",
  HA_VARLOCK: "/var/lock/subsys",
  HA_SBIN_DIR: "/usr/sbin",
};
/** The Pacemaker feature set whose meta parameters are passed on. */
const FEATURE_SET = "3.16.2";

/**
 * What every shell agent understands beside its own parameters, through the functions that it
 * includes; agents rarely say so themselves.
 */
const TRACE_PARAMETERS: readonly AgentParameter[] = [
  {
    name: "trace_ra",
    type: "integer",
    isRequired: false,
    isUnique: false,
    isAdvanced: true,
    defaultValue: "0",
    shortDescription: "Trace the agent",
    longDescription: "1 makes the agent write down every command that it runs, in trace_dir.",
  },
  {
    name: "trace_dir",
    type: "string",
    isRequired: false,
    isUnique: false,
    isAdvanced: true,
    defaultValue: "",
    shortDescription: "Folder of the traces",
    longDescription: "By default /var/lib/heartbeat/trace_ra; one file for each action.",
  },
];

/** Which executable an agent is. */
interface Executable {
  readonly path: string;
  readonly root: string;
  readonly provider: string;
  readonly type: string;
}

/** Loads `ocf:PROVIDER:TYPE` from `root`/resource.d by asking the executable for its metadata. */
export async function loadOcfAgent(
  name: { readonly provider: string; readonly type: string; readonly root: string },
  run: RunAgentCommand,
): Promise<ExternalAgent> {
  const executable = { ...name, path: join(name.root, "resource.d", name.provider, name.type) };
  const { path, root, provider } = executable;
  try {
    await access(path, constants.X_OK);
  } catch {
    return { kind: "unavailable", reason: `agent "${path}": not found or not executable` };
  }
  const environment = {
    OCF_ROOT: root,
    ...FOLDERS,
    OCF_RESOURCE_TYPE: name.type,
    OCF_RESOURCE_PROVIDER: provider,
  };
  const result = await run(path, ["meta-data"], { environment, timeoutMs: METADATA_TIMEOUT_MS });
  if (result.kind !== "exited" || result.status !== 0) {
    return { kind: "unavailable", reason: `agent "${path}" meta-data: ${describe(result)}` };
  }
  const metadata = parseMetadata(result.stdout, provider);
  if (metadata === null) {
    return {
      kind: "unavailable",
      reason: `agent "${path}" meta-data: not metadata of the OCF API`,
    };
  }
  return { kind: "loaded", agent: ocfAgent(executable, withTrace(metadata)) };
}

/**
 * The last reason that an agent gave on standard error, else its last line there, else its status.
 */
export function readReason(stderr: string, status: number): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const given = lines.findLast((line) => line.startsWith("ocf-exit-reason:"));
  if (given !== undefined) return given.slice("ocf-exit-reason:".length).trim();
  return lines.findLast((line) => line !== "") ?? `exit status ${status}`;
}

function withTrace(metadata: AgentMetadata): AgentMetadata {
  const { parameters } = metadata;
  const added = TRACE_PARAMETERS.filter(({ name }) => parameters.every((own) => own.name !== name));
  return { ...metadata, parameters: [...parameters, ...added] };
}

function ocfAgent(executable: Executable, metadata: AgentMetadata): ResourceAgent {
  const act = (action: string) => (context: AgentContext) => runAction(executable, action, context);
  const can = (name: string): boolean => metadata.actions.some((action) => action.name === name);
  const reload = can("reload-agent") ? "reload-agent" : can("reload") ? "reload" : null;
  const hasBoth = reload === "reload-agent" && can("reload");
  const reloadableParameters = metadata.parameters
    .filter((parameter) => parameter.isReloadable === true)
    .map((parameter) => parameter.name);
  return {
    metadata,
    start: act("start"),
    stop: act("stop"),
    monitor: act("monitor"),
    validate: act("validate-all"),
    ...(reload === null ? {} : { reload: act(reload) }),
    ...(hasBoth ? { reloadService: act("reload") } : {}),
    ...(reload === "reload-agent" ? { reloadableParameters } : {}),
    ...(can("promote") ? { promote: act("promote") } : {}),
    ...(can("demote") ? { demote: act("demote") } : {}),
    ...(can("notify") ? { notify: act("notify") } : {}),
    ...(can("migrate_to") ? { migrateTo: act("migrate_to") } : {}),
    ...(can("migrate_from") ? { migrateFrom: act("migrate_from") } : {}),
  };
}

async function runAction(
  executable: Executable,
  action: string,
  context: AgentContext,
): Promise<AgentResult> {
  const environment = actionEnvironment(executable, action, context);
  await makeStateFolder();
  const result = await context.run(executable.path, [action], { environment });
  switch (result.kind) {
    case "exited":
      break;
    case "timedOut":
      return failed(OCF.ERR_GENERIC, `${executable.type} ${action}: ${describe(result)}`);
    case "notSpawned":
      return failed(OCF.ERR_INSTALLED, `agent "${executable.path}": ${result.reason}`);
  }
  const { status, stderr } = result;
  if (status === OCF.SUCCESS) return SUCCEEDED;
  // A monitor says so of what runs in order.
  if (status === OCF.RUNNING_PROMOTED && stderr.trim() === "") return { status, reason: "" };
  const isKnown = status <= STATUS_MAX || STATUSES_BEYOND.includes(status);
  // Statuses beyond the API (also a death by a signal) mean nothing but failure.
  return failed(isKnown ? status : OCF.ERR_GENERIC, readReason(stderr, status));
}

function actionEnvironment(
  { root, provider, type }: Executable,
  action: string,
  context: AgentContext,
): Record<string, string> {
  const environment: Record<string, string> = {
    OCF_ROOT: root,
    ...FOLDERS,
    OCF_RA_VERSION_MAJOR: "1",
    OCF_RA_VERSION_MINOR: "1",
    OCF_RESOURCE_INSTANCE: context.resource,
    OCF_RESOURCE_TYPE: type,
    OCF_RESOURCE_PROVIDER: provider,
    OCF_CHECK_LEVEL: String(context.checkLevel),
    OCF_RESKEY_crm_feature_set: FEATURE_SET,
    OCF_RESKEY_CRM_meta_name: action,
    OCF_RESKEY_CRM_meta_timeout: String(context.timeoutMs),
  };
  environment["OCF_RESKEY_CRM_meta_interval"] = String(intervalOf(action, context));
  for (const [name, value] of Object.entries(context.meta ?? {})) {
    if (!INTERNAL_FACT.test(name)) environment[`OCF_RESKEY_${name.replaceAll("-", "_")}`] = value;
  }
  if (context.node !== undefined) environment["OCF_RESKEY_CRM_meta_on_node"] = context.node;
  if (context.toolsFolder !== undefined) {
    // Shell agents call the tools by name, or by the folder that this variable says.
    environment["PATH"] = `${context.toolsFolder}:${process.env["PATH"] ?? PATH_DEFAULT}`;
    environment["HA_SBIN_DIR"] = context.toolsFolder;
  }
  if (context.migration !== undefined) {
    environment["OCF_RESKEY_CRM_meta_migrate_source"] = context.migration.source;
    environment["OCF_RESKEY_CRM_meta_migrate_target"] = context.migration.target;
  }
  for (const [name, value] of Object.entries(context.parameters)) {
    environment[`OCF_RESKEY_${name}`] = value;
  }
  return environment;
}

/** Gone after a boot; where nothing else makes it, every agent that keeps a file would fail. */
async function makeStateFolder(): Promise<void> {
  const folder = FOLDERS["HA_RSCTMP"] ?? "";
  await mkdir(folder, { recursive: true, mode: 0o1755 }).catch(() => {}); // Then the agent says so.
}

/** Agents tell a probe by its interval of 0. */
function intervalOf(action: string, { isProbe, intervalMs }: AgentContext): number {
  if (action !== "monitor" || isProbe) return 0;
  return intervalMs ?? INTERVAL_TOLD_MS;
}

function describe(result: CommandResult): string {
  switch (result.kind) {
    case "exited":
      return readReason(result.stderr, result.status);
    case "timedOut":
      return "no end within its timeout";
    case "notSpawned":
      return result.reason;
  }
}
