import type {
  AddressTable,
  AgentContext,
  AgentResult,
  CommandResult,
  ResourceAgent,
  RunOptions,
} from "../../../resource-agents/contract.ts";
import { OCF, SUCCEEDED } from "../../../resource-agents/contract.ts";
import { InvariantError } from "../../core/base/index.ts";
import type { DeepFinding, OperationOrder, OperationOutcome } from "../../core/model/index.ts";
import type { WriteLog } from "../log/index.ts";
import { KeptOutput } from "./kept-output.ts";

/** After the abort an agent has this long to end, its children included; then it is left behind. */
const ABANDON_AFTER_MS = 1500;
const TIMEOUT_DEFAULT_MS = 20_000;
/** Longer timers overflow in Node.js and would fire at once. */
const TIMEOUT_MAX_MS = 2_147_000_000;
const REASON_MAX_CHARACTERS = 512;

/** Runs a command in its own process group, killed as a whole when `signal` is aborted. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options: RunOptions & { readonly signal: AbortSignal },
) => Promise<CommandResult>;

/** What an action needs beside its order. */
export interface ActionPorts {
  readonly addresses: AddressTable;
  readonly runCommand: RunCommand;
  readonly log: WriteLog;
  readonly runFolder: string;
  /** The name of this node. */
  readonly node?: string;
  /** Programs by which agents of Pacemaker speak to the cluster. */
  readonly toolsFolder?: string;
}

/** One call of an agent's action. */
export interface ActionCall {
  readonly order: OperationOrder;
  readonly act: (context: AgentContext) => Promise<AgentResult>;
  /** Aborted when the result is no longer wanted. */
  readonly cancel: AbortSignal;
}

/** How the call ended. `output` is the end of what it wrote. */
export interface ActionEnd {
  readonly outcome: OperationOutcome;
  readonly reason: string;
  readonly output: string;
  readonly deep?: DeepFinding;
}

/** The agent's function for an operation; null when the agent has none of that name. */
export function findAction(agent: ResourceAgent, operation: string): ActionCall["act"] | null {
  switch (operation) {
    case "start":
      return agent.start;
    case "stop":
      return agent.stop;
    case "monitor":
      return agent.monitor;
    case "validate-all":
      return (context) => validate(agent, context);
    case "reload":
      return agent.reloadService ?? agent.reload ?? null;
    case "reload-agent":
      return agent.reload ?? null;
    case "promote":
      return agent.promote ?? null;
    case "demote":
      return agent.demote ?? null;
    case "notify":
      return agent.notify ?? null;
    case "migrate_to":
      return agent.migrateTo ?? null;
    case "migrate_from":
      return agent.migrateFrom ?? null;
    default:
      return null;
  }
}

/** An agent that checks nothing has nothing against what is there. */
async function validate(agent: ResourceAgent, context: AgentContext): Promise<AgentResult> {
  const result = await agent.validate(context);
  return result.status === OCF.ERR_UNIMPLEMENTED ? SUCCEEDED : result;
}

/**
 * Calls the action and settles when it has ended, or a bounded time after its timeout or its
 * cancellation, whatever the agent does; never rejects but by a broken invariant.
 */
export async function runAction(call: ActionCall, ports: ActionPorts): Promise<ActionEnd> {
  const { order, cancel } = call;
  const abort = new AbortController();
  const output = new KeptOutput();
  const timeoutMs = clampTimeout(order.timeoutMs);
  let hasTimedOut = false;
  const timer = setTimeout(() => {
    hasTimedOut = true;
    abort.abort();
  }, timeoutMs);
  const onCancel = (): void => abort.abort();
  cancel.addEventListener("abort", onCancel, { once: true });
  if (cancel.aborted) abort.abort();
  const abandoned = waitForAbandon(abort.signal);
  try {
    const context = buildContext(call, ports, { output, timeoutMs, signal: abort.signal });
    const result = await Promise.race([callAgent(call, context), abandoned.promise]);
    if (result === null) logAbandoned(order, ports);
    if (result === null || hasTimedOut) return timedOut(timeoutMs, output);
    return {
      outcome: { kind: "exited", status: result.status },
      reason: oneLine(result.reason),
      output: output.text,
      ...(result.deep === undefined ? {} : { deep: result.deep }),
    };
  } finally {
    clearTimeout(timer);
    abandoned.end();
    cancel.removeEventListener("abort", onCancel);
  }
}

