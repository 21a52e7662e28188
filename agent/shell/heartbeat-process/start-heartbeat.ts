import { type ChildProcess, spawn } from "node:child_process";

import type {
  HeartbeatCommand,
  HeartbeatReport,
  LeaseRequest,
  RingId,
} from "../../core/model/index.ts";
import { isSameRing } from "../../core/model/index.ts";
import { encodeHeartbeatLine, HEARTBEAT_LINE_MAX, parseHeartbeatReport } from "../../wire/index.ts";
import { untilBeatMs } from "../clock/index.ts";
import { hostMonotonicMs, splitLines } from "../heartbeat/index.ts";

/** How to start the heartbeat process. */
export interface HeartbeatOptions {
  /** The built `lb-heartbeat.cjs`. */
  readonly scriptPath: string;
  /** Put in front of Node.js, such as `ip netns exec a`; usually empty. */
  readonly launcher?: readonly string[];
  /**
   * Every report but `ping`, which is answered here from the main loop, so that an agent that hangs
   * is noticed. The death of the process comes as `fatal`, once, unless it was told to leave.
   */
  onReport(report: HeartbeatReport): void;
  /** Asked at every `ping`, which is answered only when it is true; it is when this is left out. */
  isWell?(): boolean;
  /**
   * A process that has said nothing for so long is killed: it pings each half second, so it hangs,
   * and its successor needs its ports. Time that this process did not run does not count. 5000 ms
   * when it is left out.
   */
  readonly silenceMaxMs?: number;
  /** The process has ended, whatever the reason: the last that is heard of it. */
  onExit?(): void;
}

/** The agent's end of its heartbeat process. */
export interface Heartbeat {
  readonly pid: number | undefined;
  /** Sends one command; after the end of the process it is dropped. */
  send(command: HeartbeatCommand): void;
  /**
   * Adds an address and keeps it; null when it is held, otherwise why not. It is meant for the ring
   * that was reported last: refused, if there is another by the time that it would be added.
   */
  holdLease(request: LeaseRequest): Promise<string | null>;
  /** Deletes an address; null when it is gone, otherwise why not. */
  releaseLease(ip: string, nic: string): Promise<string | null>;
  /**
   * Says goodbye and ends the process; resolves when it has ended. With `holdForSec` the addresses
   * stay for so many seconds, and the peer does not take them over meanwhile.
   */
  leave(holdForSec?: number): Promise<void>;
  /**
   * Cuts the pipe to the process at once, what is not yet written with it: the process lets go of
   * the addresses, or under a supervisor lets them run out, and ends. Reports nothing more.
   */
  abandon(): void;
}

const LEAVE_TIMEOUT_MS = 3000;
const SILENCE_MAX_MS = 5000;
/** Silence is counted by looks: after a pause of the host that is one, however long it was. */
const SILENT_LOOKS_MAX = 5;
const ERROR_CHARACTERS_MAX = 2000;

/**
 * V8 without helper threads, which a realtime process would have to wait for, and with its code
 * kept: it would throw away what runs ten times a second only, and compile it again. It optimizes
 * as ever: within minutes that saves more than it costs (`--no-opt`: a quarter more time).
 */
const V8_FLAGS = ["--single-threaded", "--no-flush-bytecode", "--always-sparkplug"];

/** The program and its arguments. */
export function heartbeatCommand(scriptPath: string): readonly string[] {
  return [process.execPath, ...V8_FLAGS, scriptPath];
}

interface Client {
  readonly child: ChildProcess;
  readonly options: HeartbeatOptions;
  readonly requests: Map<number, (problem: string | null) => void>;
  readonly ended: Promise<void>;
  /** How often was looked since it said something last. */
  silentLooks: number;
  /** Not before its first word, which may take long on a slow host. */
  watch: NodeJS.Timeout | null;
  errors: string;
  nextRequestId: number;
  /** The ring that was reported last. */
  ring: RingId | null;
  /** The ring before it, if the peer only joined: then nothing was lost in between. */
  ringBeforeJoin: RingId | null;
  isLeaving: boolean;
  hasEnded: boolean;
  hasFailed: boolean;
}

/** Starts the process; tell it `configure` next. It watches this process through its pipe. */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const client = startClient(options);
  const send = (command: HeartbeatCommand): void => sendCommand(client, command);
  return {
    pid: client.child.pid,
    send,
    holdLease: (request) => holdLease(client, request),
    releaseLease: (ip, nic) =>
      askLease(client, (requestId) => send({ kind: "releaseLease", requestId, ip, nic })),
    leave: (holdForSec) => {
      client.isLeaving = true;
      send(holdForSec === undefined ? { kind: "leave" } : { kind: "leaveHolding", holdForSec });
      const timer = setTimeout(() => client.child.kill("SIGKILL"), LEAVE_TIMEOUT_MS);
      return client.ended.finally(() => clearTimeout(timer));
    },
    abandon: () => {
      client.isLeaving = true;
      client.child.stdin?.destroy();
    },
  };
}

