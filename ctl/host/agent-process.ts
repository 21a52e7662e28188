/**
 * Starting and ending lb-agent on this host, by systemd where it runs, else as a child of nobody.
 */
import { execFile, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { probeSocket } from "../../proto/probe-socket.ts";
import { CtlError, EXIT, failed, unreachable } from "../ctl-error.ts";
import type { Paths } from "../paths.ts";

const UNIT = "lb-agent.service";
const START_LIMIT_MS = 20_000;
const POLL_MS = 20;
const FIRST_MOMENTS_MS = 400;
const LOG_TAIL_BYTES = 8192;

/** Result of a command of the host. */
export interface HostCommand {
  readonly isDone: boolean;
  readonly said: string;
}

/** True when systemd runs this host and knows the unit. */
export function hasUnit(): boolean {
  return hasSystemd() && runHost("systemctl", ["cat", UNIT]).isDone;
}

/** True when systemd runs this host. */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/**
 * Runs `systemctl VERB lb-agent`; throws with its last line when it fails. This process goes on
 * meanwhile: an agent that ends waits for its clients to hang up.
 */
export async function systemctl(verb: string): Promise<void> {
  const { isDone, said } = await runHostMeanwhile("systemctl", [verb, UNIT]);
  if (!isDone) throw failed(`systemctl ${verb} ${UNIT}: ${said}`);
}

/** True when systemd has the agent running, or is about to start it again after its end. */
export function isUnitActive(): boolean {
  if (!hasSystemd()) return false;
  const { said } = runHost("systemctl", ["is-active", UNIT]);
  return ["active", "activating", "deactivating", "reloading"].includes(said);
}

/** Runs a command and keeps the last line that it said. */
export function runHost(command: string, args: readonly string[]): HostCommand {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (error !== undefined) return { isDone: false, said: error.message };
  return { isDone: status === 0, said: lastLine(`${stdout}\n${stderr}`, status) };
}

/** The same while this process goes on with what else it has to do. */
function runHostMeanwhile(command: string, args: readonly string[]): Promise<HostCommand> {
  return new Promise((resolve) => {
    const child = execFile(command, args, (error, stdout, stderr) => {
      const { exitCode } = child;
      const said = exitCode === null && error !== null ? error.message : `${stdout}\n${stderr}`;
      resolve({ isDone: exitCode === 0, said: lastLine(said, exitCode) });
    });
  });
}

function lastLine(text: string, status: number | null): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return (lines.at(-1) ?? `status ${status}`).trim();
}

/** Starts the agent and waits until it answers. Throws with what it said when it does not. */
export async function startAgent(paths: Paths): Promise<void> {
  if (hasUnit()) {
    await startUnit(paths);
    return;
  }
  const program = findProgram();
  mkdirSync(paths.run, { recursive: true, mode: 0o755 });
  mkdirSync(paths.log, { recursive: true, mode: 0o750 });
  const from = sizeOf(paths.agentLog);
  const log = openSync(paths.agentLog, "a", 0o640);
  let ended: number | null = null;
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  closeSync(log);
  child.once("exit", (status) => {
    ended = status ?? EXIT.failed;
  });
  child.unref();
  const findFailure = () => (ended === null ? null : startFailure(ended, paths, from));
  await waitForAnswer(paths, findFailure);
  await watchFirstMoments(findFailure);
}

/** Throws with what the agent said when its first start fails; systemd may go on trying. */
async function startUnit(paths: Paths): Promise<void> {
  // Too many failed starts before must not stand in the way of one that somebody asks for.
  runHost("systemctl", ["reset-failed", UNIT]);
  const since = `@${Math.floor(Date.now() / 1000)}`;
  const { isDone, said } = await runHostMeanwhile("systemctl", ["start", UNIT]);
  if (!isDone) throw unitFailure(since, `systemctl start ${UNIT}: ${said}`);
  const findFailure = () =>
    unitProperty("NRestarts") === "0" && unitProperty("ActiveState") === "active"
      ? null
      : unitFailure(since, `${UNIT} has ended again`);
  await waitForAnswer(paths, findFailure);
  await watchFirstMoments(findFailure);
}

