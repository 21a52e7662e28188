import { readFileSync } from "node:fs";
import type { AgentContext } from "../contract.ts";
import { stampFile } from "../host-checks/index.ts";
import { splitWords } from "../server-process/read-parameters.ts";
import type { ApacheSettings } from "./settings.ts";

const SHELL_TIMEOUT_MS = 5000;
const CACHED_MAX = 64;
/** What RHEL's unit gives the server; read by systemd, which is no shell. */
const SYSCONFIG_FILE = "/etc/sysconfig/httpd";
const RHEL_CONFIG_FOLDER = "/etc/httpd/";
/** The language that RHEL's unit sets before its file is read. */
const RHEL_LANG = "C";

/** What the server gets of its surroundings. */
export interface ServerVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** All further words of its command line: those of RHEL's file, then the parameter's. */
  readonly options: readonly string[];
}

/** The server's variables and options, or why they cannot be known. */
export type ServerEnvironment =
  | ({ readonly kind: "variables" } & ServerVariables)
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Results by files and their times: forking a shell at each monitor would be the slowest part of
 * it.
 */
const cached = new Map<string, Readonly<Record<string, string>>>();

/**
 * Reads environment files as a shell does, and on a host laid out like RHEL the file that its unit
 * reads, unless environment files were given. A shell is asked again only after a change.
 */
export async function readServerEnvironment(
  context: AgentContext,
  settings: ApacheSettings,
): Promise<ServerEnvironment> {
  const files = settings.environmentFiles;
  const sysconfig = settings.hasOwnEnvironmentFiles ? null : findSysconfigFile(settings.configFile);
  if (sysconfig !== null) return readSysconfig(sysconfig, settings);
  const { options } = settings;
  const missing = files.find((file) => stampFile(file) === null);
  if (missing !== undefined)
    return { kind: "unreadable", reason: `envfiles "${missing}": not found` };
  const key = JSON.stringify(files.map((file) => [file, stampFile(file)]));
  const known = cached.get(key);
  if (known !== undefined) return { kind: "variables", variables: known, options };
  const result = files.length === 0 ? {} : await sourceFiles(context, files);
  if (typeof result === "string") return { kind: "unreadable", reason: result };
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(key, result);
  return { kind: "variables", variables: result, options };
}

/** The file that RHEL's unit reads, when the configuration is RHEL's and the file is there. */
export function findSysconfigFile(configFile: string): string | null {
  if (!configFile.startsWith(RHEL_CONFIG_FOLDER)) return null;
  return stampFile(SYSCONFIG_FILE) === null ? null : SYSCONFIG_FILE;
}

/** Parses an environment file as systemd does: no shell, no variables inside of values. */
export function parseSysconfig(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.replace(/\\\r?\n/g, "").split("\n")) {
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const trimmed = value.trim();
    const quoted = /^(["'])([\s\S]*)\1$/.exec(trimmed);
    variables[name] = quoted?.[2] ?? trimmed;
  }
  return variables;
}

function readSysconfig(path: string, settings: ApacheSettings): ServerEnvironment {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    return { kind: "unreadable", reason: error instanceof Error ? error.message : String(error) };
  }
  const { OPTIONS = "", ...variables } = { LANG: RHEL_LANG, ...parseSysconfig(text) };
  const words = splitWords(OPTIONS);
  if (words.some((word) => /^-f/.test(word))) {
    const reason = `OPTIONS "${OPTIONS}" of ${path}: expected no -f, the parameter configfile`;
    return { kind: "unreadable", reason: `${reason} names the file` };
  }
  return { kind: "variables", variables, options: [...words, ...settings.options] };
}

async function sourceFiles(
  context: AgentContext,
  files: readonly string[],
): Promise<Readonly<Record<string, string>> | string> {
  const script = 'set -a; for file in "$@"; do . "$file" || exit 1; done; exec env -0';
  const args = ["-c", script, "sh", ...files];
  const result = await context.run("/bin/sh", args, { timeoutMs: SHELL_TIMEOUT_MS });
  if (result.kind === "exited" && result.status === 0) {
    return parseVariables(result.stdout);
  }
  const found = result.kind === "exited" ? result.stderr : result.kind;
  return `envfiles "${files.join(" ")}": ${found}`;
}

function parseVariables(output: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of output.split("\0")) {
    const at = line.indexOf("=");
    const name = line.slice(0, at);
    if (at > 0 && !["_", "PWD", "OLDPWD", "SHLVL"].includes(name))
      variables[name] = line.slice(at + 1);
  }
  return variables;
}
