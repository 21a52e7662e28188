import { dirname, resolve } from "node:path";
import type { AgentContext } from "../contract.ts";
import { stampFile } from "../host-checks/index.ts";

const ASK_TIMEOUT_MS = 5000;
const CACHED_MAX = 16;

/** What a binary says of how it was built: where it looks for its files. */
export interface NginxBuild {
  /** The words that `nginx -V` prints, which two hosts may have alike or not. */
  readonly version: string;
  readonly options: readonly string[];
  readonly prefix: string;
  readonly configFile: string;
  readonly pidFile: string;
  readonly errorLog: string;
}

/** What most packages are built with: used while the binary cannot be asked. */
export const USUAL_BUILD: NginxBuild = {
  version: "",
  options: [],
  prefix: "/usr/share/nginx",
  configFile: "/etc/nginx/nginx.conf",
  pidFile: "/run/nginx.pid",
  errorLog: "stderr",
};

const cached = new Map<string, NginxBuild>();

/** Asks the binary once, and again only when the file is another. */
export async function readBuild(context: AgentContext, binary: string): Promise<NginxBuild> {
  const key = buildKey(binary);
  if (key === null) return USUAL_BUILD;
  const known = cached.get(key);
  if (known !== undefined) return known;
  const result = await context.run(binary, ["-V"], { timeoutMs: ASK_TIMEOUT_MS });
  if (result.kind !== "exited" || result.status !== 0) return USUAL_BUILD;
  const build = parseBuild(`${result.stderr}\n${result.stdout}`);
  if (cached.size >= CACHED_MAX) cached.clear();
  cached.set(key, build);
  return build;
}

/** What the binary said when it was asked; the usual places if it was not. */
export function knownBuild(binary: string): NginxBuild {
  const key = buildKey(binary);
  return (key === null ? undefined : cached.get(key)) ?? USUAL_BUILD;
}

/** Parses what `nginx -V` prints. Paths that are left out are those of nginx's own sources. */
export function parseBuild(text: string): NginxBuild {
  const line = /^configure arguments:(.*)$/m.exec(text)?.[1] ?? "";
  const options = (line.match(/--(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? []).map((word) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"),
  );
  const option = (name: string): string | null =>
    options.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? null;
  const prefix = option("prefix") ?? "/usr/local/nginx";
  const errorLog = option("error-log-path") ?? "logs/error.log";
  return {
    version: /^nginx version: (.*)$/m.exec(text)?.[1]?.trim() ?? "",
    options,
    prefix,
    configFile: resolve(prefix, option("conf-path") ?? "conf/nginx.conf"),
    pidFile: resolve(prefix, option("pid-path") ?? "logs/nginx.pid"),
    errorLog: errorLog === "stderr" ? errorLog : resolve(prefix, errorLog),
  };
}

/** The folder that paths in the configuration are relative to, other than those of logs. */
export function configFolder(configFile: string): string {
  return dirname(configFile);
}

function buildKey(binary: string): string | null {
  const stamp = stampFile(binary);
  return stamp === null ? null : JSON.stringify([binary, stamp]);
}
