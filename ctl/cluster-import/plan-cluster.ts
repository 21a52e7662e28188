/** From what the old files say to the content of cluster.yaml. */
import {
  type ClusterConfig,
  PROFILE_TOKEN_MS,
  type Problem,
} from "../../agent/core/model/index.ts";
import {
  addressFamily,
  CLUSTER_LIMITS,
  type ClusterFile,
  isClusterName,
  parseClusterFile,
  quorumTimeoutDefaultMs,
} from "../../agent/wire/index.ts";
import type { ImportLines, OldCluster, OldNode } from "./old-cluster.ts";

/** A node with its name here, and addresses, or names that stand for some. */
export interface PlannedNode {
  readonly id: number;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What was said about the nodes beside the file. */
export interface NodeWords {
  /** The nodes of the CIB; their ids tell those that the file does not name. */
  readonly cibNodes: readonly { readonly name: string; readonly id?: string }[];
  /** New names by the old ones. */
  readonly map: ReadonlyMap<string, string>;
  /** Addresses by the old or new name, which count before those of the file. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

/** How many nodes a cluster has here. */
const NODES = 2;
const NAMES_SHOWN = 8;
/** A node without a number comes after those that have one. */
const ID_LAST = 2 ** 32;

/** The two nodes with names, by their old numbers; or why there are none. */
export function nameNodes(
  old: readonly OldNode[],
  words: NodeWords,
  lines: ImportLines,
): { readonly nodes: readonly PlannedNode[]; readonly problems: readonly Problem[] } {
  const known = old.length > 0 ? old : nodesOfWords(words);
  const named = known.map((node) => ({ ...node, name: nameOf(node, words) }));
  const names = named.map(({ name, id }) => name ?? `node ${id ?? "?"}`);
  if (named.length !== NODES) {
    const hint = named.length === 0 ? "; give the CIB too, or --addr NODE=ADDRESS for both" : "";
    const expected = `a cluster here has exactly two nodes${hint}`;
    return { nodes: [], problems: [problem("nodes", showNames(names), expected)] };
  }
  const problems = [...unnamed(named), ...unknownWords(names, words)];
  if (problems.length > 0) return { nodes: [], problems };
  const sorted = named.toSorted((a, b) => (a.id ?? ID_LAST) - (b.id ?? ID_LAST));
  const nodes = sorted.map((node, index) => {
    const id = index + 1;
    const oldName = node.name ?? "";
    const name = words.map.get(oldName) ?? oldName;
    if (name !== oldName) lines.change(`node ${oldName}`, `is node ${name} here`, null);
    const number = `node ${name} nodeid="${node.id}"`;
    if (node.id === id) lines.carry(number, "id", null);
    else if (node.id !== null) lines.change(number, `is ${id} here`, null);
    const given = words.addresses.get(name) ?? words.addresses.get(oldName);
    // A node whose address is its name is found by the name that it has here.
    const own = node.addresses.map((each) => (each === oldName ? name : each));
    return { id, name, addresses: given ?? own };
  });
  return { nodes, problems: [] };
}

/** The checked configuration; a line for each setting that the old files leave open. */
export function planCluster(
  old: OldCluster,
  about: {
    readonly nodes: readonly PlannedNode[];
    /** Name of the cluster by its CIB. */
    readonly cibName: string | null;
    /** Null: the default. */
    readonly aloneAfterMs: number | null;
  },
  lines: ImportLines,
): ClusterFile {
  const clusterName = planName(old.clusterName ?? about.cibName, lines);
  const tokenTimeoutMs = planToken(old.tokenTimeoutMs, lines);
  if (old.transport === "udp" && old.multicastGroup === null) {
    lines.change("multicast_group", "not given: made anew from the name of the cluster", null);
  }
  return parseClusterFile({
    name: clusterName,
    nodes: about.nodes,
    transport: old.transport,
    ...(old.multicastGroup === null ? {} : { multicast_group: old.multicastGroup }),
    port: old.port ?? CLUSTER_LIMITS.port,
    profile: profileOf(tokenTimeoutMs),
    token_timeout_ms: tokenTimeoutMs,
    quorum: planQuorum(old.quorum, { aloneAfterMs: about.aloneAfterMs, tokenTimeoutMs, lines }),
  });
}

/** What is known of a cluster when no file says anything: the defaults of `cluster setup`. */
export const NOTHING_KNOWN: OldCluster = {
  clusterName: null,
  nodes: [],
  transport: "udpu",
  multicastGroup: null,
  port: null,
  tokenTimeoutMs: null,
  quorum: { isTwoNode: true, votesExpected: null, waitsForAll: false },
};

function showNames(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > NAMES_SHOWN ? " and more" : "";
  return `${names.length}, ${names.slice(0, NAMES_SHOWN).join(", ")}${more}`;
}

function nodesOfWords({ cibNodes, addresses }: NodeWords): readonly OldNode[] {
  if (cibNodes.length > 0) return cibNodes.map(({ name }) => ({ id: null, name, addresses: [] }));
  return [...addresses.keys()].map((name) => ({ id: null, name, addresses: [] }));
}

/** By the rules of Pacemaker: the name, else that of the CIB, else an address that is a name. */
function nameOf(node: OldNode, { cibNodes }: NodeWords): string | null {
  if (node.name !== null) return node.name;
  const [address = ""] = node.addresses;
  const known = cibNodes.find(({ id }) => node.id !== null && id === String(node.id));
  if (known !== undefined) return known.name;
  return address === "" || addressFamily(address) !== null ? null : address;
}

function unnamed(nodes: readonly OldNode[]): readonly Problem[] {
  return nodes
    .filter(({ name }) => name === null)
    .map(({ id, addresses }) =>
      problem(
        `node ${addresses[0] ?? id ?? "without a number"}`,
        "has no name",
        "write name: into its node section, or give the CIB too, which knows it by its nodeid",
      ),
    );
}

/** What was said about nodes that are not there. */
function unknownWords(names: readonly string[], { addresses, map }: NodeWords): readonly Problem[] {
  const expected = `is none of the nodes ${names.join(", ")}`;
  const known = new Set([...names, ...names.map((name) => map.get(name) ?? name)]);
  const strange = [...addresses.keys()].filter((name) => !known.has(name));
  const unmapped = [...map].filter(([from]) => !names.includes(from));
  return [
    ...unmapped.map(([from, to]): Problem => {
      const path = `--map ${from}=${to}`;
      return { code: "bad-node-map", path, found: from, expected };
    }),
    ...strange.map((name) => problem(`--addr ${name}`, "", expected)),
  ];
}

function planName(name: string | null, lines: ImportLines): string {
  if (name !== null && isClusterName(name)) return name;
  const letters = (name ?? "").replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[._-]+/, "");
  const chosen = letters === "" ? "cluster" : letters.slice(0, 64);
  const found = name === null ? "not given" : `"${name}" cannot be a name`;
  lines.change("name of the cluster", `${found}: ${chosen}`, null);
  return chosen;
}

function planToken(given: number | null, lines: ImportLines): number {
  const { tokenMinMs, tokenMaxMs } = CLUSTER_LIMITS;
  if (given === null) {
    const text =
      `not given (cman: 10000 ms, corosync: 1000 ms, from 3.1 on 3000 ms): profile lan, ` +
      `${PROFILE_TOKEN_MS.lan} ms`;
    lines.change("token timeout", text, null);
    return PROFILE_TOKEN_MS.lan;
  }
  const within = Math.min(Math.max(given, tokenMinMs), tokenMaxMs);
  if (within !== given) {
    const text = `${given} ms is outside of ${tokenMinMs} to ${tokenMaxMs}: ${within} ms`;
    lines.change("token timeout", text, null);
  }
  return within;
}

/** The profile whose token timeout comes closest from below. */
function profileOf(tokenTimeoutMs: number): ClusterConfig["profile"] {
  if (tokenTimeoutMs >= PROFILE_TOKEN_MS.vm) return "vm";
  return tokenTimeoutMs >= PROFILE_TOKEN_MS.lan ? "lan" : "fast";
}

function planQuorum(
  { isTwoNode, votesExpected, waitsForAll }: OldCluster["quorum"],
  about: {
    readonly aloneAfterMs: number | null;
    readonly tokenTimeoutMs: number;
    readonly lines: ImportLines;
  },
): object {
  const { aloneAfterMs, tokenTimeoutMs, lines } = about;
  const votes = votesExpected ?? (isTwoNode ? 1 : NODES);
  const within = Math.min(Math.max(votes, 1), NODES);
  if (within !== votes) lines.change("expected_votes", `${votes}: ${within} of two nodes`, null);
  const common = { two_node: isTwoNode ? 1 : 0, expected_votes: within };
  if (waitsForAll) return { ...common, wait_for_all: 1 };
  const timeoutMs = aloneAfterMs ?? quorumTimeoutDefaultMs(tokenTimeoutMs);
  if (aloneAfterMs === null && isTwoNode) {
    const text = `${timeoutMs} ms: so long a node that starts alone waits for its peer; it did not`;
    lines.change("quorum_timeout_ms", text, null);
  }
  return { ...common, wait_for_all: 0, quorum_timeout_ms: timeoutMs };
}

function problem(path: string, found: string, expected: string): Problem {
  return { code: "bad-old-config", path, found, expected };
}
