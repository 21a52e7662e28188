import {
  type Cib,
  type Constraint,
  emptyCib,
  INFINITY_SCORE,
  type OperationDefinition,
  type Primitive,
  type Resource,
} from "../../../agent/core/model/index.ts";
import { childrenOf, descendantsOf, type Element } from "./xml.ts";

/** Options that later releases renamed; the CIB here uses the older names. */
const RENAMED: Readonly<Record<string, string>> = {
  "fencing-enabled": "stonith-enabled",
  "fencing-action": "stonith-action",
  "stop-removed-resources": "stop-orphan-resources",
};

/** Reads the configuration part of a corpus document. */
export function readConfiguration(document: Element): Cib {
  const configuration = childrenOf(document, "configuration")[0];
  const nodes = descendantsOf(childrenOf(configuration, "nodes")[0], "node");
  const resources = childrenOf(configuration, "resources")[0]?.children.flatMap(readResource) ?? [];
  const constraints = childrenOf(configuration, "constraints")[0]?.children ?? [];
  const names = nodes.map(nodeName);
  return {
    ...emptyCib(names),
    properties: readPairs(childrenOf(configuration, "crm_config")[0]),
    resourceDefaults: readPairs(childrenOf(configuration, "rsc_defaults")[0]),
    operationDefaults: readPairs(childrenOf(configuration, "op_defaults")[0]),
    nodes: nodes.map((node) => ({ name: nodeName(node), attributes: readPairs(node) })),
    resources,
    constraints: [...constraints.flatMap(readConstraint), ...readNodeScores(nodes, resources)],
  };
}

/** The name of a node element. */
export function nodeName(node: Element): string {
  return node.attributes["uname"] ?? node.attributes["id"] ?? "";
}

/** All name-value pairs below an element; the first of a name counts. */
export function readPairs(element: Element | undefined): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const { attributes } of descendantsOf(element, "nvpair")) {
    const name = attributes["name"] ?? "";
    pairs[RENAMED[name] ?? name] ??= attributes["value"] ?? "";
  }
  return pairs;
}

/** Reads an interval or timeout; a bare number is in seconds. */
export function readMs(text: string | undefined): number {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text?.trim() ?? "");
  if (match === null) return 0;
  const unit = (match[2] ?? "").toLowerCase();
  const factor =
    unit === "ms" ? 1 : unit.startsWith("m") ? 60_000 : unit === "h" ? 3_600_000 : 1000;
  return Number(match[1]) * factor;
}

function readResource(element: Element): readonly Resource[] {
  const id = element.attributes["id"] ?? "";
  if (element.name === "primitive") return [readPrimitive(element)];
  if (element.name !== "group") return [];
  const members = childrenOf(element, "primitive").map(readPrimitive);
  return [{ kind: "group", id, meta: readOwnPairs(element, "meta_attributes"), members }];
}

function readPrimitive(element: Element): Primitive {
  const { id = "", class: standard = "", provider, type = "" } = element.attributes;
  return {
    kind: "primitive",
    id,
    agent: { standard, provider: provider ?? null, type },
    parameters: readOwnPairs(element, "instance_attributes"),
    meta: readOwnPairs(element, "meta_attributes"),
    operations: descendantsOf(childrenOf(element, "operations")[0], "op").map(readOperation),
  };
}

function readOwnPairs(element: Element, name: string): Record<string, string> {
  return Object.assign({}, ...childrenOf(element, name).map(readPairs).reverse());
}

function readOperation(element: Element): OperationDefinition {
  const { id = "", name = "", interval, timeout, ...rest } = element.attributes;
  const timeoutMs = timeout === undefined ? null : readMs(timeout);
  const options = { ...readPairs(element), ...rest };
  return { id, name, intervalMs: readMs(interval), timeoutMs, options };
}

function readConstraint(element: Element): readonly Constraint[] {
  const { attributes } = element;
  const id = attributes["id"] ?? "";
  switch (element.name) {
    case "rsc_location":
      return readLocation(element, id);
    case "rsc_colocation":
      return [
        {
          kind: "colocation",
          id,
          resource: attributes["rsc"] ?? "",
          withResource: attributes["with-rsc"] ?? "",
          score: readScore(attributes["score"]),
        },
      ];
    case "rsc_order":
      return readOrder(element, id);
    default:
      return [];
  }
}

function readLocation(element: Element, id: string): readonly Constraint[] {
  const { rsc: resource = "", node, score } = element.attributes;
  if (node !== undefined) {
    return [{ kind: "location", id, resource, node, score: readScore(score) }];
  }
  return childrenOf(element, "rule").flatMap((rule) => {
    const [expression] = childrenOf(rule, "expression");
    if (expression?.attributes["attribute"] !== "#uname") return [];
    const target = expression.attributes["value"] ?? "";
    const points = readScore(rule.attributes["score"]);
    return [{ kind: "location" as const, id, resource, node: target, score: points }];
  });
}

function readOrder({ attributes }: Element, id: string): readonly Constraint[] {
  const firstAction = attributes["first-action"] ?? "start";
  const thenAction = attributes["then-action"] ?? firstAction;
  const isOptional = attributes["score"] !== undefined && readScore(attributes["score"]) === 0;
  const kind = attributes["kind"] ?? (isOptional ? "Optional" : "Mandatory");
  return [
    {
      kind: "order",
      id,
      first: attributes["first"] ?? "",
      firstAction: firstAction === "stop" ? "stop" : "start",
      // biome-ignore lint/suspicious/noThenProperty: the model names it as Pacemaker does.
      then: attributes["then"] ?? "",
      thenAction: thenAction === "stop" ? "stop" : "start",
      strength: kind === "Optional" || kind === "Serialize" ? kind : "Mandatory",
      isSymmetrical: attributes["symmetrical"] !== "false",
    },
  ];
}

/** A score of a node entry counts for every resource: a location constraint each. */
function readNodeScores(
  nodes: readonly Element[],
  resources: readonly Resource[],
): readonly Constraint[] {
  return nodes.flatMap((node) => {
    const score = readScore(node.attributes["score"]);
    if (score === 0) return [];
    return resources.map((resource) => ({
      kind: "location" as const,
      id: `node-score-${nodeName(node)}-${resource.id}`,
      resource: resource.id,
      node: nodeName(node),
      score,
    }));
  });
}

function readScore(text: string | undefined): number {
  if (text === undefined) return 0;
  const size = /INFINITY$/i.test(text) ? INFINITY_SCORE : Math.abs(Number.parseInt(text, 10));
  const bounded = Math.min(INFINITY_SCORE, Number.isNaN(size) ? 0 : size);
  return text.startsWith("-") ? -bounded : bounded;
}
