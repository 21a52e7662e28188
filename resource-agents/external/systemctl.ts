/** What systemd says of a unit, and what it is told, through `systemctl`. */
import type { AgentContext } from "../contract.ts";
import { OCF } from "../contract.ts";

/** Exists where systemd is the first process; source: sd_booted(3). */
export const SYSTEMD_RUNS = "/run/systemd/system";

/** What of an `AgentContext` a question to systemd needs. */
export type SystemctlContext = Pick<AgentContext, "run">;

/** How systemd sees a unit, in its own words. */
export interface UnitState {
  readonly kind: "unit";
  /** The unit's own name, where the name asked for was another one of it. */
  readonly id: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  /** How its last run ended, such as `exit-code` or `start-limit-hit`. */
  readonly result: string;
  /** `enabled`, `disabled`, `static`, …; "" when there is no file. */
  readonly fileState: string;
  readonly canReload: boolean;
  /** The file on disk is another than the one that systemd has read. */
  readonly needsDaemonReload: boolean;
  /** The unit's files, drop-ins included. */
  readonly files: readonly string[];
}

/** The answer to a question to systemd; `unknown`: it could not be asked, with the OCF status. */
export type UnitAnswer =
  | UnitState
  | { readonly kind: "unknown"; readonly status: number; readonly reason: string };

const PROPERTIES: readonly string[] = [
  "Id",
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "UnitFileState",
  "CanReload",
  "NeedDaemonReload",
  "FragmentPath",
  "DropInPaths",
];

/** Parses what `systemctl show` prints for `PROPERTIES`, in any order. */
export function parseUnitState(text: string): UnitState {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(text)?.[1] ?? "";
  const files = [value("FragmentPath"), ...value("DropInPaths").split(" ")];
  return {
    kind: "unit",
    id: value("Id"),
    load: value("LoadState"),
    active: value("ActiveState"),
    sub: value("SubState"),
    result: value("Result"),
    fileState: value("UnitFileState"),
    canReload: value("CanReload") === "yes",
    needsDaemonReload: value("NeedDaemonReload") === "yes",
    files: files.filter((path) => path !== ""),
  };
}

/** Asks systemd about a unit; one that does not exist has the load state `not-found`. */
export async function showUnit({ run }: SystemctlContext, unit: string): Promise<UnitAnswer> {
  const result = await run("systemctl", ["show", `--property=${PROPERTIES.join(",")}`, "--", unit]);
  if (result.kind === "notSpawned") {
    return { kind: "unknown", status: OCF.ERR_INSTALLED, reason: `systemctl: ${result.reason}` };
  }
  if (result.kind === "timedOut") {
    const reason = `unit "${unit}": systemctl show gave no answer in time`;
    return { kind: "unknown", status: OCF.ERR_GENERIC, reason };
  }
  if (result.status === 0) return parseUnitState(result.stdout);
  const isAbsent = /not been booted with systemd/.test(result.stderr);
  const status = isAbsent ? OCF.ERR_INSTALLED : OCF.ERR_GENERIC;
  return { kind: "unknown", status, reason: `systemctl show ${unit}: ${result.stderr}` };
}

/** Tells systemd something; null when it was done, else why not. */
export async function tellSystemd(
  { run }: SystemctlContext,
  words: readonly string[],
): Promise<string | null> {
  const result = await run("systemctl", words);
  if (result.kind === "exited" && result.status === 0) return null;
  const found = result.kind === "exited" ? result.stderr.trim() || `status ${result.status}` : "";
  const how = result.kind === "notSpawned" ? result.reason : found || "no end within its timeout";
  return `systemctl ${words.join(" ")}: ${how}`;
}
