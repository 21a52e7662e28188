import { type Answer, askSocket } from "../server-process/ask-socket.ts";
import { type HaproxyServer, masterSocket } from "./server.ts";

const ANSWER_TIMEOUT_MAX_MS = 5000;

/** What the master tells of its processes. */
export interface ProcessList {
  readonly workers: readonly number[];
  readonly oldWorkers: readonly number[];
  /** How many reloads in a row the master could not do. */
  readonly failedReloads: number;
}

/** Asks the running worker by whatever socket there is; null when there is none. */
export async function askWorker(server: HaproxyServer, command: string): Promise<Answer | null> {
  const { statsSocket } = server.settings;
  if (statsSocket !== null) return ask(server, statsSocket, command);
  const socket = masterSocket(server);
  if (socket !== null) return askThroughMaster(server, socket, command);
  const [first] = server.config.statsSockets;
  return first === undefined ? null : ask(server, first, command);
}

async function askThroughMaster(
  server: HaproxyServer,
  socket: string,
  command: string,
): Promise<Answer> {
  const answer = await ask(server, socket, "show proc");
  if (answer.kind === "failed") return answer;
  const worker = parseProcesses(answer.text).workers.at(-1);
  if (worker === undefined) return { kind: "failed", reason: "the master names no worker" };
  return ask(server, socket, `@!${worker} ${command}`);
}

/** The processes as the master counts them; null without a socket of it, or an answer. */
export async function listProcesses(server: HaproxyServer): Promise<ProcessList | null> {
  const socket = masterSocket(server);
  if (socket === null) return null;
  const answer = await ask(server, socket, "show proc");
  return answer.kind === "answered" ? parseProcesses(answer.text) : null;
}

/** Parses what `show proc` prints. */
export function parseProcesses(text: string): ProcessList {
  const workers: number[] = [];
  const oldWorkers: number[] = [];
  let list: number[] | null = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) {
      list = /^# workers/.test(line) ? workers : /^# old workers/.test(line) ? oldWorkers : null;
    }
    const pid = /^([0-9]+)\s+worker\s/.exec(line)?.[1];
    if (pid !== undefined) list?.push(Number(pid));
  }
  const failedReloads = Number(/\[failed: ([0-9]+)\]/.exec(text)?.[1] ?? 0);
  return { workers, oldWorkers, failedReloads };
}

/** Whether a worker has learnt what it may from its peers; see README.md. */
export type PeersState = "none" | "learning" | "learnt";

/**
 * Parses what `show peers` prints. The two lowest flags of a section say that nothing more is to be
 * learnt from a process before this one, and from other nodes.
 */
export function parsePeers(text: string): PeersState {
  const sections = text.split(/^(?=0x)/m).filter((part) => /\bid=[^\n]*\bflags=0x/.test(part));
  const remote = sections.filter((part) => /\(remote,/.test(part));
  if (remote.length === 0) return "none";
  const flags = remote.map((part) => Number(/\bflags=(0x[0-9a-f]+)/i.exec(part)?.[1] ?? 0));
  return flags.every((each) => (each & 3) === 3) ? "learnt" : "learning";
}

function ask({ context }: HaproxyServer, path: string, command: string): Promise<Answer> {
  const timeoutMs = Math.min(ANSWER_TIMEOUT_MAX_MS, Math.ceil(context.timeoutMs / 2));
  const { signal } = context;
  return askSocket({ path }, { text: `${command}\n`, timeoutMs, signal, until: "closed" });
}
