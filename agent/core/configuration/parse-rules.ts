/** The shapes of rules and of the sets of values that hold while a rule does. */
import type { Comparison, Condition, Rule, ValueSet } from "../model/index.ts";
import {
  kindOf,
  type Place,
  readChoice,
  readCount,
  readInteger,
  readList,
  readNameValues,
  readNullable,
  readObject,
  readText,
  report,
} from "./json-shape.ts";

/** Rules may be nested this deep; deeper ones would exhaust the stack of whoever reads them. */
export const RULE_DEPTH_MAX = 16;

/** How a rule compares an attribute of a node, presence included. */
export const COMPARISONS: readonly [Comparison, ...Comparison[]] = [
  "lt",
  "lte",
  "gt",
  "gte",
  "eq",
  "ne",
  "defined",
  "not_defined",
];
/** As what two values are compared. */
export const VALUE_TYPES = ["string", "integer", "number", "version"] as const;
/** What the value of a comparison is: itself, or the name of a parameter or meta attribute. */
export const VALUE_SOURCES = ["literal", "param", "meta"] as const;
/** How a rule looks at the time. */
export const DATE_OPERATIONS = ["gt", "lt", "in_range", "date_spec"] as const;

/** A rule with its conditions. */
export function readRule(place: Place): Rule {
  return readRuleAt(place, 1);
}

/** Values with the rule that they depend on. */
export function readValueSet(place: Place): ValueSet {
  return readObject(place, ["id", "score", "rule", "values"], (member) => ({
    id: readText(member("id")),
    score: readInteger(member("score")),
    rule: readNullable(member("rule"), readRule),
    values: readNameValues(member("values")),
  }));
}

/** A list of sets of values. */
export function readValueSets(place: Place): readonly ValueSet[] {
  return readList(place, readValueSet);
}

function readRuleAt(place: Place, depth: number): Rule {
  if (depth > RULE_DEPTH_MAX) {
    report(place, `must not be nested more than ${RULE_DEPTH_MAX} rules deep`);
    return { kind: "rule", id: "", combine: "and", conditions: [] };
  }
  return readObject(place, ["kind", "id", "combine", "conditions"], (member) => ({
    kind: readChoice(member("kind"), ["rule"]),
    id: readText(member("id")),
    combine: readChoice(member("combine"), ["and", "or"]),
    conditions: readList(member("conditions"), (at) => readCondition(at, depth)),
  }));
}

function readCondition(place: Place, depth: number): Condition {
  switch (kindOf(place)) {
    case "attribute":
      return readAttributeCondition(place);
    case "date":
      return readDateCondition(place);
    case "resource":
      return readObject(place, ["kind", "standard", "provider", "type"], (member) => ({
        kind: readChoice(member("kind"), ["resource"]),
        standard: readNullable(member("standard"), readText),
        provider: readNullable(member("provider"), readText),
        type: readNullable(member("type"), readText),
      }));
    case "operation":
      return readObject(place, ["kind", "name", "intervalMs"], (member) => ({
        kind: readChoice(member("kind"), ["operation"]),
        name: readText(member("name")),
        intervalMs: readNullable(member("intervalMs"), readCount),
      }));
    default:
      return readRuleAt(place, depth + 1);
  }
}

function readAttributeCondition(place: Place): Condition {
  const names = ["kind", "attribute", "operation", "value", "type", "valueSource"];
  return readObject(place, names, (member) => ({
    kind: readChoice(member("kind"), ["attribute"]),
    attribute: readText(member("attribute")),
    operation: readChoice(member("operation"), COMPARISONS),
    value: readNullable(member("value"), readText),
    type: readNullable(member("type"), (at) => readChoice(at, VALUE_TYPES)),
    valueSource: readChoice(member("valueSource"), VALUE_SOURCES),
  }));
}

function readDateCondition(place: Place): Condition {
  const names = ["kind", "operation", "start", "end", "duration", "spec"];
  return readObject(place, names, (member) => ({
    kind: readChoice(member("kind"), ["date"]),
    operation: readChoice(member("operation"), DATE_OPERATIONS),
    start: readNullable(member("start"), readText),
    end: readNullable(member("end"), readText),
    duration: readNullable(member("duration"), readNameValues),
    spec: readNullable(member("spec"), readNameValues),
  }));
}
