import {
  type RunningProcess,
  readProcess,
  type ServerProcess,
  type ServerProcesses,
} from "./find-processes.ts";

const REMEMBERED_MAX = 64;

/** The parent process of each server, as it was found last. */
const parents = new Map<string, ServerProcess>();

/** How the parent process of one server is told from all others. */
export interface ParentSearch {
  /** Tells this server from the others of its kind. */
  readonly key: string;
  readonly binary: string;
  readonly isOwn: (process: RunningProcess) => boolean;
  /** Looks through all processes of the host. */
  readonly search: () => ServerProcesses;
}

/**
 * The live parent process, or without one what it left behind, told by the same look. Where it was
 * last time, it is found in microseconds, and no others are looked for; otherwise all processes of
 * the host are looked at. The PID file is not needed: it may be deleted, foreign, or elsewhere
 * since the configuration was changed.
 */
export function findKnownParent({ key, binary, isOwn, search }: ParentSearch): ServerProcesses {
  const known = parents.get(key);
  if (known !== undefined) {
    const same = readProcess(known.pid, binary);
    if (same !== null && same.startTicks === known.startTicks) {
      // A parent that begins anew (exec) has no words for a moment, and is the same still.
      if (isOwn(same) || same.args.every((word) => word === ""))
        return { parent: same, others: [] };
    }
  }
  const found = search();
  // One that was killed is kept: its workers are told by its group.
  if (found.parent !== null) rememberParent(key, found.parent);
  return found;
}

/** Notes a parent process that was found in another way. */
export function rememberParent(key: string, parent: ServerProcess): void {
  if (parents.size >= REMEMBERED_MAX) parents.clear();
  parents.set(key, parent);
}

/** The id of the parent that was found last, alive or not; null when none was found. */
export function lastParentId(key: string): number | null {
  return parents.get(key)?.pid ?? null;
}
