/** What the kinds of constraints have in common: scores, roles, actions, sets. */
import { parseBoolean } from "../../agent/core/configuration/index.ts";
import type {
  ConstraintRole,
  OrderAction,
  OrderConstraint,
  ResourceSet,
} from "../../agent/core/model/index.ts";
import { readScoreText } from "./read-scalars.ts";
import { note, noteUnread, type Reading, resolvedChildren } from "./reading.ts";
import { attributeOf, childrenOf, type XmlElement } from "./xml-document.ts";

const ROLES: ReadonlyMap<string, ConstraintRole> = new Map([
  ["started", "Started"],
  ["stopped", "Stopped"],
  ["promoted", "Promoted"],
  ["unpromoted", "Unpromoted"],
  ["master", "Promoted"],
  ["slave", "Unpromoted"],
]);

const ACTIONS = ["start", "stop", "promote", "demote"] as const;
const STRENGTHS = ["Mandatory", "Optional", "Serialize"] as const;
const ORDERINGS = ["group", "listed"] as const;

const SET = {
  attributes: new Set([
    "id",
    "id-ref",
    "sequential",
    "require-all",
    "action",
    "role",
    "score",
    "ordering",
    "kind",
  ]),
  children: new Set(["resource_ref"]),
};

/** A score; 0, with a note, when the text is none; null when the attribute is missing. */
export function readScore(reading: Reading, element: XmlElement, name: string): number | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const score = readScoreText(text);
  if (score === null) {
    note(reading, element, { kind: "changed", text: `${name}="${text}" is no score: taken as 0` });
  }
  return score ?? 0;
}

/** A role in the words of the model; null when it is missing or, with a note, none. */
export function readRole(
  reading: Reading,
  element: XmlElement,
  name: string,
): ConstraintRole | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const role = ROLES.get(text.toLowerCase()) ?? null;
  if (role === null) {
    note(reading, element, { kind: "dropped", text: `${name}="${text}" is no role` });
  } else if (role !== text) {
    note(reading, element, { kind: "changed", text: `${name}="${text}" is named ${role}` });
  }
  return role;
}

/** An action of an order; null when it is missing or, with a note, none. */
export function readAction(
  reading: Reading,
  element: XmlElement,
  name: string,
): OrderAction | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const action = ACTIONS.find((each) => each === text) ?? null;
  if (action === null) {
    note(reading, element, { kind: "dropped", text: `${name}="${text}" is no action` });
  }
  return action;
}

/** A kind of order; anything else is mandatory, with a note. */
export function readStrength(
  reading: Reading,
  element: XmlElement,
  text: string,
): OrderConstraint["strength"] {
  const strength = STRENGTHS.find((each) => each.toLowerCase() === text.toLowerCase());
  if (strength !== undefined) return strength;
  const problem = `kind="${text}" is none: taken as Mandatory`;
  note(reading, element, { kind: "changed", text: problem });
  return "Mandatory";
}

/** True or false; null when it is missing or, with a note, neither. */
export function readTruth(reading: Reading, element: XmlElement, name: string): boolean | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const truth = parseBoolean(text);
  if (truth === null) {
    const problem = `${name}="${text}" is neither true nor false`;
    note(reading, element, { kind: "dropped", text: problem });
  }
  return truth;
}

/** One of these words, whatever the case; null when it is missing or, with a note, another one. */
export function readWord<Word extends string>(
  reading: Reading,
  element: XmlElement,
  { name, words }: { readonly name: string; readonly words: readonly Word[] },
): Word | null {
  const text = attributeOf(element, name);
  if (text === null) return null;
  const word = words.find((each) => each === text.toLowerCase()) ?? null;
  if (word === null) {
    const problem = `${name}="${text}" is none of ${words.join(", ")}`;
    note(reading, element, { kind: "dropped", text: problem });
  }
  return word;
}

/** The member of a colocation that says whether dependents pull; left out when it is not said. */
export function readInfluence(
  reading: Reading,
  element: XmlElement,
): { readonly influence?: boolean } {
  const influence = readTruth(reading, element, "influence");
  return influence === null ? {} : { influence };
}

/** The resource sets below a constraint, references followed; empty ones are left out. */
export function readSets(reading: Reading, constraint: XmlElement): readonly ResourceSet[] {
  return resolvedChildren(reading, constraint, "resource_set").flatMap((element) => {
    noteUnread(reading, element, SET);
    const resources = childrenOf(element, "resource_ref").map(
      (each) => attributeOf(each, "id") ?? "",
    );
    if (resources.length === 0) {
      note(reading, element, { kind: "dropped", text: "is a set without resources" });
      return [];
    }
    const sequential = readTruth(reading, element, "sequential");
    const kind = attributeOf(element, "kind");
    return [
      {
        id: attributeOf(element, "id") ?? "",
        resources,
        isSequential: sequential ?? true,
        ...(sequential === null ? { saysSequential: false } : {}),
        needsAll: readTruth(reading, element, "require-all") ?? true,
        action: readAction(reading, element, "action"),
        role: readRole(reading, element, "role"),
        score: readScore(reading, element, "score"),
        ordering: readWord(reading, element, { name: "ordering", words: ORDERINGS }),
        strength: kind === null ? null : readStrength(reading, element, kind),
      },
    ];
  });
}
