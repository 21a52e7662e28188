/** `lbctl status`, `mon`, `config`, `quorum`: what only shows. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { resourcesNamedIn } from "../../agent/core/configuration/index.ts";
import type { ClusterStatus, Constraint } from "../../agent/core/model/index.ts";
import { CtlError, EXIT, refused } from "../ctl-error.ts";
import {
  hasCluster,
  notInCluster,
  parseConfigText,
  readClusterTexts,
} from "../host/cluster-texts.ts";
import { renderConfig, thresholdsOf } from "../render/render-config.ts";
import { type MonOptions, renderMon, renderMonLine } from "../render/render-mon.ts";
import { renderQuorum, renderQuorumConfig } from "../render/render-quorum.ts";
import {
  type DaemonState,
  renderStatus,
  renderStatusCluster,
  renderStatusNodes,
  renderStatusResources,
} from "../render/render-status.ts";
import type { Session } from "../session.ts";
import {
  addCommand,
  addFamily,
  doAndWait,
  FORMAT,
  isGiven,
  isJson,
  type Options,
  printNotes,
  show,
  WAIT,
} from "./command-kit.ts";

const UNIT_LINK = "/etc/systemd/system/multi-user.target.wants/lb-agent.service";

/** Adds `status` and its parts. */
export function addStatusCommands(program: Command, session: Session): void {
  const full = ["--full", "also links, counters, reasons, timing"] as const;
  const status = addFamily(program, {
    name: "status",
    summary: "the cluster as this node sees it",
    options: [full, FORMAT],
    run: (_words, options) => showStatus(session, options),
  });
  const part = (name: string, summary: string, render: (status: ClusterStatus) => string) =>
    addCommand(status, {
      name,
      summary,
      options: [FORMAT],
      run: (_words, options) => showPart(session, options, render),
    });
  addCommand(status, {
    name: "status",
    summary: "the same as without a word",
    options: [full, FORMAT],
    run: (_words, options) => showStatus(session, options),
  });
  part("resources", "resources only", renderStatusResources);
  part("nodes", "nodes by state", renderStatusNodes);
  part("cluster", "the summary and the nodes", renderStatusCluster);
  part("quorum", "votes and members", renderQuorum);
}

/** `cluster status` is the same as `status cluster`. */
export function showPart(
  session: Session,
  options: Options,
  render: (status: ClusterStatus) => string,
): Promise<void> {
  return session.withAgent(async (agent) => {
    show(session, options, { facts: await agent.getStatus(), render });
  });
}

function showStatus(session: Session, options: Options): Promise<void> {
  const isFull = isGiven(options, "full");
  const daemon: DaemonState = { isActive: true, isEnabled: existsSync(UNIT_LINK) };
  return session.withAgent(async (agent) => {
    const [status, { constraints }] = await Promise.all([agent.getStatus(), agent.getCib()]);
    const own = status.warnings.map((each) =>
      each.replace(" is stopped: stays stopped: ", " is stopped: "),
    );
    const warnings = [...own, ...warnOfLeftovers(constraints)];
    const facts = { ...status, warnings };
    show(session, options, { facts, render: (all) => renderStatus(all, { isFull, daemon }) });
  });
}

/** What people have left by a move or a ban goes on to hold, and is forgotten easily. */
function warnOfLeftovers(constraints: readonly Constraint[]): readonly string[] {
  const ids = constraints
    .filter(({ id }) => id.startsWith("cli-prefer-") || id.startsWith("cli-ban-"))
    .flatMap(resourcesNamedIn);
  const resources = [...new Set(ids)].sort();
  if (resources.length === 0) return [];
  const names = resources.map((id) => `'${id}'`).join(", ");
  return [
    `what move or ban left still holds for ${names}; "lbctl resource clear ID" takes it back`,
  ];
}

