import type {
  AgentActionMetadata,
  AgentActionName,
  AgentMetadata,
  AgentParameter,
} from "../contract.ts";
import { childrenNamed, parseXml, type XmlElement } from "./parse-xml.ts";

const ACTION_TIMEOUT_DEFAULT_MS = 20_000;
const ACTION_NAMES: readonly (AgentActionName | "meta-data")[] = [
  "start",
  "stop",
  "monitor",
  "reload",
  "reload-agent",
  "promote",
  "demote",
  "notify",
  "migrate_to",
  "migrate_from",
  "validate-all",
  "meta-data",
];

/** Names of roles before the OCF resource agent API 1.1. */
const ROLE_NAMES: Readonly<Record<string, string>> = { Master: "Promoted", Slave: "Unpromoted" };

/**
 * Reads what an agent prints for `meta-data`; a fence agent prints the same kind of document. Null
 * when that is not metadata of the OCF API.
 */
export function parseMetadata(
  xml: string,
  provider: string,
  standard: "ocf" | "stonith" = "ocf",
): AgentMetadata | null {
  const root = parseXml(xml);
  if (root === null || root.name !== "resource-agent") return null;
  const type = root.attributes["name"];
  if (type === undefined) return null;
  const parameters = nested(root, "parameters", "parameter").flatMap(readParameter);
  return {
    standard,
    provider,
    type,
    version: childText(root, "version") || (root.attributes["version"] ?? "0"),
    shortDescription: childText(root, "shortdesc") || (root.attributes["shortdesc"] ?? ""),
    longDescription: childText(root, "longdesc"),
    parameters,
    actions: nested(root, "actions", "action").flatMap(readAction),
  };
}

/**
 * A duration as OCF metadata writes it: a number of seconds, or with s, ms, m, min, h. Null if
 * not.
 */
export function parseDurationMs(text: string): number | null {
  const match = /^\s*([0-9]{1,9})\s*(ms|msec|s|sec|m|min|h|hr)?\s*$/i.exec(text);
  if (match?.[1] === undefined) return null;
  const unit = (match[2] ?? "s").toLowerCase();
  if (unit.startsWith("ms")) return Number(match[1]);
  const seconds = unit.startsWith("s") ? 1 : unit.startsWith("m") ? 60 : 3600;
  return Number(match[1]) * seconds * 1000;
}

function readParameter(element: XmlElement): AgentParameter[] {
  const name = element.attributes["name"];
  if (name === undefined) return [];
  const content = childrenNamed(element, "content")[0];
  const type = content?.attributes["type"];
  const group = element.attributes["unique-group"];
  const isDeprecated =
    isOn(element.attributes["deprecated"]) || childrenNamed(element, "deprecated").length > 0;
  return [
    {
      name,
      type: type === "integer" || type === "boolean" ? type : "string",
      isRequired: isOn(element.attributes["required"]),
      isUnique: isOn(element.attributes["unique"]) || group !== undefined,
      ...(group === undefined ? {} : { uniqueGroup: group }),
      ...(isDeprecated ? { isDeprecated } : {}),
      ...(isOn(element.attributes["reloadable"]) ? { isReloadable: true } : {}),
      defaultValue: content?.attributes["default"] ?? null,
      shortDescription: childText(element, "shortdesc"),
      longDescription: childText(element, "longdesc"),
    },
  ];
}

function readAction(element: XmlElement): AgentActionMetadata[] {
  const name = ACTION_NAMES.find((known) => known === element.attributes["name"]);
  if (name === undefined) return [];
  const timeoutMs = parseDurationMs(element.attributes["timeout"] ?? "");
  const intervalMs = parseDurationMs(element.attributes["interval"] ?? "0") ?? 0;
  const depth = element.attributes["depth"];
  const role = element.attributes["role"];
  return [
    {
      name,
      timeoutMs: timeoutMs ?? ACTION_TIMEOUT_DEFAULT_MS,
      intervalMs,
      ...(depth !== undefined && /^[0-9]{1,4}$/.test(depth) ? { depth: Number(depth) } : {}),
      ...(role === undefined ? {} : { role: ROLE_NAMES[role] ?? role }),
    },
  ];
}

function nested(root: XmlElement, listName: string, itemName: string): XmlElement[] {
  return childrenNamed(root, listName).flatMap((list) => childrenNamed(list, itemName));
}

function childText(element: XmlElement, name: string): string {
  return childrenNamed(element, name)[0]?.text.trim() ?? "";
}

function isOn(text: string | undefined): boolean {
  return text === "1" || text === "true";
}
