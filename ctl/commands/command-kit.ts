/** What the commands share: how they are declared, how options are read, how changes are made. */
import type { Command } from "commander";
import { suggestNames } from "../../agent/core/configuration/index.ts";
import type { Change } from "../../agent/core/model/index.ts";
import type { AgentClient, Applied, ApplyOptions } from "../agent-client/connect.ts";
import { refused } from "../ctl-error.ts";
import { unguard } from "../parse/arrange-words.ts";
import type { Session } from "../session.ts";
import { findElsewhere } from "./known-elsewhere.ts";
import { parseWait, waitAndTell } from "./wait-until-stable.ts";

/** Options of one call, by their camelCase names. */
export type Options = Readonly<Record<string, unknown>>;

/** One command: its name and words for the help, its options, and what it does. */
export interface CommandSpec {
  /** `create <id> <agent> [options...]`; only the first word counts, the rest is for the help. */
  readonly name: string;
  readonly summary: string;
  readonly options?: readonly (readonly [flags: string, description: string])[];
  readonly run: (words: readonly string[], options: Options) => Promise<void> | void;
  /** Other names of the same command. */
  readonly aliases?: readonly string[];
}

/** The option of every command that shows something. */
export const FORMAT = ["--output-format <format>", "text or json"] as const;

/** The option of commands that change something; `--plan` comes with it. */
export const WAIT = [
  "--wait [seconds]",
  "wait until the cluster has done it (60 s, or --wait=SECONDS), and say what happened",
] as const;

/** The option of what cannot be waited for and can be planned. */
export const PLAN = [
  "--plan",
  "say what it would stop, start and move, and change nothing",
] as const;
/** Goes with `PLAN`. */
export const PLAN_FORMAT = ["--output-format <format>", "of a plan: text or json"] as const;

/** Adds a command that takes any words; its parser knows what they mean. */
export function addCommand(parent: Command, spec: CommandSpec): Command {
  const [name = "", ...words] = spec.name.split(" ");
  const command = parent.command(name).description(spec.summary).argument("[words...]");
  command.usage(["[options]", ...words].join(" "));
  for (const alias of spec.aliases ?? []) command.alias(alias);
  for (const [flags, description] of withPlan(spec.options ?? [])) {
    const isOne = /[<[]/.test(flags) && !flags.includes("...");
    if (isOne) command.option(flags, description, onlyOnce(flags));
    else command.option(flags, description);
  }
  const { run } = spec;
  command.action(async (given: readonly string[]) => {
    // An option that the family knows too is taken by the family, wherever it stands.
    await run(given.map(unguard), command.optsWithGlobals());
  });
  return command;
}

/** Takes the value of an option that has one; of two values one would be lost without a word. */
function onlyOnce(flags: string): (value: string, former: unknown) => string {
  return (value, former) => {
    if (typeof former !== "string") return value;
    const [name = ""] = flags.split(" ");
    throw refused(`${name} ${value}: given twice, first as ${former}`);
  };
}

type OptionList = NonNullable<CommandSpec["options"]>;

/** What can be waited for can be planned, so both options are given to the same commands. */
function withPlan(options: OptionList): OptionList {
  if (!options.includes(WAIT)) return options;
  return [...options, PLAN, ...(options.includes(FORMAT) ? [] : [PLAN_FORMAT])];
}

/**
 * Adds a family of commands. `run` serves the family's name alone, and with options; a word that is
 * none of its commands is refused.
 */
export function addFamily(
  parent: Command,
  spec: Pick<CommandSpec, "name" | "summary" | "options"> & { readonly run?: CommandSpec["run"] },
): Command {
  const family = addCommand(parent, {
    ...spec,
    run: async (words, options) => {
      const [first] = words;
      if (first !== undefined) throw unknownCommand(family, first);
      if (spec.run === undefined) throw refused(`which command? ${knownCommands(family)}`);
      await spec.run(words, options);
    },
  });
  return family;
}

/** The refusal of a word that is no command of this family. */
export function unknownCommand(family: Command, word: string): Error {
  const elsewhere = findElsewhere(`${pathOf(family)} ${word}`.replace(/^lbctl /, ""));
  if (elsewhere !== null)
    return refused(`there is no '${pathOf(family)} ${word}' here: ${elsewhere}`);
  const path = pathOf(family);
  const names = family.commands.flatMap((each) => [each.name(), ...each.aliases()]);
  const kind = { one: "command", many: "commands", listedBy: `${path} --help` };
  return refused(`unknown command '${path} ${word}'; ${suggestNames(word, names, kind)}`);
}

function knownCommands(family: Command): string {
  return `known are ${family.commands.map((each) => each.name()).join(", ")}`;
}

function pathOf(command: Command): string {
  const parent = command.parent;
  return parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/** True when the flag was given. */
export function isGiven(options: Options, name: string): boolean {
  return options[name] !== undefined && options[name] !== false;
}

/** The text of an option; undefined when it was not given. */
export function optionText(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** True for `--output-format json`; throws for a format that is not known. */
export function isJson(options: Options): boolean {
  const format = optionText(options, "outputFormat") ?? "text";
  if (format === "json") return true;
  if (format === "text") return false;
  throw refused(`'${format}' is not a valid output format, use 'text', 'json'`);
}

/** Prints facts as JSON, or as the text that `render` makes of them. */
export function show<Facts>(
  { terminal }: Session,
  options: Options,
  { facts, render }: { readonly facts: Facts; readonly render: (facts: Facts) => string },
): void {
  terminal.out(isJson(options) ? JSON.stringify(facts, null, 2) : render(facts));
}

/** Makes changes and prints what the cluster noted; waits with `--wait`. */
export async function applyAndReport(
  session: Session,
  agent: AgentClient,
  work: {
    readonly changes: readonly Change[];
    readonly options: Options;
    readonly apply?: ApplyOptions;
  },
): Promise<Applied> {
  return doAndWait(session, agent, {
    options: work.options,
    act: async () => {
      const applied = await agent.apply(work.changes, work.apply);
      printNotes(session, applied.notes);
      return applied;
    },
  });
}

/** Does something; with `--wait` waits for the cluster then and says what happened. */
export async function doAndWait<Result>(
  { terminal }: Session,
  agent: AgentClient,
  work: { readonly options: Options; readonly act: () => Promise<Result> },
): Promise<Result> {
  const waitMs = parseWait(work.options["wait"]);
  if (waitMs === null) return work.act();
  const before = await agent.getStatus();
  const result = await work.act();
  await waitAndTell(agent, { before, limitMs: waitMs, tell: (line) => terminal.out(line) });
  return result;
}

/** Prints what the cluster noted; warnings go to standard error, as with pcs. */
export function printNotes({ terminal }: Session, notes: readonly string[]): void {
  for (const note of notes) {
    if (note.startsWith("Warning:")) terminal.err(note);
    else terminal.out(note);
  }
}

/** Connects, makes the changes, prints notes, waits when told to. */
export function change(
  session: Session,
  changes: readonly Change[],
  options: Options,
): Promise<void> {
  return session.withAgent(async (agent) => {
    await applyAndReport(session, agent, { changes, options });
  });
}
