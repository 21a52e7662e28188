/** `lbctl cluster …`: the life of the cluster on this host. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { encodeJoinToken, findLocalNode } from "../../agent/wire/index.ts";
import { probeSocket } from "../../proto/probe-socket.ts";
import { noAgent } from "../agent-client/no-agent.ts";
import { CtlError, failed, refused, unreachable } from "../ctl-error.ts";
import {
  hasSystemd,
  hasUnit,
  isUnitActive,
  readAgentPid,
  runHost,
  startAgent,
  systemctl,
  waitForEnd,
} from "../host/agent-process.ts";
import {
  clusterFilePaths,
  hasCluster,
  notInCluster,
  parseConfigText,
  readClusterTexts,
  readHost,
  removeClusterTexts,
} from "../host/cluster-texts.ts";
import { renderStatusCluster } from "../render/render-status.ts";
import type { Session } from "../session.ts";
import { addAuthkeyCommands } from "./authkey-commands.ts";
import {
  addCommand,
  addFamily,
  FORMAT,
  isGiven,
  type Options,
  PLAN,
  PLAN_FORMAT,
  WAIT,
} from "./command-kit.ts";
import { join as joinCluster, setup } from "./found-cluster.ts";
import { importCluster } from "./import-cluster.ts";
import { showPart } from "./status-commands.ts";
import { parseWait, pause, waitUntilStable } from "./wait-until-stable.ts";

const STOP_LIMIT_MS = 600_000;
const PEER_WAIT_MS = 1500;
/** What a socket says when no agent is behind it. */
const GONE = ["ENOENT", "ECONNREFUSED"];
const ALL = ["--all", "on both nodes"] as const;

/** Adds `cluster` and its commands. */
export function addClusterCommands(program: Command, session: Session): void {
  const cluster = addFamily(program, { name: "cluster", summary: "the cluster on this host" });
  addCommand(cluster, {
    name: "setup NAME NODE [addr=ADDRESS]... NODE [addr=ADDRESS]...",
    summary: "write the files of a new cluster on this host",
    options: [
      ["--transport <name>", "udpu (unicast, the default) or udp (multicast)"],
      ["--profile <name>", "fast, lan (the default) or vm: sets the token timeout"],
      ["--token <ms>", "token timeout in milliseconds"],
      ["--port <n>", "UDP port of the tokens; messages use the next one"],
      ["--wait-for-all [flag]", "a starting node waits for its peer for ever"],
      ["--quorum-timeout <ms>", "how long a lone starting node waits; 0: not at all"],
      ["--force", "replace the files of another cluster"],
    ],
    run: (words, options) => setup(session, words, options),
  });
  addCommand(cluster, {
    name: "import FILE...",
    summary: "a pair from the files of cman, corosync and Pacemaker",
    options: [
      ["--dry-run", "say what would become of each thing, and change nothing; needs no agent"],
      ["--map <pairs...>", "OLD=NEW: the node OLD of the files is the node NEW here"],
      ["--addr <pairs...>", "NODE=ADDRESS[,ADDRESS]: where the name stands for no address"],
      ["--to <folder>", "write the two files there, for two hosts that this one is not"],
      ["--force", "replace the files of another cluster"],
      WAIT,
    ],
    run: (words, options) => importCluster(session, words, options),
  });
  addCommand(cluster, {
    name: "token",
    summary: "print the secret line that the other host joins with",
    run: () => session.terminal.out(encodeJoinToken(readClusterTexts(session.paths.etc))),
  });
  addCommand(cluster, {
    name: "join -",
    summary: "read the secret line from standard input and write the same files here",
    options: [["--force", "replace the files of another cluster"]],
    run: (words, options) => joinCluster(session, words, options),
  });
  addCommand(cluster, {
    name: "start",
    summary: "start lb-agent",
    options: [ALL, ["--wait [seconds]", "until the cluster has come to rest (60 s, or --wait=N)"]],
    run: (words, options) => start(session, words, options),
  });
  addCommand(cluster, {
    name: "stop",
    summary: "move resources to the other node, leave the cluster, end lb-agent",
    options: [
      ALL,
      ["--force", "accepted, as with pcs"],
      ["--wait [seconds]", "accepted: it always returns when lb-agent has ended"],
      PLAN,
      PLAN_FORMAT,
    ],
    run: (words, options) => stop(session, words, options),
  });
  addAuthkeyCommands(cluster, session);
  addUnitCommands(cluster, session);
  addCommand(cluster, {
    name: "status",
    summary: "the summary and the nodes",
    options: [FORMAT],
    run: (_words, options) => showPart(session, options, renderStatusCluster),
  });
  addCommand(cluster, {
    name: "config",
    summary: "the cluster.yaml of this host",
    aliases: ["show"],
    run: () => session.terminal.out(readConfigText(session).trimEnd()),
  });
  addCommand(cluster, {
    name: "destroy",
    summary: "stop, and remove the cluster from this host for good",
    options: [["--force", "accepted, as with pcs"], ALL],
    run: (_words, options) => destroy(session, options),
  });
}

