import type { Assignments, NameValues, Problem } from "../model/index.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { findDefinition, storedName } from "./value-tables.ts";
import {
  normalValue,
  readText,
  renderValueType,
  type ValueTable,
  type ValueType,
} from "./value-types.ts";

/** Longest value, in UTF-16 units. */
export const VALUE_LENGTH_MAX = 4096;

/** Longest name of a parameter or attribute, in UTF-16 units. */
export const NAME_LENGTH_MAX = 128;

// A name becomes part of an environment variable and of `name=value` on a command line.
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:#-]*$/;

const CAPACITY: ValueType = { kind: "integer", min: 0, max: Number.MAX_SAFE_INTEGER };

/**
 * Sets and removes values: an empty text removes the name. A value of the table's type is stored in
 * its normal form (`normalValue`); any other is stored as it is, for `checkValues` to refuse.
 * A name of another release becomes the stored one. `table` is null where the names are free. The
 * names of the result are in the order of their first setting.
 */
export function assignValues(
  current: NameValues,
  assignments: Assignments,
  table: ValueTable | null,
): NameValues {
  const values = new Map(Object.entries(current));
  for (const [given, text] of Object.entries(assignments)) {
    const name = table === null ? given : storedName(table, given);
    if (text === "") values.delete(name);
    else values.set(name, normalText(table, name, text));
  }
  return Object.fromEntries(values);
}

/**
 * Problems of removing names that are neither set nor known, which are most likely misspelt, and of
 * naming one setting by two names. A known name that is not set may be removed: nothing changes.
 */
export function checkAssignments(
  path: string,
  at: { readonly current: NameValues; readonly table: ValueTable },
  assignments: Assignments,
): readonly Problem[] {
  const unknown = Object.entries(assignments)
    .filter(([name, text]) => text === "" && readText(at.current, name) === null)
    .filter(([name]) => findDefinition(at.table, storedName(at.table, name)) === null)
    .map(([name]) => unknownName(path, name, at.table));
  const repeated = Object.keys(assignments)
    .filter((name) => storedName(at.table, name) !== name)
    .filter((name) => Object.hasOwn(assignments, storedName(at.table, name)))
    .map((name) => namedTwice(path, name, storedName(at.table, name)));
  return [...unknown, ...repeated];
}

/** Problems of values against a table: names that it does not know, values not in normal form. */
export function checkValues(
  path: string,
  values: NameValues,
  table: ValueTable,
): readonly Problem[] {
  return Object.entries(values).flatMap(([name, text]): readonly Problem[] => {
    const definition = findDefinition(table, name);
    if (definition === null) return [unknownName(path, name, table)];
    const at = `${path} ${quote(name)}`;
    if (normalValue(definition.type, text) !== text) {
      const expected = `must be ${renderValueType(definition.type)}`;
      return [{ code: "bad-value", path: at, found: quote(text), expected }];
    }
    return checkText(at, text);
  });
}

/** Problems of values whose names are free, such as agent parameters. */
export function checkFreeValues(path: string, values: NameValues): readonly Problem[] {
  return checkNamed(path, values, isName);
}

/** Problems of node attributes, some of which begin with `#`: `#health-disk`. */
export function checkAttributeValues(path: string, values: NameValues): readonly Problem[] {
  return checkNamed(path, values, isAttributeName);
}

function checkNamed(
  path: string,
  values: NameValues,
  isAllowed: (name: string) => boolean,
): readonly Problem[] {
  return Object.entries(values).flatMap(([name, text]): readonly Problem[] => {
    if (!isAllowed(name)) {
      const expected =
        `is not a name; letters, digits and _ . : # - may be used, ` +
        `at most ${NAME_LENGTH_MAX} of them`;
      return [{ code: "bad-name", path: `${path} ${quote(name)}`, found: "", expected }];
    }
    return checkText(`${path} ${quote(name)}`, text);
  });
}

/** Problems of utilization: names are free, values are whole numbers from 0. */
export function checkUtilization(path: string, values: NameValues | undefined): readonly Problem[] {
  if (values === undefined) return [];
  const odd = Object.entries(values)
    .filter(([, text]) => text !== "" && normalValue(CAPACITY, text) !== text)
    .map(([name, text]): Problem => {
      const expected = `must be ${renderValueType(CAPACITY)}`;
      return { code: "bad-value", path: `${path} ${quote(name)}`, found: quote(text), expected };
    });
  return [...checkFreeValues(path, values), ...odd];
}

/** True for what may be the name of a node attribute: `#uname` and the like included. */
export function isAttributeName(name: string): boolean {
  return isName(name.replace(/^#(?=[A-Za-z])/, ""));
}

function isName(name: string): boolean {
  return NAME.test(name) && name.length <= NAME_LENGTH_MAX;
}

function normalText(table: ValueTable | null, name: string, text: string): string {
  const definition = table === null ? null : findDefinition(table, name);
  return definition === null ? text : (normalValue(definition.type, text) ?? text);
}

function checkText(path: string, text: string): readonly Problem[] {
  if (text === "") {
    const expected = "must not be empty; to remove it, leave it out";
    return [{ code: "empty-value", path, found: "", expected }];
  }
  if (text.length > VALUE_LENGTH_MAX) {
    const expected = `must have at most ${VALUE_LENGTH_MAX} characters`;
    return [{ code: "value-too-long", path, found: `${text.length} characters`, expected }];
  }
  // A zero byte ends a text for the kernel: what follows would silently be lost.
  if (text.includes("\0")) {
    return [{ code: "bad-value", path, found: quote(text), expected: "must not hold a zero byte" }];
  }
  return [];
}

function namedTwice(path: string, name: string, stored: string): Problem {
  const expected = `is another name of ${quote(stored)}; give one of the two`;
  return { code: "named-twice", path: `${path} ${quote(name)}`, found: "", expected };
}

function unknownName(path: string, name: string, table: ValueTable): Problem {
  const names = table.definitions.map((definition) => definition.name);
  return {
    code: "unknown-name",
    path: `${path} ${quote(name)}`,
    found: "",
    expected: `is not a known ${table.noun}; known: ${renderNearNames(name, names)}`,
  };
}
