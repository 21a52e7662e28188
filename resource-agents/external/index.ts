/**
 * Agents that are not built in, by standard: OCF executables, systemd units and init scripts of
 * this host; fence agents are described only.
 */
import { access } from "node:fs/promises";
import type { AgentMetadata } from "../contract.ts";
import { describeFenceAgent, FENCE_FOLDER_DEFAULT } from "./fence-agent.ts";
import {
  type AgentFolders,
  type ExternalAgent,
  OCF_ROOT_DEFAULT,
  type RunAgentCommand,
} from "./load-result.ts";
import { INIT_FOLDER_DEFAULT, isScriptName, loadLsbScript } from "./lsb-script.ts";
import { loadOcfAgent } from "./ocf-agent.ts";
import { SYSTEMD_RUNS, showUnit } from "./systemctl.ts";
import { isUnitName, systemdAgent } from "./systemd-unit.ts";

export { listExternalAgents } from "./list-agents.ts";
export type { AgentFolders, ExternalAgent, RunAgentCommand } from "./load-result.ts";

/**
 * Loads the agent of a name such as `ocf:heartbeat:Filesystem`, `systemd:haproxy`, `lsb:haproxy` or
 * `service:haproxy` (a systemd unit where systemd runs and has one, else an init script). An OCF
 * agent is asked for its metadata; never rejects. Names that could lead out of the folders are
 * refused.
 */
export async function loadExternalAgent(
  name: string,
  run: RunAgentCommand,
  folders: AgentFolders = {},
): Promise<ExternalAgent> {
  const { ocfRoot = OCF_ROOT_DEFAULT, initFolder = INIT_FOLDER_DEFAULT } = folders;
  const [standard = "", ...parts] = name.split(":");
  const rest = parts.join(":");
  if (standard === "systemd" && isUnitName(rest)) {
    return rest.endsWith("@") || rest.includes("@.")
      ? unavailable(`agent "${name}": a template, expected an instance such as ${rest}1`)
      : { kind: "loaded", agent: systemdAgent(rest) };
  }
  if (standard === "lsb" && isScriptName(rest)) {
    return loadLsbScript(rest, { folder: initFolder, standard });
  }
  if (standard === "service" && isUnitName(rest)) return loadService(rest, { run, initFolder });
  if (standard === "stonith") {
    return unavailable(`agent "${name}": a fence agent, expected one that runs a service`);
  }
  const [provider = "", type = ""] = parts;
  const isPlain = [provider, type].every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part));
  if (standard === "ocf" && isPlain && parts.length === 2) {
    return loadOcfAgent({ provider, type, root: ocfRoot }, run);
  }
  const expected = "expected ocf:PROVIDER:TYPE, systemd:UNIT, lsb:SCRIPT or service:NAME";
  return unavailable(`agent "${name}": not supported, ${expected}`);
}

/** The metadata of any agent, fence agents included, or in one line why there is none. */
export async function describeExternalAgent(
  name: string,
  run: RunAgentCommand,
  folders: AgentFolders = {},
): Promise<AgentMetadata | string> {
  if (name.startsWith("stonith:")) {
    const folder = folders.fenceFolder ?? FENCE_FOLDER_DEFAULT;
    return describeFenceAgent(name.slice("stonith:".length), run, folder);
  }
  const loaded = await loadExternalAgent(name, run, folders);
  if (loaded.kind === "unavailable") return loaded.reason;
  const { metadata } = loaded.agent;
  if (metadata.standard !== "systemd") return metadata;
  const state = await showUnit({ run }, unitOf(metadata.type));
  if (state.kind === "unknown") return state.reason;
  return state.load === "loaded" ? metadata : `agent "${name}": ${state.load}, expected loaded`;
}

async function loadService(
  name: string,
  { run, initFolder }: { readonly run: RunAgentCommand; readonly initFolder: string },
): Promise<ExternalAgent> {
  const isSystemdHere = await access(SYSTEMD_RUNS).then(
    () => true,
    () => false,
  );
  if (isSystemdHere) {
    const state = await showUnit({ run }, unitOf(name));
    if (state.kind === "unit" && state.load === "loaded") {
      return { kind: "loaded", agent: systemdAgent(name, "service") };
    }
  }
  return isScriptName(name)
    ? loadLsbScript(name, { folder: initFolder, standard: "service" })
    : unavailable(`agent "service:${name}": no systemd unit of this name`);
}

function unitOf(name: string): string {
  return name.includes(".") ? name : `${name}.service`;
}

function unavailable(reason: string): ExternalAgent {
  return { kind: "unavailable", reason };
}