/** A context for a question outside of an operation, such as what to watch. */
export function questionContext(
  order: OperationOrder,
  ports: ActionPorts,
  signal: AbortSignal,
): AgentContext {
  const call: ActionCall = { order, act: neverCalled, cancel: signal };
  const output = new KeptOutput();
  return buildContext(call, ports, { output, timeoutMs: clampTimeout(order.timeoutMs), signal });
}

function neverCalled(): Promise<AgentResult> {
  return Promise.resolve({ status: OCF.ERR_UNIMPLEMENTED, reason: "not an action" });
}

function clampTimeout(timeoutMs: number): number {
  return timeoutMs > 0 ? Math.min(timeoutMs, TIMEOUT_MAX_MS) : TIMEOUT_DEFAULT_MS;
}

function timedOut(timeoutMs: number, output: KeptOutput): ActionEnd {
  const reason = `no result within ${timeoutMs} ms`;
  return { outcome: { kind: "timedOut" }, reason, output: output.text };
}

async function callAgent(call: ActionCall, context: AgentContext): Promise<AgentResult> {
  try {
    return await call.act(context);
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    // One agent's mistake is the failure of its resource, not of the cluster.
    const reason = error instanceof Error ? error.message : String(error);
    return { status: OCF.ERR_GENERIC, reason };
  }
}

/** Resolves to null some time after the abort. */
function waitForAbandon(signal: AbortSignal): { promise: Promise<null>; end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let arm = (): void => {};
  const promise = new Promise<null>((resolve) => {
    arm = () => {
      timer = setTimeout(() => resolve(null), ABANDON_AFTER_MS);
    };
  });
  if (signal.aborted) arm();
  else signal.addEventListener("abort", arm, { once: true });
  const end = (): void => {
    signal.removeEventListener("abort", arm);
    clearTimeout(timer);
  };
  return { promise, end };
}

function logAbandoned(order: OperationOrder, ports: ActionPorts): void {
  const fields = {
    resource: order.resource,
    operation: order.operation,
    reason: `did not end within ${ABANDON_AFTER_MS} ms after it was told to`,
  };
  ports.log({ level: "error", event: "operationAbandoned", fields });
}

interface ContextParts {
  readonly output: KeptOutput;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

function buildContext(call: ActionCall, ports: ActionPorts, parts: ContextParts): AgentContext {
  const { order } = call;
  const { output, timeoutMs, signal } = parts;
  return {
    resource: order.resource,
    parameters: order.parameters,
    isProbe: order.operation === "monitor" && order.intervalMs === 0,
    intervalMs: order.intervalMs,
    meta: order.meta ?? {},
    ...(order.migration === undefined ? {} : { migration: order.migration }),
    ...(order.followsStop === true ? { followsStop: true } : {}),
    ...(ports.node === undefined ? {} : { node: ports.node }),
    ...(ports.toolsFolder === undefined ? {} : { toolsFolder: ports.toolsFolder }),
    checkLevel: order.checkLevel,
    timeoutMs,
    isSupervised: true,
    signal,
    addresses: ports.addresses,
    runFolder: ports.runFolder,
    run: async (command, args, options = {}) => {
      const result = await ports.runCommand(command, args, { ...options, signal });
      if (result.kind === "notSpawned") output.add(result.reason);
      else {
        output.add(result.stdout);
        output.add(result.stderr);
      }
      return result;
    },
    wait: (ms) => waitOrAbort(ms, signal),
    log: (line) => {
      output.add(line);
      const fields = { resource: order.resource, operation: order.operation, line: oneLine(line) };
      ports.log({ level: "info", event: "agentSaid", fields });
    },
  };
}

function waitOrAbort(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(ms, TIMEOUT_MAX_MS));
    signal.addEventListener("abort", done, { once: true });
  });
}

/**
 * The parameters whose change needs a restart; undefined: that of any does, since the agent can
 * take none while it runs.
 */
export function restartParameters(agent: ResourceAgent): readonly string[] | undefined {
  const { metadata, reload, reloadableParameters: reloadable = [] } = agent;
  if (reload === undefined || reloadable.length === 0) return undefined;
  return metadata.parameters.map(({ name }) => name).filter((name) => !reloadable.includes(name));
}

/** One line of at most 512 characters, for reports and logs. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, REASON_MAX_CHARACTERS);
}
