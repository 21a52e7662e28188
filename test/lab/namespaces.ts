import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { killQuietly, labEnvironment, startCommand } from "./run-command.ts";

/** A set of namespaces that lives as long as its PID 1. */
export interface Namespaces {
  /** The outer pid of the set's PID 1. */
  readonly initPid: number;
  /** Resolves when PID 1 and with it everything in the pid namespace has ended. */
  readonly ended: Promise<void>;
}

/** What to make: kinds as `unshare` names them, the script of PID 1 and its variables. */
export interface NamespacesOptions {
  readonly kinds: readonly ("net" | "mount" | "pid" | "uts" | "ipc")[];
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly keep: boolean;
}

const READY_TIMEOUT_MS = 10_000;
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Makes the namespaces and waits until PID 1's script is done with its set-up. */
export async function makeNamespaces(options: NamespacesOptions): Promise<Namespaces> {
  const kinds = options.kinds.map((kind) => `--${kind}`);
  const lab = { LAB_SCRIPT: options.script, LAB_KEEP: options.keep ? "1" : "0" };
  // Without --norc bash takes the socket it reads from for a remote login: ~/.bashrc would run.
  const init = ["bash", "--norc", "-c", 'eval "$LAB_SCRIPT"', "lab-init"];
  const child = startCommand(["unshare", ...kinds, "--fork", ...init], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...labEnvironment(PATH), ...options.variables, ...lab },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const initPid = await readyPid(child);
  // A kept lab must not hold this process, and this process must not hold it.
  child.stdin?.on("error", () => {});
  child.stdout?.destroy();
  child.stderr?.destroy();
  if (options.keep) child.unref();
  return { initPid, ended };
}

function readyPid(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const seen = { stdout: "", stderr: "" };
    const fail = (why: string) => reject(new Error(`namespaces: ${why}\n${seen.stderr}`.trim()));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail("not ready in time");
    }, READY_TIMEOUT_MS);
    child.once("error", reject);
    child.once("exit", (status) => {
      clearTimeout(timer);
      fail(`PID 1 ended with status ${status}`);
    });
    child.stderr?.on("data", (text: Buffer) => {
      seen.stderr += text.toString();
    });
    child.stdout?.on("data", (text: Buffer) => {
      seen.stdout += text.toString();
      const ready = /^ready (\d+)$/m.exec(seen.stdout);
      if (ready?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(Number(ready[1]));
    });
  });
}

/** Identifies a process beyond the reuse of its pid: its start time in ticks, from /proc. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined; // No such process.
  }
}

/** Kills PID 1 of a set and waits until all of it has ended. */
export async function endNamespaces(namespaces: Namespaces): Promise<void> {
  killQuietly(namespaces.initPid);
  await namespaces.ended;
}

/** The same without promises, for the exit of the process: kills all, then waits for all. */
export function endNamespacesNow(initPids: readonly number[]): void {
  for (const pid of initPids) killQuietly(pid);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < 400 && initPids.some(isAlive); i++) Atomics.wait(cell, 0, 0, 5);
}

function isAlive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false; // It went away between the two reads.
  }
}
