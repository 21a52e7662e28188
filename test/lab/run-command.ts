import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { monotonicMs } from "./clock.ts";

/** How to run a command: standard input, time limit, and environment in place of the default. */
export interface RunOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  readonly cwd?: string;
  readonly stdio?: StdioOptions;
}

/** What a command did. `status` is undefined when a signal ended it (`signal` names it). */
export interface RunResult {
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Monotonic instants just before the spawn and at the end. */
  readonly startedAt: number;
  readonly endedAt: number;
}

const TIMEOUT_DEFAULT_MS = 60_000;

/**
 * The environment of everything the lab runs: nothing of the caller's leaks in, so that a drill
 * measures the same thing everywhere (a set NODE_EXTRA_CA_CERTS alone costs each start 25 ms).
 */
export function labEnvironment(path: string): Record<string, string> {
  const term = process.env["TERM"] ?? "dumb";
  return { PATH: path, HOME: "/root", LANG: "C.UTF-8", TERM: term };
}

/** Starts a command in a process group of its own; `killGroup` ends it with what it started. */
export function startCommand(argv: readonly string[], options: RunOptions = {}): ChildProcess {
  const [program, ...args] = argv;
  if (program === undefined) throw new Error("empty command");
  const child = spawn(program, args, {
    detached: true,
    stdio: options.stdio ?? "pipe",
    env: { ...(options.env ?? labEnvironment(process.env["PATH"] ?? "/usr/sbin:/usr/bin")) },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** What `startCommand` started and has not ended. */
const running = new Set<ChildProcess>();

/** Kills all that `startCommand` started and that still runs: for the exit of the process. */
export function killAllStarted(): void {
  for (const child of running) killGroup(child);
}

/**
 * Sends SIGKILL to the process group of a child of `startCommand`; one that is gone is fine. An
 * `nsenter` at its head is spared, it ends with its child: killed, it would leave the child to a
 * PID 1 outside the host, and the host could not end before that one gets round to reaping it.
 */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const others = isNsenter(child.pid) ? membersOf(child.pid) : [];
  if (others.length === 0) killQuietly(-child.pid);
  for (const pid of others) killQuietly(pid);
}

function isNsenter(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8") === "nsenter\n";
  } catch {
    return false; // It ended meanwhile.
  }
}

/** The members of a process group without its head. */
function membersOf(group: number): number[] {
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => pid !== group && groupOf(pid) === group);
}

function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** Kills a child of `startCommand` with its group and waits until it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  killGroup(child);
  await gone;
}

/** Sends SIGKILL; a process (or group, negative) that is gone already is not an error. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

/** Whether `error` is a system error with this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/**
 * Runs a command to its end. A status other than 0 is a result, not an error; only a program that
 * cannot be started throws. Output that a daemon still holds open is awaited for 200 ms at most.
 */
export function runCommand(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const startedAt = monotonicMs();
    const child = startCommand(argv, options);
    const output = { stdout: "", stderr: "", timedOut: false };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const timer = setTimeout(() => {
      output.timedOut = true;
      killGroup(child);
    }, options.timeoutMs ?? TIMEOUT_DEFAULT_MS);
    const end = (status: number | null, signal: string | null, endedAt: number) => {
      clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({
        ...output,
        status: status ?? undefined,
        signal: signal ?? undefined,
        startedAt,
        endedAt,
      });
    };
    child.once("error", reject);
    child.once("exit", (status, signal) => {
      const endedAt = monotonicMs();
      const grace = setTimeout(() => end(status, signal, endedAt), 200);
      child.once("close", () => {
        clearTimeout(grace);
        end(status, signal, endedAt);
      });
    });
    child.stdin?.on("error", () => {}); // The command may end without reading its input.
    child.stdin?.end(options.input ?? "");
  });
}

/** As `runCommand`, for steps of the lab itself: anything but status 0 throws with the output. */
export async function mustRun(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.status === 0) return result.stdout;
  const how = result.timedOut ? "timed out" : `status ${result.status ?? result.signal}`;
  throw new Error(`${argv.join(" ")}: ${how}\n${result.stderr}${result.stdout}`.trim());
}
