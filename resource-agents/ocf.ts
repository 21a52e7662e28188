/**
 * `lb-ocf NAME ACTION`: runs one action of a built-in agent as an OCF executable (resource agent
 * API 1.1). Parameters come as OCF_RESKEY_*; the reason goes to standard error as `ocf-exit-
 * reason:…`.
 */
import { runCommand, waitMs } from "./child-process.ts";
import type { AgentContext, AgentResult, ResourceAgent } from "./contract.ts";
import { failed, OCF, SUCCEEDED } from "./contract.ts";
import { findAgent, listAgents, renderMetadataXml } from "./index.ts";
import { ipCommandTable } from "./ip-command.ts";

const TIMEOUT_DEFAULT_MS = 20_000;
const PARAMETER_PREFIX = "OCF_RESKEY_";

async function main(): Promise<void> {
  const [, , name = "", action = ""] = process.argv;
  const agent = findBuiltIn(name);
  if (agent === null) {
    const known = listAgents().map(({ metadata }) => metadata.type);
    return finish(failed(OCF.ERR_ARGS, `agent "${name}": expected one of ${known.join(", ")}`));
  }
  if (action === "meta-data") {
    process.stdout.write(renderMetadataXml(agent.metadata));
    return;
  }
  if (["usage", "help", "methods"].includes(action)) {
    process.stdout.write(`usage: ${name} {${actionNames(agent).join("|")}}\n`);
    return;
  }
  const context = makeContext(agent, process.env);
  finish(await perform(agent, action, context));
}

/** A name without provider may have any of these, in this order, as in Pacemaker's short names. */
const PROVIDERS = ["heartbeat", "pacemaker", "lb"];

/** `pacemaker:Dummy` names the provider too. */
function findBuiltIn(name: string): ResourceAgent | null {
  const [first = "", second] = name.replace(/^ocf:/, "").split(":");
  if (second !== undefined) return findAgent(`ocf:${first}:${second}`);
  const found = PROVIDERS.map((provider) => findAgent(`ocf:${provider}:${first}`));
  return found.find((agent) => agent !== null) ?? null;
}

function perform(
  agent: ResourceAgent,
  action: string,
  context: AgentContext,
): Promise<AgentResult> | AgentResult {
  switch (action) {
    case "start":
      return agent.start(context);
    case "stop":
      return agent.stop(context);
    case "monitor":
    case "status":
      return agent.monitor(context);
    case "validate-all":
      return agent.validate(context);
    case "reload":
    case "reload-agent":
      if (agent.reload !== undefined) return agent.reload(context);
      break;
  }
  const expected = `expected one of ${actionNames(agent).join(", ")}`;
  return failed(OCF.ERR_UNIMPLEMENTED, `action "${action}": not supported, ${expected}`);
}

function actionNames(agent: ResourceAgent): string[] {
  return [...new Set(agent.metadata.actions.map((action) => action.name))];
}

function makeContext(agent: ResourceAgent, environment: NodeJS.ProcessEnv): AgentContext {
  const timeoutMs = readCount(environment["OCF_RESKEY_CRM_meta_timeout"]) ?? TIMEOUT_DEFAULT_MS;
  const ending = new AbortController();
  setTimeout(() => ending.abort(), timeoutMs).unref();
  const { signal } = ending;
  const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  return {
    resource: environment["OCF_RESOURCE_INSTANCE"] ?? agent.metadata.type,
    parameters: readParameters(environment),
    isProbe: readCount(environment["OCF_RESKEY_CRM_meta_interval"]) === 0,
    checkLevel: readCount(environment["OCF_CHECK_LEVEL"]) ?? 0,
    timeoutMs,
    isSupervised: false,
    signal,
    addresses: ipCommandTable({ log, signal }),
    run: (command, args, options) => runCommand(command, args, { ...options, signal }),
    wait: (ms) => waitMs(ms, signal),
    log,
    runFolder: environment["HA_RSCTMP"] ?? "/run/resource-agents",
  };
}

function readParameters(environment: NodeJS.ProcessEnv): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || !name.startsWith(PARAMETER_PREFIX)) continue;
    if (!name.startsWith(`${PARAMETER_PREFIX}CRM_meta_`)) {
      parameters[name.slice(PARAMETER_PREFIX.length)] = value;
    }
  }
  return parameters;
}

function readCount(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

function finish({ status, reason }: AgentResult): void {
  if (reason !== SUCCEEDED.reason) process.stderr.write(`ocf-exit-reason:${reason}\n`);
  process.exitCode = status;
}

main().catch((error: unknown) => {
  process.stderr.write(`ocf-exit-reason:${error instanceof Error ? error.message : error}\n`);
  process.exitCode = OCF.ERR_GENERIC;
});
