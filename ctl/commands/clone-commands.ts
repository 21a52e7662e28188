/** `lbctl resource clone`, `promotable`, `unclone`: several instances of one resource. */
import type { Command } from "commander";
import { parseClone, parseUnclone } from "../parse/parse-resource.ts";
import type { Session } from "../session.ts";
import { addCommand, change, WAIT } from "./command-kit.ts";

/** Adds the commands. */
export function addCloneCommands(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "clone ID [CLONE-ID] [NAME=VALUE...]",
    summary: "run a resource or group on both nodes at once",
    options: [WAIT],
    run: (words, options) => change(session, [parseClone("clone", words)], options),
  });
  addCommand(resource, {
    name: "promotable ID [CLONE-ID] [NAME=VALUE...]",
    summary: "the same, with one instance promoted",
    options: [WAIT],
    run: (words, options) => change(session, [parseClone("promotable", words)], options),
  });
  addCommand(resource, {
    name: "unclone ID",
    summary: "run what is cloned once again",
    options: [WAIT],
    run: (words, options) => change(session, [parseUnclone(words)], options),
  });
}
