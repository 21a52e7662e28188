export {
  isSupervised,
  openSupervisor,
  type Supervisor,
  type SupervisorEnvironment,
  type SupervisorPorts,
  watchdogIntervalMs,
} from "./supervisor.ts";
export { isBeingRestarted } from "./unit-job.ts";
