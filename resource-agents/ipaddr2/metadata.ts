import { type AgentMetadata, type AgentParameter, describeParameter } from "../contract.ts";

const IGNORED =
  "Accepted and ignored, so that configurations of the shell agent can be taken over.";
const REFUSED = "Refused when set: the address would be used in another way than asked for.";

function parameter(
  name: string,
  shortDescription: string,
  more: Partial<AgentParameter> & { readonly longDescription: string },
): AgentParameter {
  return describeParameter(name, shortDescription, { defaultValue: "", ...more });
}

const EFFECTIVE: readonly AgentParameter[] = [
  parameter("ip", "Virtual IPv4 or IPv6 address", {
    isRequired: true,
    isUnique: true,
    longDescription: "The address, such as 192.0.2.10 or 2001:db8::10, without a prefix length.",
  }),
  parameter("nic", "Network interface", {
    longDescription:
      "The interface that gets the address, such as eth0. Left out, it is the one with the " +
      "longest subnet that contains the address, of several the one whose route the kernel " +
      "prefers, or that of a route without a gateway. A label after a colon is accepted.",
  }),
  parameter("cidr_netmask", "Prefix length", {
    longDescription:
      "Prefix length, 1 to 32 or 1 to 128, or a mask such as 255.255.255.0; by default that of " +
      "the subnet with the address.",
  }),
  parameter("broadcast", "Broadcast address", {
    longDescription: "IPv4 only: an address, + (all host bits set, the default) or - (none).",
  }),
  parameter("iflabel", "Interface label", {
    longDescription: "IPv4 only: appended to the interface name, 15 characters together at most.",
  }),
  parameter("arp_count", "Announcements after a start", {
    type: "integer",
    defaultValue: "5",
    longDescription: "How many gratuitous ARP or neighbour advertisements follow a start.",
  }),
  parameter("arp_interval", "Announcement interval in ms", {
    type: "integer",
    defaultValue: "200",
    longDescription: "Time between two announcements in milliseconds.",
  }),
  parameter("arp_count_refresh", "Announcements at each monitor", {
    type: "integer",
    defaultValue: "0",
    longDescription: "How many announcements each successful recurring monitor sends.",
  }),
  parameter("noprefixroute", "No prefix route", {
    type: "boolean",
    defaultValue: "false",
    longDescription: "Adds the address without a route to its prefix.",
  }),
  parameter("preferred_lft", "IPv6 preferred lifetime", {
    defaultValue: "forever",
    longDescription:
      "forever, or 0 so that the address is never chosen as a source. No other value.",
  }),
  parameter("handover_timeout", "How long a planned move may let connections end", {
    type: "integer",
    defaultValue: "2",
    longDescription:
      "With the meta attribute allow-migrate=true a planned move holds the address on both nodes " +
      "for a moment: new connections go to the new node, those that are open may end at the " +
      "former one for so many seconds, and are cut then. 0: they are cut at once. Never longer " +
      "than half of the timeout of the stop operation.",
  }),
];

const IGNORED_PARAMETERS: readonly AgentParameter[] = [
  parameter("arp_bg", "Ignored", {
    longDescription: `Announcements are always sent in the background. ${IGNORED}`,
  }),
  parameter("arp_sender", "Ignored", {
    longDescription: `Announcements go by arping and ndptool, or by the kernel. ${IGNORED}`,
  }),
  parameter("send_arp_opts", "Ignored", {
    longDescription: `Gratuitous ARP goes as requests and as replies. ${IGNORED}`,
  }),
  parameter("run_arping", "Ignored", {
    defaultValue: "false",
    longDescription: `The link is always asked for another owner before a start. ${IGNORED}`,
  }),
  parameter("nodad", "Ignored", {
    defaultValue: "false",
    longDescription: `The kernel's duplicate detection is off, the link is asked. ${IGNORED}`,
  }),
  parameter("flush_routes", "Ignored", {
    type: "boolean",
    defaultValue: "false",
    longDescription: `Current kernels have no route cache to flush. ${IGNORED}`,
  }),
  parameter("mac", "Ignored", { longDescription: IGNORED }),
  parameter("lvs_ipv6_addrlabel_value", "Ignored", {
    type: "integer",
    defaultValue: "99",
    longDescription: IGNORED,
  }),
];

const REFUSED_PARAMETERS: readonly AgentParameter[] = [
  parameter("clusterip_hash", "Refused but for its default", {
    longDescription: `One address cannot be shared by a clone. ${REFUSED}`,
  }),
  parameter("network_namespace", "Refused", { longDescription: REFUSED }),
  ...["unique_clone_address", "lvs_support", "lvs_ipv6_addrlabel"].map((name) =>
    parameter(name, "Refused when true", {
      type: "boolean",
      defaultValue: "false",
      longDescription: REFUSED,
    }),
  ),
];

/** Metadata of ocf:heartbeat:IPaddr2; names and defaults are those of resource-agents. */
export const IPADDR2_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "heartbeat",
  type: "IPaddr2",
  version: "1.0",
  shortDescription: "Manages a virtual IPv4 or IPv6 address",
  longDescription:
    "Holds one address on an interface of this host, makes sure that nobody else answers for it " +
    "before it is added, and announces it to the link.",
  parameters: [...EFFECTIVE, ...IGNORED_PARAMETERS, ...REFUSED_PARAMETERS],
  actions: [
    { name: "start", timeoutMs: 20_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 20_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 20_000, intervalMs: 10_000, depth: 0 },
    { name: "migrate_to", timeoutMs: 20_000, intervalMs: 0 },
    { name: "migrate_from", timeoutMs: 20_000, intervalMs: 0 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 20_000, intervalMs: 0 },
  ],
};