/** Adds `quorum status` and `quorum unblock`. */
export function addQuorumCommands(program: Command, session: Session): void {
  const run = (_words: readonly string[], options: Options) =>
    showPart(session, options, renderQuorum);
  const quorum = addFamily(program, {
    name: "quorum",
    summary: "votes",
    options: [FORMAT],
    run,
  });
  addCommand(quorum, {
    name: "status",
    summary: "votes and members",
    options: [FORMAT],
    run,
  });
  addCommand(quorum, {
    name: "config",
    summary: "how votes are counted, as cluster.yaml of this host says",
    options: [FORMAT],
    run: async (_words, options) => {
      const { etc } = session.paths;
      if (!hasCluster(etc)) throw notInCluster(etc);
      const config = await parseConfigText(readClusterTexts(etc).config);
      show(session, options, { facts: config.quorum, render: renderQuorumConfig });
    },
  });
  addCommand(quorum, {
    name: "unblock",
    summary: "stop waiting for a node that has not been seen since the start",
    options: [["--force", "accepted, as with pcs"], WAIT],
    run: (_words, options) =>
      session.withAgent(async (agent) => {
        const act = async (): Promise<void> => {
          printNotes(session, await agent.runCommand({ kind: "unblockQuorum" }));
          session.terminal.out("Waiting for nodes canceled");
        };
        await doAndWait(session, agent, { options, act });
      }),
  });
}

/** Adds `config`. */
export function addConfigCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "config",
    summary: "the whole configuration",
    options: [FORMAT],
    run: (words, options) => {
      if (words.length > 0 && words[0] !== "show") throw refused("usage: lbctl config");
      return session.withAgent(async (agent) => {
        const [status, cib] = await Promise.all([agent.getStatus(), agent.getCib()]);
        const { clusterName, release } = status;
        show(session, options, {
          facts: { clusterName, release, ...cib },
          render: () => renderConfig(cib, { clusterName, release }),
        });
      });
    },
  });
}

/** Adds `mon`. */
export function addMonCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "mon",
    summary: "the cluster as crm_mon shows it; without -1 it goes on showing changes",
    options: [
      ["-1, --one-shot", "show once and end"],
      ["-r, --inactive", "inactive resources too"],
      ["-o, --operations", "the operation history"],
      ["-f, --failcounts", "failcounts"],
      ["-n, --group-by-node", "resources by node"],
      ["-A, --show-node-attributes", "node attributes"],
      ["-t, --timing-details", "when operations ran"],
      ["-s, --simple-status", "one line for monitoring systems"],
      FORMAT,
    ],
    run: (words, options) => {
      if (words.length > 0) throw refused(`mon takes no words, found '${words.join(" ")}'`);
      return runMon(session, options);
    },
  });
}

function runMon(session: Session, options: Options): Promise<void> {
  const { terminal } = session;
  return session.withAgent(async (agent) => {
    const cib = await agent.getCib();
    const shown: MonOptions = {
      withInactive: isGiven(options, "inactive"),
      withOperations: isGiven(options, "operations"),
      withFailcounts: isGiven(options, "failcounts"),
      isByNode: isGiven(options, "groupByNode"),
      withAttributes: isGiven(options, "showNodeAttributes"),
      withTiming: isGiven(options, "timingDetails"),
      thresholds: thresholdsOf(cib),
    };
    if (isGiven(options, "simpleStatus")) {
      const { line, isOk } = renderMonLine(await agent.getStatus());
      terminal.out(line);
      if (!isOk) throw new CtlError(EXIT.failed);
      return;
    }
    const isOnce = isGiven(options, "oneShot") || isJson(options);
    if (isOnce) {
      const status = await agent.getStatus();
      show(session, options, { facts: status, render: () => renderMon(status, shown) });
      return;
    }
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    await agent.watchStatus((status) => {
      terminal.clear?.();
      terminal.out(`${renderMon(status, shown)}\n`);
    }, stop.signal);
  });
}
