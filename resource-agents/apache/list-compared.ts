import { lstatSync, readlinkSync } from "node:fs";
import { isIP } from "node:net";
import { isAbsolute, join } from "node:path";
import { type AgentContext, type ComparedItem, NOT_KNOWN } from "../contract.ts";
import {
  NONLOCAL_BIND_SYSCTLS,
  readCertificates,
  readHostsLines,
  readKey,
  readSysctl,
  stampFile,
} from "../host-checks/index.ts";
import { explainAbsence } from "../server-process/installed.ts";
import { readServerUnits } from "./check-readiness.ts";
import { lastRunConfig, type RunConfig } from "./run-config.ts";
import { describeServer, type Server } from "./server.ts";
import { findSysconfigFile } from "./server-environment.ts";
import { type ApacheSettings, neededFiles, readApacheSettings } from "./settings.ts";

const VERSION_TIMEOUT_MS = 5000;
const VERSIONS_MAX = 16;
const LOADED = "loaded";
/** Of each binary, by its file's stamp. */
const versions = new Map<string, string>();

/**
 * What both nodes should have alike for this server. Of a configuration that the server refuses,
 * what it had before counts; where that is not known, what does not depend on it is listed alone.
 */
export async function listServerCompared(context: AgentContext): Promise<readonly ComparedItem[]> {
  const read = readApacheSettings(context);
  if (read.kind === "refused") return [];
  const { settings } = read;
  const ofHost = [...listSysctls(), ...listUnits()];
  if (explainAbsence(neededFiles(settings)) !== null)
    return [...listFiles(ownFiles(settings)), ...ofHost];
  const server = await describeServer(context, settings, true);
  // What a refused configuration had before is no difference by itself: its file is.
  const config = server.config ?? lastRunConfig(settings);
  const version = await readVersion(server);
  const items: ComparedItem[] = [
    ...listFiles([...(config?.files ?? [settings.configFile]), ...ownFiles(settings)]),
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

function listFiles(paths: readonly string[]): ComparedItem[] {
  return [...new Set(paths)].flatMap((name): ComparedItem[] => {
    const file: ComparedItem = { kind: "file", name };
    const value = readLink(name);
    return value === null ? [file] : [file, { kind: "link", name, value }];
  });
}

function listOfConfig({ facts, certificates, modules, serverRoot }: RunConfig): ComparedItem[] {
  const whole = (path: string) => (isAbsolute(path) ? path : join(serverRoot ?? "/", path));
  const certificateFiles = [
    ...facts.certificatePairs.map(({ certificateFile }) => certificateFile),
    ...facts.otherCertificates,
    ...certificates.map(whole),
  ];
  const keyFiles = facts.certificatePairs.map(
    ({ certificateFile, keyFile }) => keyFile ?? certificateFile,
  );
  return [
    ...[...new Set(certificateFiles)].map((name): ComparedItem => {
      const read = readCertificates(name);
      const value = read.kind === "read" ? read.facts.digest : read.reason;
      return { kind: "certificate", name, value };
    }),
    ...[...new Set(keyFiles)].map((name): ComparedItem => {
      const read = readKey(name);
      const value = read.kind === "read" ? read.facts.publicKeyDigest : read.reason;
      return { kind: "key", name, value: value ?? "encrypted" };
    }),
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

function listSysctls(): ComparedItem[] {
  return NONLOCAL_BIND_SYSCTLS.flatMap((name) => {
    const value = readSysctl(name);
    return value === null ? [] : [{ kind: "sysctl" as const, name, value }];
  });
}

function listUnits(): ComparedItem[] {
  return readServerUnits().map(([name, value]) => ({ kind: "unit", name, value }));
}

async function readVersion({ context, settings }: Server): Promise<string | null> {
  const key = JSON.stringify([settings.binary, stampFile(settings.binary)]);
  const known = versions.get(key);
  if (known !== undefined) return known;
  const ran = await context.run(settings.binary, ["-v"], { timeoutMs: VERSION_TIMEOUT_MS });
  const version = ran.kind === "exited" ? /^Server version: (.+)$/m.exec(ran.stdout)?.[1] : null;
  if (version == null) return null;
  if (versions.size >= VERSIONS_MAX) versions.clear();
  versions.set(key, version.trim());
  return version.trim();
}

function readLink(path: string): string | null {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? readlinkSync(path) : null;
}
