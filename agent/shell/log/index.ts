export { type EventLog, type LogOptions, openLog } from "./event-log.ts";
export type {
  EventName,
  LogEvent,
  LogFields,
  LogLevel,
  ShellEventName,
  WriteLog,
} from "./event-names.ts";
