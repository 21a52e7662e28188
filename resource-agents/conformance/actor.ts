/**
 * Runs actions inside a network namespace, in one process as the daemon does: one request a line on
 * standard input, one result a line on standard output. Started by host.ts.
 */
import { createInterface } from "node:readline";
import type { AgentContext, AgentResult, ComparedItem, ReadinessFinding } from "../contract.ts";
import { findAgent, ipCommandTable, loadExternalAgent, runCommand, waitMs } from "../index.ts";

/** One action to run. Every field is given. */
export interface ActorRequest {
  readonly agent: string;
  readonly action: string;
  readonly parameters: Record<string, string>;
  readonly isProbe: boolean;
  readonly checkLevel: number;
  readonly timeoutMs: number;
  readonly runFolder: string;
  readonly meta?: Record<string, string>;
  readonly toolsFolder?: string;
  readonly comingAddresses?: readonly string[];
  /** True: the agent of this host's packages, also where there is a built-in one of its name. */
  readonly isExternal: boolean;
}

/** What came of it. `watches`: after the pseudo-actions `watches`, `readiness`, `compared`. */
export interface ActorReply extends AgentResult {
  readonly tookMs: number;
  readonly log: readonly string[];
  readonly watches: readonly unknown[];
  /** Only after the pseudo-action `readiness`. */
  readonly findings: readonly ReadinessFinding[];
  /** Only after the pseudo-action `compared`. */
  readonly compared: readonly ComparedItem[];
  /** How many commands the agent has run. */
  readonly commands: number;
}

async function act(request: ActorRequest): Promise<ActorReply> {
  const log: string[] = [];
  let commands = 0;
  const signal = AbortSignal.timeout(request.timeoutMs);
  const context: AgentContext = {
    resource: "conformance",
    parameters: request.parameters,
    isProbe: request.isProbe,
    checkLevel: request.checkLevel,
    timeoutMs: request.timeoutMs,
    isSupervised: false,
    signal,
    addresses: ipCommandTable({ log: (line) => log.push(line), signal }),
    run: (command, args, options) => {
      commands += 1;
      return runCommand(command, args, { ...options, signal });
    },
    wait: (ms) => waitMs(ms, signal),
    log: (line) => log.push(line),
    runFolder: request.runFolder,
    ...(request.meta === undefined ? {} : { meta: request.meta }),
    ...(request.toolsFolder === undefined ? {} : { toolsFolder: request.toolsFolder }),
    ...(request.comingAddresses === undefined ? {} : { comingAddresses: request.comingAddresses }),
  };
  const startedAt = performance.now();
  const { result, ...found } = await perform(request, context);
  const tookMs = performance.now() - startedAt;
  return { ...NOTHING_FOUND, ...result, ...found, tookMs, log, commands };
}

const NOTHING_FOUND = { watches: [], findings: [], compared: [] } as const;
const DONE: AgentResult = { status: 0, reason: "" };

type Performed = { readonly result: AgentResult } & Partial<
  Pick<ActorReply, "watches" | "findings" | "compared">
>;

async function perform(
  { agent: name, action, isExternal }: ActorRequest,
  context: AgentContext,
): Promise<Performed> {
  const loaded = (isExternal ? null : findAgent(name)) ?? (await loadExternal(name));
  if (typeof loaded === "string") return { result: { status: 5, reason: loaded } };
  switch (action) {
    case "start":
    case "stop":
    case "monitor":
    case "validate":
      return { result: await loaded[action](context) };
    case "repair":
    case "reload": {
      const result = await loaded[action]?.(context);
      if (result !== undefined) return { result };
      break;
    }
    case "watches":
      return { result: DONE, watches: (await loaded.watches?.(context)) ?? [] };
    case "readiness":
      return { result: DONE, findings: (await loaded.checkReadiness?.(context)) ?? [] };
    case "compared":
      return { result: DONE, compared: (await loaded.listCompared?.(context)) ?? [] };
  }
  return { result: { status: 3, reason: `no action ${action}` } };
}

async function loadExternal(name: string) {
  const result = await loadExternalAgent(name, runCommand);
  return result.kind === "loaded" ? result.agent : result.reason;
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const request: ActorRequest = JSON.parse(line);
  act(request)
    .then((reply) => process.stdout.write(`${JSON.stringify(reply)}\n`))
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    });
});
