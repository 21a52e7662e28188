import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { AgentContext, CommandResult } from "../contract.ts";
import { stamp } from "./server-environment.ts";
import type { ApacheSettings } from "./settings.ts";

const DUMP_TIMEOUT_MS = 10_000;
const CACHED_MAX = 64;

/** What the server itself says of its configuration. */
export interface RunConfig {
  readonly pidFile: string | null;
  readonly errorLog: string | null;
  /**
   * The first Listen: null when none was found. `host` is null when it listens on all addresses.
   */
  readonly listen: Listen | null;
}

/** One Listen directive. */
export interface Listen {
  readonly host: string | null;
  readonly port: number;
  readonly isTls: boolean;
}

/** A configuration, or the server's words when it refuses it. */
export type RunConfigResult =
  | { readonly kind: "config"; readonly config: RunConfig }
  | { readonly kind: "refused"; readonly reason: string };

interface CachedConfig {
  readonly stamps: ReadonlyMap<string, string | null>;
  readonly config: RunConfig;
}

/** Results while no file or folder of the configuration changes: the server takes 20 ms to tell. */
const cached = new Map<string, CachedConfig>();

/** What each server said last, whatever has become of its files since. */
const lastKnown = new Map<string, RunConfig>();

/**
 * The configuration that the server told last in this process, without asking; null before that.
 */
export function lastRunConfig(settings: ApacheSettings): RunConfig | null {
  return lastKnown.get(serverKey(settings)) ?? null;
}

/** Which server parameters mean, for what is remembered of it. */
export function serverKey({ binary, configFile }: ApacheSettings): string {
  return JSON.stringify([binary, configFile]);
}

/**
 * Asks the server for its PID file, its log and its files, or takes what it said of the same
 * files.
 */
export async function readRunConfig(
  context: AgentContext,
  settings: ApacheSettings,
  environment: Readonly<Record<string, string>>,
): Promise<RunConfigResult> {
  const key = JSON.stringify([settings.binary, settings.configFile, settings.options, environment]);
  const known = cached.get(key);
  if (known !== undefined && isCurrent(known)) return { kind: "config", config: known.config };
  const args = ["-f", settings.configFile, ...settings.options, "-t"];
  const dump = [...args, "-D", "DUMP_RUN_CFG", "-D", "DUMP_INCLUDES"];
  const result = await context.run(settings.binary, dump, {
    environment,
    timeoutMs: DUMP_TIMEOUT_MS,
  });
  if (result.kind !== "exited" || result.status !== 0) {
    return { kind: "refused", reason: explainRefusal(result) };
  }
  const files = parseIncludes(result.stdout, settings.configFile);
  const listen = findListen(files, environment);
  const config = { ...parseDump(result.stdout), listen };
  if (cached.size >= CACHED_MAX) {
    cached.clear();
    lastKnown.clear();
  }
  lastKnown.set(serverKey(settings), config);
  // Folders count too: a new file in one of them may be included by a pattern.
  const watched = [...new Set([settings.binary, ...files, ...files.map((file) => dirname(file))])];
  cached.set(key, { config, stamps: new Map(watched.map((path) => [path, stamp(path)])) });
  return { kind: "config", config };
}

/** The server's complaint in one line, without its warning that it does not know its own name. */
export function explainRefusal(result: CommandResult): string {
  if (result.kind !== "exited")
    return result.kind === "notSpawned" ? result.reason : "no end in time";
  const lines = `${result.stderr}\n${result.stdout}`.split("\n").map((line) => line.trim());
  const told = lines.filter((line) => line !== "" && !/AH00558|:warn\]|^Action '/.test(line));
  return told.join("; ") || `exit status ${result.status}`;
}

/** Parses the part that `-D DUMP_RUN_CFG` prints. */
export function parseDump(text: string): Pick<RunConfig, "pidFile" | "errorLog"> {
  const value = (name: string) => new RegExp(`^${name}: "(.*)"$`, "m").exec(text)?.[1] ?? null;
  return { pidFile: value("PidFile"), errorLog: value("Main ErrorLog") };
}

/** Parses the part that `-D DUMP_INCLUDES` prints: files in the order of reading. */
export function parseIncludes(text: string, configFile: string): string[] {
  const files = [...text.matchAll(/^\s*\((?:\*|[0-9]+)\) (.+)$/gm)].map((match) => match[1] ?? "");
  return files.length > 0 ? files : [configFile];
}

/** Parses the words after `Listen`: `80`, `10.0.0.1:80`, `[::1]:80`, with a protocol or not. */
export function parseListen(words: string): Listen | null {
  const match = /^(?:\[([^\]]+)\]:|([^\s:]+):)?([0-9]{1,5})(?:\s+(\S+))?\s*$/.exec(words.trim());
  if (match === null) return null;
  const host = match[1] ?? match[2] ?? null;
  const port = Number(match[3]);
  const isAny = host === "*" || host === "0.0.0.0" || host === "::";
  const isTls = match[4]?.toLowerCase() === "https" || (match[4] === undefined && port === 443);
  return { host: isAny ? null : host, port, isTls };
}

function findListen(
  files: readonly string[],
  environment: Readonly<Record<string, string>>,
): Listen | null {
  for (const file of files) {
    for (const [, words] of readText(file).matchAll(/^\s*Listen\s+"?([^"#\n]+)/gim)) {
      const known = words?.replace(
        /\$\{(\w+)\}/g,
        (whole, name: string) => environment[name] ?? whole,
      );
      const listen = parseListen(known ?? "");
      if (listen !== null) return listen;
    }
  }
  return null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isCurrent({ stamps }: CachedConfig): boolean {
  for (const [path, known] of stamps) if (stamp(path) !== known) return false;
  return true;
}
