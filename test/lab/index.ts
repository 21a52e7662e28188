export { Client } from "./client.ts";
export { monotonicMs, pause, wallToMonotonicMs } from "./clock.ts";
export {
  GUIDE_COMMANDS,
  orderedCommands,
  type ServerName,
  VIRTUAL_IP,
  warmCommands,
} from "./guide-commands.ts";
export { Host, type HostLink } from "./host.ts";
export { guideHosts, type HostOptions, Lab, type LabOptions, openLab } from "./lab.ts";
export type { HostProcess } from "./processes.ts";
export { repositoryRoot } from "./repository-root.ts";
export {
  isErrno,
  killGroup,
  killQuietly,
  type RunOptions,
  type RunResult,
  runCommand,
  startCommand,
} from "./run-command.ts";
export { LABS_FOLDER, removeStaleLabs } from "./stale-labs.ts";
