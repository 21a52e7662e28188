/** Reads sets of names and values: properties, parameters, meta attributes, node attributes. */
import {
  META_ATTRIBUTES,
  normalValue,
  OPERATION_DEFAULTS,
  PROPERTIES,
  type ValueDefinition,
} from "../../agent/core/configuration/index.ts";
import { INFINITY_SCORE, type NameValues, type ValueSet } from "../../agent/core/model/index.ts";
import { NO_RENAMINGS, type Renamings } from "./old-names.ts";
import { readRule } from "./read-rules.ts";
import { readScoreText } from "./read-scalars.ts";
import { note, noteUnread, type Reading, resolve, resolvedChildren, subjectOf } from "./reading.ts";
import { attributeOf, childOf, type XmlElement } from "./xml-document.ts";

/** Plain values of one bearer, and its sets that have rules or have to come before or after. */
export interface Values {
  readonly values: NameValues;
  readonly sets: readonly ValueSet[];
}

/** Which values are read and how. */
export interface ValueReading {
  /** Name of the elements that hold the sets. */
  readonly name: string;
  readonly renamings?: Renamings;
  /** The names that have a type; their values are brought to one spelling. */
  readonly definitions?: ReadonlyMap<string, ValueDefinition>;
  /** Id of the set that counts before all others, whatever the scores. */
  readonly firstId?: string;
}

/** One set of the document before the sets are sorted and joined. */
interface DocumentSet extends ValueSet {
  readonly pairs: readonly (readonly [name: string, value: string])[];
}

/** Cluster properties by name. */
export const PROPERTY_DEFINITIONS = byName(PROPERTIES);

/** Meta attributes by name. */
export const META_DEFINITIONS = byName(META_ATTRIBUTES);

/** Options of operations by name. */
export const OPERATION_DEFINITIONS = byName(OPERATION_DEFAULTS);

const SET_ATTRIBUTES = new Set(["id", "id-ref", "score"]);
const SET_CHILDREN = new Set(["nvpair", "rule", "attributes"]);
const PAIR_ATTRIBUTES = new Set(["id", "id-ref", "name", "value"]);

// This value takes back what was set before it.
const UNSET = "#default";

/** Reads all sets of that name below an element, sorted as Pacemaker asks them. */
export function readValues(reading: Reading, bearer: XmlElement, how: ValueReading): Values {
  const found = resolvedChildren(reading, bearer, how.name).flatMap((element) =>
    readSet(reading, element, how),
  );
  if (found.length === 0) return { values: {}, sets: [] };
  // Sorting is stable: equal scores stay in document order.
  const sorted = [...found].sort(
    (a, b) => Number(b.id === how.firstId) - Number(a.id === how.firstId) || b.score - a.score,
  );
  return split(sorted, how.firstId);
}

/** The values alone, where the model has no place for rules; sets with rules are noted. */
export function readPlainValues(
  reading: Reading,
  bearer: XmlElement,
  how: ValueReading,
): NameValues {
  const { values, sets } = readValues(reading, bearer, how);
  for (const { id } of sets) {
    const text = `rules are not possible for ${how.name} of this element`;
    note(reading, bearer, { kind: "dropped", subject: `${how.name} ${id}`, text });
  }
  return values;
}

/** One spelling for each value of a known name: roles, booleans, scores beyond infinity. */
export function normalText(definition: ValueDefinition | undefined, text: string): string {
  if (definition === undefined) return text;
  const { type } = definition;
  if (type.kind === "score" || type.kind === "count") {
    const score = readScoreText(text);
    return score === null ? text : (normalValue(type, scoreText(score)) ?? text);
  }
  return modernRole(normalValue(type, text.trim()) ?? text);
}

function readSet(reading: Reading, element: XmlElement, how: ValueReading): readonly DocumentSet[] {
  noteUnread(reading, element, { attributes: SET_ATTRIBUTES, children: SET_CHILDREN });
  const condition = childOf(element, "rule");
  const rule = condition === null ? null : readRule(reading, condition);
  // Without the rule that it asks for, the set would hold always.
  if (condition !== null && rule === null) return [];
  // An old form wraps the pairs once more.
  const holders = [element, ...element.children.filter((child) => child.name === "attributes")];
  const id = attributeOf(element, "id") ?? "";
  const pairs = holders.flatMap((holder) =>
    holder.children.flatMap((child) =>
      child.name === "nvpair" ? readPair(reading, child, { how, owner: element }) : [],
    ),
  );
  const score = readScoreText(attributeOf(element, "score") ?? "0") ?? 0;
  return [{ id, score, rule, values: Object.fromEntries(apply(new Map(), pairs)), pairs }];
}

function readPair(
  reading: Reading,
  child: XmlElement,
  { how, owner }: { readonly how: ValueReading; readonly owner: XmlElement },
): readonly (readonly [string, string])[] {
  const element = resolve(reading, child);
  if (element === null) return [];
  noteUnread(reading, element, { attributes: PAIR_ATTRIBUTES, children: new Set() });
  const given = attributeOf(element, "name");
  const value = attributeOf(element, "value");
  if (given === null || value === null) {
    note(reading, element, { kind: "dropped", text: "has no name or no value" });
    return [];
  }
  const renamed = (how.renamings ?? NO_RENAMINGS).get(given);
  const name = renamed?.name ?? given;
  const text = normalText(how.definitions?.get(name), value);
  if (renamed !== undefined) {
    const subject = `${subjectOf(owner)}: ${given}`;
    note(reading, element, { kind: "changed", subject, text: `is named ${name}` });
  }
  return [[name, text]];
}

/**
 * Sets without a rule become the plain values as far as no set with a rule stands between them and
 * the place of the plain values: after the scores above 0, before the others.
 */
function split(sorted: readonly DocumentSet[], firstId: string | undefined): Values {
  const scoreOf = (set: DocumentSet): number => (set.id === firstId ? INFINITY_SCORE : set.score);
  const before = sorted.filter((set) => scoreOf(set) > 0);
  const after = sorted.filter((set) => scoreOf(set) <= 0);
  const lastRuled = before.findLastIndex((set) => set.rule !== null);
  const firstRuled = after.findIndex((set) => set.rule !== null);
  const end = firstRuled < 0 ? after.length : firstRuled;
  const plain = [...before.slice(lastRuled + 1), ...after.slice(0, end)];
  const kept = [...before.slice(0, lastRuled + 1), ...after.slice(end)];
  const values = plain.reduce(
    (joined, { pairs }) => apply(joined, pairs),
    new Map<string, string>(),
  );
  return {
    values: Object.fromEntries(values),
    sets: kept.map((set) => ({
      id: set.id,
      score: scoreOf(set),
      rule: set.rule,
      values: set.values,
    })),
  };
}

// The first value of a name counts.
function apply(
  values: Map<string, string>,
  pairs: readonly (readonly [string, string])[],
): Map<string, string> {
  for (const [name, value] of pairs) {
    if (value === UNSET) values.delete(name);
    else if (!values.has(name)) values.set(name, value);
  }
  return values;
}

function modernRole(text: string): string {
  if (text === "Master") return "Promoted";
  return text === "Slave" ? "Unpromoted" : text;
}

function scoreText(score: number): string {
  if (Math.abs(score) < INFINITY_SCORE) return String(score);
  return score < 0 ? "-INFINITY" : "INFINITY";
}

function byName(definitions: readonly ValueDefinition[]): ReadonlyMap<string, ValueDefinition> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}
