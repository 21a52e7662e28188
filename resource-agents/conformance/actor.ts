/**
 * Runs actions inside a network namespace, in one process as the daemon does: one request a line on
 * standard input, one result a line on standard output. Started by host.ts.
 */
import { createInterface } from "node:readline";
import type { AgentContext, AgentResult } from "../contract.ts";
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
  /** True: the agent of this host's packages, also where there is a built-in one of its name. */
  readonly isExternal: boolean;
}

/** What came of it. `watches`: after the pseudo-actions `watches`, `readiness`, `compared`. */
export interface ActorReply extends AgentResult {
  readonly tookMs: number;
  readonly log: readonly string[];
  readonly watches: readonly unknown[];
}

async function act(request: ActorRequest): Promise<ActorReply> {
  const log: string[] = [];
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
    run: (command, args, options) => runCommand(command, args, { ...options, signal }),
    wait: (ms) => waitMs(ms, signal),
    log: (line) => log.push(line),
    runFolder: request.runFolder,
    ...(request.meta === undefined ? {} : { meta: request.meta }),
    ...(request.toolsFolder === undefined ? {} : { toolsFolder: request.toolsFolder }),
  };
  const startedAt = performance.now();
  const { result, watches } = await perform(request, context);
  return { ...result, tookMs: performance.now() - startedAt, log, watches };
}

async function perform(
  { agent: name, action, isExternal }: ActorRequest,
  context: AgentContext,
): Promise<{ result: AgentResult; watches: readonly unknown[] }> {
  const loaded = (isExternal ? null : findAgent(name)) ?? (await loadExternal(name));
  if (typeof loaded === "string") return { result: { status: 5, reason: loaded }, watches: [] };
  const none: readonly unknown[] = [];
  switch (action) {
    case "start":
      return { result: await loaded.start(context), watches: none };
    case "stop":
      return { result: await loaded.stop(context), watches: none };
    case "monitor":
      return { result: await loaded.monitor(context), watches: none };
    case "validate":
      return { result: await loaded.validate(context), watches: none };
    case "watches":
      return {
        result: { status: 0, reason: "" },
        watches: (await loaded.watches?.(context)) ?? [],
      };
    case "readiness":
      return {
        result: { status: 0, reason: "" },
        watches: (await loaded.checkReadiness?.(context)) ?? [],
      };
    case "compared":
      return {
        result: { status: 0, reason: "" },
        watches: (await loaded.listCompared?.(context)) ?? [],
      };
    case "repair":
      if (loaded.repair !== undefined)
        return { result: await loaded.repair(context), watches: none };
      break;
    case "reload":
      if (loaded.reload !== undefined)
        return { result: await loaded.reload(context), watches: none };
      break;
  }
  return { result: { status: 3, reason: `no action ${action}` }, watches: none };
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
