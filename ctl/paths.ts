/** Where the files of this host are. Tests and labs move them by environment variables. */
export interface Paths {
  readonly etc: string;
  readonly run: string;
  readonly lib: string;
  readonly log: string;
  readonly socket: string;
  readonly pidFile: string;
  readonly agentLog: string;
}

/** The paths for an environment such as `process.env`. */
export function readPaths(environment: Readonly<Record<string, string | undefined>>): Paths {
  const run = environment["LB_CLUSTER_RUN"] ?? "/run/lb-cluster";
  const log = environment["LB_CLUSTER_LOG"] ?? "/var/log/lb-cluster";
  return {
    etc: environment["LB_CLUSTER_ETC"] ?? "/etc/lb-cluster",
    run,
    lib: environment["LB_CLUSTER_LIB"] ?? "/var/lib/lb-cluster",
    log,
    socket: `${run}/agent.sock`,
    pidFile: `${run}/agent.pid`,
    agentLog: `${log}/agent.log`,
  };
}
