import {
  listProcesses,
  readProcess,
  type ServerProcess,
  type ServerProcesses,
  sortOut,
} from "../server-process/find-processes.ts";
import type { ApacheSettings } from "./settings.ts";
import { CONFIG_FILES_DEFAULT } from "./settings.ts";

/** Which processes are the server's: those that run this binary with this configuration. */
export type ServerIdentity = Pick<ApacheSettings, "binary" | "configFile">;

/** The process of that id if it is alive and the server's; zombies are dead. */
export function readServerProcess(pid: number, identity: ServerIdentity): ServerProcess | null {
  const found = readProcess(pid, identity.binary);
  return found !== null && isOfConfig(found.args, identity.configFile) ? found : null;
}

/** Looks through all processes of this host: milliseconds, so only when nothing else helps. */
export function findServerProcesses(identity: ServerIdentity): ServerProcesses {
  const all = listProcesses(identity.binary);
  return sortOut(all.filter(({ args }) => isOfConfig(args, identity.configFile)));
}

/** True when the arguments name the configuration file, or none while it is a default one. */
export function isOfConfig(args: readonly string[], configFile: string): boolean {
  const given = optionValue(args, "-f");
  if (given !== null) return given === configFile || configFile.endsWith(`/${given}`);
  const root = optionValue(args, "-d");
  if (root !== null) return configFile.startsWith(`${root}/`);
  return CONFIG_FILES_DEFAULT.includes(configFile);
}

function optionValue(args: readonly string[], option: string): string | null {
  const at = args.indexOf(option);
  if (at >= 0) return args[at + 1] ?? null;
  return args.find((arg) => arg.startsWith(`${option}/`))?.slice(option.length) ?? null;
}
