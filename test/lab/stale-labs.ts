import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endNamespacesNow, startTimeOf } from "./namespaces.ts";

/** Where labs keep their folders: on the real disk, so that a sync costs what it costs. */
export const LABS_FOLDER = "/var/tmp/lb-cluster-lab";

/** A process, told from a later one of the same pid by its start time. */
interface ProcessMark {
  readonly pid: number;
  readonly startTime: string;
}

/** Written into each lab's folder at every change, so that a later run can clean up after it. */
export interface LabRecord {
  readonly owner: ProcessMark;
  readonly inits: readonly ProcessMark[];
  readonly kept: boolean;
}

const RECORD_FILE = "lab.json";

/** Makes a new lab's folder; its name is not used by any other. */
export function makeLabFolder(): string {
  mkdirSync(LABS_FOLDER, { recursive: true, mode: 0o700 });
  const folder = join(LABS_FOLDER, `${process.pid}-${process.hrtime.bigint().toString(36)}`);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

/** Notes which processes belong to the lab. */
export function writeLabRecord(folder: string, initPids: readonly number[], kept: boolean): void {
  const record = { owner: mark(process.pid), inits: initPids.map(mark), kept };
  writeFileSync(join(folder, RECORD_FILE), `${JSON.stringify(record)}\n`);
}

/**
 * Removes labs whose process is gone: kills what is left of them, deletes their folders. Labs that
 * were kept on purpose go only with `withKept`. Returns the folders removed.
 */
export function removeStaleLabs({ withKept }: { readonly withKept: boolean }): string[] {
  return labFolders().filter((folder) => {
    const record = readLabRecord(folder);
    if (record !== undefined && isSame(record.owner)) return false;
    if (record === undefined && ownerMayBeStarting(folder)) return false;
    if (record?.kept === true && !withKept) return false;
    removeLab(
      folder,
      (record?.inits ?? []).filter(isSame).map(({ pid }) => pid),
    );
    return true;
  });
}

/** Ends these sets of namespaces and deletes the lab's folder. */
export function removeLab(folder: string, initPids: readonly number[]): void {
  endNamespacesNow(initPids);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

function labFolders(): string[] {
  try {
    return readdirSync(LABS_FOLDER).map((name) => join(LABS_FOLDER, name));
  } catch {
    return []; // No lab was ever made here.
  }
}

function readLabRecord(folder: string): LabRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(join(folder, RECORD_FILE), "utf8"));
    return isLabRecord(record) ? record : undefined;
  } catch {
    return undefined; // Killed before it was written: then nothing was started either.
  }
}

function isLabRecord(value: unknown): value is LabRecord {
  if (typeof value !== "object" || value === null) return false;
  return "owner" in value && "inits" in value && Array.isArray(value.inits) && "kept" in value;
}

/** A folder without a record belongs to a lab that is just being made, if its pid is alive. */
function ownerMayBeStarting(folder: string): boolean {
  const pid = Number(/\/(\d+)-[^/]*$/.exec(folder)?.[1]);
  return startTimeOf(pid) !== undefined;
}

function mark(pid: number): ProcessMark {
  return { pid, startTime: startTimeOf(pid) ?? "" };
}

function isSame({ pid, startTime }: ProcessMark): boolean {
  return startTimeOf(pid) === startTime;
}
