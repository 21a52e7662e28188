import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";

/** A live process of a server. `startTicks` tells it from a later one with the same id. */
export interface ServerProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly startTicks: string;
}

/** A live process with the words of its command line, as far as it has left them alone. */
export interface RunningProcess extends ServerProcess {
  readonly args: readonly string[];
}

/**
 * A server's processes: `parent` is null when it is not running, `others` may be left behind
 * then.
 */
export interface ServerProcesses {
  readonly parent: ServerProcess | null;
  readonly others: readonly ServerProcess[];
}

/** Reads the process id in a PID file; null when there is none. */
export function readPidFile(path: string): number | null {
  try {
    const text = readFileSync(path, "utf8").trim();
    return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}

/**
 * The process of that id if it is alive and runs this binary in the namespaces of this process (a
 * container's server may have the same paths: it is not this host's). Zombies are dead.
 */
export function readProcess(pid: number, binary: string): RunningProcess | null {
  return readRunning(pid, realPath(binary));
}

/** All processes that run this binary. Looks through the whole host: milliseconds. */
export function listProcesses(binary: string): RunningProcess[] {
  const executable = realPath(binary);
  return readdirSync("/proc").flatMap((name) => {
    const found = /^[1-9][0-9]*$/.test(name) ? readRunning(Number(name), executable) : null;
    return found === null ? [] : [found];
  });
}

function readRunning(pid: number, wanted: string): RunningProcess | null {
  try {
    // The executable first: it tells nearly all other processes apart at the price of one call.
    const executable = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
    if (executable !== wanted || !isInOwnNamespaces(pid)) return null;
    const found = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (found === null) return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return { pid, ...found, args };
  } catch {
    return null; // It has ended meanwhile, or it is another user's and this one may not look.
  }
}

/** True when any process of that id is alive, whosever it is. */
export function isLiveId(pid: number): boolean {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8")) !== null;
  } catch {
    return false;
  }
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