function startClient(options: HeartbeatOptions): Client {
  const [program, ...words] = [
    ...(options.launcher ?? []),
    ...heartbeatCommand(options.scriptPath),
  ];
  const child = spawn(program ?? process.execPath, words, { stdio: ["pipe", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const flags = { isLeaving: false, hasEnded: false, hasFailed: false };
  const requests = new Map<number, (problem: string | null) => void>();
  const client: Client = {
    child,
    options,
    requests,
    ended,
    silentLooks: 0,
    watch: null,
    errors: "",
    nextRequestId: 1,
    ring: null,
    ringBeforeJoin: null,
    ...flags,
  };
  child.stdin.on("error", () => {}); // It has ended: `close` follows.
  child.stderr.on("data", (bytes: Buffer) => {
    client.errors = (client.errors + bytes.toString()).slice(-ERROR_CHARACTERS_MAX);
  });
  splitLines(child.stdout, HEARTBEAT_LINE_MAX, {
    onLine: (line) => takeLine(client, line),
    onTooLong: () => child.kill("SIGKILL"),
    onEnd: () => {},
  });
  child.once("error", (error) => end(client, `heartbeat process: ${error.message}`));
  child.once("close", (status, signal) => {
    const how = signal === null ? `status ${status}` : signal;
    const said = client.errors.trim().split("\n").at(-1) ?? "";
    end(client, `heartbeat process: ended with ${how}${said === "" ? "" : `: ${said}`}`);
  });
  return client;
}

/** A process that is stopped by a signal is killed all the same; `close` follows. */
function watchSilence(client: Client): void {
  client.silentLooks += 1;
  if (client.silentLooks <= SILENT_LOOKS_MAX) {
    client.watch = laterLook(client);
    return;
  }
  client.errors = "killed: it had said nothing";
  client.child.kill("SIGKILL");
}

function laterLook(client: Client): NodeJS.Timeout {
  const lookMs = (client.options.silenceMaxMs ?? SILENCE_MAX_MS) / SILENT_LOOKS_MAX;
  return setTimeout(() => watchSilence(client), untilBeatMs(lookMs));
}

function takeLine(client: Client, line: string): void {
  client.silentLooks = 0;
  client.watch ??= laterLook(client);
  const report = parseHeartbeatReport(line);
  if (report === null) {
    const text = `heartbeat process: unexpected line "${line.slice(0, 200)}"`;
    client.options.onReport({ kind: "warning", text });
    return;
  }
  switch (report.kind) {
    case "ping":
      if (client.options.isWell?.() ?? true)
        sendCommand(client, { kind: "alive", ping: report.ping });
      break;
    case "leaseHeld":
    case "leaseReleased":
      answerRequest(client, report.requestId, report.problem);
      break;
    case "ringChanged":
      client.ringBeforeJoin = report.reason === "joined" ? client.ring : null;
      client.ring = report.ring;
      client.options.onReport(report);
      break;
    default:
      client.hasFailed ||= report.kind === "fatal";
      client.options.onReport(report);
  }
}

function sendCommand(client: Client, command: HeartbeatCommand): void {
  if (client.hasEnded) return;
  client.child.stdin?.write(encodeHeartbeatLine(command));
}

async function holdLease(client: Client, request: LeaseRequest): Promise<string | null> {
  const { ring } = client;
  const writtenAtMs = hostMonotonicMs();
  const ask = (known: RingId | null): Promise<string | null> =>
    askLease(client, (requestId) =>
      sendCommand(client, { kind: "holdLease", requestId, request, ring: known, writtenAtMs }),
    );
  const problem = await ask(ring);
  const { ringBeforeJoin } = client;
  if (problem === null || ring === null || ringBeforeJoin === null) return problem;
  // The peer joined while the request was on its way, which takes nothing from this node. An agent
  // that starts takes over the renewal of its predecessor just then.
  return isSameRing(ring, ringBeforeJoin) ? ask(client.ring) : problem;
}

function askLease(client: Client, ask: (requestId: number) => void): Promise<string | null> {
  return new Promise((resolve) => {
    if (client.hasEnded) return resolve("the heartbeat process has ended");
    const requestId = client.nextRequestId++;
    client.requests.set(requestId, resolve);
    ask(requestId);
  });
}

function answerRequest(client: Client, requestId: number, problem: string | null): void {
  const resolve = client.requests.get(requestId);
  client.requests.delete(requestId);
  resolve?.(problem);
}

function end(client: Client, text: string): void {
  if (client.hasEnded) return;
  client.hasEnded = true;
  if (client.watch !== null) clearTimeout(client.watch);
  for (const resolve of client.requests.values()) resolve("the heartbeat process has ended");
  client.requests.clear();
  if (!client.isLeaving && !client.hasFailed) client.options.onReport({ kind: "fatal", text });
  client.options.onExit?.();
}
