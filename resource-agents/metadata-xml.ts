import type { AgentActionMetadata, AgentMetadata, AgentParameter } from "./contract.ts";

/**
 * Writes metadata as the XML of the OCF resource agent API 1.0 (`ra-api-1.dtd`), with a final
 * newline.
 */
export function renderMetadataXml(metadata: AgentMetadata): string {
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">',
    `<resource-agent name="${escapeXml(metadata.type)}" version="${escapeXml(metadata.version)}">`,
    `<version>${escapeXml(metadata.version)}</version>`,
    `<longdesc lang="en">${escapeXml(metadata.longDescription)}</longdesc>`,
    `<shortdesc lang="en">${escapeXml(metadata.shortDescription)}</shortdesc>`,
    "<parameters>",
    ...metadata.parameters.flatMap(renderParameter),
    "</parameters>",
    "<actions>",
    ...metadata.actions.filter((action) => action.name !== "repair").map(renderAction),
    "</actions>",
    "</resource-agent>",
  ];
  return `${lines.join("\n")}\n`;
}

function renderParameter(parameter: AgentParameter): string[] {
  const unique = parameter.isUnique ? 1 : 0;
  const required = parameter.isRequired ? 1 : 0;
  const { defaultValue, type } = parameter;
  const shown = defaultValue === null ? "" : ` default="${escapeXml(defaultValue)}"`;
  return [
    `<parameter name="${escapeXml(parameter.name)}" unique="${unique}" required="${required}">`,
    `<longdesc lang="en">${escapeXml(parameter.longDescription)}</longdesc>`,
    `<shortdesc lang="en">${escapeXml(parameter.shortDescription)}</shortdesc>`,
    `<content type="${type}"${shown} />`,
    "</parameter>",
  ];
}

function renderAction({ name, timeoutMs, intervalMs, depth }: AgentActionMetadata): string {
  const shownDepth = depth === undefined ? "" : ` depth="${depth}"`;
  const interval = intervalMs === 0 ? "" : ` interval="${seconds(intervalMs)}"`;
  return `<action name="${name}"${shownDepth} timeout="${seconds(timeoutMs)}"${interval} />`;
}

function seconds(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
