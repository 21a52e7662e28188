import assert from "node:assert/strict";
import type { Command } from "commander";
import { suite, test } from "mocha";
import { readPaths } from "../paths.ts";
import { buildProgram } from "../program.ts";

// Words of commands that show or ask. Families only hold commands, and those of `cluster` concern
// the agent of this host and not what it runs.
const SHOWING = ["config", "describe", "explain", "export", "list", "mon", "ref", "show"];
const ASKING = [
  "drift",
  "simulate",
  "status",
  "verify",
  "version",
  "standards",
  "providers",
  "agents",
];
// What starts, stops and moves nothing, and what the cluster has no part in.
const APART = /^lbctl resource (?:check|reload|debug-\w+)$/;

function listCommands(
  command: Command,
  path = command.name(),
): readonly (readonly [string, Command])[] {
  const inner = command.commands.flatMap((each) => listCommands(each, `${path} ${each.name()}`));
  return [[path, command], ...inner];
}

suite("commands that change something", () => {
  const program = buildProgram({
    paths: readPaths({}),
    terminal: { out: () => {}, err: () => {} },
    withAgent: () => assert.fail("not run"),
  });
  const isShowing = (path: string, command: Command): boolean =>
    command.commands.length > 0 ||
    [...SHOWING, ...ASKING].includes(command.name()) ||
    path === "lbctl property defaults" ||
    /^lbctl (?:status|cluster) /.test(path) ||
    APART.test(path);

  for (const [path, command] of listCommands(program)) {
    if (isShowing(path, command)) continue;
    test(`${path} takes --plan and --wait`, () => {
      const flags = command.options.map((option) => option.long);
      assert.ok(flags.includes("--plan"), `${path} has ${flags.join(" ")}`);
      assert.ok(flags.includes("--wait"), `${path} has ${flags.join(" ")}`);
    });
  }
});
