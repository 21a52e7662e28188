// Reads what crm_simulate prints (`-S -s --output-as=xml`): the states before and after, decisions
// and scores. The actions and their order come from the graph.

import type { ClusterState } from "../corpus/answer.ts";
import { childOf, childrenOf, readDocument, type XmlElement } from "./document.ts";

/** What the program says, without the actions. */
export interface Simulation {
  readonly before: ClusterState;
  readonly after: ClusterState;
  readonly decisions: readonly string[];
  readonly scores: readonly string[];
  /** 0: usable; 1: the transition failed; 78: the configuration is invalid. */
  readonly code: number;
  readonly message: string;
}

const UNDER_WAY = new Set(["Starting", "Stopping", "Promoting", "Demoting", "Migrating"]);

/** Reads the output; what precedes the document is skipped. Throws when there is none. */
export function readSimulation(text: string, name: (resource: string) => string): Simulation {
  const start = text.indexOf("<pacemaker-result");
  if (start < 0) throw new Error(`no result in: ${text.slice(0, 300)}`);
  const root = readDocument(text.slice(start));
  const status = childOf(root, "status");
  return {
    before: readState(childOf(root, "cluster_status"), name),
    after: readState(childOf(root, "revised_cluster_status"), name),
    decisions: (childOf(root, "actions")?.children ?? []).map(renderElement),
    scores: readScores(childOf(root, "allocations")),
    code: Number(status?.attributes["code"] ?? -1),
    message: describeStatus(status),
  };
}

function describeStatus(status: XmlElement | null): string {
  const errors = childrenOf(childOf(status, "errors"), "error");
  return [status?.attributes["message"] ?? "", ...errors.map(renderElement)].join(" ");
}

function renderElement({ name, attributes }: XmlElement): string {
  return [name, ...Object.entries(attributes).map(([key, value]) => `${key}=${value}`)].join(" ");
}

function readScores(allocations: XmlElement | null): readonly string[] {
  return (allocations?.children ?? []).map(({ name, attributes }) => {
    const kind = attributes["function"] ?? name;
    return `${kind} ${attributes["id"]} ${attributes["node"]}: ${attributes["score"]}`;
  });
}

function readState(element: XmlElement | null, name: (resource: string) => string): ClusterState {
  const resources: Record<string, Record<string, string[]>> = {};
  const flags: Record<string, string[]> = {};
  for (const { attributes, children } of listResources(childOf(element, "resources"))) {
    const id = name(attributes["id"] ?? "");
    const nodes = children.filter((x) => x.name === "node").map((x) => x.attributes["name"] ?? "");
    const pending = attributes["pending"] ?? "";
    // A monitor under way changes no role.
    const role = UNDER_WAY.has(pending) ? pending : (attributes["role"] ?? "");
    const roles = resources[id] ?? {};
    resources[id] = roles;
    if (nodes.length > 0) roles[role] = [...(roles[role] ?? []), ...nodes].sort();
    const words = [...new Set([...(flags[id] ?? []), ...flagsOf(attributes)])].sort();
    if (words.length > 0) flags[id] = words;
  }
  const nodes = childrenOf(childOf(element, "nodes"), "node");
  return {
    nodes: Object.fromEntries(nodes.map((x) => [x.attributes["name"] ?? "", standingOf(x)])),
    resources,
    flags,
  };
}

function listResources(element: XmlElement | null): readonly XmlElement[] {
  return (element?.children ?? []).flatMap((child) =>
    child.name === "resource" ? [child] : listResources(child),
  );
}

function flagsOf(attributes: XmlElement["attributes"]): readonly string[] {
  const isTrue = (key: string): boolean => attributes[key] === "true";
  const words = {
    failed: isTrue("failed") && !isTrue("failure_ignored"),
    "failure ignored": isTrue("failure_ignored"),
    blocked: isTrue("blocked"),
    orphan: isTrue("orphaned"),
    unmanaged: !isTrue("managed"),
    disabled: attributes["target_role"] === "Stopped",
    LOCKED: attributes["locked_to"] !== undefined,
  };
  return Object.entries(words).flatMap(([word, holds]) => (holds ? [word] : []));
}

/** How a node stands, in the words that the same program prints for people. */
function standingOf({ attributes }: XmlElement): string {
  const isTrue = (key: string): boolean => attributes[key] === "true";
  const health = attributes["health"] ?? "green";
  const remark = health === "green" ? "" : ` (health is ${health.toUpperCase()})`;
  return `${standing(isTrue, Number(attributes["resources_running"] ?? 0))}${remark}`;
}

function standing(isTrue: (key: string) => boolean, running: number): string {
  const isOnline = isTrue("online");
  if (isTrue("unclean")) {
    return isOnline
      ? "UNCLEAN (online)"
      : isTrue("pending")
        ? "UNCLEAN (pending)"
        : "UNCLEAN (offline)";
  }
  if (isTrue("pending")) return "pending";
  if (isTrue("standby_onfail") && isOnline) return "standby (on-fail)";
  if (isTrue("standby")) {
    if (!isOnline) return "OFFLINE (standby)";
    return running > 0 ? "standby (with active resources)" : "standby";
  }
  if (isTrue("maintenance")) return isOnline ? "maintenance" : "OFFLINE (maintenance)";
  return isOnline ? "online" : "offline";
}
