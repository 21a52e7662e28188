/** Reads rules and their expressions. */
import type { Comparison, Condition, DateSpec, Rule } from "../../agent/core/model/index.ts";
import { readIntervalText } from "./read-scalars.ts";
import { note, noteUnread, type Reading, resolve } from "./reading.ts";
import { attributeOf, childOf, type XmlElement } from "./xml-document.ts";

const COMPARISONS: readonly Comparison[] = [
  "lt",
  "lte",
  "gt",
  "gte",
  "eq",
  "ne",
  "defined",
  "not_defined",
];

const DATE_OPERATIONS = ["gt", "lt", "in_range", "date_spec"] as const;
const VALUE_TYPES = ["string", "integer", "number", "version"] as const;
const VALUE_SOURCES = ["literal", "param", "meta"] as const;

const RULE_ATTRIBUTES = new Set(["id", "boolean-op", "score", "score-attribute", "role"]);
const CONDITIONS = new Set([
  "rule",
  "expression",
  "date_expression",
  "rsc_expression",
  "op_expression",
]);

/**
 * Reads a rule with all below it, a reference followed; null, with a note, where it leads nowhere.
 * The score and role of a rule belong to the location constraint that holds it and are read there.
 */
export function readRule(reading: Reading, given: XmlElement): Rule | null {
  const element = resolve(reading, given);
  if (element === null) return null;
  noteUnread(reading, element, { attributes: RULE_ATTRIBUTES, children: CONDITIONS });
  const combine = attributeOf(element, "boolean-op")?.toLowerCase();
  return {
    kind: "rule",
    id: attributeOf(element, "id") ?? "",
    combine: combine === "or" ? "or" : "and",
    conditions: element.children.flatMap((child) => readCondition(reading, child)),
  };
}

function readCondition(reading: Reading, given: XmlElement): readonly Condition[] {
  if (!CONDITIONS.has(given.name)) return [];
  const element = resolve(reading, given);
  if (element === null) return [];
  switch (element.name) {
    case "rule": {
      const rule = readRule(reading, element);
      return rule === null ? [] : [rule];
    }
    case "expression":
      return [readExpression(reading, element)];
    case "date_expression":
      return [readDateExpression(reading, element)];
    case "rsc_expression":
      return [
        {
          kind: "resource",
          standard: attributeOf(element, "class"),
          provider: attributeOf(element, "provider"),
          type: attributeOf(element, "type"),
        },
      ];
    default:
      return [readOperationExpression(element)];
  }
}

function readExpression(reading: Reading, element: XmlElement): Condition {
  const operation = attributeOf(element, "operation")?.toLowerCase();
  const known = COMPARISONS.find((each) => each === operation);
  if (known === undefined) {
    const text = `operation "${operation ?? ""}" is none: taken as eq`;
    note(reading, element, { kind: "changed", text });
  }
  const type = attributeOf(element, "type")?.toLowerCase();
  const source = attributeOf(element, "value-source")?.toLowerCase();
  return {
    kind: "attribute",
    attribute: attributeOf(element, "attribute") ?? "",
    operation: known ?? "eq",
    value: attributeOf(element, "value"),
    type: VALUE_TYPES.find((each) => each === type) ?? null,
    valueSource: VALUE_SOURCES.find((each) => each === source) ?? "literal",
  };
}

function readDateExpression(reading: Reading, element: XmlElement): Condition {
  const operation = attributeOf(element, "operation")?.toLowerCase() ?? "in_range";
  const known = DATE_OPERATIONS.find((each) => each === operation);
  if (known === undefined) {
    const text = `operation "${operation}" is none: taken as in_range`;
    note(reading, element, { kind: "changed", text });
  }
  return {
    kind: "date",
    operation: known ?? "in_range",
    start: attributeOf(element, "start"),
    end: attributeOf(element, "end"),
    duration: readFields(reading, childOf(element, "duration")),
    spec: readFields(reading, childOf(element, "date_spec")),
  };
}

function readOperationExpression(element: XmlElement): Condition {
  const interval = attributeOf(element, "interval");
  return {
    kind: "operation",
    name: attributeOf(element, "name") ?? "",
    intervalMs: interval === null ? null : (readIntervalText(interval) ?? 0),
  };
}

function readFields(reading: Reading, given: XmlElement | null): DateSpec | null {
  const element = given === null ? null : resolve(reading, given);
  if (element === null) return null;
  const { id: _, ...fields } = element.attributes;
  return fields;
}
