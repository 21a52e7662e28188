/**
 * `cluster.yaml`: what is needed before the nodes can talk, as document and as text. Parsing YAML
 * itself is the caller's, so that programs which never read the file do not load the parser.
 */
import { createHash } from "node:crypto";
import {
  type ClusterConfig,
  type ClusterNode,
  PROFILE_TOKEN_MS,
  type Problem,
  type QuorumConfig,
} from "../core/model/index.ts";
import { addressFamily, canonicalAddress, isMulticast } from "./ip-address.ts";

/** The two files that both hosts have, with the same bytes. */
export const CLUSTER_FILE_NAMES = { config: "cluster.yaml", authkey: "authkey" } as const;

/** Bounds and defaults of the settings. Times are in milliseconds. */
export const CLUSTER_LIMITS = {
  port: 5405,
  /** The next one is a port too. */
  portMax: 65_534,
  tokenMinMs: 100,
  tokenMaxMs: 60_000,
  quorumTimeoutMaxMs: 3_600_000,
  linksMax: 2,
} as const;

/** A checked configuration, or everything that is wrong with it. */
export type ClusterFile =
  | { readonly kind: "config"; readonly config: ClusterConfig }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** The names that may stand in the file: of the file itself, of each node, of `quorum`. */
export const CLUSTER_FILE_FIELDS = {
  file: [
    "name",
    "nodes",
    "transport",
    "multicast_group",
    "port",
    "profile",
    "token_timeout_ms",
    "quorum",
  ],
  node: ["id", "name", "addresses"],
  quorum: ["two_node", "expected_votes", "wait_for_all", "quorum_timeout_ms"],
} as const;
const PROFILES = ["fast", "lan", "vm"] as const;
const TRANSPORTS = ["udpu", "udp"] as const;

/** Longest time that a lone starting node waits for its peer unless something else is set. */
export function quorumTimeoutDefaultMs(tokenTimeoutMs: number): number {
  return 3 * tokenTimeoutMs + 2000;
}

/** The multicast group of a cluster of this name, by the family of its first link. */
export function multicastGroupOf(clusterName: string, family: 4 | 6): string {
  const hash = createHash("sha256").update(clusterName).digest();
  const [high = 0, low = 0] = hash;
  if (family === 4) return `239.192.${high}.${low}`;
  return `ff15::4c42:${((high << 8) | low).toString(16)}`;
}

/**
 * Checks the document of a `cluster.yaml`. Every problem is returned, with its path in the file.
 */
export function parseClusterFile(document: unknown): ClusterFile {
  const check = new FileCheck();
  const root = check.fields("cluster.yaml", document, CLUSTER_FILE_FIELDS.file);
  const clusterName = check.text("name", root["name"]);
  if (clusterName !== "" && !isClusterName(clusterName)) {
    check.refuse("name", clusterName, NAME_RULE);
  }
  const nodes = parseNodes(check, root["nodes"]);
  const transport = check.choice("transport", root["transport"] ?? "udpu", TRANSPORTS);
  const profile = check.choice("profile", root["profile"] ?? "lan", PROFILES);
  const tokenTimeoutMs = check.integer(
    "token_timeout_ms",
    root["token_timeout_ms"] ?? PROFILE_TOKEN_MS[profile],
    [CLUSTER_LIMITS.tokenMinMs, CLUSTER_LIMITS.tokenMaxMs],
  );
  const { port: portDefault, portMax } = CLUSTER_LIMITS;
  const port = check.integer("port", root["port"] ?? portDefault, [1, portMax]);
  const quorum = parseQuorum(check, root["quorum"] ?? {}, tokenTimeoutMs);
  const family = addressFamily(nodes[0]?.addresses[0] ?? "") ?? 4;
  const multicastGroup = parseGroup(check, root["multicast_group"], {
    transport,
    family,
    clusterName,
  });
  if (check.problems.length > 0) return { kind: "refused", problems: check.problems };
  return {
    kind: "config",
    config: {
      clusterName,
      nodes,
      transport,
      multicastGroup,
      port,
      profile,
      tokenTimeoutMs,
      quorum,
    },
  };
}

