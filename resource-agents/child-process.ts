/** Child processes of the agents: no shell, bounded output, ended as a whole group. */
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import type { CommandResult, RunOptions } from "./contract.ts";

/** Output kept of each stream; the rest is read and dropped, so that the child never blocks. */
const OUTPUT_MAX_BYTES = 64 * 1024;
/** A daemon left behind by the command may hold the pipes: how long to wait for them to close. */
const DRAIN_MAX_MS = 50;
/** After SIGKILL a process may still hang in the kernel: how long its end is awaited. */
const KILL_WAIT_MAX_MS = 1000;
/** Where programs are looked for when the environment does not say. */
export const PATH_DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const VARIABLES_PASSED_ON = ["PATH", "LANG", "LC_ALL", "TZ"];

/** What `runCommand` takes beside `RunOptions`: the signal that ends the command early. */
export interface CommandOptions extends RunOptions {
  readonly signal?: AbortSignal;
}

/**
 * Runs a command without a shell in its own session and process group, and settles when it has
 * ended; never throws. On timeout or abort the whole group gets SIGKILL and the result is
 * `timedOut`, which says nothing about what the command did. A death by signal N is exit status
 * 128 + N. Of the daemon's environment only PATH, language and time zone are passed on.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  if (options.signal?.aborted === true) {
    return Promise.resolve({ kind: "timedOut", stdout: "", stderr: "" });
  }
  const child = trySpawn(command, args, options);
  if (typeof child === "string") return Promise.resolve({ kind: "notSpawned", reason: child });
  return new Promise((settle) => superviseChild({ child, options, settle }));
}

/**
 * Starts a command that nobody waits for; `onFailure` gets the reason when it could not be
 * started.
 */
export function startDetached(
  command: string,
  args: readonly string[],
  onFailure: (reason: string) => void,
): void {
  try {
    const child = spawn(command, args, {
      detached: true,
      stdio: "ignore",
      env: childEnvironment(),
    });
    child.on("error", (error) => onFailure(error.message));
    child.unref();
  } catch (error) {
    onFailure(messageOf(error));
  }
}

/** Waits; never rejects; resolves early when the signal is aborted. */
export function waitMs(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function trySpawn(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): ChildProcess | string {
  try {
    return spawn(command, args, {
      detached: true,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: childEnvironment(options.environment),
    });
  } catch (error) {
    return messageOf(error);
  }
}

interface Supervised {
  readonly child: ChildProcess;
  readonly options: CommandOptions;
  readonly settle: (result: CommandResult) => void;
}

function superviseChild({ child, options, settle }: Supervised): void {
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let wasKilled = false;
  let lastTimer: NodeJS.Timeout | undefined;
  const finish = (result: CommandResult): void => {
    clearTimeout(timer);
    clearTimeout(lastTimer);
    options.signal?.removeEventListener("abort", kill);
    child.stdout?.destroy();
    child.stderr?.destroy();
    settle(result);
  };
  const timedOut = (): void =>
    finish({ kind: "timedOut", stdout: stdout.text(), stderr: stderr.text() });
  const exited = (status: number): void =>
    finish({ kind: "exited", status, stdout: stdout.text(), stderr: stderr.text() });
  const kill = (): void => {
    wasKilled = true;
    killGroup(child);
    lastTimer = setTimeout(timedOut, KILL_WAIT_MAX_MS);
  };
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(kill, options.timeoutMs);
  options.signal?.addEventListener("abort", kill, { once: true });
  child.on("error", (error) => {
    if (child.pid === undefined) finish({ kind: "notSpawned", reason: error.message });
  });
  child.on("exit", (code, signal) => {
    if (wasKilled) return timedOut();
    const status = code ?? 128 + signalNumber(signal);
    child.on("close", () => exited(status));
    // After a pause of this process the timer comes first: what lies in the pipes is read before.
    lastTimer = setTimeout(() => setImmediate(() => exited(status)), DRAIN_MAX_MS);
  });
  child.stdin?.on("error", () => {}); // The child may end without reading its input.
  child.stdin?.end(options.input);
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // Between fork and setsid there is no group of its own yet.
  }
}

function collect(stream: Readable | null): { text(): string } {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    const kept = chunk.subarray(0, OUTPUT_MAX_BYTES - size);
    if (kept.length > 0) chunks.push(kept);
    size += kept.length;
  });
  stream?.on("error", () => {});
  return { text: () => Buffer.concat(chunks).toString("utf8") };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

/** What children get of the environment: no more than PATH, language and time zone. */
export function childEnvironment(
  added: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const base: Record<string, string> = { PATH: PATH_DEFAULT };
  for (const name of VARIABLES_PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) base[name] = value;
  }
  return { ...base, ...added };
}
