/** Operations that a resource agent can be asked for. */
export const OPERATION_NAMES: readonly string[] = [
  "monitor",
  "start",
  "stop",
  "promote",
  "demote",
  "notify",
  "migrate_to",
  "migrate_from",
  "reload",
  "reload-agent",
  "status",
  "validate-all",
  "meta-data",
];
