/** ocf:pacemaker:ping, see README.md of this folder. */
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AgentContext, AgentResult, CommandResult, ResourceAgent } from "../contract.ts";
import { failed, OCF, SUCCEEDED, textParameter } from "../contract.ts";
import { findProgram } from "../find-program.ts";
import { PING_METADATA, PING_RELOADABLE } from "./metadata.ts";
import { type PingSettings, readPingSettings } from "./settings.ts";

/** The tool that keeps attributes of a node. */
const TOOL = "attrd_updater";
const TOOL_TIMEOUT_MS = 10_000;
/** One ping ends by itself a little after its wait; then it is ended. */
const PING_EXTRA_MS = 1000;
const PATH_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The resource agent that tells rules how well a node is connected. */
export const PING_AGENT: ResourceAgent = {
  metadata: PING_METADATA,
  start: (context) => withSettings(context, (settings) => start(context, settings)),
  stop: (context) => withSettings(context, (settings) => stop(context, settings)),
  monitor: (context) => withSettings(context, (settings) => monitor(context, settings)),
  validate: (context) => withSettings(context, async () => checkProgram()),
  reload: (context) => withSettings(context, (settings) => monitor(context, settings)),
  reloadableParameters: PING_RELOADABLE,
  checkReadiness: async (context) => {
    const result = readPingSettings(context);
    const problems = result.kind === "refused" ? [...result.problems] : [];
    const { reason } = checkProgram();
    if (reason !== "") problems.push(reason);
    return problems.map((problem) => ({ severity: "blocks", problem, remedy: "" }));
  },
};

async function withSettings(
  context: AgentContext,
  action: (settings: PingSettings) => Promise<AgentResult>,
): Promise<AgentResult> {
  const result = readPingSettings(context);
  if (result.kind === "refused") return failed(OCF.ERR_CONFIGURED, result.problems.join("; "));
  return await action(result.settings);
}

function checkProgram(): AgentResult {
  if (findProgram("ping") !== null) return SUCCEEDED;
  return failed(OCF.ERR_INSTALLED, "ping: not found in PATH, expected that of iputils");
}

async function start(context: AgentContext, settings: PingSettings): Promise<AgentResult> {
  const { stateFile } = settings;
  const missing = checkProgram();
  if (missing.status !== OCF.SUCCESS) return missing;
  try {
    // Only the own folder is made: a wrong path of somebody's parameter is to be told.
    if (textParameter(context, "pidfile") === null) {
      await mkdir(dirname(stateFile), { recursive: true });
    }
    await writeFile(stateFile, "");
  } catch (error) {
    return unusable(stateFile, error);
  }
  // Nothing is recorded yet, so there is no change to wait out.
  const score = await measure(context, settings);
  const problem = await record(context, settings, score);
  return problem === null ? judge(settings, score) : failed(OCF.ERR_GENERIC, problem);
}

async function stop(context: AgentContext, { stateFile, name }: PingSettings) {
  try {
    await rm(stateFile, { force: true });
  } catch (error) {
    return unusable(stateFile, error);
  }
  const removed = await callTool(context, ["-D", "-n", name]);
  // What stays behind is an attribute: no reason to fence a node.
  if (!isDone(removed)) context.log(`attribute ${name}: not removed, ${describe(removed)}`);
  return SUCCEEDED;
}

async function monitor(context: AgentContext, settings: PingSettings): Promise<AgentResult> {
  const { stateFile } = settings;
  try {
    await stat(stateFile);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return failed(OCF.NOT_RUNNING, `state file "${stateFile}": not there`);
    }
    return unusable(stateFile, error);
  }
  const [score, recorded] = await Promise.all([measure(context, settings), ask(context, settings)]);
  if (score === recorded) return judge(settings, score);
  const settled = recorded === null ? score : await settle(context, settings, score);
  if (settled === null) return judge(settings, recorded ?? score);
  const problem = await record(context, settings, settled);
  return problem === null ? judge(settings, settled) : failed(OCF.ERR_GENERIC, problem);
}

