import type { NodeName } from "./names.ts";

/** How tokens travel: `udpu` is unicast, `udp` multicast (RHEL 6 cman's names). */
export type Transport = "udpu" | "udp";

/** One cluster member as configured; `addresses` holds one address a link, in link order. */
export interface ClusterNode {
  /** 1 or 2. */
  readonly id: number;
  readonly name: NodeName;
  readonly addresses: readonly string[];
}

/** What is needed before the nodes can talk: the content of `cluster.yaml`, checked. */
export interface ClusterConfig {
  readonly clusterName: string;
  readonly nodes: readonly ClusterNode[];
  readonly transport: Transport;
  /** Multicast group, only for transport `udp`; null otherwise. */
  readonly multicastGroup: string | null;
  /** UDP port of tokens; messages use the next one. */
  readonly port: number;
  readonly profile: "fast" | "lan" | "vm";
  readonly tokenTimeoutMs: number;
  readonly quorum: QuorumConfig;
}

/** Vote counting as votequorum does it. */
export interface QuorumConfig {
  readonly isTwoNode: boolean;
  readonly votesExpected: number;
  readonly waitsForAll: boolean;
  /**
   * How long a starting node waits for its peer before it may act alone; 0 as
   * CMAN_QUORUM_TIMEOUT=0. Null: for ever.
   */
  readonly aloneAfterMs: number | null;
}

/** Token timeouts of the profiles, in milliseconds. */
export const PROFILE_TOKEN_MS = { fast: 200, lan: 1000, vm: 5000 } as const;

/** How many tokens are sent in one token timeout, while all is well and otherwise. */
export const TOKENS_PER_TIMEOUT = { calm: 5, restless: 10 } as const;
