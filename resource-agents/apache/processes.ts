import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import type { ApacheSettings } from "./settings.ts";
import { CONFIG_FILES_DEFAULT } from "./settings.ts";

/** A live process of the server. `startTicks` tells it from a later one with the same id. */
export interface ServerProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly startTicks: string;
}

/**
 * The server's processes: `parent` is null when it is not running, `others` may be left behind
 * then.
 */
export interface ServerProcesses {
  readonly parent: ServerProcess | null;
  readonly others: readonly ServerProcess[];
}

/** Which processes are the server's: those that run this binary with this configuration. */
export type ServerIdentity = Pick<ApacheSettings, "binary" | "configFile">;

/** Reads the process id in a PID file; null when there is none. */
export function readPidFile(path: string): number | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/** The process of that id if it is alive and the server's; zombies are dead. */
export function readServerProcess(pid: number, identity: ServerIdentity): ServerProcess | null {
  try {
    // The executable first: it tells nearly all other processes apart at the price of one call.
    const executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
    if (executable !== realPath(identity.binary) || !isInOwnNamespaces(pid)) return null;
    const found = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (found === null) return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return isOfConfig(args, identity.configFile) ? { pid, ...found } : null;
  } catch {
    return null; // It has ended meanwhile, or it is another user's and this one may not look.
  }
}

/** Looks through all processes of this host: 2 to 5 ms, so only when the PID file does not help. */
export function findServerProcesses(identity: ServerIdentity): ServerProcesses {
  const found: ServerProcess[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^[1-9][0-9]*$/.test(name)) continue;
    const process = readServerProcess(Number(name), identity);
    if (process !== null) found.push(process);
  }
  return sortOut(found);
}

/** True while this very process is alive. */
export function isAlive(process: ServerProcess): boolean {
  try {
    const found = parseStat(readFileSync(`/proc/${process.pid}/stat`, "utf8"));
    return found !== null && found.startTicks === process.startTicks;
  } catch {
    return false;
  }
}

/**
 * Tells the parent from its workers: it leads the group that they are in, and none of them is its
 * own parent. Workers whose parent was killed have its group still, and no leader.
 */
export function sortOut(found: readonly ServerProcess[]): ServerProcesses {
  const pids = new Set(found.map(({ pid }) => pid));
  const hasWorkers = (pid: number) => found.some(({ parentPid }) => parentPid === pid);
  const isParent = ({ pid, parentPid, groupId }: ServerProcess) =>
    !pids.has(parentPid) && (groupId === pid || hasWorkers(pid));
  const parent = found.find(isParent) ?? null;
  return { parent, others: found.filter(({ pid }) => pid !== parent?.pid) };
}

/** True when the arguments name the configuration file, or none while it is a default one. */
export function isOfConfig(args: readonly string[], configFile: string): boolean {
  const given = optionValue(args, "-f");
  if (given !== null) return given === configFile || configFile.endsWith(`/${given}`);
  const root = optionValue(args, "-d");
  if (root !== null) return configFile.startsWith(`${root}/`);
  return CONFIG_FILES_DEFAULT.includes(configFile);
}

/**
 * Parses /proc/PID/stat; null for a zombie. A zombie with threads is not dead: its first thread
 * has ended, and the others still hold its sockets. The name may hold blanks and brackets.
 */
export function parseStat(text: string): Omit<ServerProcess, "pid"> | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, parentPid, groupId] = fields;
  const threads = Number(fields[17]);
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined) return null;
  if ((state === "Z" || state === "X") && threads <= 1) return null;
  return { parentPid: Number(parentPid), groupId: Number(groupId), startTicks };
}

function optionValue(args: readonly string[], option: string): string | null {
  const at = args.indexOf(option);
  if (at >= 0) return args[at + 1] ?? null;
  return args.find((arg) => arg.startsWith(`${option}/`))?.slice(option.length) ?? null;
}

/** A container's server may have the same paths: it is not this host's. */
function isInOwnNamespaces(pid: number): boolean {
  return ["pid", "net"].every(
    (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) === readlinkSync(`/proc/self/ns/${kind}`),
  );
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // Removed while it runs, as during an upgrade.
  }
}
