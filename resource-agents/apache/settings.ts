import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { AgentContext } from "../contract.ts";
import { parseBoolean, parseInteger, textParameter } from "../contract.ts";
import { parseExtendedRegex } from "../web-checks/index.ts";

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

/** What a reader of parameters needs of an action's context. */
export type ParameterSource = Pick<AgentContext, "parameters">;

/** Reads the parameters; of the host only the places of the defaults are looked at. */
export function readApacheSettings(context: ParameterSource): ApacheSettingsResult {
  const problems: string[] = [];
  const text = (name: string): string | null => textParameter(context, name);
  const settings: ApacheSettings = {
    configFile: readPath(text("configfile"), CONFIG_FILES_DEFAULT, problems),
    binary: readPath(text("httpd"), BINARIES_DEFAULT, problems),
    port: readPort(text("port"), problems),
    statusUrl: readUrl(text("statusurl"), problems),
    testRegex: readRegex(context, "testregex", problems),
    testUrl: text("testurl"),
    testRegex10: readRegex(context, "testregex10", problems),
    testConfigFile: text("testconffile"),
    testName: text("testname"),
    deepChecks: splitWords(text("deep_checks") ?? ""),
    options: splitWords(text("options") ?? ""),
    environmentFiles: readEnvironmentFiles(context.parameters["envfiles"]),
    hasOwnEnvironmentFiles: context.parameters["envfiles"] !== undefined,
    isIpv6First: readBoolean(text("use_ipv6"), problems),
    gracefulStopTimeoutMs: readDuration(context, "graceful_stop_timeout", problems),
  };
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

/** Splits at blanks; single or double quotes keep blanks together. Nothing else is special. */
export function splitWords(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function readPath(given: string | null, defaults: readonly string[], problems: string[]): string {
  if (given !== null && !isAbsolute(given)) problems.push(`"${given}": expected a full path`);
  return given ?? defaults.find((path) => existsSync(path)) ?? defaults.at(-1) ?? "";
}

function readPort(text: string | null, problems: string[]): number | null {
  const port = text === null ? null : parseInteger(text);
  if (text !== null && (port === null || port < 1 || port > 65_535)) {
    problems.push(`port "${text}": expected a number from 1 to 65535`);
  }
  return port;
}

function readUrl(text: string | null, problems: string[]): URL | null {
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  // A password in it must not be shown.
  const shown = text.replace(/\/\/[^/]*@/, "//");
  problems.push(`statusurl "${shown}": expected an address that begins with http:// or https://`);
  return null;
}

function readRegex(context: ParameterSource, name: string, problems: string[]): RegExp | null {
  const text = textParameter(context, name);
  const regex = text === null ? null : parseExtendedRegex(text);
  if (text !== null && regex === null) {
    problems.push(`${name} "${text}": expected an extended regular expression`);
  }
  return regex;
}

function readBoolean(text: string | null, problems: string[]): boolean {
  const value = text === null ? false : parseBoolean(text);
  if (value === null) problems.push(`use_ipv6 "${text}": expected true or false`);
  return value ?? false;
}

/** Milliseconds of a time such as `100ms`, `5s`, `2min`, or `5`, which is seconds. */
function readDuration(context: ParameterSource, name: string, problems: string[]): number {
  const text = textParameter(context, name);
  if (text === null) return GRACEFUL_STOP_DEFAULT_MS;
  const [, count, unit = "s"] = /^([0-9]{1,6})(ms|s|sec|m|min)?$/.exec(text.trim()) ?? [];
  if (count === undefined) {
    problems.push(`${name} "${text}": expected a time such as 100ms, 5s, or 0`);
    return GRACEFUL_STOP_DEFAULT_MS;
  }
  return Number(count) * (unit === "ms" ? 1 : unit.startsWith("m") ? 60_000 : 1000);
}

/** Set but empty means none; not set means the default, where that exists. */
function readEnvironmentFiles(text: string | undefined): string[] {
  if (text !== undefined) return text.split(/\s+/).filter((path) => path !== "");
  return existsSync(ENVIRONMENT_FILE_DEFAULT) ? [ENVIRONMENT_FILE_DEFAULT] : [];
}
