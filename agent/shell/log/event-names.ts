import type { LogEventName } from "../../core/model/index.ts";

/** Names of what the shell itself logs; the closed list, beside the core's. */
export type ShellEventName =
  | "agentFailed"
  | "agentSaid"
  | "agentStarted"
  | "apiFailed"
  | "apiListening"
  | "cibDamaged"
  | "diskCleaned"
  | "diskFailed"
  | "heartbeatExited"
  | "heartbeatStarted"
  | "ipCommandFailed"
  | "kernelWatchEnded"
  | "linkChanged"
  | "linesDropped"
  | "notifyFailed"
  | "operationAbandoned"
  | "orderRefused"
  | "watchRefused";

/** All names that may stand in the log. */
export type EventName = LogEventName | ShellEventName;

/** How urgent a line is; the same words as in the core's `log` effect. */
export type LogLevel = "info" | "warning" | "error";

/** What a line says beside its event: flat, so that every program can search it. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

/** One event to be logged. */
export interface LogEvent {
  readonly level: LogLevel;
  readonly event: EventName;
  readonly fields: LogFields;
}

/** Takes an event for the log: returns at once, never throws. */
export type WriteLog = (entry: LogEvent) => void;
