import { statSync } from "node:fs";
import type { AgentContext } from "../contract.ts";

const SHELL_TIMEOUT_MS = 5000;
const CACHED_MAX = 64;

/** The server's variables, or why they cannot be known. */
export type ServerEnvironment =
  | { readonly kind: "variables"; readonly variables: Readonly<Record<string, string>> }
  | { readonly kind: "unreadable"; readonly reason: string };

/**
 * Results by files and their times: forking a shell at each monitor would be the slowest part of
 * it.
 */
const cached = new Map<string, ServerEnvironment>();

/** Reads environment files as a shell does. Asked again only when one of them has changed. */
export async function readServerEnvironment(
  context: AgentContext,
  files: readonly string[],
): Promise<ServerEnvironment> {
  const missing = files.find((file) => stamp(file) === null);
  if (missing !== undefined)
    return { kind: "unreadable", reason: `envfiles "${missing}": not found` };
  const key = JSON.stringify(files.map((file) => [file, stamp(file)]));
  const known = cached.get(key);
  if (known !== undefined) return known;
  const result = files.length === 0 ? NONE : await sourceFiles(context, files);
  if (cached.size >= CACHED_MAX) cached.clear();
  if (result.kind === "variables") cached.set(key, result);
  return result;
}

const NONE: ServerEnvironment = { kind: "variables", variables: {} };

/** What tells one content of a file from another: time and size, or null when it is not there. */
export function stamp(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

async function sourceFiles(
  context: AgentContext,
  files: readonly string[],
): Promise<ServerEnvironment> {
  const script = 'set -a; for file in "$@"; do . "$file" || exit 1; done; exec env -0';
  const args = ["-c", script, "sh", ...files];
  const result = await context.run("/bin/sh", args, { timeoutMs: SHELL_TIMEOUT_MS });
  if (result.kind === "exited" && result.status === 0) {
    return { kind: "variables", variables: parseVariables(result.stdout) };
  }
  const found = result.kind === "exited" ? result.stderr : result.kind;
  return { kind: "unreadable", reason: `envfiles "${files.join(" ")}": ${found}` };
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
