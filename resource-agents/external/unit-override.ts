/**
 * The settings under which the cluster runs a unit: systemd must not restart it by itself, since
 * the cluster would never hear of the failure, and must not stop it before the cluster's agent when
 * the host shuts down, since the address would still be there. A drop-in in /run says so while the
 * cluster runs the unit, and is gone after a boot.
 */
import { mkdir, readFile, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type SystemctlContext, tellSystemd } from "./systemctl.ts";

/** The cluster's own unit, as its package names it. */
export const CLUSTER_UNIT = "lb-agent.service";

const FOLDER = "/run/systemd/system";
const FILE_NAME = "50-lb-cluster.conf";

/** Where the drop-in of a unit is. */
export function overridePath(unit: string, folder: string = FOLDER): string {
  return join(folder, `${unit}.d`, FILE_NAME);
}

/** The drop-in's text. */
export function overrideText(unit: string): string {
  const lines = ["# Run by lb-cluster.", "[Unit]", `Before=${CLUSTER_UNIT}`];
  if (unit.endsWith(".service")) lines.push("[Service]", "Restart=no");
  return `${lines.join("\n")}\n`;
}

/** Puts the drop-in in place; null on success, also when it was there already. */
export async function putOverride(context: SystemctlContext, unit: string): Promise<string | null> {
  const path = overridePath(unit);
  const text = overrideText(unit);
  try {
    if ((await readIfThere(path)) === text) return null;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    return `drop-in "${path}": ${error instanceof Error ? error.message : String(error)}`;
  }
  return tellSystemd(context, ["daemon-reload"]);
}

/** Takes the drop-in away, so that systemd alone has the unit again; null on success. */
export async function removeOverride(
  context: SystemctlContext,
  unit: string,
): Promise<string | null> {
  const path = overridePath(unit);
  if ((await readIfThere(path)) === null) return null;
  try {
    await rm(path);
    await rmdir(dirname(path)).catch(() => {}); // Others may have drop-ins there.
  } catch (error) {
    return `drop-in "${path}": ${error instanceof Error ? error.message : String(error)}`;
  }
  return tellSystemd(context, ["daemon-reload"]);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return null; // Not there, or not to be read: what follows says so.
  }
}
