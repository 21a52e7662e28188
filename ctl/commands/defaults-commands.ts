/** `lbctl resource defaults` and `lbctl resource op defaults`. */
import type { Command } from "commander";
import type { DefaultsOwner } from "../../agent/core/model/index.ts";
import { parseDefaults } from "../parse/parse-defaults.ts";
import { renderDefaults } from "../render/render-config.ts";
import type { Session } from "../session.ts";
import { addCommand, applyAndReport, FORMAT, isGiven, show, WAIT } from "./command-kit.ts";

/** Adds the command to the family of resources, or of operations. */
export function addDefaultsCommand(
  parent: Command,
  session: Session,
  { owner, summary }: { readonly owner: DefaultsOwner; readonly summary: string },
): void {
  addCommand(parent, {
    name:
      "defaults [update] [NAME=[VALUE]...] | " +
      "set create [id=ID] [score=SCORE] [meta NAME=VALUE...] " +
      "[rule EXPRESSION] | set update ID meta NAME=[VALUE]... | set delete ID...",
    summary,
    options: [
      ["--full", "with ids"],
      ["--all", "accepted, as with pcs: expired sets are always shown"],
      ["--no-expire-check", "accepted, as with pcs"],
      FORMAT,
      WAIT,
    ],
    run: (words, options) =>
      session.withAgent(async (agent) => {
        const wish = parseDefaults(owner, words);
        if (wish !== null) {
          await applyAndReport(session, agent, { changes: [wish], options });
          return;
        }
        const cib = await agent.getCib();
        const isResource = owner === "resource";
        const title = isResource ? "rsc_defaults-meta_attributes" : "op_defaults-meta_attributes";
        const values = isResource ? cib.resourceDefaults : cib.operationDefaults;
        const sets = isResource ? cib.resourceDefaultSets : cib.operationDefaultSets;
        const withIds = isGiven(options, "full");
        show(session, options, {
          facts: sets === undefined ? values : { values, sets },
          render: () => renderDefaults(title, values, { sets, withIds }).join("\n"),
        });
      }),
  });
}
