/** Reads rules and their expressions. */
import {
  COMPARISONS,
  DATE_OPERATIONS,
  VALUE_SOURCES,
  VALUE_TYPES,
} from "../../agent/core/configuration/index.ts";
import type { Condition, DateSpec, Rule } from "../../agent/core/model/index.ts";
import { readWord } from "./constraint-attributes.ts";
import { readIntervalText } from "./read-scalars.ts";
import { note, noteUnread, type Reading, resolve } from "./reading.ts";
import { attributeOf, childOf, type XmlElement } from "./xml-document.ts";

const COMBINATIONS = ["and", "or"] as const;

const RULE_ATTRIBUTES = new Set(["id", "boolean-op", "score", "score-attribute", "role"]);
const NONE = new Set<string>();
const EXPRESSION = {
  attributes: new Set(["id", "attribute", "operation", "value", "type", "value-source"]),
  children: NONE,
};
const DATE_EXPRESSION = {
  attributes: new Set(["id", "operation", "start", "end"]),
  children: new Set(["duration", "date_spec"]),
};
const RESOURCE_EXPRESSION = {
  attributes: new Set(["id", "class", "provider", "type"]),
  children: NONE,
};
const OPERATION_EXPRESSION = { attributes: new Set(["id", "name", "interval"]), children: NONE };
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
  const combine = readWord(reading, element, { name: "boolean-op", words: COMBINATIONS });
  return {
    kind: "rule",
    id: attributeOf(element, "id") ?? "",
    combine: combine ?? "and",
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
      noteUnread(reading, element, RESOURCE_EXPRESSION);
      return [
        {
          kind: "resource",
          standard: attributeOf(element, "class"),
          provider: attributeOf(element, "provider"),
          type: attributeOf(element, "type"),
        },
      ];
    default:
      return [readOperationExpression(reading, element)];
  }
}

function readExpression(reading: Reading, element: XmlElement): Condition {
  noteUnread(reading, element, EXPRESSION);
  const operation = attributeOf(element, "operation")?.toLowerCase();
  const known = COMPARISONS.find((each) => each === operation);
  if (known === undefined) {
    const text = `operation "${operation ?? ""}" is none: taken as eq`;
    note(reading, element, { kind: "changed", text });
  }
  return {
    kind: "attribute",
    attribute: attributeOf(element, "attribute") ?? "",
    operation: known ?? "eq",
    value: attributeOf(element, "value"),
    type: readWord(reading, element, { name: "type", words: VALUE_TYPES }),
    valueSource:
      readWord(reading, element, { name: "value-source", words: VALUE_SOURCES }) ?? "literal",
  };
}

function readDateExpression(reading: Reading, element: XmlElement): Condition {
  noteUnread(reading, element, DATE_EXPRESSION);
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

function readOperationExpression(reading: Reading, element: XmlElement): Condition {
  noteUnread(reading, element, OPERATION_EXPRESSION);
  const interval = attributeOf(element, "interval");
  const intervalMs = interval === null ? null : readIntervalText(interval);
  if (interval !== null && intervalMs === null) {
    note(reading, element, { kind: "changed", text: `interval="${interval}" is none: taken as 0` });
  }
  return {
    kind: "operation",
    name: attributeOf(element, "name") ?? "",
    intervalMs: interval === null ? null : (intervalMs ?? 0),
  };
}

function readFields(reading: Reading, given: XmlElement | null): DateSpec | null {
  const element = given === null ? null : resolve(reading, given);
  if (element === null) return null;
  const { id: _, ...fields } = element.attributes;
  return fields;
}
