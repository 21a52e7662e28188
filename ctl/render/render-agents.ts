/** Resource agents as `pcs resource list` and `describe` print them. */
import { renderDuration } from "../../agent/core/configuration/index.ts";
import type { AgentDescription, AgentLine } from "../agent-client/connect.ts";

/** One agent a line, with its short description when it has one. */
export function renderAgentLine({ name, shortDescription }: AgentLine): string {
  return shortDescription === "" ? name : `${name} - ${shortDescription}`;
}

/** What an agent is, which parameters it takes, which operations it recommends. */
export function renderAgentDescription(agent: AgentDescription): string {
  const long = agent.longDescription === "" ? [] : ["", oneLine(agent.longDescription)];
  return [
    renderAgentLine(agent),
    ...long,
    "",
    "Resource options:",
    ...agent.parameters.map((parameter) => {
      const marks = [
        ...(parameter.isRequired ? [" (required)"] : []),
        ...(parameter.isUnique ? [" (unique)"] : []),
      ].join("");
      const fallback = parameter.defaultValue === "" ? "" : ` Default: ${parameter.defaultValue}.`;
      const text = oneLine(parameter.longDescription || parameter.shortDescription);
      return `  ${parameter.name}${marks}: ${text}${fallback}`;
    }),
    "",
    "Default operations:",
    ...agent.actions
      .filter(({ name }) => ["start", "stop", "monitor"].includes(name))
      .flatMap(({ name, intervalMs, timeoutMs }) => [
        `  ${name}:`,
        `    interval=${renderDuration(intervalMs)}`,
        `    timeout=${renderDuration(timeoutMs)}`,
      ]),
  ].join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
