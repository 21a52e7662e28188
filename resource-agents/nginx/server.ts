import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type AgentContext, type CommandResult, OCF } from "../contract.ts";
import { placeFirst } from "../server-process/config-complaint.ts";
import { knownBuild, readBuild } from "./build.ts";
import { findMaster, findNginxProcesses } from "./processes.ts";
import { type NginxConfig, readNginxConfig } from "./read-config.ts";
import type { NginxSettings } from "./settings.ts";

const TEST_TIMEOUT_MS = 10_000;
/** What a line of the server begins with: its name, or the time when it goes to a log. */
const PREFIX = /^(?:nginx: |[0-9]{4}\/[0-9/]+ [0-9:]+ )/;

/** All that an action knows of the server it acts on. */
export interface NginxServer {
  readonly context: AgentContext;
  readonly settings: NginxSettings;
  readonly config: NginxConfig;
}

/** Why the server refuses its configuration. */
export interface Refusal {
  readonly reason: string;
  /** True: only an address that is not on this host keeps it from starting. */
  readonly isAddressMissing: boolean;
  /** True: it gave no answer in time, which says nothing about the configuration. */
  readonly isLate: boolean;
}

/** The server after its binary was asked where it looks for its files. */
export async function describeNginx(
  context: AgentContext,
  settings: NginxSettings,
): Promise<NginxServer> {
  const build = await readBuild(context, settings.binary);
  return { context, settings, config: readNginxConfig(settings, build) };
}

/** The server as far as it is known without a child process: for what must not wait for one. */
export function describeKnownNginx(context: AgentContext, settings: NginxSettings): NginxServer {
  return { context, settings, config: readNginxConfig(settings, knownBuild(settings.binary)) };
}

/** The words of the command line that say which server is meant. */
export function serverWords({ configFile, options }: NginxSettings): string[] {
  return ["-c", configFile, ...options];
}

/** The live master process, or null. */
export function masterOf({ settings }: Pick<NginxServer, "settings">) {
  return findMaster(settings);
}

/** All processes of the server, and those that a dead master left behind. */
export function processesOf({ settings, config }: Pick<NginxServer, "settings" | "config">) {
  return findNginxProcesses(settings, config.pidFile);
}

/** Makes the folder of the PID file, which a boot empties and even a test of nginx needs. */
export function makePidFolder({ context, config }: NginxServer): void {
  const folder = dirname(config.pidFile);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  } catch (error) {
    context.log(`folder "${folder}": ${error instanceof Error ? error.message : error}`);
  }
}

/** Tests the configuration: null when the server accepts it. */
export async function testNginxConfig(server: NginxServer): Promise<Refusal | null> {
  const { context, settings } = server;
  makePidFolder(server);
  const words = [...serverWords(settings), "-t"];
  const timeoutMs = Math.min(TEST_TIMEOUT_MS, context.timeoutMs);
  const result = await context.run(settings.binary, words, { timeoutMs });
  if (result.kind === "exited" && result.status === OCF.SUCCESS) return null;
  const reason = explainOutput(result);
  const isAddressMissing = /bind\(\) to .* failed \(99:/.test(reason);
  return { reason, isAddressMissing, isLate: result.kind === "timedOut" };
}

/** The server's complaints in one line, each once. */
export function explainOutput(result: CommandResult): string {
  if (result.kind === "notSpawned") return result.reason;
  if (result.kind === "timedOut") return "no end in time";
  const lines = result.stderr.split("\n").map((line) => line.replace(PREFIX, "").trim());
  const serious = lines
    .filter((line) => /^\[(?:emerg|alert|crit|error)\]/.test(line))
    .map((line) => line.replace(/^(\[\w+\]) [0-9]+#[0-9]+:/, "$1"));
  const told = serious.length > 0 ? serious : lines.filter((line) => line !== "");
  return [...new Set(told.map(placeFirst))].join("; ") || `exit status ${result.status}`;
}
