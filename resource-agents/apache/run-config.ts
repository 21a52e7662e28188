import { dirname } from "node:path";
import type { AgentContext, CommandResult } from "../contract.ts";
import { areUnchanged, type FileStamps, stampFiles } from "../host-checks/index.ts";
import { placeFirst } from "../server-process/config-complaint.ts";
import { type ConfigFacts, findConfigFacts } from "./config-facts.ts";
import { type IncludedFile, readDirectives } from "./directives.ts";
import type { ServerVariables } from "./server-environment.ts";
import type { ApacheSettings } from "./settings.ts";

const DUMP_TIMEOUT_MS = 10_000;
const CACHED_MAX = 64;
/** A refusal may come from what no file shows, such as a missing folder. */
const REFUSAL_KEPT_MS = 60_000;
const DUMPS = ["RUN_CFG", "INCLUDES", "MODULES", "CERTS"].flatMap((name) => ["-D", `DUMP_${name}`]);

/** What the server itself says of its configuration, and what its files say. */
export interface RunConfig extends RunDump {
  /** In the order of reading. */
  readonly files: readonly string[];
  readonly facts: ConfigFacts;
}

/** What the server says of itself. */
export interface RunDump {
  readonly pidFile: string | null;
  readonly errorLog: string | null;
  readonly serverRoot: string | null;
  readonly defines: ReadonlyMap<string, string>;
  /** Names such as `ssl_module`. */
  readonly modules: ReadonlySet<string>;
  /** Files of the server's own certificates, as they are written. */
  readonly certificates: readonly string[];
}

/** A configuration, or the server's words when it refuses it. */
export type RunConfigResult =
  | { readonly kind: "config"; readonly config: RunConfig }
  | { readonly kind: "refused"; readonly reason: string };

interface CachedConfig {
  readonly stamps: FileStamps;
  readonly result: RunConfigResult;
  readonly atMs: number;
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
 * Asks the server for its PID file, its log, its files and modules, or takes what it said of the
 * same files. With `isRefusalKept` a refusal counts too while none of the files it was about has
 * changed, for a minute at most.
 */
export async function readRunConfig(
  context: AgentContext,
  settings: ApacheSettings,
  { variables, options, isRefusalKept }: ServerVariables & { readonly isRefusalKept: boolean },
): Promise<RunConfigResult> {
  const key = JSON.stringify([settings.binary, settings.configFile, options, variables]);
  const known = cached.get(key);
  if (known !== undefined && isCurrent(known, isRefusalKept)) return known.result;
  const args = ["-f", settings.configFile, ...options, "-t", ...DUMPS];
  const ran = await context.run(settings.binary, args, {
    environment: variables,
    timeoutMs: DUMP_TIMEOUT_MS,
  });
  if (ran.kind !== "exited" || ran.status !== 0) {
    const reason = explainRefusal(ran);
    const paths = [settings.configFile, ...(lastRunConfig(settings)?.files ?? [])];
    const named = [...reason.matchAll(/\/[^\s'":;]+/g)].map(([path]) => path);
    const refused: RunConfigResult = { kind: "refused", reason };
    // One that did not end in time says nothing about the files.
    if (ran.kind === "exited") keep(key, refused, [settings.binary, ...paths, ...named]);
    return refused;
  }
  const dump = parseDump(ran.stdout);
  const included = parseIncludes(ran.stdout, settings.configFile);
  const directives = readDirectives(included, { ...dump, environment: variables });
  const serverRoot = dump.serverRoot ?? dirname(settings.configFile);
  const facts = findConfigFacts(directives, { serverRoot, modules: dump.modules });
  const files = included.map(({ path }) => path);
  const config = { ...dump, files, facts };
  const keyFiles = facts.certificatePairs.flatMap((pair) => [
    pair.certificateFile,
    ...(pair.keyFile === null ? [] : [pair.keyFile]),
  ]);
  const watched = [settings.binary, ...files, ...keyFiles, ...facts.includedFolders];
  keep(key, { kind: "config", config }, watched);
  lastKnown.set(serverKey(settings), config);
  return { kind: "config", config };
}

function keep(key: string, result: RunConfigResult, paths: readonly string[]): void {
  if (cached.size >= CACHED_MAX) {
    cached.clear();
    lastKnown.clear();
  }
  // Folders count too: a new file in one of them may be included by a pattern.
  const stamps = stampFiles([...paths, ...paths.map((path) => dirname(path))]);
  cached.set(key, { result, stamps, atMs: performance.now() });
}

/** The server's complaint in one line, without its warning that it does not know its own name. */
export function explainRefusal(result: CommandResult): string {
  if (result.kind !== "exited")
    return result.kind === "notSpawned" ? result.reason : "no end in time";
  // On standard output is what it was asked for; a complaint is there only if it is nowhere else.
  const toldOn = (text: string): string[] =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !/AH00558|:warn\]|^Action '/.test(line));
  const complaint = toldOn(result.stderr);
  const told = complaint.length > 0 ? complaint : toldOn(result.stdout);
  return placeFirst(told.join("; ")) || `exit status ${result.status}`;
}

/** Parses what the server prints of itself. */
export function parseDump(text: string): RunDump {
  const value = (name: string) => new RegExp(`^${name}: "(.*)"$`, "m").exec(text)?.[1] ?? null;
  const all = (pattern: RegExp) => [...text.matchAll(pattern)];
  const certificates = /^Server certificates:\n((?: {2}.+\n?)*)/m.exec(text)?.[1] ?? "";
  return {
    pidFile: value("PidFile"),
    errorLog: value("Main ErrorLog"),
    serverRoot: value("ServerRoot"),
    defines: new Map(all(/^Define: ([^=\n]+)(?:=(.*))?$/gm).map((m) => [m[1] ?? "", m[2] ?? ""])),
    modules: new Set(all(/^ (\w+_module) \((?:static|shared)\)$/gm).map((m) => m[1] ?? "")),
    certificates: certificates.split("\n").flatMap((line) => line.trim() || []),
  };
}

/** Parses the part that `-D DUMP_INCLUDES` prints: files in the order of reading. */
export function parseIncludes(text: string, configFile: string): IncludedFile[] {
  const files = [...text.matchAll(/^( *)\((\*|[0-9]+)\) (.+)$/gm)].map(
    ([, indent = "", line = "", path = ""]) => ({
      path,
      depth: Math.max(indent.length / 2 - 1, 0),
      line: line === "*" ? 0 : Number(line),
    }),
  );
  return files.length > 0 ? files : [{ path: configFile, depth: 0, line: 0 }];
}

function isCurrent({ result, stamps, atMs }: CachedConfig, isRefusalKept: boolean): boolean {
  if (result.kind === "refused") {
    if (!isRefusalKept || performance.now() - atMs > REFUSAL_KEPT_MS) return false;
  }
  return areUnchanged(stamps);
}