/** The value after the delay when it is still the same, else null: the next monitor decides. */
async function settle(
  context: AgentContext,
  settings: PingSettings,
  score: number,
): Promise<number | null> {
  const { dampenMs, attempts, timeoutMs } = settings;
  const pingsMs = attempts * timeoutMs + PING_EXTRA_MS;
  // A delay beyond the operation's timeout would let the monitor fail instead.
  const roomMs = Math.max(0, context.timeoutMs - 2 * pingsMs - TOOL_TIMEOUT_MS);
  if (dampenMs === 0 || roomMs === 0) return score;
  await context.wait(Math.min(dampenMs, roomMs));
  const again = await measure(context, settings);
  return again === score ? score : null;
}

/** How many hosts answer, all asked at once, times the multiplier. */
async function measure(context: AgentContext, settings: PingSettings): Promise<number> {
  const answered = await Promise.all(
    settings.hosts.map((host) => reaches(context, settings, host)),
  );
  return answered.filter((isReached) => isReached).length * settings.multiplier;
}

async function reaches(
  context: AgentContext,
  settings: PingSettings,
  host: string,
): Promise<boolean> {
  const { attempts, timeoutMs, options, verbosity } = settings;
  const family = host.includes(":") ? ["-6"] : [];
  const wait = String(Math.ceil(timeoutMs / 1000));
  const args = [...family, "-n", "-q", "-c", "1", "-W", wait, ...options, host];
  let said = "";
  for (let tried = 0; tried < attempts && !context.signal.aborted; tried++) {
    const result = await context.run("ping", args, { timeoutMs: timeoutMs + PING_EXTRA_MS });
    if (isDone(result)) {
      if (verbosity === 2) context.log(`${host}: answers`);
      return true;
    }
    said = describe(result);
    // Anything but a lost packet is not mended by another one.
    if (result.kind === "exited" && result.status !== 1) break;
  }
  if (verbosity > 0) context.log(`${host}: no answer, ${said}`);
  return false;
}

/** What is recorded now; null: nothing, or nobody could tell. */
async function ask(context: AgentContext, { name }: PingSettings): Promise<number | null> {
  const result = await callTool(context, ["-Q", "-n", name]);
  if (!isDone(result) || result.kind !== "exited") return null;
  const [, value] = /value="([0-9]+)"/.exec(result.stdout) ?? [];
  return value === undefined ? null : Number(value);
}

async function record(
  context: AgentContext,
  { name }: PingSettings,
  score: number,
): Promise<string | null> {
  const result = await callTool(context, ["-n", name, "-U", String(score), "-d", "0"]);
  return isDone(result) ? null : `attribute ${name}: not set to ${score}, ${describe(result)}`;
}

function judge({ name, failureScore }: PingSettings, score: number): AgentResult {
  if (failureScore === null || score >= failureScore) return SUCCEEDED;
  return failed(OCF.ERR_GENERIC, `${name} "${score}": expected failure_score ${failureScore}`);
}

function callTool(context: AgentContext, args: readonly string[]): Promise<CommandResult> {
  const { toolsFolder, node } = context;
  const environment: Record<string, string> = {};
  if (node !== undefined) environment["OCF_RESKEY_CRM_meta_on_node"] = node;
  if (toolsFolder === undefined) return context.run(TOOL, args, { timeoutMs: TOOL_TIMEOUT_MS });
  environment["PATH"] = `${toolsFolder}:${process.env["PATH"] ?? PATH_DEFAULT}`;
  const tool = join(toolsFolder, TOOL);
  return context.run(tool, args, { timeoutMs: TOOL_TIMEOUT_MS, environment });
}

function isDone(result: CommandResult): boolean {
  return result.kind === "exited" && result.status === 0;
}

function describe(result: CommandResult): string {
  if (result.kind === "notSpawned") return result.reason;
  if (result.kind === "timedOut") return "no end in time";
  const said = result.stderr.trim() || result.stdout.trim().split("\n").at(-2) || "";
  return `${said} (status ${result.status})`.trim();
}

function unusable(path: string, error: unknown): AgentResult {
  if (!(error instanceof Error)) throw error;
  return failed(OCF.ERR_GENERIC, `state file "${path}": ${error.message}`);
}
