/** One operation of a resource agent on this host, outside of the cluster. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { OperationOrder } from "../../agent/core/model/index.ts";
import type {
  AgentContext,
  AgentResult,
  CommandResult,
  ResourceAgent,
} from "../../resource-agents/contract.ts";
import { OCF } from "../../resource-agents/contract.ts";
import { ipCommandTable, runCommand, waitMs } from "../../resource-agents/index.ts";

/** Of a longer trace the end is shown, where the cause of a failure stands. */
const TRACE_LINES_MAX = 1000;

/** The operations that can be run by hand. */
export type HandOperation = "start" | "stop" | "monitor" | "promote" | "demote";

/** How it ended, and what was said and done on the way. */
export interface HandResult {
  readonly status: number;
  readonly reason: string;
  readonly hasTimedOut: boolean;
  readonly ranForMs: number;
  readonly lines: readonly string[];
}

/** What it runs with. */
export interface HandCall {
  readonly agent: ResourceAgent;
  readonly operation: HandOperation;
  readonly order: OperationOrder;
  readonly node: string;
  readonly runFolder: string;
  /** Say each command that the agent runs, and let shell agents trace themselves. */
  readonly isFull: boolean;
}

/** Runs the operation to its end or its timeout; never rejects for what an agent does. */
export async function runOperation(call: HandCall): Promise<HandResult> {
  const { agent, operation, order } = call;
  const lines: string[] = [];
  const act = actionOf(agent, operation);
  if (act === undefined) {
    const reason = `the agent has no action "${operation}"`;
    return { status: OCF.ERR_UNIMPLEMENTED, reason, hasTimedOut: false, ranForMs: 0, lines };
  }
  const signal = AbortSignal.timeout(order.timeoutMs);
  const traceFolder = isTraceable(call) ? mkdtempSync(join(tmpdir(), "lb-trace-")) : null;
  const beganAtMs = performance.now();
  let result: AgentResult;
  try {
    result = await act(contextOf(call, { signal, lines, traceFolder }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    result = { status: OCF.ERR_GENERIC, reason };
  }
  const ranForMs = Math.round(performance.now() - beganAtMs);
  if (traceFolder !== null) lines.push(...takeTrace(traceFolder));
  return { ...result, hasTimedOut: signal.aborted, ranForMs, lines };
}

function isTraceable({ isFull, agent }: HandCall): boolean {
  return isFull && agent.metadata.parameters.some(({ name }) => name === "trace_dir");
}

/** A shell without trace files of its own sends all of its standard error there as well. */
function takeTrace(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  const lines = files
    .filter((entry) => entry.isFile())
    .flatMap(({ path, name }) => readFileSync(join(path, name), "utf8").split("\n"))
    .filter((line) => line !== "");
  rmSync(folder, { recursive: true, force: true });
  return lines.slice(-TRACE_LINES_MAX).map((line) => `trace: ${line}`);
}

function actionOf(agent: ResourceAgent, operation: HandOperation) {
  const { start, stop, monitor, promote, demote } = agent;
  return { start, stop, monitor, promote, demote }[operation];
}

interface ContextParts {
  readonly signal: AbortSignal;
  readonly lines: string[];
  /** Where a shell agent traces itself; null: it does not. */
  readonly traceFolder: string | null;
}

function contextOf(
  { operation, order, node, runFolder, isFull }: HandCall,
  { signal, lines, traceFolder }: ContextParts,
): AgentContext {
  const log = (line: string): void => void lines.push(line);
  const tools = join(dirname(realpathSync(process.argv[1] ?? ".")), "attribute-tools");
  const trace = traceFolder === null ? {} : { trace_ra: "1", trace_dir: traceFolder };
  return {
    resource: order.resource,
    parameters: { ...order.parameters, ...trace },
    isProbe: operation === "monitor",
    intervalMs: 0,
    meta: order.meta ?? {},
    node,
    ...(existsSync(tools) ? { toolsFolder: tools } : {}),
    checkLevel: order.checkLevel,
    timeoutMs: order.timeoutMs,
    isSupervised: false,
    signal,
    addresses: ipCommandTable({ log, signal }),
    runFolder,
    run: async (command, args, options = {}) => {
      const result = await runCommand(command, args, { ...options, signal });
      if (isFull) log(`ran ${[command, ...args].join(" ")}: ${endOf(result)}`);
      lines.push(...linesOf(result));
      return result;
    },
    wait: (ms) => waitMs(ms, signal),
    log,
  };
}

function endOf(result: CommandResult): string {
  return result.kind === "exited" ? `exit status ${result.status}` : result.kind;
}

function linesOf(result: CommandResult): readonly string[] {
  if (result.kind === "notSpawned") return [result.reason];
  const named = (name: string, text: string) =>
    text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [`${name}: ${line}`]));
  return [...named("stdout", result.stdout), ...named("stderr", result.stderr)];
}
