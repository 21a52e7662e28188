/** Agents that are not built in: OCF executables of this host and systemd units. */
import type { ExternalAgent, RunAgentCommand } from "./load-result.ts";
import { loadOcfAgent } from "./ocf-agent.ts";
import { systemdAgent } from "./systemd-unit.ts";

export type { ExternalAgent, RunAgentCommand } from "./load-result.ts";

const OCF_ROOT_DEFAULT = "/usr/lib/ocf";

/**
 * Loads the agent of a name such as `ocf:heartbeat:Filesystem` or `systemd:haproxy`. An OCF agent
 * is looked for under `ocfRoot` (default /usr/lib/ocf) and asked for its metadata; never rejects.
 * Names that could lead out of that folder are refused.
 */
export async function loadExternalAgent(
  name: string,
  run: RunAgentCommand,
  ocfRoot: string = OCF_ROOT_DEFAULT,
): Promise<ExternalAgent> {
  const [standard, provider = "", type = ""] = name.split(":");
  if (standard === "systemd" && /^[A-Za-z0-9@_.\\-]+$/.test(name.slice(8))) {
    return { kind: "loaded", agent: systemdAgent(name.slice(8)) };
  }
  const isPlain = [provider, type].every((part) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(part));
  if (standard === "ocf" && isPlain && name.split(":").length === 3) {
    return loadOcfAgent({ provider, type, root: ocfRoot }, run);
  }
  const expected = "expected ocf:PROVIDER:TYPE or systemd:UNIT";
  return { kind: "unavailable", reason: `agent "${name}": not supported, ${expected}` };
}
