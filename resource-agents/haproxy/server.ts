import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AgentContext, CommandResult } from "../contract.ts";
import { placeFirst } from "../server-process/config-complaint.ts";
import { findMaster, masterSocketOf } from "./processes.ts";
import { type HaproxyConfig, readHaproxyConfig } from "./read-config.ts";
import type { HaproxySettings } from "./settings.ts";

const TEST_TIMEOUT_MS = 15_000;
/** A path of a socket has 107 characters at most, and haproxy makes it by a longer name first. */
const SOCKET_PATH_MAX = 90;
/** Words that say how the server runs, which is this agent's to choose. */
const MODES: ReadonlySet<string> = new Set(["-W", "-Ws", "-D", "-db", "-c"]);

/** All that an action knows of the server it acts on. */
export interface HaproxyServer {
  readonly context: AgentContext;
  readonly settings: HaproxySettings;
  readonly config: HaproxyConfig;
}

/** Gathers what is known of the server, without a child process. */
export function describeHaproxy(context: AgentContext, settings: HaproxySettings): HaproxyServer {
  return { context, settings, config: readHaproxyConfig(settings) };
}

/** The live master process, or null. */
export function masterOf({ settings }: Pick<HaproxyServer, "settings">) {
  return findMaster(settings);
}

/** The words that start the server: a master with a socket of its own, in the background. */
export function startWords({ context, settings }: HaproxyServer): string[] {
  const { options, pidFile } = settings;
  const socket = masterSocketPath(context, settings);
  const own = options.includes("-S") || socket.length > SOCKET_PATH_MAX;
  return [
    ...["-W", "-D"],
    ...fileWords(settings),
    ...["-p", pidFile],
    ...(own ? [] : ["-S", `${socket},mode,600`]),
    ...options.filter((word) => !MODES.has(word)),
  ];
}

/** The socket of the running master, as its own command line says; null when it has none. */
export function masterSocket(server: HaproxyServer): string | null {
  const master = masterOf(server);
  if (master === null) return null;
  try {
    return masterSocketOf(readFileSync(`/proc/${master.pid}/cmdline`, "utf8").split("\0"));
  } catch {
    return null; // It has ended meanwhile.
  }
}

/** Makes the folders that a boot empties and that the distribution's unit would have made. */
export function makeRunFolders({ context, settings, config }: HaproxyServer): void {
  const paths = [settings.pidFile, ...config.statsSockets, masterSocketPath(context, settings)];
  for (const folder of new Set(paths.map((path) => dirname(path)))) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o755 });
    } catch (error) {
      context.log(`folder "${folder}": ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Why the server refuses its configuration; `isLate`: it gave no answer in time. */
export interface Refusal {
  readonly reason: string;
  readonly isLate: boolean;
}

/** Tests the configuration: null when the server accepts it. */
export async function testHaproxyConfig(server: HaproxyServer): Promise<Refusal | null> {
  const { context, settings } = server;
  const words = ["-W", "-c", ...fileWords(settings), ...withoutSocket(settings.options)];
  const timeoutMs = Math.min(TEST_TIMEOUT_MS, context.timeoutMs);
  const { environment } = settings;
  const result = await context.run(settings.binary, words, { timeoutMs, environment });
  if (result.kind === "exited" && result.status === 0) return null;
  return { reason: explainOutput(result), isLate: result.kind === "timedOut" };
}

/** The server's complaints in one line, each once. */
export function explainOutput(result: CommandResult): string {
  if (result.kind === "notSpawned") return result.reason;
  if (result.kind === "timedOut") return "no end in time";
  const lines = `${result.stderr}\n${result.stdout}`.split("\n").map((line) => line.trim());
  const alerts = lines
    .filter((line) => line.startsWith("[ALERT]"))
    .map((line) => line.replace(/^\[ALERT\]\s*(?:\([0-9]+\)\s*:\s*)?/, ""));
  const told = alerts.filter((line) => !/(?:Fatal errors|Error\(s\)) found in config/.test(line));
  const all = told.length > 0 ? told : alerts.length > 0 ? alerts : lines.filter((line) => line);
  return [...new Set(all.map(placeFirst))].join("; ") || `exit status ${result.status}`;
}

function fileWords({ configPaths }: HaproxySettings): string[] {
  return configPaths.flatMap((path) => ["-f", path]);
}

function withoutSocket(options: readonly string[]): string[] {
  const at = options.indexOf("-S");
  const left = at < 0 ? options : [...options.slice(0, at), ...options.slice(at + 2)];
  return left.filter((word) => !MODES.has(word));
}

/** Of this server alone: two of them on one host have different files. */
function masterSocketPath(context: AgentContext, settings: HaproxySettings): string {
  const key = JSON.stringify([settings.binary, settings.configPaths]);
  const digest = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return join(context.runFolder, `haproxy-${digest}.sock`);
}
