import { existsSync } from "node:fs";
import { dirname, isAbsolute } from "node:path";
import type { AgentContext, ReadinessFinding } from "../contract.ts";
import { checkFolders, checkNames, checkUnitDisabled, shellWord } from "../host-checks/index.ts";
import { verifyWith } from "../server-process/config-complaint.ts";
import { explainAbsence } from "../server-process/installed.ts";
import { readServerChecks } from "./check-server.ts";
import { findConfigFaults, findListenFaults } from "./find-faults.ts";
import type { RunConfig } from "./run-config.ts";
import { describeServer, type Server } from "./server.ts";
import { type ApacheSettings, neededFiles, readApacheSettings } from "./settings.ts";
import { makeRunFolders } from "./start-server.ts";
import { findStatusPlace, STATUS_PAGE_ADVICE } from "./status-page.ts";

/** Units that would start the server besides the cluster. */
export const SERVER_UNITS: readonly string[] = ["apache2.service", "httpd.service", "httpd.socket"];
const NAMES_TIMEOUT_MS = 2000;

/**
 * What a start here would trip over, and what would be amiss after it. The server is asked only
 * after one of its files has changed; all else is read from files.
 */
export async function checkServerReadiness(
  context: AgentContext,
): Promise<readonly ReadinessFinding[]> {
  const read = readApacheSettings(context);
  if (read.kind === "refused") return read.problems.map((problem) => blocks(problem, ""));
  const { settings } = read;
  const absence = explainAbsence(neededFiles(settings));
  if (absence !== null) return [blocks(absence, ""), ...checkUnits()];
  const server = await describeReady(context, settings);
  if (server.config === null) {
    const words = [settings.binary, "-f", settings.configFile, ...server.options, "-t"];
    const remedy = verifyWith(words.map(shellWord));
    return [blocks(server.problem ?? "configuration unknown", remedy), ...checkUnits()];
  }
  return [
    ...findConfigFaults(server.config, Date.now()),
    ...findListenFaults(server.config, settings, context.comingAddresses ?? null),
    ...checkFolders(foldersOf(server, server.config)),
    ...(await checkNames(server.config.facts.members, {
      timeoutMs: Math.min(NAMES_TIMEOUT_MS, context.timeoutMs / 2),
      what: "member",
    })),
    ...checkStatusPage(server, server.config),
    ...checkDeepChecks(server),
    ...checkUnits(),
  ];
}

/** Folders that a boot has emptied are made as a start would: without them httpd refuses. */
async function describeReady(context: AgentContext, settings: ApacheSettings): Promise<Server> {
  const server = await describeServer(context, settings, true);
  if (server.config !== null || !server.isEnvironmentRead) return server;
  const { APACHE_RUN_DIR } = server.environment;
  if (APACHE_RUN_DIR === undefined || existsSync(APACHE_RUN_DIR)) return server;
  await makeRunFolders(server);
  return describeServer(context, settings);
}

function foldersOf({ environment }: Server, config: RunConfig): string[] {
  const files = [config.pidFile, config.errorLog].filter((path) => path !== null);
  const folders = [...files.map((path) => dirname(path)), environment["APACHE_RUN_DIR"] ?? ""];
  return folders.filter((folder) => isAbsolute(folder));
}

function checkStatusPage(server: Server, { facts, modules }: RunConfig): ReadinessFinding[] {
  const place = findStatusPlace(server);
  const isStatus = place.url.pathname.endsWith("/server-status");
  const hasPage = facts.statusPages.length > 0 && modules.has("status_module");
  if (hasPage || (server.settings.statusUrl !== null && !isStatus)) return [];
  const problem = `status page ${place.url.pathname}: not in the configuration`;
  return [{ severity: "warns", problem: `${problem}, ${STATUS_PAGE_ADVICE}`, remedy: "" }];
}

function checkDeepChecks(server: Server): ReadinessFinding[] {
  const { testUrl, deepChecks, testConfigFile } = server.settings;
  if (testUrl === null && deepChecks.length === 0 && testConfigFile === null) return [];
  const result = readServerChecks(server);
  if (result.kind === "checks") return [];
  return [{ severity: "warns", problem: result.reason, remedy: "" }];
}

function checkUnits(): ReadinessFinding[] {
  return SERVER_UNITS.flatMap((unit) => checkUnitDisabled(unit) ?? []);
}

function blocks(problem: string, remedy: string): ReadinessFinding {
  return { severity: "blocks", problem, remedy };
}
