/** `lbctl resource move`, `ban`, `clear`: where people want a resource. */
import type { Command } from "commander";
import type { Change, ClusterStatus } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { failed, refused } from "../ctl-error.ts";
import { parsePlacement } from "../parse/parse-resource.ts";
import { belongsTo } from "../render/belongs-to.ts";
import type { Session } from "../session.ts";
import { addCommand, applyAndReport, isGiven, type Options, WAIT } from "./command-kit.ts";
import { parseWait, waitUntilStable } from "./wait-until-stable.ts";

/** How long a move may take unless `--wait` says otherwise. */
const MOVE_LIMIT_MS = 120_000;
const PROMOTED = ["--promoted", "only the promoted role of a promotable clone"] as const;
const STRICT = [
  "--strict",
  "only if no other resource is stopped, started or moved by it",
] as const;
const WAITING = "Waiting for the cluster to apply configuration changes...";

/** Adds the commands. */
export function addPlacementCommands(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "move ID [NODE] [lifetime=LIFETIME]",
    summary:
      "move a resource; its constraint is removed again when it stays there by itself " +
      "(with --promoted it is left in place, and with lifetime=PT1H until that has passed)",
    options: [PROMOTED, STRICT, WAIT],
    // Where the promoted instance is, is not waited for: the constraint stays until it is cleared.
    run: (words, options) =>
      isGiven(options, "promoted") || parsePlacement("move", words).lifetimeMs !== null
        ? constrain(session, words, { options, kind: "moveResource" })
        : move(session, words, options),
  });
  addCommand(resource, {
    name: "move-with-constraint ID [NODE] [lifetime=LIFETIME]",
    summary: "move a resource and leave the constraint in place, or for a time such as PT1H",
    options: [PROMOTED, STRICT, WAIT],
    run: (words, options) => constrain(session, words, { options, kind: "moveResource" }),
  });
  addCommand(resource, {
    name: "ban ID [NODE] [lifetime=LIFETIME]",
    summary: "forbid a node, or the one where it runs, to a resource, or for a time such as PT1H",
    options: [PROMOTED, WAIT],
    run: (words, options) => constrain(session, words, { options, kind: "banResource" }),
  });
  addCommand(resource, {
    name: "clear ID [NODE]",
    summary: "remove what move and ban have left",
    options: [WAIT],
    run: (words, options) => {
      const { id, node } = parsePlacement("clear", words);
      return session.withAgent(async (agent) => {
        const changes: readonly Change[] = [{ kind: "clearResource", id, node }];
        await applyAndReport(session, agent, { changes, options });
      });
    },
  });
}

function constrain(
  session: Session,
  words: readonly string[],
  { options, kind }: { readonly options: Options; readonly kind: "moveResource" | "banResource" },
): Promise<void> {
  const { id, node, lifetimeMs } = parsePlacement(kind === "moveResource" ? "move" : "ban", words);
  return session.withAgent(async (agent) => {
    const isPromoted = isGiven(options, "promoted");
    const status = await agent.getStatus();
    const activeOn = isPromoted ? promotedOn(status, id) : nodesOf(status, id);
    const role = isPromoted ? { isPromoted } : {};
    const end = lifetimeMs === null ? {} : { until: endAfter(lifetimeMs) };
    const changes: readonly Change[] = [{ kind, id, node, activeOn, ...role, ...end }];
    if (isGiven(options, "strict")) await checkStrict(agent, status, { id, changes });
    await applyAndReport(session, agent, { changes, options });
  });
}

/** In whole seconds of UTC, as rules are written. */
function endAfter(lifetimeMs: number): string {
  return new Date(Date.now() + lifetimeMs).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Throws what would become of other resources. */
async function checkStrict(
  agent: AgentClient,
  { resources }: ClusterStatus,
  { id, changes }: { readonly id: string; readonly changes: readonly Change[] },
): Promise<void> {
  const own = new Set(resources.filter((one) => belongsTo(one, id)).map((one) => one.id));
  const { decisions } = await agent.apply(changes, { isDryRun: true });
  const others = decisions.filter(
    ({ what, resource }) => what !== "leave" && (resource === null || !own.has(resource)),
  );
  if (others.length === 0) return;
  const lines = others.map(({ what, resource, from, to }) => {
    const place = [from === null ? "" : ` from ${from}`, to === null ? "" : ` to ${to}`].join("");
    return `it also means: ${what} ${resource ?? "a node"}${place}`;
  });
  throw failed(`'${id}' is not moved, since that has an effect on other resources`, ...lines);
}

function move(session: Session, words: readonly string[], options: Options): Promise<void> {
  const { id, node } = parsePlacement("move", words);
  const limitMs = parseWait(options["wait"]) ?? MOVE_LIMIT_MS;
  const { terminal } = session;
  return session.withAgent(async (agent) => {
    const status = await agent.getStatus();
    const activeOn = nodesOf(status, id);
    if (node !== null && activeOn.includes(node)) {
      throw refused(`cannot move resource '${id}': it is already running on node '${node}'`);
    }
    const wanted: readonly Change[] = [{ kind: "moveResource", id, node, activeOn }];
    if (isGiven(options, "strict")) await checkStrict(agent, status, { id, changes: wanted });
    await agent.apply(wanted);
    terminal.out(`Location constraint to move resource '${id}' has been created`);
    terminal.out(WAITING);
    const nodes = nodesOf(await waitUntilStable(agent, limitMs), id);
    if (nodes.length === 0 || nodes.some((each) => activeOn.includes(each))) {
      throw failed(
        `resource '${id}' has not moved: it runs on ${nodes.join(", ") || "no node"}; ` +
          `the constraint is still in place, remove it with "lbctl resource clear ${id}"`,
      );
    }
    await removeConstraint(session, agent, { id, limitMs });
    const place = nodes.map((each) => `'${each}'`).join(", ");
    terminal.out(`resource '${id}' is running on node ${place}`);
  });
}

/** Removes the constraint of a move, unless the resource would go back without it. */
async function removeConstraint(
  session: Session,
  agent: AgentClient,
  { id, limitMs }: { readonly id: string; readonly limitMs: number },
): Promise<void> {
  const { terminal } = session;
  const changes: readonly Change[] = [{ kind: "clearResource", id, node: null }];
  const plan = await agent.apply(changes, { isDryRun: true });
  if (plan.decisions.some(({ what }) => what !== "leave")) {
    terminal.err(
      `Warning: resource '${id}' would not stay there without the constraint, so it is left in ` +
        `place; "lbctl resource clear ${id}" removes it`,
    );
    return;
  }
  await agent.apply(changes);
  terminal.out(`Location constraint created to move resource '${id}' has been removed`);
  terminal.out(WAITING);
  await waitUntilStable(agent, limitMs);
}

/** Nodes where an instance is promoted: a move of the promoted role leads away from them. */
function promotedOn(status: ClusterStatus, id: string): readonly string[] {
  const own = status.resources.filter((each) => belongsTo(each, id));
  const promoted = own.flatMap(({ places }) => places.filter(({ role }) => role === "Promoted"));
  return [...new Set(promoted.map(({ node }) => node))].sort();
}

/** Nodes on which a resource, or the members of a group, are active. */
function nodesOf(status: ClusterStatus, id: string): readonly string[] {
  const own = status.resources.filter((each) => belongsTo(each, id));
  return [...new Set(own.flatMap(({ nodes }) => nodes))].sort();
}
