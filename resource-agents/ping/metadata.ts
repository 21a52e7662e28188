import { type AgentMetadata, type AgentParameter, describeParameter } from "../contract.ts";

/** Parameters whose new value is taken at the next monitor. */
export const PING_RELOADABLE: readonly string[] = ["dampen", "attempts", "timeout", "debug"];

function parameter(
  name: string,
  shortDescription: string,
  more: Partial<AgentParameter> & { readonly longDescription: string },
): AgentParameter {
  return describeParameter(name, shortDescription, { defaultValue: "", ...more });
}

const PARAMETERS: readonly AgentParameter[] = [
  parameter("host_list", "Hosts to ping", {
    isRequired: true,
    longDescription: "Names, IPv4 or IPv6 addresses with spaces between them, such as a gateway.",
  }),
  parameter("name", "Attribute name", {
    isUnique: true,
    defaultValue: "pingd",
    longDescription: "The attribute of the node that rules of locations ask for.",
  }),
  parameter("multiplier", "Value of each host", {
    type: "integer",
    defaultValue: "1",
    longDescription: "The attribute is the number of hosts that answered, times this.",
  }),
  parameter("dampen", "Delay of a change", {
    defaultValue: "5s",
    longDescription:
      "A changed value is recorded when it is the same once more after this time, so that the " +
      "other node has noticed as well. A number of seconds, or one with ms, s, min or h.",
  }),
  parameter("attempts", "Attempts for each host", {
    type: "integer",
    defaultValue: "3",
    longDescription: "So many pings in a row may stay without an answer but the last.",
  }),
  parameter("timeout", "Wait for each answer", {
    defaultValue: "2",
    longDescription: "How long one ping waits, in seconds or with a unit, 1 to 300 s.",
  }),
  parameter("options", "More options of ping", {
    longDescription: "Words that are given to ping before the host; no shell reads them.",
  }),
  parameter("failure_score", "Least value", {
    type: "integer",
    longDescription: "The monitor fails when the value is below it; by default never.",
  }),
  parameter("pidfile", "State file", {
    isUnique: true,
    longDescription: "The file that exists while the resource is started; by default one each.",
  }),
  parameter("debug", "Tell more", {
    defaultValue: "false",
    longDescription: "false, true (hosts without an answer are logged) or verbose (all hosts).",
  }),
  parameter("use_fping", "Ignored", {
    defaultValue: "1",
    longDescription: "Accepted and ignored: all hosts are asked at once by ping.",
  }),
];

/** Metadata of ocf:pacemaker:ping; names and defaults are those of Pacemaker. */
export const PING_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "pacemaker",
  type: "ping",
  version: "1.0",
  shortDescription: "Records how many hosts this node can reach",
  longDescription:
    "Each monitor pings all hosts at once and keeps an attribute of the node at their number, " +
    "for rules such as: pingd lt 1 or not_defined pingd.",
  parameters: PARAMETERS,
  actions: [
    { name: "start", timeoutMs: 60_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 20_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 60_000, intervalMs: 10_000, depth: 0 },
    { name: "reload", timeoutMs: 20_000, intervalMs: 0 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 30_000, intervalMs: 0 },
  ],
};
