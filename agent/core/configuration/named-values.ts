import type { Assignments, NameValues, Problem } from "../model/index.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { findDefinition } from "./value-tables.ts";
import { normalValue, readText, renderValueType, type ValueTable } from "./value-types.ts";

/** Longest value, in UTF-16 units. */
export const VALUE_LENGTH_MAX = 4096;

/** Longest name of a parameter or attribute, in UTF-16 units. */
export const NAME_LENGTH_MAX = 128;

// A name becomes part of an environment variable and of `name=value` on a command line.
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:#-]*$/;

/**
 * Sets and removes values: an empty text removes the name. A value of the table's type is stored in
 * its normal form (`normalValue`); any other is stored as it is, for `checkValues` to refuse.
 * `table` is null where the names are free. The names of the result are in the order of their first
 * setting.
 */
export function assignValues(
  current: NameValues,
  assignments: Assignments,
  table: ValueTable | null,
): NameValues {
  const values = new Map(Object.entries(current));
  for (const [name, text] of Object.entries(assignments)) {
    if (text === "") values.delete(name);
    else values.set(name, normalText(table, name, text));
  }
  return Object.fromEntries(values);
}

/**
 * Problems of removing names that are neither set nor known, which are most likely misspelt. A
 * known name that is not set may be removed: nothing changes.
 */
export function checkRemovals(
  path: string,
  at: { readonly current: NameValues; readonly table: ValueTable },
  assignments: Assignments,
): readonly Problem[] {
  return Object.entries(assignments)
    .filter(([name, text]) => text === "" && readText(at.current, name) === null)
    .filter(([name]) => findDefinition(at.table, name) === null)
    .map(([name]) => unknownName(path, name, at.table));
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

/** Problems of values whose names are free: agent parameters and node attributes. */
export function checkFreeValues(path: string, values: NameValues): readonly Problem[] {
  return Object.entries(values).flatMap(([name, text]): readonly Problem[] => {
    if (!NAME.test(name) || name.length > NAME_LENGTH_MAX) {
      const expected =
        `is not a name; letters, digits and _ . : # - may be used, ` +
        `at most ${NAME_LENGTH_MAX} of them`;
      return [{ code: "bad-name", path: `${path} ${quote(name)}`, found: "", expected }];
    }
    return checkText(`${path} ${quote(name)}`, text);
  });
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

function unknownName(path: string, name: string, table: ValueTable): Problem {
  const names = table.definitions.map((definition) => definition.name);
  return {
    code: "unknown-name",
    path: `${path} ${quote(name)}`,
    found: "",
    expected: `is not a known ${table.noun}; known: ${renderNearNames(name, names)}`,
  };
}
