/** Resource agents as `pcs resource list` and `describe` print them. */
import { renderDuration } from "../../agent/core/configuration/index.ts";
import type { AgentMetadata, AgentParameter, NamedAgent } from "../local-agents/index.ts";

/** Actions that are no operations of a resource. */
const NOT_OPERATIONS: ReadonlySet<string> = new Set(["meta-data", "validate-all", "repair"]);

/** One agent a line, with its short description when it has one. */
export function renderAgentLine({ name, shortDescription }: NamedAgent): string {
  return shortDescription === "" ? name : `${name} - ${oneLine(shortDescription)}`;
}

/** What an agent is, which parameters it takes, which operations it recommends. */
export function renderAgentDescription(
  name: string,
  metadata: AgentMetadata,
  { isFull }: { readonly isFull: boolean },
): string {
  const { shortDescription, longDescription, parameters, standard } = metadata;
  const shown = parameters.filter((each) => isFull || !isHidden(each));
  const title = standard === "stonith" ? "Stonith options:" : "Resource options:";
  const sections = [
    [renderAgentLine({ name, shortDescription })],
    longDescription === "" ? [] : [oneLine(longDescription)],
    shown.length === 0 ? [] : [title, ...shown.map(renderParameter)],
    ["Default operations:", ...metadata.actions.flatMap(renderOperation)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function isHidden({ isAdvanced, isDeprecated }: AgentParameter): boolean {
  return isAdvanced === true || isDeprecated === true;
}

function renderParameter(parameter: AgentParameter): string {
  const { name, isRequired, isUnique, uniqueGroup, isDeprecated, defaultValue } = parameter;
  const unique = uniqueGroup === undefined ? " (unique)" : ` (unique group: ${uniqueGroup})`;
  const marks = [
    ...(isDeprecated === true ? [" (deprecated)"] : []),
    ...(isRequired ? [" (required)"] : []),
    ...(isUnique ? [unique] : []),
  ].join("");
  const hasDefault = defaultValue !== null && defaultValue !== "";
  const fallback = hasDefault ? ` Default: ${oneLine(defaultValue)}.` : "";
  const text = oneLine(parameter.longDescription || parameter.shortDescription);
  return `  ${name}${marks}: ${text || "No description available"}${fallback}`;
}

function renderOperation(action: AgentMetadata["actions"][number]): readonly string[] {
  const { name, intervalMs, timeoutMs, depth = 0, role } = action;
  if (NOT_OPERATIONS.has(name)) return [];
  return [
    `  ${name}:`,
    `    interval=${renderDuration(intervalMs)}`,
    `    timeout=${renderDuration(timeoutMs)}`,
    ...(role === undefined ? [] : [`    role=${role}`]),
    ...(depth === 0 ? [] : [`    OCF_CHECK_LEVEL=${depth}`]),
  ];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
