/** What a shell may offer after each command of lbctl: the table in each shell's script. */
import { PROPERTIES } from "../../agent/core/configuration/index.ts";
import { agentName, listAgents } from "../../resource-agents/index.ts";
import { flatten, type TreeCommand, type TreeOption } from "./command-tree.ts";

/** One word with what it means, for shells that show it. */
export interface CompletedWord {
  readonly word: string;
  readonly summary: string;
}

/** What is offered after one command. */
export interface CompletedCommand {
  /** The command without lbctl, as it may be typed: `resource delete`, and `resource remove`. */
  readonly path: string;
  readonly commands: readonly CompletedWord[];
  readonly options: readonly TreeOption[];
  /** Words of its own grammar, such as `op` and `meta`; `=` at the end: a value follows. */
  readonly words: readonly string[];
  /** Kinds of ids that lbctl is asked for. */
  readonly idKinds: readonly string[];
  readonly takesFiles: boolean;
}

/** Ids by the placeholders of the usage lines. */
const ID_KIND_OF: ReadonlyMap<string, string> = new Map([
  ["ID", "resources"],
  ["GROUP", "resources"],
  ["RESOURCE", "resources"],
  ["DEVICE", "resources"],
  ["NODE", "nodes"],
  ["CONSTRAINT-ID", "constraints"],
  ["TAG", "tags"],
]);
/** Commands whose ID is not that of a resource that is there. */
const ID_KINDS_ELSEWHERE: ReadonlyMap<string, readonly string[]> = new Map([
  ["constraint delete", ["constraints"]],
  ["cluster setup", []],
  ["tag create", ["resources"]],
  ["resource defaults", []],
  ["resource op defaults", []],
]);

/** The table, in the order of the tree; a command with another name stands there by each. */
export function listCompleted(tree: TreeCommand): readonly CompletedCommand[] {
  return flatten(tree).flatMap((command) =>
    pathsOf(tree, command.path).map((path) => describe(command, path)),
  );
}

function describe(command: TreeCommand, path: string): CompletedCommand {
  const usage = path === "" ? [] : wordsOfUsage(command.usage);
  const elsewhere = ID_KINDS_ELSEWHERE.get(command.path.join(" "));
  const kinds = usage.flatMap((word) => ID_KIND_OF.get(word) ?? []);
  return {
    path,
    commands: command.commands.flatMap(({ name, aliases, summary }) =>
      [name, ...aliases].map((word) => ({ word, summary })),
    ),
    options: command.options,
    words: [...new Set([...usage.filter((word) => /^[a-z-]+=?$/.test(word)), ...listed(command)])],
    idKinds: [...new Set(elsewhere ?? kinds)],
    takesFiles: usage.includes("FILE"),
  };
}

/** What can be listed when the packages are built: built-in agents, properties of the cluster. */
function listed({ path, usage }: TreeCommand): readonly string[] {
  const [family, name] = path;
  if (family === "property" && name !== undefined) {
    return PROPERTIES.map((each) => (name === "set" ? `${each.name}=` : each.name));
  }
  const takesAgent = family === "resource" && /\bAGENT\b|\]TYPE\b/.test(usage);
  return takesAgent ? listAgents().map(agentName) : [];
}

/** `ID [NODE] [add ID...] [node=NODE]`: the words and placeholders in it, each once. */
function wordsOfUsage(usage: string): readonly string[] {
  const words = usage
    .replace(/^\[options\]/, "")
    .replace(/\b([a-z-]+=)([A-Z]+)/g, "$1 $2")
    .split(/[\s[\]|]+|\.\.\./)
    .filter((word) => /^[A-Za-z][A-Za-z-]*=?$/.test(word));
  return [...new Set(words)];
}

/** A path with each of the names that its parts have. */
function pathsOf(tree: TreeCommand, path: readonly string[]): readonly string[] {
  let found = [""];
  let command: TreeCommand | undefined = tree;
  for (const part of path) {
    command = command?.commands.find(({ name }) => name === part);
    const names = [part, ...(command?.aliases ?? [])];
    found = found.flatMap((before) => names.map((name) => `${before} ${name}`.trim()));
  }
  return found;
}

/** How the value of an option is completed, by the option and the commands that have it so. */
export interface CompletedValue {
  readonly option: string;
  /** Paths of commands; empty: all that are not named by another entry of this option. */
  readonly paths: readonly string[];
  readonly idKinds: readonly string[];
  readonly words: readonly string[];
  readonly takesFiles: boolean;
}

/** The values of options that take the next word, exceptions before the rule. */
export function listValues(commands: readonly CompletedCommand[]): readonly CompletedValue[] {
  const uses = new Map<string, Map<string, { value: CompletedValue; paths: string[] }>>();
  for (const { path, options } of commands) {
    for (const option of options.filter(({ flags }) => flags.includes("<"))) {
      const name = option.names.at(-1) ?? "";
      const value = describeValue(name, option.value);
      const forms = uses.get(name) ?? new Map();
      uses.set(name, forms);
      const form = forms.get(JSON.stringify(value)) ?? { value, paths: [] };
      forms.set(JSON.stringify(value), form);
      form.paths.push(path);
    }
  }
  return [...uses.values()].flatMap((forms) => {
    const [rule, ...exceptions] = [...forms.values()].toSorted(
      (a, b) => b.paths.length - a.paths.length,
    );
    const special = exceptions.map(({ value, paths }) => ({ ...value, paths }));
    return rule === undefined ? special : [...special, rule.value];
  });
}

function describeValue(option: string, value: TreeOption["value"]): CompletedValue {
  return {
    option,
    paths: [],
    idKinds: value?.kind === "ids" ? [value.of] : [],
    words: value?.kind === "words" ? value.words : [],
    takesFiles: value?.kind === "files",
  };
}
