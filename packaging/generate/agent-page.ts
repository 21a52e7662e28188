/** One page for each built-in resource agent, from its metadata. */
import type {
  AgentActionMetadata,
  AgentMetadata,
  AgentParameter,
} from "../../resource-agents/contract.ts";
import { metadataName } from "../../resource-agents/index.ts";
import { entry, type PageHead, pageHead, paragraphs, section, seeAlso, verbatim } from "./roff.ts";

/** A page and the name of it without its section. */
export interface AgentPage {
  readonly name: string;
  readonly text: string;
}

/** The pages of all agents; of two with one type the second is named by its provider too. */
export function renderAgentPages(
  agents: readonly AgentMetadata[],
  about: Pick<PageHead, "day" | "release">,
): readonly AgentPage[] {
  return agents.map((metadata, index) => {
    const isSecond = agents.slice(0, index).some(({ type }) => type === metadata.type);
    const name = `lb-${isSecond ? `${metadata.provider}-` : ""}${metadata.type}`;
    return { name, text: renderPage(name, metadata, about) };
  });
}

function renderPage(
  name: string,
  metadata: AgentMetadata,
  about: Pick<PageHead, "day" | "release">,
): string {
  const full = metadataName(metadata);
  const { shortDescription, longDescription, parameters, actions } = metadata;
  return [
    ...pageHead({ name, section: 7, summary: `${shortDescription} (${full})`, ...about }),
    ...section("SYNOPSIS", [
      `\\fBlbctl resource create\\fR \\fIID\\fR ${full} [\\fINAME\\fR=\\fIVALUE\\fR...]`,
    ]),
    ...section("DESCRIPTION", [
      ...paragraphs(longDescription),
      ...paragraphsOfUse(metadata, name.split("-").length > 2),
    ]),
    ...section("PARAMETERS", parameters.flatMap(renderParameter)),
    ...section("OPERATIONS", actions.flatMap(renderAction)),
    ...section("EXAMPLE", verbatim(exampleOf(full, parameters))),
    ...seeAlso(["lbctl", 8], ["lb-agent", 8]),
    "",
  ].join("\n");
}

function paragraphsOfUse({ type }: AgentMetadata, isSecond: boolean): readonly string[] {
  const own = "lb-agent runs this agent by itself.";
  const other =
    ` The executable /usr/lib/ocf/resource.d/lb/${type} is the same agent for other cluster ` +
    "managers and for tests.";
  return [".PP", ...paragraphs(isSecond ? own : `${own}${other}`)];
}

function renderParameter(parameter: AgentParameter): readonly string[] {
  const { name, type, isRequired, isUnique, isDeprecated, defaultValue } = parameter;
  const facts = [
    type,
    isRequired ? "required" : "",
    isUnique ? "no two resources may share it" : "",
    isDeprecated === true ? "deprecated" : "",
    defaultValue === null || defaultValue === "" ? "" : `default "${defaultValue}"`,
  ].filter((fact) => fact !== "");
  const title = `${parameter.shortDescription} (${facts.join(", ")}).`;
  return entry(name, title, parameter.longDescription);
}

function renderAction(action: AgentActionMetadata): readonly string[] {
  const { name, timeoutMs, intervalMs, depth } = action;
  const facts = [
    `timeout ${timeoutMs / 1000} s`,
    intervalMs === 0 ? "" : `every ${intervalMs / 1000} s`,
    depth === undefined || depth === 0 ? "" : `check level ${depth}`,
  ].filter((fact) => fact !== "");
  return entry(name, `Recommended: ${facts.join(", ")}.`);
}

function exampleOf(full: string, parameters: readonly AgentParameter[]): string {
  const required = parameters.filter(({ isRequired }) => isRequired);
  const values = required.map(({ name }) => `${name}=${EXAMPLE_VALUES.get(name) ?? "VALUE"}`);
  return [`lbctl resource create example ${full}`, ...values].join(" ");
}

const EXAMPLE_VALUES: ReadonlyMap<string, string> = new Map([
  ["ip", "192.0.2.20"],
  ["host_list", '"192.0.2.1 192.0.2.2"'],
  ["email", "root"],
]);
