/** The words of `lbctl cluster setup` to the content of cluster.yaml, once names are resolved. */
import { type ClusterConfig, PROFILE_TOKEN_MS } from "../../agent/core/model/index.ts";
import {
  addressFamily,
  CLUSTER_LIMITS,
  multicastGroupOf,
  parseClusterFile,
  quorumTimeoutDefaultMs,
} from "../../agent/wire/index.ts";
import { refused, refusedBy } from "../ctl-error.ts";
import { parseWhole } from "./parse-values.ts";

/** A node as it was typed: without addresses its name is resolved. */
export interface NamedNode {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** Options of `cluster setup`, as text. */
export interface SetupOptions {
  readonly transport?: string;
  readonly profile?: string;
  readonly token?: string;
  readonly port?: string;
  readonly quorumTimeout?: string;
  readonly waitsForAll: boolean;
}

const USAGE =
  "cluster setup NAME NODE [addr=ADDRESS [addr=ADDRESS]] NODE [addr=ADDRESS [addr=ADDRESS]] " +
  "[--transport udpu|udp] [--profile fast|lan|vm] [--token MS] [--port N] " +
  "[--wait-for-all | --quorum-timeout MS] [--force]";

/** The cluster's name and its two nodes. */
export function parseSetup(words: readonly string[]): {
  readonly clusterName: string;
  readonly nodes: readonly NamedNode[];
} {
  const [clusterName, ...rest] = words;
  const nodes: { name: string; addresses: string[] }[] = [];
  for (const word of rest) {
    const last = nodes.at(-1);
    if (word.startsWith("addr=")) {
      if (last === undefined) throw refused(`usage: lbctl ${USAGE}`);
      last.addresses.push(word.slice("addr=".length));
    } else if (word.includes("="))
      throw refused(`invalid node option '${word}': only addr= is known`);
    else nodes.push({ name: word, addresses: [] });
  }
  if (clusterName === undefined || nodes.length === 0) throw refused(`usage: lbctl ${USAGE}`);
  if (nodes.length !== 2) {
    const names = nodes.map(({ name }) => name).join(" ");
    throw refused(`a cluster has exactly two nodes, found ${nodes.length}: ${names}`);
  }
  return { clusterName, nodes };
}

/** The checked configuration. All nodes have their addresses. Throws with every problem. */
export function makeClusterConfig(
  setup: { readonly clusterName: string; readonly nodes: readonly NamedNode[] },
  options: SetupOptions,
): ClusterConfig {
  const profile = readChoice("profile", options.profile ?? "lan", ["fast", "lan", "vm"] as const);
  const transport = readChoice("transport", options.transport ?? "udpu", ["udpu", "udp"] as const);
  const { tokenMinMs, tokenMaxMs, quorumTimeoutMaxMs } = CLUSTER_LIMITS;
  const tokenMs =
    options.token === undefined
      ? PROFILE_TOKEN_MS[profile]
      : parseWhole("token timeout in ms", options.token, [tokenMinMs, tokenMaxMs]);
  const family = addressFamily(setup.nodes[0]?.addresses[0] ?? "") ?? 4;
  if (options.waitsForAll && options.quorumTimeout !== undefined) {
    throw refused("--wait-for-all and --quorum-timeout exclude each other");
  }
  const timeout =
    options.quorumTimeout === undefined
      ? quorumTimeoutDefaultMs(tokenMs)
      : parseWhole("quorum timeout in ms", options.quorumTimeout, [0, quorumTimeoutMaxMs]);
  const file = parseClusterFile({
    name: setup.clusterName,
    nodes: setup.nodes.map((node, index) => ({ id: index + 1, ...node })),
    transport,
    ...(transport === "udp"
      ? { multicast_group: multicastGroupOf(setup.clusterName, family) }
      : {}),
    port:
      options.port === undefined
        ? CLUSTER_LIMITS.port
        : parseWhole("port", options.port, [1, CLUSTER_LIMITS.portMax]),
    profile,
    token_timeout_ms: tokenMs,
    quorum: {
      two_node: 1,
      expected_votes: 1,
      wait_for_all: options.waitsForAll ? 1 : 0,
      ...(options.waitsForAll ? {} : { quorum_timeout_ms: timeout }),
    },
  });
  if (file.kind === "refused") throw refusedBy(file.problems);
  return file.config;
}

function readChoice<Choice extends string>(
  name: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw refused(
      `'${text}' is not a valid ${name}, use ${choices.map((c) => `'${c}'`).join(", ")}`,
    );
  }
  return found;
}
