/** `lbctl resource standards`, `providers`, `agents`, `list`, `describe`: this host's agents. */
import type { Command } from "commander";
import { renderNearNames } from "../../agent/core/configuration/index.ts";
import { refused } from "../ctl-error.ts";
import type { KnownAgents } from "../local-agents/index.ts";
import { renderAgentDescription, renderAgentLine } from "../render/render-agents.ts";
import type { Session } from "../session.ts";
import { addCommand, FORMAT, isGiven, type Options, show } from "./command-kit.ts";

const NO_DESCRIPTIONS = ["--nodesc", "names alone, which is quicker"] as const;
const FULL = ["--full", "also parameters for tracing and those not to be set any more"] as const;

/** Adds the commands. They need no daemon: this host's folders are looked at. */
export function addAgentCommands(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "standards",
    summary: "kinds of resource agents that this host has",
    options: [FORMAT],
    run: (words, options) =>
      showNames(session, options, async (agents) => {
        takeWords(words, 0, "standards");
        return agents.standards();
      }),
  });
  addCommand(resource, {
    name: "providers",
    summary: "who provides OCF resource agents",
    options: [FORMAT],
    run: (words, options) =>
      showNames(session, options, async (agents) => {
        takeWords(words, 0, "providers");
        return agents.providers();
      }),
  });
  addCommand(resource, {
    name: "agents [STANDARD[:PROVIDER]]",
    summary: "resource agents of a standard, or of all",
    options: [FORMAT],
    run: (words, options) =>
      showNames(session, options, (agents) => {
        takeWords(words, 1, "agents [STANDARD[:PROVIDER]]");
        return typesOf(agents, words[0]);
      }),
  });
  addCommand(resource, {
    name: "list [FILTER]",
    summary: "full names of resource agents, or of those that contain the filter",
    options: [NO_DESCRIPTIONS, FORMAT],
    run: (words, options) => {
      takeWords(words, 1, "list [FILTER] [--nodesc]");
      return showList(session, words[0] ?? "", options);
    },
  });
  addCommand(resource, {
    name: "describe [STANDARD:[PROVIDER:]]TYPE",
    summary: "what a resource agent is, which parameters it takes, which operations it has",
    options: [FULL, FORMAT],
    run: (words, options) => {
      const [name] = words;
      const usage = "describe [STANDARD:[PROVIDER:]]TYPE [--full]";
      takeWords(words, 1, usage);
      if (name === undefined) throw refused(`usage: lbctl resource ${usage}`);
      return describe(session, name, options);
    },
  });
}

/** Adds `stonith list` and `stonith describe`. */
export function addFenceAgentCommands(stonith: Command, session: Session): void {
  addCommand(stonith, {
    name: "list [FILTER]",
    summary: "fence agents of this host, or those whose name contains the filter",
    options: [NO_DESCRIPTIONS, FORMAT],
    run: async (words, options) => {
      const agents = await openAgents();
      const names = await agents.names({ standard: "stonith", text: words[0] ?? "" });
      if (names.length === 0) throw refused("no fence agents matching the filter");
      const lines = isGiven(options, "nodesc") ? named(names) : await agents.describeAll(names);
      const shown = lines.map((line) => ({ ...line, name: line.name.replace("stonith:", "") }));
      show(session, options, {
        facts: shown,
        render: (facts) => facts.map(renderAgentLine).join("\n"),
      });
    },
  });
  addCommand(stonith, {
    name: "describe AGENT",
    summary: "what a fence agent is and which parameters it takes",
    options: [FULL, FORMAT],
    run: (words, options) => {
      const [name] = words;
      if (name === undefined || words.length > 1) {
        throw refused("usage: lbctl stonith describe AGENT [--full]");
      }
      return describe(session, `stonith:${name.replace(/^stonith:/, "")}`, options);
    },
  });
}

async function openAgents(): Promise<KnownAgents> {
  const { knownAgents } = await import("../local-agents/index.ts");
  const ocfRoot = process.env["OCF_ROOT"];
  return knownAgents(ocfRoot === undefined || ocfRoot === "" ? {} : { ocfRoot });
}

