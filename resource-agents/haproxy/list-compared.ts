import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { type AgentContext, type ComparedItem, NOT_KNOWN } from "../contract.ts";
import { askBinary } from "../server-process/ask-binary.ts";
import { compareHost, comparePairs } from "../server-process/compared-items.ts";
import { HAPROXY_UNIT } from "./check-readiness.ts";
import { describeHaproxy } from "./server.ts";
import type { HaproxySettings } from "./settings.ts";

/** The name of this node among its peers: the one thing that must differ between the nodes. */
const LOCAL_PEER = /(^\s*localpeer\s+|(?:^|[\s"'=])-L\s*)([^\s"']+)/gm;

/** What both nodes should have alike for this server. */
export async function listHaproxyCompared(
  context: AgentContext,
  settings: HaproxySettings,
): Promise<readonly ComparedItem[]> {
  const { config } = describeHaproxy(context, settings);
  const paths = [...config.files, ...config.namedFiles, ...settings.environmentFiles];
  const files = [...new Set(paths)].filter((path) => existsSync(path));
  const told = (await askBinary(context, settings.binary, "-vv")) ?? "";
  return [
    ...files.map(compareFile),
    ...comparePairs(config.certificates),
    { kind: "version", name: "haproxy", value: told.split("\n")[0]?.trim() || NOT_KNOWN },
    ...parseFeatures(told).map((name): ComparedItem => ({ kind: "modules", name, value: "there" })),
    ...compareHost([HAPROXY_UNIT]),
  ];
}

/** What the binary was built with, sorted: the words with a plus sign of `haproxy -vv`. */
export function parseFeatures(text: string): string[] {
  const line = /^Feature list\s*:(.*)$/m.exec(text)?.[1] ?? "";
  const words = line.split(/\s+/).filter((word) => word.startsWith("+"));
  return words.sort();
}

/** A file that names the local peer is compared without that name. */
function compareFile(name: string): ComparedItem {
  const text = readText(name);
  const blanked = text.replace(LOCAL_PEER, "$1");
  if (blanked === text) return { kind: "file", name };
  const value = createHash("sha256").update(blanked).digest("hex");
  return { kind: "version", name: `${name} without the local peer`, value };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
