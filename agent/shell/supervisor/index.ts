export { SignsOfLife } from "./signs-of-life.ts";
export {
  isSupervised,
  openSupervisor,
  type Supervisor,
  type SupervisorEnvironment,
  type SupervisorPorts,
  watchdogIntervalMs,
} from "./supervisor.ts";
export { endsInRestart } from "./unit-job.ts";
