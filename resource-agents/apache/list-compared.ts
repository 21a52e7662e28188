import { isIP } from "node:net";
import { isAbsolute, join } from "node:path";
import { type AgentContext, type ComparedItem, NOT_KNOWN } from "../contract.ts";
import { readHostsLines } from "../host-checks/index.ts";
import { askBinary } from "../server-process/ask-binary.ts";
import {
  compareCertificates,
  compareFiles,
  compareHost,
  comparePairs,
} from "../server-process/compared-items.ts";
import { explainAbsence } from "../server-process/installed.ts";
import { SERVER_UNITS } from "./check-readiness.ts";
import { lastRunConfig, type RunConfig } from "./run-config.ts";
import { describeServer, type Server } from "./server.ts";
import { findSysconfigFile } from "./server-environment.ts";
import { type ApacheSettings, neededFiles, readApacheSettings } from "./settings.ts";

const LOADED = "loaded";

/**
 * What both nodes should have alike for this server. Of a configuration that the server refuses,
 * what it had before counts; where that is not known, what does not depend on it is listed alone.
 */
export async function listServerCompared(context: AgentContext): Promise<readonly ComparedItem[]> {
  const read = readApacheSettings(context);
  if (read.kind === "refused") return [];
  const { settings } = read;
  const ofHost = compareHost(SERVER_UNITS);
  if (explainAbsence(neededFiles(settings)) !== null)
    return [...compareFiles(ownFiles(settings)), ...ofHost];
  const server = await describeServer(context, settings, true);
  // What a refused configuration had before is no difference by itself: its file is.
  const config = server.config ?? lastRunConfig(settings);
  const version = await readVersion(server);
  const items: ComparedItem[] = [
    ...compareFiles([...(config?.files ?? [settings.configFile]), ...ownFiles(settings)]),
    ...(config === null ? [] : listOfConfig(config)),
    { kind: "version", name: "httpd", value: version ?? NOT_KNOWN },
    ...ofHost,
  ];
  return items;
}

/** Files that no configuration includes. */
function ownFiles(settings: ApacheSettings): string[] {
  const { configFile, environmentFiles, hasOwnEnvironmentFiles, testConfigFile } = settings;
  const sysconfig = hasOwnEnvironmentFiles ? null : findSysconfigFile(configFile);
  const found = sysconfig === null ? environmentFiles : [sysconfig];
  return [configFile, ...found, ...(testConfigFile === null ? [] : [testConfigFile])];
}

function listOfConfig({ facts, certificates, modules, serverRoot }: RunConfig): ComparedItem[] {
  const whole = (path: string) => (isAbsolute(path) ? path : join(serverRoot ?? "/", path));
  const paired = new Set(facts.certificatePairs.map(({ certificateFile }) => certificateFile));
  const all = [...facts.otherCertificates, ...certificates.map(whole)];
  const unpaired = all.filter((path) => !paired.has(path));
  return [
    ...comparePairs(facts.certificatePairs),
    ...compareCertificates(unpaired),
    // One by one: a line of all of them would be cut, and would not say which one differs.
    ...[...modules].sort().map((name): ComparedItem => ({ kind: "modules", name, value: LOADED })),
    ...listHosts(facts.members),
  ];
}

/** What the hosts file says of each member; a name that only the name service knows has none. */
function listHosts(members: readonly string[]): ComparedItem[] {
  const lines = readHostsLines();
  return members
    .filter((name) => isIP(name.replace(/^\[|\]$/g, "")) === 0)
    .map((name) => {
      const own = lines.filter(({ names }) => names.includes(name)).map(({ ip }) => ip);
      return { kind: "hosts", name, value: own.join(" ") || "not in /etc/hosts" };
    });
}

async function readVersion({ context, settings }: Server): Promise<string | null> {
  const told = (await askBinary(context, settings.binary, "-v")) ?? "";
  return /^Server version: (.+)$/m.exec(told)?.[1]?.trim() ?? null;
}
