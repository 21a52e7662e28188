import type { AgentContext } from "../contract.ts";
import { withFile } from "../server-process/config-complaint.ts";
import {
  readPidFile,
  type ServerProcess,
  type ServerProcesses,
} from "../server-process/find-processes.ts";
import { findKnownParent, rememberParent } from "../server-process/known-parents.ts";
import { findServerProcesses, isOfConfig, readServerProcess } from "./processes.ts";
import { lastRunConfig, type RunConfig, readRunConfig, serverKey } from "./run-config.ts";
import { readServerEnvironment } from "./server-environment.ts";
import type { ApacheSettings } from "./settings.ts";

/** All that an action knows of the server it acts on. */
export interface Server {
  readonly context: AgentContext;
  readonly settings: ApacheSettings;
  readonly environment: Readonly<Record<string, string>>;
  /** The further words of the command line. */
  readonly options: readonly string[];
  /**
   * Null when the configuration cannot be read; `problem` says why. The server may run
   * nevertheless.
   */
  readonly config: RunConfig | null;
  readonly problem: string | null;
  /** False: the files with its variables could not be read, and `problem` says why. */
  readonly isEnvironmentRead: boolean;
}

/** Gathers what is known of the server; a broken configuration is no failure here. */
export async function describeServer(
  context: AgentContext,
  settings: ApacheSettings,
  isRefusalKept = false,
): Promise<Server> {
  const found = await readServerEnvironment(context, settings);
  if (found.kind === "unreadable") {
    const known = describeKnownServer(context, settings);
    return { ...known, config: null, problem: found.reason, isEnvironmentRead: false };
  }
  const { variables: environment, options } = found;
  const base = { context, settings, environment, options, isEnvironmentRead: true };
  const result = await readRunConfig(context, settings, { ...found, isRefusalKept });
  return result.kind === "config"
    ? { ...base, config: result.config, problem: null }
    : { ...base, config: null, problem: withFile(settings.configFile, result.reason) };
}

/**
 * The server as far as it is known without a child process: for monitor and stop, which must not
 * wait for a configuration test (it resolves names, and hangs with the name service).
 */
export function describeKnownServer(context: AgentContext, settings: ApacheSettings): Server {
  const config = lastRunConfig(settings);
  const { options } = settings;
  const base = { context, settings, environment: {}, options, config };
  return { ...base, problem: null, isEnvironmentRead: true };
}

/** The live parent process by the PID file, without looking further. A foreign process is none. */
export function parentByPidFile({ config, settings }: Server): ServerProcess | null {
  const path = config?.pidFile ?? null;
  const pid = path === null ? null : readPidFile(path);
  const parent = pid === null ? null : readServerProcess(pid, settings);
  if (parent !== null) rememberParent(serverKey(settings), parent);
  return parent;
}

/** The live parent process, or null. */
export function findParent(server: Pick<Server, "settings">): ServerProcess | null {
  return findParentOrLeft(server).parent;
}

/** The live parent process alone, or without one the workers that it left behind. */
export function findParentOrLeft({ settings }: Pick<Server, "settings">): ServerProcesses {
  return findKnownParent({
    key: serverKey(settings),
    binary: settings.binary,
    isOwn: ({ args }) => isOfConfig(args, settings.configFile),
    search: () => findServerProcesses(settings),
  });
}
