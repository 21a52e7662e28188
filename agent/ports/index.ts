export type { Clock } from "./clock.ts";
export type { Disk } from "./disk.ts";
export type { OperationReport, OperationRunner } from "./operation-runner.ts";
export type {
  AddressProber,
  DeepLooks,
  FileReader,
  Heartbeat,
  InspectorPort,
  Lifecycle,
  LogSink,
  Replies,
  Transport,
} from "./outside.ts";
