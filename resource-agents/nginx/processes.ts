import {
  listProcesses,
  type RunningProcess,
  readPidFile,
  type ServerProcess,
  type ServerProcesses,
  sortOut,
} from "../server-process/find-processes.ts";
import { findKnownParent, lastParentId } from "../server-process/known-parents.ts";
import type { NginxSettings } from "./settings.ts";

const MASTER_TITLE = "nginx: master process ";
const WORKER_TITLE = "nginx: worker process";

/** Which server: the binary with this configuration. */
export type NginxIdentity = Pick<NginxSettings, "binary" | "configFile" | "isDefaultConfig">;

/** The live master process, or null. */
export function findMaster(identity: NginxIdentity): ServerProcess | null {
  return findMasterOrLeft(identity, null).parent;
}

/** The live master process alone, or without one the workers that it left behind. */
export function findMasterOrLeft(identity: NginxIdentity, pidFile: string | null): ServerProcesses {
  return findKnownParent({
    key: serverKey(identity),
    binary: identity.binary,
    isOwn: ({ args }) => isMasterOf(args, identity),
    search: () => findNginxProcesses(identity, pidFile),
  });
}

/**
 * All processes of the server. Workers do not say whose they are: they belong to their master, and
 * those of a dead master to the group that it led, which `pidFile` or memory still name.
 */
export function findNginxProcesses(
  identity: NginxIdentity,
  pidFile: string | null,
): ServerProcesses {
  const all = listProcesses(identity.binary).filter(({ args }) => args[0]?.startsWith("nginx: "));
  const masters = all.filter(({ args }) => isMasterOf(args, identity));
  const masterIds = new Set(masters.map(({ pid }) => pid));
  const byId = new Map(all.map((each) => [each.pid, each]));
  const groups = deadGroups(identity, pidFile, byId);
  const isOwn = (each: RunningProcess): boolean =>
    masterIds.has(each.pid) ||
    masterIds.has(each.parentPid) ||
    (groups.has(each.groupId) && !byId.has(each.parentPid) && !isMaster(each.args));
  const { parent, others } = sortOut(all.filter(isOwn).map(withoutArgs));
  // A worker that is just being made has its master's title still, and is no master.
  return parent !== null && masterIds.has(parent.pid)
    ? { parent, others }
    : { parent: null, others: parent === null ? others : [parent, ...others] };
}

/** Ids of the workers that take new connections: those that are ending have another title. */
export function findServingWorkers(identity: NginxIdentity, master: ServerProcess): number[] {
  return listProcesses(identity.binary)
    .filter(({ parentPid }) => parentPid === master.pid)
    .filter(({ args }) => args[0] === WORKER_TITLE)
    .map(({ pid }) => pid);
}

/** True when the title is that of the master of this configuration. */
export function isMasterOf(
  args: readonly string[],
  identity: Omit<NginxIdentity, "binary">,
): boolean {
  if (!isMaster(args)) return false;
  const title = args[0] ?? "";
  const { configFile, isDefaultConfig } = identity;
  // The title has lost its quotes, so that a path with blanks has to be looked for as a whole.
  if (`${title} `.includes(` -c ${configFile} `)) return true;
  const words = title.slice(MASTER_TITLE.length).split(" ");
  const at = words.findIndex((word) => /^-[qtTvV]*c/.test(word));
  if (at < 0) return isDefaultConfig;
  const given = words[at]?.replace(/^-[qtTvV]*c/, "") || words[at + 1] || "";
  return given === configFile || (!given.startsWith("/") && configFile.endsWith(`/${given}`));
}

/** Which server parameters mean, for what is remembered of it. */
export function serverKey({ binary, configFile }: NginxIdentity): string {
  return JSON.stringify(["nginx", binary, configFile]);
}

function isMaster(args: readonly string[]): boolean {
  return args[0]?.startsWith(MASTER_TITLE) ?? false;
}

/** Groups whose leader was this server's master and is dead. */
function deadGroups(
  identity: NginxIdentity,
  pidFile: string | null,
  alive: ReadonlyMap<number, RunningProcess>,
): ReadonlySet<number> {
  const last = [lastParentId(serverKey(identity)), pidFile === null ? null : readPidFile(pidFile)];
  return new Set(last.flatMap((pid) => (pid === null || alive.has(pid) ? [] : [pid])));
}

function withoutArgs({ pid, parentPid, groupId, startTicks }: RunningProcess): ServerProcess {
  return { pid, parentPid, groupId, startTicks };
}
