/** `lbctl stonith …`: which fence devices are tried for a node, and in which order. */
import type { Command } from "commander";
import type { Change } from "../../agent/core/model/index.ts";
import { parseLevelAdd, parseLevelClear, parseLevelRemove } from "../parse/parse-tag.ts";
import { renderFencingLevels } from "../render/render-config.ts";
import type { Session } from "../session.ts";
import { addFenceAgentCommands } from "./agent-commands.ts";
import { addCommand, addFamily, change, FORMAT, type Options, show, WAIT } from "./command-kit.ts";

/** Adds `stonith` and its commands. */
export function addStonithCommands(program: Command, session: Session): void {
  const stonith = addFamily(program, { name: "stonith", summary: "fencing of nodes" });
  addFenceAgentCommands(stonith, session);
  const run = (_words: readonly string[], options: Options) => showLevels(session, options);
  const level = addFamily(stonith, {
    name: "level",
    summary: "which devices are tried for a node, and in which order",
    options: [FORMAT],
    run,
  });
  addCommand(level, { name: "config", summary: "show the levels", options: [FORMAT], run });
  const changes = [
    [
      "add LEVEL NODE|regexp%PATTERN|attrib%NAME=VALUE DEVICE...",
      "devices that are tried together; level 1 is tried first",
      parseLevelAdd,
      [],
    ],
    [
      "remove LEVEL [target TARGET] [stonith DEVICE...]",
      "remove a level",
      parseLevelRemove,
      ["delete"],
    ],
    [
      "clear [target TARGET | stonith DEVICE...]",
      "remove all levels, or those of a target or of devices",
      parseLevelClear,
      [],
    ],
  ] as const satisfies (readonly [
    string,
    string,
    (words: readonly string[]) => Change,
    string[],
  ])[];
  for (const [name, summary, parse, aliases] of changes) {
    addCommand(level, {
      name,
      summary,
      aliases,
      options: [["--force", "accepted, as with pcs"], WAIT],
      run: (words, options) => change(session, [parse(words)], options),
    });
  }
}

function showLevels(session: Session, options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const { fencingLevels = [] } = await agent.getCib();
    show(session, options, {
      facts: fencingLevels,
      render: (levels) => renderFencingLevels(levels).join("\n"),
    });
  });
}
