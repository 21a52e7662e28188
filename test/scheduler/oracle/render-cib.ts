// Writes a spec as a CIB document that crm_simulate 2.1.5 accepts.

import { createHash } from "node:crypto";
import {
  allPrimitives,
  type Piece,
  PRESENT_S,
  piece,
  type Spec,
  type SpecEntry,
  type SpecHistory,
  type SpecNode,
  type SpecPrimitive,
  type SpecResource,
} from "./spec.ts";

// The newest that 2.1.5 knows; below 3.0.13 it would ignore fail counts of single operations.
const FEATURE_SET = "3.16.1";
const UUID = "11111111-2222-3333-4444-555555555555";
const DEFAULT_TIMEOUT_S = 20;

/** The document. */
export function renderCib(spec: Spec): string {
  const cib = piece(
    "cib",
    {
      crm_feature_set: FEATURE_SET,
      "validate-with": "pacemaker-3.9",
      admin_epoch: "0",
      epoch: "1",
      num_updates: "0",
      "have-quorum": spec.isQuorate ? "1" : "0",
      ...(spec.dc === null ? {} : { "dc-uuid": spec.dc }),
      "execution-date": String(PRESENT_S),
    },
    [
      piece("configuration", {}, renderConfiguration(spec)),
      piece(
        "status",
        {},
        spec.nodes.flatMap((node) => renderNodeState(spec, node)),
      ),
    ],
  );
  return `${writePiece(cib, new Ids(), "")}\n`;
}

class Ids {
  #last = 0;

  next(): string {
    this.#last++;
    return `id-${this.#last}`;
  }
}

const WITHOUT_ID = new Set([
  "cib",
  "configuration",
  "crm_config",
  "nodes",
  "resources",
  "constraints",
  "rsc_defaults",
  "op_defaults",
  "status",
  "operations",
  "lrm_resources",
  "tags",
  "fencing-topology",
]);

function writePiece({ name, attributes, children }: Piece, ids: Ids, indent: string): string {
  const needsId = !WITHOUT_ID.has(name) && attributes["id"] === undefined;
  const all = needsId ? { id: ids.next(), ...attributes } : attributes;
  const words = Object.entries(all).map(([key, value]) => ` ${key}="${escapeText(value)}"`);
  const tag = `${indent}<${name}${words.join("")}`;
  if (children.length === 0) return `${tag}/>`;
  const inner = children.map((child) => writePiece(child, ids, `${indent}  `));
  return [`${tag}>`, ...inner, `${indent}</${name}>`].join("\n");
}

function escapeText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function renderConfiguration(spec: Spec): Piece[] {
  const setsOf = (section: string): Piece[] =>
    spec.sets.filter((set) => set.section === section).map((set) => set.piece);
  const tags = spec.tags.map(({ id, members }) =>
    piece(
      "tag",
      { id },
      members.map((member) => piece("obj_ref", { id: member })),
    ),
  );
  return [
    piece("crm_config", {}, [
      ...renderSet("cluster_property_set", spec.properties),
      ...setsOf("crm_config"),
    ]),
    piece("nodes", {}, spec.nodes.map(renderNode)),
    piece("resources", {}, [
      ...spec.templates.map((template) => renderPrimitive(template, "template")),
      ...spec.resources.map(renderResource),
    ]),
    piece("constraints", {}, spec.constraints),
    ...(spec.fencingLevels.length === 0 ? [] : [piece("fencing-topology", {}, spec.fencingLevels)]),
    ...(tags.length === 0 ? [] : [piece("tags", {}, tags)]),
    piece("rsc_defaults", {}, [
      ...renderSet("meta_attributes", spec.resourceDefaults),
      ...setsOf("rsc_defaults"),
    ]),
    piece("op_defaults", {}, [
      ...renderSet("meta_attributes", spec.operationDefaults),
      ...setsOf("op_defaults"),
    ]),
  ];
}

function renderSet(name: string, values: Record<string, string>): Piece[] {
  const pairs = Object.entries(values).map(([key, value]) => piece("nvpair", { name: key, value }));
  return pairs.length === 0 ? [] : [piece(name, {}, pairs)];
}

function renderNode({ name, id, score, attributes, utilization }: SpecNode): Piece {
  return piece("node", { id, uname: name, ...(score === null ? {} : { score }) }, [
    ...renderSet("instance_attributes", attributes),
    ...renderSet("utilization", utilization),
  ]);
}

function renderResource(resource: SpecResource): Piece {
  switch (resource.kind) {
    case "primitive":
      return renderPrimitive(resource, "primitive");
    case "group": {
      const { id, meta, members } = resource;
      return piece("group", { id }, [
        ...renderSet("meta_attributes", meta),
        ...members.map((member) => renderPrimitive(member, "primitive")),
      ]);
    }
    case "clone": {
      const { id, meta, child } = resource;
      return piece("clone", { id }, [...renderSet("meta_attributes", meta), renderResource(child)]);
    }
  }
}

function renderPrimitive(primitive: SpecPrimitive, name: "primitive" | "template"): Piece {
  const { id, agent, template, parameters, meta, utilization, operations, sets } = primitive;
  const kind = template === null ? agentAttributes(agent) : { template };
  return piece(name, { id, ...kind }, [
    ...renderSet("instance_attributes", parameters),
    ...renderSet("meta_attributes", meta),
    ...sets,
    ...(operations.length === 0 ? [] : [piece("operations", {}, operations.map(renderOperation))]),
    ...renderSet("utilization", utilization),
  ]);
}

function renderOperation({ name, intervalS, options }: SpecPrimitive["operations"][number]): Piece {
  return piece("op", { name, interval: `${intervalS}s`, ...options });
}

