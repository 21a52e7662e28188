/** `lbctl tag …`: names for several resources. */
import type { Command } from "commander";
import { refused } from "../ctl-error.ts";
import { parseTagCreate, parseTagUpdate } from "../parse/parse-tag.ts";
import { renderTags } from "../render/render-config.ts";
import type { Session } from "../session.ts";
import { unknownTag } from "../unknown-name.ts";
import {
  addCommand,
  addFamily,
  change,
  FORMAT,
  type Options,
  optionText,
  show,
  WAIT,
} from "./command-kit.ts";

/** Adds `tag` and its commands. */
export function addTagCommands(program: Command, session: Session): void {
  const run = (words: readonly string[], options: Options) => showTags(session, words, options);
  const tag = addFamily(program, {
    name: "tag",
    summary: "names for several resources",
    options: [FORMAT],
    run,
  });
  addCommand(tag, {
    name: "config [TAG...]",
    summary: "show tags",
    options: [FORMAT],
    aliases: ["list"],
    run,
  });
  addCommand(tag, {
    name: "create TAG ID...",
    summary: "make a tag",
    options: [WAIT],
    run: (words, options) => change(session, [parseTagCreate(words)], options),
  });
  addCommand(tag, {
    name: "update TAG [add ID...] [remove ID...]",
    summary: "add, move or remove what a tag names",
    options: [
      ["--before <id>", "add before this one"],
      ["--after <id>", "add after this one"],
      WAIT,
    ],
    run: (words, options) => {
      const [before, after] = [optionText(options, "before"), optionText(options, "after")];
      const place = {
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      };
      return change(session, [parseTagUpdate(words, place)], options);
    },
  });
  addCommand(tag, {
    name: "delete TAG...",
    summary: "remove tags; what they name stays",
    aliases: ["remove"],
    options: [WAIT],
    run: (words, options) => {
      if (words.length === 0) throw refused("usage: lbctl tag delete TAG...");
      return change(session, [{ kind: "deleteTags", ids: words }], options);
    },
  });
}

function showTags(session: Session, ids: readonly string[], options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const { tags = [] } = await agent.getCib();
    const missing = ids.filter((id) => !tags.some((tag) => tag.id === id));
    const known = tags.map(({ id }) => id);
    if (missing.length > 0) throw refused(...missing.map((id) => unknownTag(id, known)));
    const chosen = ids.length === 0 ? tags : tags.filter(({ id }) => ids.includes(id));
    show(session, options, { facts: chosen, render: (facts) => renderTags(facts).join("\n") });
  });
}
