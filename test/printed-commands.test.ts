import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "mocha";
import { readCommandTree, type TreeCommand } from "../packaging/generate/command-tree.ts";

const TREE = readCommandTree();
const PAGES = [
  "README.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
  ...readdirSync("examples", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("README.md"))
    .map((name) => join("examples", name)),
];

/** What stands after `lbctl` in code: in a block, behind a prompt too, or between backticks. */
function printedCommands(markdown: string): readonly string[] {
  const oneOfSeveral = / (?:&&|\|) (?:\S+# )?lbctl /.source;
  const printed = new RegExp(`(?:^ {4}|\`|[#|&] )lbctl (.+?)(?=\`|$|${oneOfSeveral})`, "gm");
  return [...markdown.matchAll(printed)].map((match) => match[1] ?? "");
}

/** What is wrong with the words of a command or with its long options, or null. */
function complainOf(words: string): string | null {
  // Of two commands in one ("move|ban") the first stands for both.
  const given = words.split(/\s+/).map((word) => word.replace(/\\?\|.*$/, ""));
  let command: TreeCommand = TREE;
  for (const word of given) {
    if (command.commands.length === 0 || !/^[a-z][a-z-]*$/.test(word)) break;
    const next = command.commands.find((each) => isCalled(each, word));
    if (next === undefined) return `no '${word}' in lbctl ${command.path.join(" ")}`;
    command = next;
  }
  const known = new Set([...TREE.options, ...command.options].flatMap(({ names }) => names));
  const options = given.flatMap((word) => /^\[?(--[a-z-]+)/.exec(word)?.[1] ?? []);
  const unknown = options.find((option) => !known.has(option));
  return unknown === undefined ? null : `${command.path.join(" ")} has no ${unknown}`;
}

function isCalled({ name, aliases }: TreeCommand, word: string): boolean {
  return name === word || aliases.includes(word);
}

suite("commands in the documents", () => {
  for (const page of PAGES) {
    test(`${page}: each lbctl is one that exists, with options that it has`, () => {
      const printed = printedCommands(readFileSync(page, "utf8"));
      const wrong = printed.flatMap((words) => {
        const complaint = complainOf(words);
        return complaint === null ? [] : [`lbctl ${words}: ${complaint}`];
      });
      assert.deepEqual(wrong, []);
    });
  }
});
