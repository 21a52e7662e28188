import { dirname, resolve } from "node:path";
import type { AgentContext } from "../contract.ts";
import { askBinary, knownAnswer } from "../server-process/ask-binary.ts";

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

/** Asks the binary once, and again only when the file is another. */
export async function readBuild(context: AgentContext, binary: string): Promise<NginxBuild> {
  const answer = await askBinary(context, binary, "-V");
  return answer === null ? USUAL_BUILD : parseBuild(answer);
}

/** What the binary said when it was asked; the usual places if it was not. */
export function knownBuild(binary: string): NginxBuild {
  const answer = knownAnswer(binary, "-V");
  return answer === null ? USUAL_BUILD : parseBuild(answer);
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
