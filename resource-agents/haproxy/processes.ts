import {
  listProcesses,
  type ServerProcess,
  type ServerProcesses,
  sortOut,
} from "../server-process/find-processes.ts";
import { findKnownParent } from "../server-process/known-parents.ts";
import type { HaproxySettings } from "./settings.ts";

/** Which server: the binary with these files. */
export type HaproxyIdentity = Pick<HaproxySettings, "binary" | "configPaths">;

/** The live master process, or null. */
export function findMaster(identity: HaproxyIdentity): ServerProcess | null {
  return findMasterOrLeft(identity).parent;
}

/** The live master process alone, or without one the workers that it left behind. */
export function findMasterOrLeft(identity: HaproxyIdentity): ServerProcesses {
  return findKnownParent({
    key: JSON.stringify(["haproxy", identity.binary, identity.configPaths]),
    binary: identity.binary,
    isOwn: ({ args }) => isOfConfig(args, identity),
    search: () => findHaproxyProcesses(identity),
  });
}

/** All processes of the server: the master, its worker, and workers of before a reload. */
export function findHaproxyProcesses(identity: HaproxyIdentity): ServerProcesses {
  return sortOut(
    listProcesses(identity.binary)
      .filter(({ args }) => isOfConfig(args, identity))
      .map(({ pid, parentPid, groupId, startTicks }) => ({ pid, parentPid, groupId, startTicks })),
  );
}

/** True when the words name these files and folders in this order, and test nothing. */
export function isOfConfig(
  args: readonly string[],
  { configPaths }: Pick<HaproxyIdentity, "configPaths">,
): boolean {
  if (args.includes("-c")) return false;
  const given: string[] = [];
  for (const [at, word] of args.entries()) {
    if (word === "--") {
      given.push(...args.slice(at + 1).filter((each) => each !== ""));
      break;
    }
    const next = args[at + 1];
    if (word === "-f" && next !== undefined) given.push(next);
  }
  const isSame = (path: string, at: number): boolean =>
    path === configPaths[at] ||
    (!path.startsWith("/") && configPaths[at]?.endsWith(`/${path}`) === true);
  return given.length === configPaths.length && given.every(isSame);
}

/** The address of the master's own socket, as its command line says; null: it has none. */
export function masterSocketOf(args: readonly string[]): string | null {
  const at = args.indexOf("-S");
  const [path = ""] = (at < 0 ? "" : (args[at + 1] ?? "")).split(",");
  return path.startsWith("/") ? path : null;
}