function addUnitCommands(cluster: Command, session: Session): void {
  for (const verb of ["enable", "disable"] as const) {
    addCommand(cluster, {
      name: verb,
      summary: `${verb === "enable" ? "start" : "do not start"} lb-agent with the host`,
      options: [ALL],
      run: async (_words, options) => {
        if (!hasSystemd()) throw failed(`this host does not run systemd: cannot ${verb} lb-agent`);
        await systemctl(verb);
        if (isGiven(options, "all")) await onPeer(session, verb);
      },
    });
  }
}

function readConfigText({ paths }: Session): string {
  if (!hasCluster(paths.etc)) throw notInCluster(paths.etc);
  return readFileSync(clusterFilePaths(paths.etc).config, "utf8");
}

function requireRoot(what: string): void {
  if (process.getuid?.() !== 0) throw unreachable(`no permission to ${what}: run as root`);
}

function refuseWords(words: readonly string[], verb: string): void {
  const [first] = words;
  if (first === undefined) return;
  throw refused(`cluster ${verb} takes no names, found '${first}'; use --all for both nodes`);
}

async function start(session: Session, words: readonly string[], options: Options): Promise<void> {
  refuseWords(words, "start");
  const { paths, terminal } = session;
  const waitMs = parseWait(options["wait"]);
  if (!hasCluster(paths.etc)) throw notInCluster(paths.etc);
  if ((await probeSocket(paths.socket)) === "answers") {
    terminal.out("lb-agent is already running");
  } else {
    requireRoot("start lb-agent");
    terminal.out("Starting Cluster...");
    await startAgent(paths);
  }
  if (isGiven(options, "all") && !(await hasPeerOnline(session))) await onPeer(session, "start");
  if (waitMs === null) return;
  await session.withAgent(async (agent) => {
    await waitUntilStable(agent, waitMs);
    terminal.out("The cluster has come to rest");
  });
}

/** The peer may just be joining: it gets a moment before ssh is tried. */
async function hasPeerOnline(session: Session): Promise<boolean> {
  return session.withAgent(async (agent) => {
    const end = Date.now() + PEER_WAIT_MS;
    for (;;) {
      const { nodes } = await agent.getStatus();
      if (nodes.every(({ isOnline }) => isOnline)) return true;
      if (Date.now() > end) return false;
      await pause(100);
    }
  });
}

async function onPeer(session: Session, verb: string): Promise<void> {
  const config = await parseConfigText(readConfigText(session));
  const local = findLocalNode(config, readHost());
  const peer = config.nodes.find(({ name }) => !("code" in local) && name !== local.name);
  if (peer === undefined) throw failed("this host is none of the cluster's nodes");
  const [address = peer.name] = peer.addresses;
  const options = ["-o", "BatchMode=yes", "-o", "ConnectTimeout=5"];
  const result = runHost("ssh", [...options, address, "lbctl", "cluster", verb]);
  if (result.isDone) return;
  throw failed(
    `${peer.name}: not done there; run "lbctl cluster ${verb}" on ${peer.name} ` +
      `(ssh: ${result.said.replace(/^ssh: /, "")})`,
  );
}

async function stop(session: Session, words: readonly string[], options: Options): Promise<void> {
  refuseWords(words, "stop");
  const { paths, terminal } = session;
  const isWholeCluster = isGiven(options, "all");
  if (isGiven(options, "plan")) return askToStop(session, isWholeCluster);
  const isByUnit = isUnitActive();
  const state = await probeSocket(paths.socket);
  if (state !== "answers" && !isByUnit) {
    if (!GONE.includes(state)) throw noAgent(paths.socket, state);
    const pid = readAgentPid(paths);
    if (pid !== null) throw unreachable(`lb-agent (process ${pid}) runs but does not answer`);
    terminal.out("lb-agent is not running");
    return;
  }
  terminal.out("Stopping Cluster...");
  const pid = readAgentPid(paths);
  // Systemd would start again an agent that ends by itself, so it is told to stop the unit; that
  // asks the agent in the same way. The peer hears of a stop of the whole cluster by the command.
  if (!isByUnit || isWholeCluster) await askToStop(session, isWholeCluster);
  if (isByUnit) await systemctl("stop");
  if (pid !== null) await waitForEnd(pid, STOP_LIMIT_MS);
}

async function askToStop(session: Session, isWholeCluster: boolean): Promise<void> {
  try {
    await session.withAgent((agent) => agent.runCommand({ kind: "stopNode", isWholeCluster }));
  } catch (error) {
    // An agent that ends while it is asked has done what it was asked for.
    const hasEnded = error instanceof CtlError && error.message.includes("ended before");
    if (!hasEnded) throw error;
  }
}

async function destroy(session: Session, options: Options): Promise<void> {
  const { paths, terminal } = session;
  requireRoot("destroy the cluster");
  if (isGiven(options, "all")) await onPeer(session, "destroy");
  const isRunning = (await probeSocket(paths.socket)) === "answers" || isUnitActive();
  if (isRunning) await stop(session, [], {});
  if (hasUnit()) await systemctl("disable");
  terminal.out("Removing all cluster configuration files...");
  removeClusterTexts(paths.etc);
  if (!existsSync(paths.lib)) return;
  for (const entry of readdirSync(paths.lib)) {
    rmSync(join(paths.lib, entry), { recursive: true, force: true });
  }
}