/** The text of `cluster.yaml`: the same configuration gives the same bytes on every host. */
export function encodeClusterFile(config: ClusterConfig): string {
  const { quorum } = config;
  const nodes = config.nodes.flatMap(({ id, name, addresses }) => [
    `  - id: ${id}`,
    `    name: ${JSON.stringify(name)}`,
    `    addresses: [${addresses.map((address) => JSON.stringify(address)).join(", ")}]`,
  ]);
  const group = config.multicastGroup === null ? [] : groupLines(config.multicastGroup);
  return [
    "# What the two nodes of this cluster need before they can talk. The same bytes have to be on",
    "# both hosts: nodes with different files do not take over from each other. After an edit,",
    "# copy the file to the other host and restart lb-agent on both.",
    `name: ${JSON.stringify(config.clusterName)}`,
    "# One address for each link, in the same order on both nodes; at most two links.",
    "nodes:",
    ...nodes,
    "# udpu: unicast, passes everywhere; udp: multicast.",
    `transport: ${config.transport}`,
    ...group,
    "# UDP port of the tokens; messages use the next one. Both have to be open between the nodes.",
    `port: ${config.port}`,
    "# fast (token 200 ms), lan (1000 ms) or vm (5000 ms: survives snapshots and live migration).",
    `profile: ${config.profile}`,
    "# A node that was not heard for this long is lost.",
    `token_timeout_ms: ${config.tokenTimeoutMs}`,
    "quorum:",
    "  # With two_node one vote is enough, so that the node that is left goes on.",
    `  two_node: ${quorum.isTwoNode ? 1 : 0}`,
    `  expected_votes: ${quorum.votesExpected}`,
    "  # 1: a node that starts waits for its peer, for ever or until `lbctl quorum unblock`.",
    `  wait_for_all: ${quorum.waitsForAll ? 1 : 0}`,
    "  # With wait_for_all 0: how long a node that starts alone waits for its peer before it",
    "  # starts resources alone. 0: not at all (CMAN_QUORUM_TIMEOUT=0), which risks two active",
    "  # nodes when both start while the network between them is down.",
    ...quorumTimeoutLine(quorum),
    "",
  ].join("\n");
}

const NAME_RULE = "must be letters, digits, '.', '_' and '-', at most 64, letter or digit first";

/** True for what may be the name of a cluster, or of a node. */
export function isClusterName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

function groupLines(group: string): readonly string[] {
  return ["# The multicast group of the tokens.", `multicast_group: ${JSON.stringify(group)}`];
}

function quorumTimeoutLine(quorum: QuorumConfig): readonly string[] {
  return quorum.aloneAfterMs === null ? [] : [`  quorum_timeout_ms: ${quorum.aloneAfterMs}`];
}

function parseNodes(check: FileCheck, value: unknown): readonly ClusterNode[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  if (list.length !== 2) {
    check.refuse("nodes", `${list.length}`, "must be a list of exactly two nodes");
    return [];
  }
  const nodes = list.map((entry, index) => parseNode(check, entry, `nodes[${index}]`));
  const [first, second] = nodes;
  if (first === undefined || second === undefined) return nodes;
  if (first.name === second.name) {
    check.refuse("nodes", first.name, "two nodes must have different names");
  }
  if (first.id === second.id) check.refuse("nodes", `${first.id}`, "ids must be 1 and 2");
  if (first.addresses.length !== second.addresses.length) {
    const counts = `${first.addresses.length} and ${second.addresses.length} addresses`;
    check.refuse("nodes", counts, "both nodes need one address for each link");
  }
  checkAddresses(check, first, second);
  return nodes.toSorted((a, b) => a.id - b.id);
}

function parseNode(check: FileCheck, value: unknown, path: string): ClusterNode {
  const fields = check.fields(path, value, CLUSTER_FILE_FIELDS.node);
  const id = check.integer(`${path}.id`, fields["id"], [1, 2]);
  const name = check.text(`${path}.name`, fields["name"]);
  if (name !== "" && !isClusterName(name)) check.refuse(`${path}.name`, name, NAME_RULE);
  const list: readonly unknown[] = Array.isArray(fields["addresses"]) ? fields["addresses"] : [];
  if (list.length < 1 || list.length > CLUSTER_LIMITS.linksMax) {
    check.refuse(`${path}.addresses`, `${list.length}`, "must be a list of one or two addresses");
  }
  return { id, name, addresses: list.map((address) => String(address)) };
}