function takeWords(words: readonly string[], most: number, usage: string): void {
  if (words.length > most) throw refused(`usage: lbctl resource ${usage}`);
}

async function showNames(
  session: Session,
  options: Options,
  read: (agents: KnownAgents) => Promise<readonly string[]>,
): Promise<void> {
  show(session, options, {
    facts: await read(await openAgents()),
    render: (names) => names.join("\n"),
  });
}

async function typesOf(agents: KnownAgents, asked = ""): Promise<readonly string[]> {
  const { isAgentStandard } = await import("../local-agents/index.ts");
  const [standard = "", provider] = asked.split(":");
  if (asked !== "" && !isAgentStandard(standard)) {
    const known = [...(await agents.standards())];
    throw refused(`no agents found for ${asked}; standards are ${known.join(", ")}`);
  }
  const names = await agents.names({
    ...(isAgentStandard(standard) ? { standard } : {}),
    ...(provider === undefined ? {} : { provider }),
  });
  if (names.length === 0) {
    const providers = await agents.providers();
    const known = standard === "ocf" ? `; providers are ${providers.join(", ")}` : "";
    throw refused(`no agents found for ${asked}${known}`);
  }
  const types = names.map((name) => name.split(":").at(-1) ?? name);
  const key = (type: string): string => type.toLowerCase();
  return [...new Set(types)].toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

async function showList(session: Session, text: string, options: Options): Promise<void> {
  const agents = await openAgents();
  const names = await agents.names({ text });
  if (names.length === 0) {
    const near = renderNearNames(text, typesIn(await agents.names()));
    throw refused(`no resource agents matching the filter '${text}'; near are ${near}`);
  }
  const lines = isGiven(options, "nodesc") ? named(names) : await agents.describeAll(names);
  show(session, options, {
    facts: lines,
    render: (facts) => facts.map(renderAgentLine).join("\n"),
  });
}

async function describe(session: Session, asked: string, options: Options): Promise<void> {
  const agents = await openAgents();
  const name = asked.includes(":") ? asked : await guessName(session, agents, asked);
  const metadata = await agents.describe(name);
  if (typeof metadata === "string") throw await unknownAgent(agents, name, metadata);
  const isFull = isGiven(options, "full");
  show(session, options, {
    facts: { name, ...metadata },
    render: () => renderAgentDescription(name.replace("stonith:", ""), metadata, { isFull }),
  });
}

/** A type alone names an agent when only one has it. */
async function guessName(session: Session, agents: KnownAgents, type: string): Promise<string> {
  const all = await agents.names();
  const isMeant = (name: string): boolean =>
    name.split(":").at(-1)?.toLowerCase() === type.toLowerCase();
  const [only, ...others] = all.filter(isMeant);
  if (only === undefined) throw await unknownAgent(agents, type, "no agent of this name");
  if (others.length > 0) {
    const list = [only, ...others].map((name) => `'${name}'`).join(", ");
    throw refused(`multiple agents match '${type}', give the full name: ${list}`);
  }
  session.terminal.err(`Assumed agent name '${only}' (deduced from '${type}')`);
  return only;
}

async function unknownAgent(agents: KnownAgents, name: string, reason: string): Promise<Error> {
  const { nearestAgent } = await import("../local-agents/index.ts");
  const isFenceAgent = name.startsWith("stonith:");
  const names = await agents.names(isFenceAgent ? { standard: "stonith" } : {});
  const near = names.includes(name) ? null : nearestAgent(name, names);
  const hint = near === null ? "" : `; did you mean ${near}?`;
  const why = reason
    .replace(/^agent "[^"]*":? /, "")
    .replace(/\s+/g, " ")
    .trim();
  return refused(`agent '${name}': ${why}${hint}`);
}

function named(names: readonly string[]) {
  return names.map((name) => ({ name, shortDescription: "" }));
}

function typesIn(names: readonly string[]): readonly string[] {
  return [...new Set(names.map((name) => name.split(":").at(-1) ?? name))];
}
