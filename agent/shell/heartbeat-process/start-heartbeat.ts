import { type ChildProcess, spawn } from "node:child_process";

import type { HeartbeatCommand, HeartbeatReport, LeaseRequest } from "../../core/model/index.ts";
import { encodeHeartbeatLine, HEARTBEAT_LINE_MAX, parseHeartbeatReport } from "../../wire/index.ts";
import { splitLines } from "../heartbeat/index.ts";

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
  /** The process has ended, whatever the reason: the last that is heard of it. */
  onExit?(): void;
}

/** The agent's end of its heartbeat process. */
export interface Heartbeat {
  readonly pid: number | undefined;
  /** Sends one command; after the end of the process it is dropped. */
  send(command: HeartbeatCommand): void;
  /** Adds an address and keeps it; null when it is held, otherwise why not. */
  holdLease(request: LeaseRequest): Promise<string | null>;
  /** Deletes an address; null when it is gone, otherwise why not. */
  releaseLease(ip: string, nic: string): Promise<string | null>;
  /** Says goodbye and ends the process; resolves when it has ended. */
  leave(): Promise<void>;
}

const LEAVE_TIMEOUT_MS = 3000;
const ERROR_CHARACTERS_MAX = 2000;

/**
 * V8 without helper threads, which a realtime process would have to wait for, and with its code
 * kept: it would throw away what runs ten times a second only, and compile it again.
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
  errors: string;
  nextRequestId: number;
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
    holdLease: (request) =>
      askLease(client, (requestId) => send({ kind: "holdLease", requestId, request })),
    releaseLease: (ip, nic) =>
      askLease(client, (requestId) => send({ kind: "releaseLease", requestId, ip, nic })),
    leave: () => {
      client.isLeaving = true;
      send({ kind: "leave" });
      const timer = setTimeout(() => client.child.kill("SIGKILL"), LEAVE_TIMEOUT_MS);
      return client.ended.finally(() => clearTimeout(timer));
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
    errors: "",
    nextRequestId: 1,
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

function takeLine(client: Client, line: string): void {
  const report = parseHeartbeatReport(line);
  if (report === null) {
    const text = `heartbeat process: unexpected line "${line.slice(0, 200)}"`;
    client.options.onReport({ kind: "warning", text });
    return;
  }
  switch (report.kind) {
    case "ping":
      sendCommand(client, { kind: "alive", ping: report.ping });
      break;
    case "leaseHeld":
    case "leaseReleased":
      answerRequest(client, report.requestId, report.problem);
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
  for (const resolve of client.requests.values()) resolve("the heartbeat process has ended");
  client.requests.clear();
  if (!client.isLeaving && !client.hasFailed) client.options.onReport({ kind: "fatal", text });
  client.options.onExit?.();
}