function agentAttributes(agent: string): Record<string, string> {
  const [standard = "", second = "", third] = agent.split(":");
  if (third === undefined) return { class: standard, type: second };
  return { class: standard, provider: second, type: third };
}

// How the four attributes of a node's entry say what it is.
const PRESENCE: Readonly<Record<string, Record<string, string>>> = {
  online: { in_ccm: "true", crmd: "online", join: "member", expected: "member" },
  offline: { in_ccm: "false", crmd: "offline", join: "down", expected: "down" },
  unclean: { in_ccm: "false", crmd: "offline", join: "down", expected: "member" },
  uncleanOnline: { in_ccm: "true", crmd: "offline", join: "down", expected: "member" },
  pending: { in_ccm: "true", crmd: "online", join: "pending", expected: "member" },
  joining: { in_ccm: "true", crmd: "offline", join: "down", expected: "down" },
};

function renderNodeState(spec: Spec, node: SpecNode): Piece[] {
  const presence = PRESENCE[node.presence];
  if (presence === undefined) return [];
  const { id, name } = node;
  const histories = node.history.map((history) => renderHistory(spec, node, history));
  const transient = { ...node.transient, ...renderFailures(node) };
  const state = piece("node_state", { id, uname: name, ...presence }, [
    ...(histories.length === 0
      ? []
      : [piece("lrm", { id }, [piece("lrm_resources", {}, histories)])]),
    ...(Object.keys(transient).length === 0
      ? []
      : [piece("transient_attributes", { id }, renderSet("instance_attributes", transient))]),
  ]);
  return [state];
}

function renderFailures({ failures }: SpecNode): Record<string, string> {
  const pairs = failures.flatMap(({ resource, operation, intervalS, count, ageS }) => {
    const key = `${resource}#${operation}_${intervalS * 1000}`;
    return [
      [`fail-count-${key}`, count],
      [`last-failure-${key}`, String(PRESENT_S - ageS)],
    ];
  });
  return Object.fromEntries(pairs);
}

function renderHistory(spec: Spec, node: SpecNode, history: SpecHistory): Piece {
  const { resource, agent, lockedAgeS, entries } = history;
  const locked = lockedAgeS === null ? {} : { "shutdown-lock": String(PRESENT_S - lockedAgeS) };
  return piece(
    "lrm_resource",
    { id: resource, ...agentAttributes(agent), ...locked },
    entries.map((entry) => renderEntry(spec, node, { history, entry })),
  );
}

function renderEntry(
  spec: Spec,
  { name }: SpecNode,
  { history, entry }: { readonly history: SpecHistory; readonly entry: SpecEntry },
): Piece {
  const { operation, intervalS, status, rc, expected } = entry;
  const { resource } = history;
  const interval = String(intervalS * 1000);
  const isLast = intervalS === 0 && !entry.isFailure;
  const tail = entry.isFailure ? "last_failure_0" : isLast ? "last_0" : `${operation}_${interval}`;
  const key = `1:1:${expected}:${UUID}`;
  const migration = {
    ...(entry.source === null ? {} : { migrate_source: entry.source }),
    ...(entry.target === null ? {} : { migrate_target: entry.target }),
  };
  return piece("lrm_rsc_op", {
    id: `${resource}_${tail}`,
    operation_key: `${resource}_${operation}_${interval}`,
    operation,
    interval,
    "call-id": String(entry.callId),
    "rc-code": String(rc),
    "op-status": String(status),
    crm_feature_set: FEATURE_SET,
    "transition-key": key,
    "transition-magic": `${status}:${rc};${key}`,
    on_node: name,
    "last-rc-change": String(PRESENT_S - entry.ageS),
    ...migration,
    ...digestsOf(spec, history, entry),
  });
}

function digestsOf(
  spec: Spec,
  { resource }: SpecHistory,
  entry: SpecEntry,
): Record<string, string> {
  if (entry.digest === "none") return {};
  const primitive = allPrimitives(spec).find(({ id }) => id === resource.replace(/:\d+$/, ""));
  const template = spec.templates.find(({ id }) => id === primitive?.template);
  const configured = { ...template?.parameters, ...primitive?.parameters };
  const assumed = entry.digest === "current" ? configured : { ...configured, state: "other" };
  const parameters = entry.ranWith ?? assumed;
  const timeout =
    entry.intervalS > 0 ? { CRM_meta_timeout: timeoutOf(spec, primitive, entry) } : {};
  const digests = { "op-digest": digestOf({ ...parameters, ...timeout }) };
  if (entry.reloadKeeps === null || entry.operation !== "start") return digests;
  const kept = entry.reloadKeeps;
  const restarting = Object.fromEntries(Object.entries(parameters).filter(([key]) => key === kept));
  return {
    ...digests,
    "op-force-restart": ` ${kept} `,
    "op-restart-digest": digestOf(restarting),
  };
}

function timeoutOf(spec: Spec, primitive: SpecPrimitive | undefined, entry: SpecEntry): string {
  const definition = primitive?.operations.find(
    ({ name, intervalS }) => name === entry.operation && intervalS === entry.intervalS,
  );
  const text = definition?.options["timeout"] ?? spec.operationDefaults["timeout"];
  const seconds = text === undefined ? DEFAULT_TIMEOUT_S : Number.parseInt(text, 10);
  return String(seconds * 1000);
}

/** MD5 of a space, the parameters as one element sorted by name, and a newline. */
export function digestOf(parameters: Record<string, string>): string {
  const words = Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}="${escapeText(value)}"`);
  return createHash("md5")
    .update(` <parameters${words.join("")}/>\n`)
    .digest("hex");
}
