/** `lbctl node …`: taking a node out of service, and its attributes. */
import type { Command } from "commander";
import type { Change, ClusterStatus, NameValues } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { failed, refused } from "../ctl-error.ts";
import { parseValues } from "../parse/parse-values.ts";
import { renderNodeAttributes } from "../render/render-config.ts";
import type { Session } from "../session.ts";
import { unknownNode } from "../unknown-name.ts";
import {
  addCommand,
  addFamily,
  applyAndReport,
  doAndWait,
  FORMAT,
  isGiven,
  type Options,
  printNotes,
  show,
  WAIT,
} from "./command-kit.ts";
import { addCapacityCommand } from "./utilization-commands.ts";

const SWITCHES = [
  ["standby", "run no resources on a node", { standby: "on" }],
  ["unstandby", "let a node run resources again", { standby: "" }],
  ["maintenance", "start, stop and watch nothing on a node", { maintenance: "on" }],
  ["unmaintenance", "look after a node again", { maintenance: "" }],
] as const;

/** Adds `node` and its commands. */
export function addNodeCommands(program: Command, session: Session): void {
  const node = addFamily(program, { name: "node", summary: "nodes and their attributes" });
  for (const [verb, summary, values] of SWITCHES) {
    addCommand(node, {
      name: `${verb} [NODE...]`,
      summary: `${summary}; without a name: this one`,
      options: [["--all", "both nodes"], WAIT],
      run: (words, options) => switchNodes(session, words, { values, options }),
    });
  }
  addCommand(node, {
    name: "attribute [NODE] [NAME[=[VALUE]]...]",
    summary: "show or set attributes; an empty value removes one, a name alone shows its value",
    options: [
      FORMAT,
      WAIT,
      [
        "--transient",
        "set until the agent of the node restarts, without changing the configuration",
      ],
      ["--force", "accepted, as with pcs"],
    ],
    run: (words, options) => attribute(session, words, options),
  });
  addCapacityCommand(node, session);
}

function switchNodes(
  session: Session,
  words: readonly string[],
  { values, options }: { readonly values: NameValues; readonly options: Options },
): Promise<void> {
  const isForAll = isGiven(options, "all");
  if (isForAll && words.length > 0) throw refused("name nodes or use --all, not both");
  return session.withAgent(async (agent) => {
    // Named ones are checked by the agent: a planned move begins a question earlier.
    const names = words.length > 0 ? words : await unnamedNodes(agent, isForAll);
    const changes = names.map((node): Change => ({ kind: "setNodeAttributes", node, values }));
    await applyAndReport(session, agent, { changes, options });
  });
}

async function unnamedNodes(agent: AgentClient, isForAll: boolean): Promise<readonly string[]> {
  const { nodes, localNode } = await agent.getStatus();
  return isForAll ? nodes.map(({ name }) => name) : [localNode];
}

function attribute(session: Session, words: readonly string[], options: Options): Promise<void> {
  const [node, ...pairs] = words;
  return session.withAgent(async (agent) => {
    const status = await agent.getStatus();
    if (node !== undefined) checkNodes(status, [node]);
    const [name = "=", ...others] = pairs;
    if (node !== undefined && others.length === 0 && !name.includes("=")) {
      session.terminal.out(attributeValue(status, node, name));
      return;
    }
    if (node !== undefined && pairs.length > 0) {
      const values = parseValues(pairs);
      if (isGiven(options, "transient")) {
        await doAndWait(session, agent, {
          options,
          act: async () => {
            const wish = { kind: "setTransientAttributes", node, values } as const;
            printNotes(session, await agent.runCommand(wish));
          },
        });
        return;
      }
      await applyAndReport(session, agent, {
        changes: [{ kind: "setNodeAttributes", node, values }],
        options,
      });
      return;
    }
    const cib = await agent.getCib();
    const nodes = cib.nodes.filter(({ name }) => node === undefined || name === node);
    show(session, options, {
      facts: nodes,
      render: () => renderNodeAttributes({ ...cib, nodes }).join("\n"),
    });
  });
}

/** The value that counts: one that was set for now hides a permanent one. */
function attributeValue({ nodes }: ClusterStatus, node: string, name: string): string {
  const attributes = nodes.find((each) => each.name === node)?.attributes ?? {};
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (value === undefined) throw failed(`node '${node}' has no attribute '${name}'`);
  return value;
}

function checkNodes(status: ClusterStatus, names: readonly string[]): void {
  const known = status.nodes.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw refused(...unknown.map((name) => unknownNode(name, known)));
}
