/** The commands of lbctl as data: what manual page and completions are made from. */
import type { Command } from "commander";
import { describedProgram } from "../../ctl/described-program.ts";

/** What can stand for a value or a word, where it is known. */
export type ValueKind =
  | { readonly kind: "ids"; readonly of: "resources" | "nodes" | "constraints" | "tags" }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "free" };

/** An option of a command. `value` is null when it takes none. */
export interface TreeOption {
  readonly flags: string;
  readonly names: readonly string[];
  readonly summary: string;
  readonly value: ValueKind | null;
}

/** One command with all below it. */
export interface TreeCommand {
  readonly name: string;
  readonly aliases: readonly string[];
  /** Names of the families above, without lbctl. */
  readonly path: readonly string[];
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly TreeOption[];
  readonly commands: readonly TreeCommand[];
}

/** Reads the real tree; nothing of it is run. */
export function readCommandTree(): TreeCommand {
  return readCommand(describedProgram(), []);
}

/** A command and all below it, each before those below it. */
export function flatten(command: TreeCommand): readonly TreeCommand[] {
  return [command, ...command.commands.flatMap(flatten)];
}

function readCommand(command: Command, path: readonly string[]): TreeCommand {
  const own = command.parent === null ? [] : [...path, command.name()];
  return {
    name: command.name(),
    aliases: command.aliases(),
    path: own,
    usage: command.usage(),
    summary: command.description(),
    options: [
      ...command.options.map((option) => ({
        flags: option.flags,
        names: [option.short, option.long].filter((name) => name !== undefined),
        summary: option.description,
        value: /[<[]/.test(option.flags) ? valueKindOf(option.flags, option.description) : null,
      })),
      { flags: "-h, --help", names: ["-h", "--help"], summary: "show help", value: null },
    ],
    commands: command.commands.map((each) => readCommand(each, own)),
  };
}

/** Placeholders say what they stand for; formats are listed in the description. */
function valueKindOf(flags: string, summary: string): ValueKind {
  const placeholder = /[<[]([a-z|]+)/.exec(flags)?.[1] ?? "";
  if (placeholder.includes("|")) return { kind: "words", words: placeholder.split("|") };
  switch (placeholder) {
    case "node":
      return { kind: "ids", of: "nodes" };
    case "id":
      return { kind: "ids", of: "resources" };
    case "file":
      return { kind: "files" };
    case "format":
      return { kind: "words", words: wordsListed(summary.replace(/\(default .*/, "")) };
    case "name":
    case "profile":
      return { kind: "words", words: wordsListed(summary) };
    default:
      return { kind: "free" };
  }
}

/** `text, json or dot (for graphviz)`: text, json, dot. */
function wordsListed(summary: string): readonly string[] {
  const [list = ""] = summary.replace(/^of a plan: |\([^)]*\)/g, "").split(":");
  const words = list.split(/,| or /);
  return words.map((word) => word.trim()).filter((word) => /^[a-z]+$/.test(word));
}