function unitFailure(since: string, otherwise: string): CtlError {
  const isRefused = unitProperty("ExecMainStatus") === String(EXIT.refused);
  const words = ["--unit", UNIT, "--since", since, "--output=cat", "--no-pager", "--quiet"];
  const lines = ownLines(spawnSync("journalctl", words, { encoding: "utf8" }).stdout ?? "");
  if (lines.length === 0) return failed(otherwise);
  return new CtlError(isRefused ? EXIT.refused : EXIT.unreachable, ...lines);
}

function unitProperty(name: string): string {
  return runHost("systemctl", ["show", `--property=${name}`, "--value", UNIT]).said;
}

/** What the agent itself said in one or more starts, each line once. */
function ownLines(text: string): readonly string[] {
  const own = text.split("\n").filter((line) => line.startsWith("lb-agent: "));
  return [...new Set(own.map((line) => line.replace(/^lb-agent: /, "").trim()))];
}

/**
 * An agent may answer and then find that a port is taken: its first moments belong to the start.
 */
async function watchFirstMoments(findFailure: () => CtlError | null): Promise<void> {
  const end = Date.now() + FIRST_MOMENTS_MS;
  while (Date.now() < end) {
    await pauseMs(POLL_MS);
    const failure = findFailure();
    if (failure !== null) throw failure;
  }
}

/** The id of the agent's process; null when it has left none or the process is gone. */
export function readAgentPid({ pidFile }: Paths): number | null {
  if (!existsSync(pidFile)) return null;
  const pid = Number(readFileSync(pidFile, "utf8").trim());
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) ? pid : null;
}

/** True while the process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Waits until a process has ended. Throws after the limit. */
export async function waitForEnd(pid: number, limitMs: number): Promise<void> {
  const end = Date.now() + limitMs;
  while (isAlive(pid)) {
    if (Date.now() > end) throw failed(`lb-agent (process ${pid}) has not ended yet`);
    await pauseMs(POLL_MS);
  }
}

async function waitForAnswer(paths: Paths, findFailure: () => CtlError | null): Promise<void> {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    if ((await probeSocket(paths.socket)) === "answers") return;
    const failure = findFailure();
    if (failure !== null) throw failure;
    if (Date.now() > end) {
      throw unreachable(
        `lb-agent has started but does not answer within ${START_LIMIT_MS / 1000} s; ` +
          `see ${paths.agentLog}`,
      );
    }
    await pauseMs(POLL_MS);
  }
}

/** What the agent said before it ended; refused files have their own exit code. */
function startFailure(status: number, { agentLog }: Paths, from: number): CtlError {
  const lines = readFrom(agentLog, from)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const own = lines.filter((line) => line.startsWith("lb-agent: "));
  const said = own.length > 0 ? own : lines.slice(-1);
  const shown = said.map((line) => line.replace(/^lb-agent: /, ""));
  // Whatever kept it from running, there is no agent now.
  const exitCode = status === EXIT.refused ? EXIT.refused : EXIT.unreachable;
  if (shown.length > 0) return new CtlError(exitCode, ...shown);
  return new CtlError(exitCode, `lb-agent ended with status ${status}; see ${agentLog}`);
}

function readFrom(path: string, from: number): string {
  const size = sizeOf(path);
  const start = Math.max(from, size - LOG_TAIL_BYTES);
  if (size <= start) return "";
  const buffer = Buffer.alloc(size - start);
  const file = openSync(path, "r");
  readSync(file, buffer, 0, buffer.length, start);
  closeSync(file);
  return buffer.toString();
}

/** The built agent lies beside the built lbctl; in a checkout it is in dist/. */
function findProgram(): string {
  const folder = dirname(realpathSync(process.argv[1] ?? "/"));
  const candidates = [join(folder, "lb-agent.cjs"), join(folder, "../dist/lb-agent.cjs")];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw failed(`no lb-agent.cjs in ${folder}; build it: npm run build`);
  return found;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function pauseMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