function checkAddresses(check: FileCheck, first: ClusterNode, second: ClusterNode): void {
  const all = [first, second].flatMap(({ name, addresses }) =>
    addresses.map((address) => ({ name, address })),
  );
  for (const { name, address } of all) {
    if (addressFamily(address) === null || isMulticast(address)) {
      check.refuse(`node ${name}`, address, "must be an IPv4 or IPv6 address of the host");
    }
  }
  const seen = new Set<string>();
  for (const { name, address } of all) {
    const canonical = canonicalAddress(address);
    if (seen.has(canonical)) check.refuse(`node ${name}`, address, "is used twice in this file");
    seen.add(canonical);
  }
  first.addresses.forEach((address, link) => {
    const other = second.addresses[link];
    if (other === undefined || addressFamily(address) === addressFamily(other)) return;
    const found = `${address} and ${other}`;
    check.refuse(`link ${link}`, found, "both ends of a link must be of one address family");
  });
}

function parseGroup(
  check: FileCheck,
  value: unknown,
  about: {
    readonly transport: "udp" | "udpu";
    readonly family: 4 | 6;
    readonly clusterName: string;
  },
): string | null {
  if (about.transport === "udpu") {
    if (value === undefined) return null;
    check.refuse("multicast_group", String(value), "is only for transport udp");
    return null;
  }
  const group = String(value ?? multicastGroupOf(about.clusterName, about.family));
  if (!isMulticast(group) || addressFamily(group) !== about.family) {
    const example = about.family === 4 ? "239.192.1.1" : "ff15::1";
    check.refuse("multicast_group", group, `must be a multicast group such as ${example}`);
  }
  return group;
}

function parseQuorum(check: FileCheck, value: unknown, tokenTimeoutMs: number): QuorumConfig {
  const fields = check.fields("quorum", value, CLUSTER_FILE_FIELDS.quorum);
  const isTwoNode = check.flag("quorum.two_node", fields["two_node"] ?? 1);
  const votesExpected = check.integer(
    "quorum.expected_votes",
    fields["expected_votes"] ?? (isTwoNode ? 1 : 2),
    [1, 2],
  );
  const waitsForAll = check.flag("quorum.wait_for_all", fields["wait_for_all"] ?? 0);
  const timeout = fields["quorum_timeout_ms"];
  if (waitsForAll) {
    if (timeout !== undefined) {
      check.refuse("quorum.quorum_timeout_ms", String(timeout), "is only for wait_for_all 0");
    }
    return { isTwoNode, votesExpected, waitsForAll, aloneAfterMs: null };
  }
  const aloneAfterMs = check.integer(
    "quorum.quorum_timeout_ms",
    timeout ?? quorumTimeoutDefaultMs(tokenTimeoutMs),
    [0, CLUSTER_LIMITS.quorumTimeoutMaxMs],
  );
  return { isTwoNode, votesExpected, waitsForAll, aloneAfterMs };
}

/** Reads values of an unknown document and collects what is wrong with them. */
class FileCheck {
  readonly problems: Problem[] = [];

  refuse(path: string, found: string, expected: string): void {
    this.problems.push({ code: "bad-cluster-file", path, found, expected });
  }

  fields(
    path: string,
    value: unknown,
    known: readonly string[],
  ): Readonly<Record<string, unknown>> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.refuse(path, show(value), `must have the fields ${known.join(", ")}`);
      return {};
    }
    for (const name of Object.keys(value).filter((each) => !known.includes(each))) {
      this.refuse(path, name, `unknown field; known are ${known.join(", ")}`);
    }
    return Object.fromEntries(Object.entries(value));
  }

  text(path: string, value: unknown): string {
    if (typeof value === "string" && value !== "") return value;
    // A name of digits alone is a number to YAML.
    if (typeof value === "number") return String(value);
    this.refuse(path, show(value), "must be a text");
    return "";
  }

  integer(path: string, value: unknown, [min, max]: readonly [number, number]): number {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.refuse(path, show(value), `must be a whole number from ${min} to ${max}`);
    return min;
  }

  flag(path: string, value: unknown): boolean {
    if (value === 1 || value === true) return true;
    if (value !== 0 && value !== false) this.refuse(path, show(value), "must be 0 or 1");
    return false;
  }

  choice<Choice extends string>(
    path: string,
    value: unknown,
    choices: readonly [Choice, ...Choice[]],
  ): Choice {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) this.refuse(path, show(value), `must be one of ${choices.join(", ")}`);
    return found ?? choices[0];
  }
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? "nothing").slice(0, 80);
}
