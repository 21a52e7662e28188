import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { AgentContext } from "../contract.ts";
import { textParameter } from "../contract.ts";
import type { NeededFiles } from "../server-process/installed.ts";
import {
  readDuration,
  readPath,
  readRegex,
  readUrl,
  splitWords,
} from "../server-process/read-parameters.ts";
import { ENVIRONMENT_FILES_DEFAULT, readEnvironmentFiles } from "./environment-file.ts";

const BINARIES_DEFAULT = ["/usr/local/sbin/haproxy", "/usr/sbin/haproxy"];
const CONFIG_FILE_DEFAULT = "/etc/haproxy/haproxy.cfg";
/** RHEL's unit reads this folder after the file. */
const CONFIG_FOLDER_REDHAT = "/etc/haproxy/conf.d";
const RELEASE_REDHAT = "/etc/redhat-release";
const PID_FILE_DEFAULT = "/run/haproxy.pid";
/** Parked connections do not hold up a planned move for longer. */
const GRACEFUL_DEFAULT_MS = 100;
/** So long peers need to learn from each other after a start, at most. */
const PEERS_DEFAULT_MS = 12_000;

/** The parameters, checked. */
export interface HaproxySettings {
  readonly binary: string;
  /** Files and folders in the order of reading. */
  readonly configPaths: readonly string[];
  readonly pidFile: string;
  readonly options: readonly string[];
  readonly environmentFiles: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly statsSocket: string | null;
  readonly statusUrl: URL | null;
  readonly testRegex: RegExp | null;
  readonly testUrl: string | null;
  readonly testRegex10: RegExp | null;
  readonly testConfigFile: string | null;
  readonly testName: string | null;
  readonly deepChecks: readonly string[];
  readonly gracefulMs: number;
  readonly peersWaitMs: number;
}

/** Settings, or every problem of the parameters, each one line with value and expectation. */
export type HaproxySettingsResult =
  | { readonly kind: "settings"; readonly settings: HaproxySettings }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads the parameters; of the host only the places of the defaults are looked at. */
export function readHaproxySettings(context: AgentContext): HaproxySettingsResult {
  const problems: string[] = [];
  const reading = { context, problems };
  const text = (name: string): string | null => textParameter(context, name);
  const words = (name: string): string[] => splitWords(text(name) ?? "");
  const given = context.parameters["envfiles"];
  const environmentFiles = given === undefined ? ENVIRONMENT_FILES_DEFAULT : splitWords(given);
  const environment = readEnvironmentFiles(environmentFiles);
  // Words of the unit, such as -L with the name of the local peer, count unless others are given.
  const ofUnit = splitWords(environment["EXTRAOPTS"] ?? environment["OPTIONS"] ?? "");
  const settings: HaproxySettings = {
    binary: readPath(reading, "binary", BINARIES_DEFAULT),
    configPaths: [
      ...(text("conffile") === null ? defaultPaths(environment) : words("conffile")),
      // Written with -f by those who know it as a part of the command line.
      ...words("extraconf").filter((word) => word !== "-f"),
    ],
    pidFile: readPath(reading, "pidfile", [PID_FILE_DEFAULT]),
    options: text("options") === null ? ofUnit : words("options"),
    environmentFiles,
    environment,
    statsSocket: text("stats_socket"),
    statusUrl: readUrl(reading, "statusurl"),
    testRegex: readRegex(reading, "testregex"),
    testUrl: text("testurl"),
    testRegex10: readRegex(reading, "testregex10"),
    testConfigFile: text("testconffile"),
    testName: text("testname"),
    deepChecks: words("deep_checks"),
    gracefulMs: readDuration(reading, "graceful_stop_timeout") ?? GRACEFUL_DEFAULT_MS,
    peersWaitMs: readDuration(reading, "peers_wait") ?? PEERS_DEFAULT_MS,
  };
  for (const path of settings.configPaths.filter((each) => !isAbsolute(each))) {
    problems.push(`conffile "${path}": expected full paths of files or folders`);
  }
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

/** The files without which the server cannot run. */
export function neededFiles({ binary, configPaths }: HaproxySettings): NeededFiles {
  const configs = configPaths.map((path) => ["conffile", path] as const);
  return { binary: ["binary", binary], configs, mayBeFolders: true };
}

function defaultPaths(environment: Readonly<Record<string, string>>): string[] {
  const file = environment["CONFIG"] ?? CONFIG_FILE_DEFAULT;
  const hasFolder = existsSync(RELEASE_REDHAT) && existsSync(CONFIG_FOLDER_REDHAT);
  return hasFolder ? [file, CONFIG_FOLDER_REDHAT] : [file];
}
