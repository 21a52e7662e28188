import { execFile } from "node:child_process";

import type { WriteLog } from "../log/index.ts";

const NOTIFY_MAX_MS = 10_000;
const STATUS_MAX_CHARACTERS = 256;
/** Messages that wait while one is on its way. */
const MESSAGES_WAITING_MAX = 8;

/** The environment as systemd sets it for a unit of `Type=notify`. */
export type SupervisorEnvironment = Readonly<Record<string, string | undefined>>;

/** What the supervisor needs. */
export interface SupervisorPorts {
  readonly environment: SupervisorEnvironment;
  /** Asked before each sign of life: false when the heartbeat process has not answered lately. */
  readonly isWell: () => boolean;
  readonly log: WriteLog;
}

/** The line to systemd; without systemd all calls do nothing. */
export interface Supervisor {
  readonly isSupervised: boolean;
  /** The agent serves; signs of life begin. */
  readonly ready: (status: string) => void;
  /** One line that `systemctl status` shows; the same one again is not sent. */
  readonly status: (text: string) => void;
  /** The agent is ending in order; signs of life go on until `close`. Resolves when it was told. */
  readonly stopping: (status?: string) => Promise<void>;
  readonly close: () => void;
}

/** True under a supervisor that starts a dead agent again and waits for its signs of life. */
export function isSupervised(environment: SupervisorEnvironment): boolean {
  return (environment["NOTIFY_SOCKET"] ?? "") !== "";
}

/**
 * How often systemd wants a sign of life: half of its limit in milliseconds; null when it wants
 * none, or from another process.
 */
export function watchdogIntervalMs(environment: SupervisorEnvironment, pid: number): number | null {
  const limitMs = Number(environment["WATCHDOG_USEC"] ?? "") / 1000;
  const forPid = environment["WATCHDOG_PID"];
  if (!isSupervised(environment) || !(limitMs >= 2)) return null;
  return forPid === undefined || forPid === String(pid) ? Math.floor(limitMs / 2) : null;
}

/** Opens the line to systemd. It is told by `systemd-notify`: the unit needs NotifyAccess=all. */
export function openSupervisor(ports: SupervisorPorts): Supervisor {
  const line = new NotifyLine(ports);
  return {
    isSupervised: isSupervised(ports.environment),
    ready: (status) => line.ready(status),
    status: (text) => line.status(text),
    stopping: (status = "stopping") => line.send(["STOPPING=1", `STATUS=${status}`]),
    close: () => line.close(),
  };
}

class NotifyLine {
  readonly #ports: SupervisorPorts;
  readonly #socket: string;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #timer: NodeJS.Timeout | null = null;
  #told = "";
  #isFailing = false;

  constructor(ports: SupervisorPorts) {
    this.#ports = ports;
    this.#socket = ports.environment["NOTIFY_SOCKET"] ?? "";
  }

  ready(status: string): void {
    this.#told = oneLine(status);
    this.#send(["READY=1", `STATUS=${this.#told}`]);
    const intervalMs = watchdogIntervalMs(this.#ports.environment, process.pid);
    if (intervalMs === null || this.#timer !== null) return;
    this.#timer = setInterval(() => {
      // A sign of life that is sent without looking would prove nothing.
      if (this.#ports.isWell()) this.#send(["WATCHDOG=1"]);
    }, intervalMs);
  }

  status(text: string): void {
    const line = oneLine(text);
    if (line === this.#told) return;
    this.#told = line;
    this.#send([`STATUS=${line}`]);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Resolves when the message has left or has failed. One child at a time, so in order. */
  send(words: readonly string[]): Promise<void> {
    if (this.#socket === "") return Promise.resolve();
    if (this.#waiting >= MESSAGES_WAITING_MAX) {
      this.#logFailure(`${MESSAGES_WAITING_MAX} messages are waiting already`);
      return this.#last;
    }
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      const problem = await notify(words, this.#socket);
      this.#waiting -= 1;
      if (problem === null) this.#isFailing = false;
      else this.#logFailure(problem);
    });
    return this.#last;
  }

  #send(words: readonly string[]): void {
    this.send(words).catch((error: unknown) => {
      throw error; // Failures of the child are values: only a broken invariant comes here.
    });
  }

  #logFailure(reason: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#ports.log({ level: "warning", event: "notifyFailed", fields: { reason } });
  }
}

function notify(words: readonly string[], socket: string): Promise<string | null> {
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", NOTIFY_SOCKET: socket };
  return new Promise((resolve) => {
    execFile("systemd-notify", [...words], { env, timeout: NOTIFY_MAX_MS }, (error) =>
      resolve(error === null ? null : oneLine(error.message)),
    );
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, STATUS_MAX_CHARACTERS);
}
