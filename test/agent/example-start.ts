import type { AgentStart } from "../../agent/core/agent/index.ts";
import { type ClusterConfig, emptyCib } from "../../agent/core/model/index.ts";

/** Two nodes, ip1 and ip2, with the default timing. */
export const EXAMPLE_CONFIG: ClusterConfig = {
  clusterName: "web",
  nodes: [
    { id: 1, name: "ip1", addresses: ["192.0.2.1"] },
    { id: 2, name: "ip2", addresses: ["192.0.2.2"] },
  ],
  transport: "udpu",
  multicastGroup: null,
  port: 5405,
  profile: "lan",
  tokenTimeoutMs: 1000,
  quorum: { isTwoNode: true, votesExpected: 2, waitsForAll: true, aloneAfterMs: 5000 },
};

/** What the agent of ip1 starts from, with nothing configured. */
export const EXAMPLE_START: AgentStart = {
  config: EXAMPLE_CONFIG,
  localNode: "ip1",
  release: "0.1.0",
  configHash: "h",
  cib: emptyCib(["ip1", "ip2"]),
  setAside: [],
  diskProblem: null,
};
