import { existsSync } from "node:fs";
import { textParameter } from "../contract.ts";
import type { NeededFiles } from "../server-process/installed.ts";
import {
  type ParameterSource,
  readDuration,
  readFlag,
  readPath,
  readPort,
  readRegex,
  readUrl,
  splitWords,
} from "../server-process/read-parameters.ts";

/** Where distributions keep the main configuration file, in the order of search. */
export const CONFIG_FILES_DEFAULT: readonly string[] = [
  "/etc/apache2/httpd.conf",
  "/etc/apache2/apache2.conf",
  "/etc/httpd/conf/httpd.conf",
];
const BINARIES_DEFAULT = ["/usr/sbin/httpd", "/usr/sbin/apache2", "/usr/sbin/httpd-prefork"];
const GRACEFUL_STOP_DEFAULT_MS = 100;
const ENVIRONMENT_FILE_DEFAULT = "/etc/apache2/envvars";

/** The parameters, checked. */
export interface ApacheSettings {
  readonly configFile: string;
  readonly binary: string;
  readonly port: number | null;
  readonly statusUrl: URL | null;
  readonly testRegex: RegExp | null;
  readonly testUrl: string | null;
  readonly testRegex10: RegExp | null;
  readonly testConfigFile: string | null;
  readonly testName: string | null;
  readonly deepChecks: readonly string[];
  readonly options: readonly string[];
  readonly environmentFiles: readonly string[];
  /** True when the parameter was given, empty or not. */
  readonly hasOwnEnvironmentFiles: boolean;
  readonly isIpv6First: boolean;
  /** How long requests under way may take to end when the server is stopped. */
  readonly gracefulStopTimeoutMs: number;
}

/** Settings, or every problem of the parameters, each one line with value and expectation. */
export type ApacheSettingsResult =
  | { readonly kind: "settings"; readonly settings: ApacheSettings }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads the parameters; of the host only the places of the defaults are looked at. */
export function readApacheSettings(context: ParameterSource): ApacheSettingsResult {
  const problems: string[] = [];
  const text = (name: string): string | null => textParameter(context, name);
  const reading = { context, problems };
  const settings: ApacheSettings = {
    configFile: readPath(reading, "configfile", CONFIG_FILES_DEFAULT),
    binary: readPath(reading, "httpd", BINARIES_DEFAULT),
    port: readPort(reading, "port"),
    statusUrl: readUrl(reading, "statusurl"),
    testRegex: readRegex(reading, "testregex"),
    testUrl: text("testurl"),
    testRegex10: readRegex(reading, "testregex10"),
    testConfigFile: text("testconffile"),
    testName: text("testname"),
    deepChecks: splitWords(text("deep_checks") ?? ""),
    options: splitWords(text("options") ?? ""),
    environmentFiles: readEnvironmentFiles(context.parameters["envfiles"]),
    hasOwnEnvironmentFiles: context.parameters["envfiles"] !== undefined,
    isIpv6First: readFlag(reading, "use_ipv6"),
    gracefulStopTimeoutMs:
      readDuration(reading, "graceful_stop_timeout") ?? GRACEFUL_STOP_DEFAULT_MS,
  };
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

/** The files without which the server cannot run. */
export function neededFiles({ binary, configFile }: ApacheSettings): NeededFiles {
  return { binary: ["httpd", binary], configs: [["configfile", configFile]] };
}

/** Set but empty means none; not set means the default, where that exists. */
function readEnvironmentFiles(text: string | undefined): string[] {
  if (text !== undefined) return text.split(/\s+/).filter((path) => path !== "");
  return existsSync(ENVIRONMENT_FILE_DEFAULT) ? [ENVIRONMENT_FILE_DEFAULT] : [];
}
