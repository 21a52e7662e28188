/** `lbctl resource cleanup`, `refresh`, `restart`, `reload`, `failcount`: trying again. */
import type { Command } from "commander";
import {
  type Command as ClusterCommand,
  type ClusterStatus,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { failed, refused } from "../ctl-error.ts";
import { parseFilledValues } from "../parse/parse-values.ts";
import { belongsTo } from "../render/belongs-to.ts";
import { renderCount } from "../render/status-sections.ts";
import type { Session } from "../session.ts";
import { unknownNode, unknownResource } from "../unknown-name.ts";
import {
  addCommand,
  addFamily,
  doAndWait,
  FORMAT,
  type Options,
  printNotes,
  show,
  WAIT,
} from "./command-kit.ts";
import { parseWait, waitUntilStable } from "./wait-until-stable.ts";

const RESTART_LIMIT_MS = 600_000;

/** Adds the commands. */
export function addFailureCommands(resource: Command, session: Session): void {
  for (const kind of ["cleanup", "refresh"] as const) {
    addCommand(resource, {
      name: `${kind} [ID] [node=NODE]`,
      summary:
        kind === "cleanup"
          ? "forget failures, and look again"
          : "forget all that is known of resources, and look again",
      options: [["--force", "accepted, as with pcs"], ["--full", "accepted, as with pcs"], WAIT],
      run: (words, options) =>
        runAndReport(session, { kind, ...parseTarget(kind, words) }, options),
    });
  }
  addCommand(resource, {
    name: "restart ID",
    summary: "stop and start a resource",
    options: [WAIT],
    run: (words, options) => restart(session, words, options),
  });
  addCommand(resource, {
    name: "reload ID",
    summary: "let what runs read its configuration anew, the serving node last",
    run: (words) => reload(session, words),
  });
  const failcount = addFamily(resource, {
    name: "failcount",
    summary: "how often resources have failed",
    options: [FORMAT],
    run: (words, options) => showFailcounts(session, words, options),
  });
  addCommand(failcount, {
    name: "show [ID] [node=NODE]",
    summary: "failures by resource and node",
    options: [FORMAT, ["--full", "accepted, as with pcs"]],
    run: (words, options) => showFailcounts(session, words, options),
  });
  addCommand(failcount, {
    name: "reset [ID] [node=NODE]",
    summary: "set failcounts to zero",
    options: [WAIT],
    run: (words, options) =>
      runAndReport(
        session,
        { kind: "failcountReset", ...parseTarget("failcount reset", words) },
        options,
      ),
  });
}

interface Target {
  readonly resource: string | null;
  readonly node: string | null;
}

function parseTarget(verb: string, words: readonly string[]): Target {
  const plain = words.filter((word) => !word.includes("="));
  const options = parseFilledValues(words.filter((word) => word.includes("=")));
  const unknown = Object.keys(options).find((name) => name !== "node");
  if (plain.length > 1 || unknown !== undefined) {
    throw refused(`usage: lbctl resource ${verb} [ID] [node=NODE]`);
  }
  return { resource: plain[0] ?? null, node: options["node"] ?? null };
}

function runAndReport(session: Session, command: ClusterCommand, options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    await checkNode(agent, command);
    await doAndWait(session, agent, {
      options,
      act: async () => printNotes(session, await agent.runCommand(command)),
    });
  });
}

async function checkNode(agent: AgentClient, command: ClusterCommand): Promise<void> {
  if (!("node" in command) || command.node === null) return;
  expectNode(await agent.getStatus(), command.node);
}

function expectNode({ nodes }: ClusterStatus, node: string): void {
  const known = nodes.map(({ name }) => name);
  if (!known.includes(node)) throw refused(unknownNode(node, known));
}

function restart(session: Session, words: readonly string[], options: Options): Promise<void> {
  const [resource] = words;
  if (resource === undefined || words.length > 1) throw refused("usage: lbctl resource restart ID");
  return session.withAgent(async (agent) => {
    for (const note of await agent.runCommand({ kind: "restartResource", resource })) {
      session.terminal.out(note);
    }
    const status = await waitUntilStable(agent, parseWait(options["wait"]) ?? RESTART_LIMIT_MS);
    const own = status.resources.filter((each) => belongsTo(each, resource));
    const stopped = own.filter(({ nodes }) => nodes.length === 0).map(({ id }) => id);
    if (stopped.length > 0) throw failed(`${stopped.join(", ")}: not running after the restart`);
    session.terminal.out(`${resource} successfully restarted`);
  });
}

function reload(session: Session, words: readonly string[]): Promise<void> {
  const [resource] = words;
  if (resource === undefined || words.length > 1) throw refused("usage: lbctl resource reload ID");
  return session.withAgent(async (agent) => {
    printNotes(session, await agent.runCommand({ kind: "reloadResource", resource }));
  });
}

function showFailcounts(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { resource, node } = parseTarget("failcount show", words);
  return session.withAgent(async (agent) => {
    const status = await agent.getStatus();
    if (node !== null) expectNode(status, node);
    const wanted = resource === null ? null : countedIds(status, resource);
    const found = status.failcounts.filter(
      (each) =>
        each.count > 0 &&
        (wanted === null ||
          wanted.has(each.resource) ||
          wanted.has(withoutNumber(each.resource))) &&
        (node === null || each.node === node),
    );
    show(session, options, {
      facts: found,
      render: (counts) => renderFailcounts(counts, resource),
    });
  });
}

/** Of a group or clone those of its members; what was deleted may have a failcount still. */
function countedIds(status: ClusterStatus, id: string): ReadonlySet<string> {
  const own = status.resources.filter((each) => belongsTo(each, id)).map((each) => each.id);
  const isCounted = status.failcounts.some(({ resource }) => resource === id);
  if (own.length === 0 && !isCounted) throw refused(unknownResource(id, status));
  return new Set([id, ...own]);
}

function renderFailcounts(counts: ClusterStatus["failcounts"], resource: string | null): string {
  if (counts.length === 0) {
    return resource === null ? "No failcounts" : `No failcounts for resource '${resource}'`;
  }
  return [...new Set(counts.map((each) => each.resource))]
    .flatMap((id) => [
      `Failcounts for resource '${id}'`,
      ...counts
        .filter((each) => each.resource === id)
        .map(({ node, count }) => `  ${node}: ${renderCount(count)}`),
    ])
    .join("\n");
}
