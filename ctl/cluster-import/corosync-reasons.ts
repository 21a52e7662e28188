/**
 * Why settings of corosync.conf are left out, by section and name (corosync.conf(5)), and what is
 * said of those that cluster.conf of cman has too.
 */

/** Of whether and how messages are encrypted. */
export const ALWAYS_SEALED =
  "always sealed here: encrypted and authenticated, with a key of its own (authkey)";
/** Of a cluster in which no node goes on alone. */
export const NO_TWO_NODE =
  "without two_node a node alone has no quorum: it takes nothing over unless no-quorum-policy is " +
  "ignore";
/** Of a transport that is none. */
export const UNKNOWN_TRANSPORT = "is not known here: transport udpu, which passes everywhere";
/** Of a transport that is not given. */
export const MULTICAST_DEFAULT = "not given: multicast, transport udp";
/** Of a group where the transport is another. */
export const NO_GROUP = "only multicast has a group";
/** Of the votes of a node. */
export const ONE_VOTE = "each node has one vote";

/** Of the port of the tokens. */
export function renderPort(port: string): string {
  return `port ${port}; the second one here is the next, not the one before`;
}

const TIMER = "tokens here go both ways at a tenth of the token timeout: there is no such timer";
const SIZE = "packets here fit every link and nothing is queued by the ring";
const KNET = "links here are plain UDP, all of them carry every token";
const ADDRESS = "nodes have addresses here, from the list of nodes or by their names";
const SEAL = "everything between the nodes is sealed here with a key of its own (authkey)";
const VOTES = "there are two nodes with a vote each";
const UNKNOWN = "is not known here";
const LOG = "lb-agent logs by its own settings";

const TOTEM: ReadonlyMap<string, string> = new Map([
  ["version", "the form of the file"],
  ["config_version", "the form of the file"],
  ["cluster_uuid", "a cluster is known by its name and key"],
  ["clear_node_high_bit", "nodes are 1 and 2 here"],
  ["nodeid", "nodes are 1 and 2 here"],
  ["vsftype", "there are no such filters"],
  ["threads", "needs none"],
  ["autojoin", "the list of nodes is what it is"],
  ["block_unlisted_ips", "a packet that is not sealed with the key is dropped anyway"],
  ["ip_version", "the family is that of the addresses"],
  ["token_coefficient", "counts from three nodes on"],
  ["token_warning", "lbctl status says when a node was not heard"],
  ["crypto_model", SEAL],
  ["keyfile", SEAL],
  ["key", SEAL],
  ["rrp_mode", KNET],
  ["link_mode", KNET],
  ["rrp_problem_count_timeout", KNET],
  ["rrp_problem_count_threshold", KNET],
  ["rrp_token_expired_timeout", KNET],
  ["netmtu", SIZE],
  ["window_size", SIZE],
  ["max_messages", SIZE],
  ["miss_count_const", SIZE],
  ["token_retransmit", TIMER],
  ["token_retransmits_before_loss_const", TIMER],
  ["hold", TIMER],
  ["join", TIMER],
  ["send_join", TIMER],
  ["consensus", TIMER],
  ["merge", TIMER],
  ["downcheck", TIMER],
  ["fail_recv_const", TIMER],
  ["seqno_unchanged_const", TIMER],
  ["heartbeat_failures_allowed", TIMER],
  ["max_network_delay", TIMER],
  ["cancel_token_hold_on_retransmit", TIMER],
]);

const INTERFACE: ReadonlyMap<string, string> = new Map([
  ["bindnetaddr", ADDRESS],
  ["memberaddr", ADDRESS],
  ["ttl", "the nodes are on one link"],
]);

const QUORUM: ReadonlyMap<string, string> = new Map([
  ["last_man_standing", VOTES],
  ["last_man_standing_window", VOTES],
  ["auto_tie_breaker", VOTES],
  ["auto_tie_breaker_node", VOTES],
  ["allow_downscale", VOTES],
  ["expected_votes_tracking", VOTES],
]);

/** Sections that are left out as a whole; `aisexec`, `amf`, `service` are those of corosync 1. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["logging", LOG],
  ["service", "what corosync 1 loads; the resources are managed here"],
  ["aisexec", "lb-agent runs as root"],
  ["amf", "has no place here"],
  ["system", "lb-heartbeat asks for realtime scheduling by itself"],
  ["resources", "the unit of lb-agent has a watchdog of its own"],
  ["nozzle", "there are no such network devices"],
  ["uidgid", "lbctl may be used by root and the group haclient"],
  ["event", "has no place here"],
]);

/** Why a setting of `totem` is left out. */
export function totemReason(name: string): string {
  if (name.startsWith("knet_")) return KNET;
  return TOTEM.get(name) ?? UNKNOWN;
}

/** Why a setting of an `interface` of `totem` is left out. */
export function interfaceReason(name: string): string {
  if (name.startsWith("knet_")) return KNET;
  return INTERFACE.get(name) ?? UNKNOWN;
}

/** Why a setting of `quorum` is left out. */
export function quorumReason(name: string): string {
  return QUORUM.get(name) ?? UNKNOWN;
}

/** Why a section is left out with everything in it. */
export function sectionReason(name: string): string {
  return SECTIONS.get(name) ?? UNKNOWN;
}
