import type { AgentContext } from "../contract.ts";
import { textParameter } from "../contract.ts";
import type { NeededFiles } from "../server-process/installed.ts";
import {
  type Reading,
  readDuration,
  readPath,
  readPort,
  readRegex,
  readUrl,
  splitWords,
} from "../server-process/read-parameters.ts";
import { knownBuild, readBuild } from "./build.ts";

// The server itself comes first: another server's binary is never taken for it.
const BINARIES_DEFAULT = ["/usr/local/sbin/nginx", "/usr/sbin/nginx"];
const STATUS_REGEX_DEFAULT = /Reading: [0-9]+ Writing: [0-9]+ Waiting: [0-9]+/i;
/** Parked connections do not hold up a planned move for longer. */
const GRACEFUL_DEFAULT_MS = 100;

/** The parameters, checked. */
export interface NginxSettings {
  readonly binary: string;
  readonly configFile: string;
  /** True: the configuration is that which the binary reads when none is named. */
  readonly isDefaultConfig: boolean;
  readonly port: number | null;
  readonly statusUrl: URL | null;
  readonly statusRegex: RegExp;
  readonly testUrl: string | null;
  readonly testRegex: RegExp | null;
  readonly testConfigFile: string | null;
  readonly testName: string | null;
  readonly test20Url: string | null;
  readonly test20Regex: RegExp | null;
  readonly test20ConfigFile: string | null;
  readonly test20Name: string | null;
  readonly deepChecks: readonly string[];
  readonly external30Command: string | null;
  readonly options: readonly string[];
  readonly gracefulMs: number;
}

/** Settings, or every problem of the parameters, each one line with value and expectation. */
export type NginxSettingsResult =
  | { readonly kind: "settings"; readonly settings: NginxSettings }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads the parameters. The binary is asked for its own configuration once, if it has to be. */
export async function readNginxSettings(context: AgentContext): Promise<NginxSettingsResult> {
  const binary = readPath({ context, problems: [] }, "httpd", BINARIES_DEFAULT);
  if (textParameter(context, "configfile") === null) await readBuild(context, binary);
  return readKnownSettings(context);
}

/** The same without asking the binary: what it said before counts. */
export function readKnownSettings(context: AgentContext): NginxSettingsResult {
  const problems: string[] = [];
  const reading: Reading = { context, problems };
  const text = (name: string): string | null => textParameter(context, name);
  const binary = readPath(reading, "httpd", BINARIES_DEFAULT);
  const usual = knownBuild(binary).configFile;
  const configFile = readPath(reading, "configfile", [usual]);
  const settings: NginxSettings = {
    binary,
    configFile,
    isDefaultConfig: configFile === usual,
    port: readPort(reading, "port"),
    statusUrl: readUrl(reading, "status10url"),
    statusRegex: readRegex(reading, "status10regex") ?? STATUS_REGEX_DEFAULT,
    testUrl: text("testurl"),
    testRegex: readRegex(reading, "testregex10"),
    testConfigFile: text("testconffile"),
    testName: text("testname"),
    test20Url: text("test20url"),
    test20Regex: readRegex(reading, "test20regex"),
    test20ConfigFile: text("test20conffile"),
    test20Name: text("test20name"),
    deepChecks: splitWords(text("deep_checks") ?? ""),
    external30Command: text("external_monitor30_cmd"),
    options: splitWords(text("options") ?? ""),
    gracefulMs: readDuration(reading, "graceful_stop_timeout") ?? GRACEFUL_DEFAULT_MS,
  };
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

/** The files without which the server cannot run. */
export function neededFiles({ binary, configFile }: NginxSettings): NeededFiles {
  return { binary: ["httpd", binary], configs: [["configfile", configFile]] };
}
