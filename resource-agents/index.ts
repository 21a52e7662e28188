/**
 * The resource agents: built-in ones by name, any other OCF agent or systemd unit by loading it.
 */
import { APACHE_AGENT } from "./apache/index.ts";
import { runCommand } from "./child-process.ts";
import type { ResourceAgent } from "./contract.ts";
import { HEARTBEAT_DUMMY_AGENT, PACEMAKER_DUMMY_AGENT } from "./dummy/index.ts";
import type { AgentFolders } from "./external/index.ts";
import { HAPROXY_AGENT } from "./haproxy/index.ts";
import { IPADDR2_AGENT } from "./ipaddr2/index.ts";
import { type KnownAgents, openKnownAgents } from "./known-agents.ts";
import { MAILTO_AGENT } from "./mailto/index.ts";
import { NGINX_AGENT } from "./nginx/index.ts";
import { PING_AGENT } from "./ping/index.ts";

export type { Announcement } from "./announce-address.ts";
export { announceAddress } from "./announce-address.ts";
export type { Announcer } from "./announcer.ts";
export { openAnnouncer } from "./announcer.ts";
export type { CommandOptions } from "./child-process.ts";
export { runCommand, startDetached, waitMs } from "./child-process.ts";
export type { AgentFolders, RunAgentCommand } from "./external/index.ts";
export { loadExternalAgent } from "./external/index.ts";
export type { IpCommandOptions, ShownNic } from "./ip-command.ts";
export { addressWords, ipCommandTable, parseShownNics } from "./ip-command.ts";
export type { AgentFilter, KnownAgents, NamedAgent } from "./known-agents.ts";
export { isAgentStandard, metadataName } from "./known-agents.ts";
export { renderMetadataXml } from "./metadata-xml.ts";
export { nearestAgent, nearestName } from "./nearest-name.ts";
export type { Neighbour, NeighbourTable, WhoHasQuestion } from "./neighbours.ts";
export { parseNeighbours, whoHas } from "./neighbours.ts";

const AGENTS: readonly ResourceAgent[] = [
  IPADDR2_AGENT,
  APACHE_AGENT,
  NGINX_AGENT,
  HAPROXY_AGENT,
  HEARTBEAT_DUMMY_AGENT,
  PACEMAKER_DUMMY_AGENT,
  PING_AGENT,
  MAILTO_AGENT,
];

/** The built-in agent of a full name such as `ocf:heartbeat:IPaddr2`, or null. Case matters. */
export function findAgent(standardProviderType: string): ResourceAgent | null {
  return AGENTS.find((agent) => agentName(agent) === standardProviderType) ?? null;
}

/** All built-in agents, in a fixed order. */
export function listAgents(): readonly ResourceAgent[] {
  return AGENTS;
}

/** All agents of this release and of this host, of every standard. */
export function knownAgents(folders: AgentFolders = {}): KnownAgents {
  return openKnownAgents({ builtIn: AGENTS, run: runCommand, folders });
}

/** The full name of an agent, such as `ocf:heartbeat:IPaddr2`. */
export function agentName({ metadata }: ResourceAgent): string {
  return `${metadata.standard}:${metadata.provider}:${metadata.type}`;
}
