/** Which agents this host has, by names of files and units: nothing is run but systemctl. */
import { type Dirent, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentStandard } from "../contract.ts";
import { FENCE_FOLDER_DEFAULT } from "./fence-agent.ts";
import { type AgentFolders, OCF_ROOT_DEFAULT, type RunAgentCommand } from "./load-result.ts";
import { INIT_FOLDER_DEFAULT, isScriptName } from "./lsb-script.ts";
import { SYSTEMD_RUNS } from "./systemctl.ts";

const NAMES_MAX = 5000;
const SYSTEMCTL_TIMEOUT_MS = 10_000;
/** Part of a package of fence agents, and none: it confirms by hand that a node was fenced. */
const NOT_FENCE_AGENTS: ReadonlySet<string> = new Set(["fence_ack_manual", "fence_check"]);
/** Init scripts that begin and end the host itself, and files beside them. */
const NOT_SCRIPTS: ReadonlySet<string> = new Set([
  "functions",
  "halt",
  "killall",
  "netconsole",
  "network",
  "rc",
  "rcS",
  "README",
  "reboot",
  "sendsigs",
  "single",
  "skeleton",
  "umountfs",
  "umountnfs.sh",
  "umountroot",
]);

/** Full names of this host's agents of one standard, sorted. */
export async function listExternalAgents(
  standard: AgentStandard,
  run: RunAgentCommand,
  folders: AgentFolders = {},
): Promise<readonly string[]> {
  switch (standard) {
    case "ocf":
      return sorted(ocfNames(folders.ocfRoot ?? OCF_ROOT_DEFAULT));
    case "lsb":
      return sorted(scriptNames(folders).map((name) => `lsb:${name}`));
    case "systemd":
      return sorted((await unitNames(run)).map((name) => `systemd:${name}`));
    case "service": {
      const names = [...scriptNames(folders), ...(await unitNames(run))];
      return sorted([...new Set(names)].map((name) => `service:${name}`));
    }
    case "stonith":
      return sorted(fenceNames(folders).map((name) => `stonith:${name}`));
  }
}

/** A folder that cannot be read holds none. */
function ocfNames(root: string): readonly string[] {
  const folder = join(root, "resource.d");
  return entriesOf(folder)
    .filter((entry) => !entry.isFile() && !entry.name.startsWith("."))
    .flatMap(({ name: provider }) =>
      entriesOf(join(folder, provider))
        .filter((entry) => !entry.isDirectory() && !/^\.|\.sh$|-lib$/.test(entry.name))
        .map((entry) => `ocf:${provider}:${entry.name}`),
    );
}

function scriptNames({ initFolder = INIT_FOLDER_DEFAULT }: AgentFolders): readonly string[] {
  return entriesOf(initFolder)
    .filter((entry) => !entry.isDirectory() && isScriptName(entry.name))
    .map(({ name }) => name)
    .filter((name) => !NOT_SCRIPTS.has(name));
}

function fenceNames({ fenceFolder = FENCE_FOLDER_DEFAULT }: AgentFolders): readonly string[] {
  return entriesOf(fenceFolder)
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => /^fence_[A-Za-z0-9_-]+$/.test(name) && !NOT_FENCE_AGENTS.has(name));
}

/** Services that systemd has a file of; templates too, with an `@` at the end. */
async function unitNames(run: RunAgentCommand): Promise<readonly string[]> {
  if (!existsSync(SYSTEMD_RUNS)) return [];
  const words = ["list-unit-files", "--type=service", "--no-legend", "--no-pager", "--plain"];
  const result = await run("systemctl", words, { timeoutMs: SYSTEMCTL_TIMEOUT_MS });
  if (result.kind !== "exited" || result.status !== 0) return [];
  return result.stdout
    .split("\n")
    .map((line) => line.split(/\s+/)[0] ?? "")
    .filter((name) => name.endsWith(".service"))
    .map((name) => name.slice(0, -".service".length));
}

function sorted(names: readonly string[]): readonly string[] {
  return names.toSorted().slice(0, NAMES_MAX);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}
