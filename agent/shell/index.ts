export {
  type AddressTablePorts,
  type OpenAddressTable,
  openAddressTable,
} from "./addresses/index.ts";
export {
  type CibOnDisk,
  DISK_FOLDER,
  type DiskPorts,
  type OpenDisk,
  openDisk,
  type RingSeqOnDisk,
} from "./disk/index.ts";
export {
  type Executor,
  type ExecutorPorts,
  type OperationOutput,
  openExecutor,
} from "./executor/index.ts";
export { canonicalIp, type Hints, type HintsPorts, openHints } from "./hints/index.ts";
export {
  type EventLog,
  type EventName,
  type LogEvent,
  type LogFields,
  type LogLevel,
  type LogOptions,
  openLog,
  type ShellEventName,
  type WriteLog,
} from "./log/index.ts";
export {
  isSupervised,
  openSupervisor,
  type Supervisor,
  type SupervisorEnvironment,
  type SupervisorPorts,
  watchdogIntervalMs,
} from "./supervisor/index.ts";
