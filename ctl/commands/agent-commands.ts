/** `lbctl resource list` and `describe`: the resource agents of this node. */
import type { Command } from "commander";
import { refused } from "../ctl-error.ts";
import { renderAgentDescription, renderAgentLine } from "../render/render-agents.ts";
import type { Session } from "../session.ts";
import { addCommand, FORMAT, show } from "./command-kit.ts";

/** Adds `resource list` and `resource describe`. */
export function addAgentCommands(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "list [TEXT]",
    summary: "resource agents of this node, or those whose name contains the text",
    options: [FORMAT],
    aliases: ["agents"],
    run: (words, options) =>
      session.withAgent(async (agent) => {
        const filter = words[0] ?? "";
        const found = await agent.listAgents(filter);
        if (found.length === 0) throw refused(`no resource agents matching '${filter}'`);
        show(session, options, {
          facts: found,
          render: (agents) => agents.map(renderAgentLine).join("\n"),
        });
      }),
  });
  addCommand(resource, {
    name: "describe AGENT",
    summary: "what a resource agent is and which parameters it takes",
    options: [FORMAT, ["--full", "accepted, as with pcs"]],
    run: (words, options) => {
      const [name] = words;
      if (name === undefined || words.length > 1)
        throw refused("usage: lbctl resource describe AGENT");
      return session.withAgent(async (agent) => {
        show(session, options, {
          facts: await agent.describeAgent(name),
          render: renderAgentDescription,
        });
      });
    },
  });
}
