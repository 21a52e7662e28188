/** lb-agent(8), and lb-cluster.yaml(5) from the limits and defaults of the file. */
import { PROFILE_TOKEN_MS } from "../../agent/core/model/index.ts";
import {
  CLUSTER_FILE_FIELDS,
  CLUSTER_LIMITS,
  encodeClusterFile,
  parseClusterFile,
} from "../../agent/wire/index.ts";
import {
  entry,
  escapeText,
  type PageHead,
  pageHead,
  paragraphs,
  section,
  seeAlso,
  verbatim,
} from "./roff.ts";

type About = Pick<PageHead, "day" | "release">;
type Fields = typeof CLUSTER_FILE_FIELDS;
type Texts<Names extends readonly string[]> = Readonly<Record<Names[number], string>>;

/** lb-agent(8). */
export function renderAgentDaemonPage(about: About): string {
  const summary = "failover manager of one node of an lb-cluster";
  return [
    ...pageHead({ name: "lb-agent", section: 8, summary, ...about }),
    ...section("SYNOPSIS", [".B lb-agent", escapeText("[--version]")]),
    ...section(
      "DESCRIPTION",
      paragraphs(
        "lb-agent runs on both nodes of a cluster. It decides with the other node which of " +
          "them holds the virtual address and the server, supervises both through resource " +
          "agents, and answers lbctl. It starts lb-heartbeat, a process that does nothing but " +
          "send and receive tokens. It must run as root.",
        "Usually systemd runs it, as lb-agent.service. A stop of the unit is a planned leave: " +
          "resources move to the other node first. An agent that ends otherwise leaves its " +
          "servers running; started again, it finds them by probes and goes on.",
      ),
    ),
    ...section("OPTIONS", entry("--version", "Print the release and end.")),
    ...section(
      "SIGNALS",
      entry(
        "SIGTERM, SIGINT",
        "Move the resources, say goodbye, end. In a restart by systemd all stays as it is.",
      ),
    ),
    ...section('"EXIT STATUS"', [
      ...entry("0", "Left in order."),
      ...entry("1", "Failed; systemd starts it again."),
      ...entry("2", "The files of the cluster were refused; each line names one problem."),
      ...entry("3", "Not root, or the host cannot be used: a port is taken, another agent runs."),
    ]),
    ...section("ENVIRONMENT", [
      ...entry(
        "NOTIFY_SOCKET, WATCHDOG_USEC",
        "Set by systemd: the agent tells it that it is well.",
      ),
      ...entry(
        "LB_CLUSTER_ETC, LB_CLUSTER_LIB, LB_CLUSTER_RUN, LB_CLUSTER_LOG",
        "Folders to use in place of those below FILES.",
      ),
    ]),
    ...section("FILES", [
      ...entry("/etc/lb-cluster/", "cluster.yaml and the secret, authkey (mode 0400)."),
      ...entry("/var/lib/lb-cluster/", "The configuration with older generations."),
      ...entry("/run/lb-cluster/", "The socket, the process id, state files of resources."),
      ...entry(
        "/var/log/lb-cluster/agent.log",
        "One line of JSON an event. The agent rotates it itself, at 8 MiB, and keeps four. Under " +
          "systemd the same lines are in the journal.",
      ),
    ]),
    ...seeAlso(["lbctl", 8], ["lb-cluster.yaml", 5], ["systemctl", 1]),
    "",
  ].join("\n");
}

/** lb-cluster.yaml(5). The compiler asks for a text of each field that there is. */
export function renderClusterFilePage(about: About): string {
  const summary = "nodes, addresses and timing of an lb-cluster";
  return [
    ...pageHead({ name: "lb-cluster.yaml", section: 5, summary, ...about }),
    ...section("SYNOPSIS", [".I /etc/lb-cluster/cluster.yaml"]),
    ...section(
      "DESCRIPTION",
      paragraphs(
        "What two nodes need before they can talk. lbctl cluster setup and lbctl cluster join " +
          "write the file; it has to be the same, byte for byte, on both hosts. After an edit " +
          "copy it to the other host and restart lb-agent on both. Resources and properties are " +
          "not in it: those are made with lbctl.",
      ),
    ),
    ...section("FIELDS", entries(CLUSTER_FILE_FIELDS.file, fileTexts())),
    ...section('"FIELDS OF A NODE"', entries(CLUSTER_FILE_FIELDS.node, NODE_TEXTS)),
    ...section('"FIELDS OF QUORUM"', entries(CLUSTER_FILE_FIELDS.quorum, quorumTexts())),
    ...section("EXAMPLE", verbatim(exampleFile())),
    ...seeAlso(["lbctl", 8], ["lb-agent", 8]),
    "",
  ].join("\n");
}

function entries<Names extends readonly string[]>(
  names: Names,
  texts: Texts<Names>,
): readonly string[] {
  return Object.entries<string>(texts)
    .toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b))
    .flatMap(([name, text]) => entry(name, text));
}

function fileTexts(): Texts<Fields["file"]> {
  const { port, tokenMinMs, tokenMaxMs } = CLUSTER_LIMITS;
  const profiles = Object.entries(PROFILE_TOKEN_MS).map(([name, ms]) => `${name} (${ms} ms)`);
  return {
    name: "Name of the cluster: letters, digits, '.', '_' and '-'. Required.",
    nodes: "A list of exactly two nodes. Required.",
    transport: "How tokens travel: udpu, unicast, the default; or udp, multicast.",
    multicast_group: "Group of the tokens with transport udp; by default one made of the name.",
    port: `UDP port of the tokens, ${port} by default; messages use the next one.`,
    profile: `Sets the token timeout: ${profiles.join(", ")}; lan by default.`,
    token_timeout_ms:
      "A node that was not heard for this many milliseconds is lost: from " +
      `${tokenMinMs} to ${tokenMaxMs}, by default that of the profile.`,
    quorum: "How votes are counted; may be left out.",
  };
}

const NODE_TEXTS: Texts<Fields["node"]> = {
  id: "1 or 2.",
  name: "Name of the node, such as that of its host.",
  addresses:
    `One address for each link, at most ${CLUSTER_LIMITS.linksMax}, in the same order on both ` +
    "nodes; IPv4 or IPv6, the same on both ends of a link.",
};

function quorumTexts(): Texts<Fields["quorum"]> {
  return {
    two_node: "1, the default: one vote is enough, so that the node that is left goes on. Else 0.",
    expected_votes: "Votes that count as all: 1 with two_node, else 2, unless set.",
    wait_for_all: "1: a node that starts waits for its peer for ever. 0 by default.",
    quorum_timeout_ms:
      "With wait_for_all 0: how many milliseconds a node that starts alone waits for its peer, " +
      `up to ${CLUSTER_LIMITS.quorumTimeoutMaxMs}; 0: not at all. By default ` +
      `${exampleConfig().quorum.aloneAfterMs} with a token timeout of ` +
      `${exampleConfig().tokenTimeoutMs}.`,
  };
}

function exampleFile(): string {
  return encodeClusterFile(exampleConfig());
}

function exampleConfig() {
  const file = parseClusterFile({
    name: "webcluster",
    nodes: [
      { id: 1, name: "lb1", addresses: ["192.0.2.18"] },
      { id: 2, name: "lb2", addresses: ["192.0.2.19"] },
    ],
  });
  if (file.kind === "refused") throw new Error("the example of cluster.yaml is refused");
  return file.config;
}
