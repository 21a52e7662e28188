import { existsSync } from "node:fs";
import { type AgentContext, type ComparedItem, NOT_KNOWN } from "../contract.ts";
import { compareFiles, compareHost, comparePairs } from "../server-process/compared-items.ts";
import { readBuild } from "./build.ts";
import { NGINX_UNIT } from "./check-readiness.ts";
import { describeNginx } from "./server.ts";
import type { NginxSettings } from "./settings.ts";

/** What both nodes should have alike for this server. */
export async function listNginxCompared(
  context: AgentContext,
  settings: NginxSettings,
): Promise<readonly ComparedItem[]> {
  const build = await readBuild(context, settings.binary);
  const { config } = await describeNginx(context, settings);
  const files = [...config.files, ...config.namedFiles].filter((path) => existsSync(path));
  const modules = [
    ...build.options.filter((word) => /_module|^--with-(?:stream|mail|threads)/.test(word)),
    ...config.modules,
  ];
  return [
    ...compareFiles(files),
    ...comparePairs(config.certificates),
    { kind: "version", name: "nginx", value: build.version || NOT_KNOWN },
    // One by one: a line of all of them would not say which one differs.
    ...modules.sort().map((name): ComparedItem => ({ kind: "modules", name, value: "there" })),
    ...compareHost([NGINX_UNIT]),
  ];
}
