/** Reads location constraints. */
import type {
  LocationConstraint,
  LocationRule,
  LocationRules,
  ResourceDiscovery,
} from "../../agent/core/model/index.ts";
import { readRole, readScore, readSets, readWord } from "./constraint-attributes.ts";
import { readRule } from "./read-rules.ts";
import {
  note,
  noteBesideSets,
  noteUnread,
  type Reading,
  resolvedChildren,
  subjectOf,
} from "./reading.ts";
import { attributeOf, childOf, type XmlElement } from "./xml-document.ts";

const READ = {
  attributes: new Set(["id", "rsc", "rsc-pattern", "node", "score", "role", "resource-discovery"]),
  children: new Set(["rule", "resource_set"]),
};

const DISCOVERIES = ["always", "never", "exclusive"] as const;

/** Reads one location constraint; none, with a note, when it says nothing. */
export function readLocation(
  reading: Reading,
  element: XmlElement,
): readonly (LocationConstraint | LocationRules)[] {
  noteUnread(reading, element, READ);
  const id = attributeOf(element, "id") ?? "";
  const target = readTarget(reading, element);
  const nodes = readNodes(reading, element);
  if (target === null || nodes === null) {
    const text = "names no resource, or neither a node with a score nor a rule";
    note(reading, element, { kind: "dropped", text });
    return [];
  }
  const role = readRole(reading, element, "role");
  const shared = { id, ...readDiscovery(reading, element), ...(role === null ? {} : { role }) };
  if (target.kind !== "resource") return [{ kind: "locationRules", ...shared, target, nodes }];
  const { resource } = target;
  if (nodes.kind === "node") {
    return [{ kind: "location", ...shared, resource, node: nodes.node, score: nodes.score }];
  }
  const simple = readSimpleRule(nodes.rules);
  if (simple === null) return [{ kind: "locationRules", ...shared, target, nodes }];
  const text = `rule ${simple.rule.id} stands for node ${simple.node}`;
  note(reading, element, { kind: "changed", text });
  const ruleRole = simple.rule.role === null ? {} : { role: simple.rule.role };
  const { node, score } = simple;
  return [{ kind: "location", ...shared, ...ruleRole, resource, node, score }];
}

function readTarget(reading: Reading, element: XmlElement): LocationRules["target"] | null {
  if (childOf(element, "resource_set") !== null) {
    noteBesideSets(reading, element, ["rsc", "rsc-pattern"]);
    return { kind: "sets", sets: readSets(reading, element) };
  }
  const resource = attributeOf(element, "rsc");
  if (resource !== null) return { kind: "resource", resource };
  const pattern = attributeOf(element, "rsc-pattern");
  if (pattern === null) return null;
  const isInverted = pattern.startsWith("!");
  return { kind: "pattern", pattern: isInverted ? pattern.slice(1) : pattern, isInverted };
}

function readNodes(reading: Reading, element: XmlElement): LocationRules["nodes"] | null {
  const node = attributeOf(element, "node");
  const score = readScore(reading, element, "score");
  if (node !== null && score !== null) {
    for (const rule of element.children.filter(({ name }) => name === "rule")) {
      const text = `stands beside node="${node}" in ${subjectOf(element)}, which counts alone`;
      note(reading, rule, { kind: "dropped", text });
    }
    return { kind: "node", node, score };
  }
  const rules = resolvedChildren(reading, element, "rule").flatMap((rule) =>
    readLocationRule(reading, rule),
  );
  return rules.length === 0 ? null : { kind: "rules", rules };
}

function readLocationRule(reading: Reading, element: XmlElement): readonly LocationRule[] {
  const attribute = attributeOf(element, "score-attribute");
  const score = readScore(reading, element, "score");
  const rule = readRule(reading, element);
  if (rule === null) return [];
  const role = readRole(reading, element, "role");
  return [
    { rule, score: score === null && attribute !== null ? { attribute } : (score ?? 0), role },
  ];
}

/** The node and score of a single rule that asks for nothing but the name of a node. */
function readSimpleRule(rules: readonly LocationRule[]): {
  readonly node: string;
  readonly score: number;
  readonly rule: { readonly id: string; readonly role: LocationRule["role"] };
} | null {
  const [first, ...others] = rules;
  if (first === undefined || others.length > 0 || typeof first.score !== "number") return null;
  const [condition, ...more] = first.rule.conditions;
  if (condition?.kind !== "attribute" || more.length > 0) return null;
  const { attribute, operation, value, type, valueSource } = condition;
  if (attribute !== "#uname" || operation !== "eq" || value === null) return null;
  if ((type !== null && type !== "string") || valueSource !== "literal") return null;
  return { node: value, score: first.score, rule: { id: first.rule.id, role: first.role } };
}

function readDiscovery(
  reading: Reading,
  element: XmlElement,
): { readonly discovery?: ResourceDiscovery } {
  const how = { name: "resource-discovery", words: DISCOVERIES };
  const discovery = readWord(reading, element, how);
  return discovery === null ? {} : { discovery };
}
