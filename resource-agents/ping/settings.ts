import { isAbsolute, join } from "node:path";
import type { AgentContext } from "../contract.ts";
import { parseBoolean, parseInteger, textParameter } from "../contract.ts";

const HOSTS_MAX = 64;
const ATTEMPTS_MAX = 100;
const MULTIPLIER_MAX = 1_000_000;
const TIMEOUT_MAX_MS = 300_000;
const DAMPEN_MAX_MS = 3_600_000;
/** A name or an address, with a zone at most; never an option of ping. */
const HOST = /^[A-Za-z0-9:][A-Za-z0-9_.:-]*(%[A-Za-z0-9_.-]+)?$/;
const ATTRIBUTE_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const MS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["msec", 1],
  ["", 1000],
  ["s", 1000],
  ["sec", 1000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["hr", 3_600_000],
]);

/** The parameters, checked. */
export interface PingSettings {
  readonly hosts: readonly string[];
  readonly name: string;
  readonly multiplier: number;
  readonly dampenMs: number;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly options: readonly string[];
  readonly failureScore: number | null;
  readonly stateFile: string;
  /** 0: nothing is told, 1: of hosts without an answer, 2: of all. */
  readonly verbosity: 0 | 1 | 2;
}

/** Settings, or every problem of the parameters, each one line with value and expectation. */
export type PingSettingsResult =
  | { readonly kind: "settings"; readonly settings: PingSettings }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads the parameters without looking at the host. */
export function readPingSettings(context: AgentContext): PingSettingsResult {
  const problems: string[] = [];
  const own = context.resource.replace(/[^A-Za-z0-9_.-]/g, "_");
  const integer = (name: string, bounds: Bounds) => readInteger(context, problems, [name, bounds]);
  const ms = (name: string, bounds: Bounds) => readMs(context, problems, [name, bounds]);
  const settings: PingSettings = {
    hosts: readHosts(context, problems),
    name: readName(context, problems),
    multiplier: integer("multiplier", { min: 0, max: MULTIPLIER_MAX }) ?? 1,
    dampenMs: ms("dampen", { min: 0, max: DAMPEN_MAX_MS }) ?? 5000,
    attempts: integer("attempts", { min: 1, max: ATTEMPTS_MAX }) ?? 3,
    timeoutMs: ms("timeout", { min: 1000, max: TIMEOUT_MAX_MS }) ?? 2000,
    options: wordsOf(textParameter(context, "options")),
    failureScore: integer("failure_score", { min: 0, max: 999_999_999 }),
    stateFile: textParameter(context, "pidfile") ?? join(context.runFolder, `ping-${own}`),
    verbosity: readVerbosity(context, problems),
  };
  if (!isAbsolute(settings.stateFile)) {
    problems.push(`pidfile "${settings.stateFile}": expected an absolute path`);
  }
  return problems.length > 0 ? { kind: "refused", problems } : { kind: "settings", settings };
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function readHosts(context: AgentContext, problems: string[]): string[] {
  const hosts = wordsOf(textParameter(context, "host_list"));
  if (hosts.length === 0) problems.push("host_list missing: expected hosts to ping");
  if (hosts.length > HOSTS_MAX) {
    problems.push(`host_list of ${hosts.length} hosts: expected at most ${HOSTS_MAX}`);
  }
  for (const host of hosts) {
    if (!HOST.test(host)) problems.push(`host_list "${host}": expected a name or an IP address`);
  }
  return hosts;
}

function readName(context: AgentContext, problems: string[]): string {
  const name = textParameter(context, "name") ?? "pingd";
  if (!ATTRIBUTE_NAME.test(name)) {
    problems.push(`name "${name}": expected letters, digits, _ . - and a letter first`);
  }
  return name;
}

function readVerbosity(context: AgentContext, problems: string[]): 0 | 1 | 2 {
  const text = textParameter(context, "debug") ?? "false";
  if (/^(verbose|2)$/i.test(text)) return 2;
  const value = parseBoolean(text);
  if (value === null) problems.push(`debug "${text}": expected false, true or verbose`);
  return value === true ? 1 : 0;
}

function readInteger(
  context: AgentContext,
  problems: string[],
  [name, { min, max }]: readonly [string, Bounds],
): number | null {
  const text = textParameter(context, name);
  if (text === null) return null;
  const value = parseInteger(text);
  if (value !== null && value >= min && value <= max) return value;
  problems.push(`${name} "${text}": expected a number from ${min} to ${max}`);
  return null;
}

function readMs(
  context: AgentContext,
  problems: string[],
  [name, { min, max }]: readonly [string, Bounds],
): number | null {
  const text = textParameter(context, name);
  if (text === null) return null;
  const [, digits = "", unit = ""] = /^([0-9]{1,9}) *([a-z]*)$/i.exec(text.trim()) ?? [];
  const unitMs = MS_OF_UNIT.get(unit.toLowerCase());
  const value = digits === "" || unitMs === undefined ? null : Number(digits) * unitMs;
  if (value !== null && value >= min && value <= max) return value;
  problems.push(`${name} "${text}": expected ${min / 1000} to ${max / 1000} s, as 5, 5s or 500ms`);
  return null;
}

function wordsOf(text: string | null): string[] {
  return (text ?? "").split(/\s+/).filter((word) => word !== "");
}
