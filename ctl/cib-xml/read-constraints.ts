/** Reads constraints. */
import type {
  ColocationConstraint,
  ColocationSets,
  Constraint,
  OrderConstraint,
  OrderSets,
} from "../../agent/core/model/index.ts";
import {
  readAction,
  readInfluence,
  readRole,
  readScore,
  readSets,
  readStrength,
  readTruth,
} from "./constraint-attributes.ts";
import { readLocation } from "./read-locations.ts";
import { readScoreText } from "./read-scalars.ts";
import { note, noteBesideSets, noteUnread, type Reading } from "./reading.ts";
import { attributeOf, childOf, type XmlElement } from "./xml-document.ts";

const COLOCATION = new Set([
  "id",
  "rsc",
  "with-rsc",
  "score",
  "rsc-role",
  "with-rsc-role",
  "influence",
  "node-attribute",
]);
// What a colocation of sets can say besides its sets.
const COLOCATION_OF_SETS = new Set(["id", "score", "influence"]);

const ORDER = new Set([
  "id",
  "first",
  "then",
  "first-action",
  "then-action",
  "kind",
  "score",
  "symmetrical",
  "require-all",
]);
const SETS = new Set(["resource_set"]);
const NONE = new Set<string>();

/** Reads the constraints section in document order. */
export function readConstraints(
  reading: Reading,
  section: XmlElement | null,
): readonly Constraint[] {
  return section?.children.flatMap((element) => readConstraint(reading, element)) ?? [];
}

function readConstraint(reading: Reading, element: XmlElement): readonly Constraint[] {
  if (childOf(element, "lifetime") !== null) {
    const text = "has a lifetime element; write its rule into a location rule instead";
    note(reading, element, { kind: "dropped", text });
    return [];
  }
  switch (element.name) {
    case "rsc_location":
      return readLocation(reading, element);
    case "rsc_colocation":
      return [readColocation(reading, element)];
    case "rsc_order":
      return [readOrder(reading, element)];
    case "rsc_ticket":
      note(reading, element, { kind: "outOfScope", text: "tickets of multi-site clusters" });
      return [];
    default:
      note(reading, element, { kind: "dropped", text: "is no kind of constraint" });
      return [];
  }
}

function readColocation(
  reading: Reading,
  element: XmlElement,
): ColocationConstraint | ColocationSets {
  const hasSets = childOf(element, "resource_set") !== null;
  noteUnread(
    reading,
    element,
    hasSets
      ? { attributes: COLOCATION_OF_SETS, children: SETS }
      : { attributes: COLOCATION, children: NONE },
  );
  const id = attributeOf(element, "id") ?? "";
  const score = readScore(reading, element, "score");
  const shared = { id, ...readInfluence(reading, element) };
  if (hasSets) {
    const sets = readSets(reading, element);
    return { kind: "colocationSets", ...shared, score: score ?? 0, sets };
  }
  const nodeAttribute = attributeOf(element, "node-attribute");
  const role = readRole(reading, element, "rsc-role");
  const withRole = readRole(reading, element, "with-rsc-role");
  return {
    kind: "colocation",
    ...shared,
    ...(nodeAttribute === null ? {} : { nodeAttribute }),
    resource: attributeOf(element, "rsc") ?? "",
    withResource: attributeOf(element, "with-rsc") ?? "",
    score: score ?? 0,
    ...(role === null ? {} : { role }),
    ...(withRole === null ? {} : { withRole }),
  };
}

function readOrder(reading: Reading, element: XmlElement): OrderConstraint | OrderSets {
  const hasSets = childOf(element, "resource_set") !== null;
  noteUnread(reading, element, { attributes: ORDER, children: hasSets ? SETS : NONE });
  const id = attributeOf(element, "id") ?? "";
  const strength = readOrderStrength(reading, element);
  // Who serializes does not say which comes first, so there is no reverse either.
  const isSymmetrical =
    strength !== "Serialize" && (readTruth(reading, element, "symmetrical") ?? true);
  if (hasSets) {
    noteBesideSets(reading, element, ["first", "then", "first-action", "then-action"]);
    return { kind: "orderSets", id, strength, isSymmetrical, sets: readSets(reading, element) };
  }
  const firstAction = readAction(reading, element, "first-action") ?? "start";
  const needsAll = readTruth(reading, element, "require-all");
  return {
    kind: "order",
    id,
    first: attributeOf(element, "first") ?? "",
    firstAction,
    // biome-ignore lint/suspicious/noThenProperty: the model names it as Pacemaker does.
    then: attributeOf(element, "then") ?? "",
    thenAction: readAction(reading, element, "then-action") ?? firstAction,
    strength,
    isSymmetrical,
    ...(needsAll === false ? { needsAll } : {}),
  };
}

// Before there was a kind, the score said it: 0 is optional, anything else mandatory.
function readOrderStrength(reading: Reading, element: XmlElement): OrderConstraint["strength"] {
  const kind = attributeOf(element, "kind");
  const score = attributeOf(element, "score");
  if (kind !== null) return readStrength(reading, element, kind);
  const strength = score !== null && readScoreText(score) === 0 ? "Optional" : "Mandatory";
  if (score !== null) {
    const text = `score="${score}" is kind ${strength}`;
    note(reading, element, { kind: "changed", text });
  }
  return strength;
}
