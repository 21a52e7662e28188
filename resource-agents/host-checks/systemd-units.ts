import { lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ReadinessFinding } from "../contract.ts";

/** Where units and the links that enable them are, the strongest first. */
const UNIT_FOLDERS = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
] as const;
/** Of these the links of `systemctl enable` are read; a distribution's own are not switchable. */
const ENABLING_FOLDERS = UNIT_FOLDERS.slice(0, 2);
const RUN_LEVELS = ["rc2.d", "rc3.d", "rc4.d", "rc5.d"] as const;

/** `enabled`: it starts at boot. `absent`: this host has no such unit. */
export type UnitState = "enabled" | "disabled" | "masked" | "absent";

/** Whether a unit starts at boot, by files alone. `root` is put before all paths, for tests. */
export function readUnitState(unit: string, root = "/"): UnitState {
  const [file] = UNIT_FOLDERS.map((folder) => join(root, folder, unit)).filter(isThere);
  if (file !== undefined && isMask(file)) return "masked";
  if (isLinked(unit, root)) return "enabled";
  if (file !== undefined) return "disabled";
  return readInitScriptState(unit, root);
}

/** A warning when a unit would start the server behind the cluster's back; null otherwise. */
export function checkUnitDisabled(unit: string, root = "/"): ReadinessFinding | null {
  if (readUnitState(unit, root) !== "enabled") return null;
  const problem = `unit "${unit}": enabled in systemd, expected the cluster alone to start it`;
  const name = unit.replace(/\.service$/, "");
  return { severity: "warns", problem, remedy: `systemctl disable --now ${name}` };
}

function isLinked(unit: string, root: string): boolean {
  return ENABLING_FOLDERS.some((folder) =>
    listFolder(join(root, folder))
      .filter((name) => /\.(?:wants|requires|upholds)$/.test(name))
      .some((name) => isThere(join(root, folder, name, unit))),
  );
}

/** A service that has only a script of SysV is started by its links for the run levels. */
function readInitScriptState(unit: string, root: string): UnitState {
  const service = /^(.+)\.service$/.exec(unit)?.[1];
  if (service === undefined || !isThere(join(root, "/etc/init.d", service))) return "absent";
  const isStarted = RUN_LEVELS.some((level) =>
    ["/etc", "/etc/rc.d"].some((folder) =>
      listFolder(join(root, folder, level)).some(
        (name) => /^S[0-9]{2}/.test(name) && name.slice(3) === service,
      ),
    ),
  );
  return isStarted ? "enabled" : "disabled";
}

function isMask(path: string): boolean {
  try {
    if (lstatSync(path).isSymbolicLink() && readlinkSync(path) === "/dev/null") return true;
    return statSync(path).size === 0;
  } catch {
    return false; // A link to nowhere is no mask.
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
