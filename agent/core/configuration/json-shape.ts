/**
 * Reading what is in a JSON document, place by place: each reader gives a value of the right type,
 * and notes in the place's list of problems where the document holds something else.
 */
import type { NameValues, Problem } from "../model/index.ts";
import { quote } from "./near-names.ts";

/** At most this many problems of one document are reported; where one thing is wrong, much is. */
export const SHAPE_PROBLEMS_MAX = 20;

/**
 * One place in a document. What is wrong is added to `problems`, and a stand-in is read instead.
 */
export interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly problems: Problem[];
}

/** Reads a member of an object by its name. */
export type Member = (name: string) => Place;

/**
 * The names of all members of a type, optional ones too: a member that the model gets is missed by
 * the compiler until it is read here as well.
 */
export function namesOf<Shape>(
  names: Readonly<Record<keyof Shape & string, true>>,
): readonly string[] {
  return Object.keys(names);
}

/** An object with these members and no others. A member that is missing reads as undefined. */
export function readObject<Value>(
  place: Place,
  names: readonly string[],
  read: (member: Member) => Value,
): Value {
  const { value, path, problems } = place;
  const isWhole = isObject(value);
  if (!isWhole) report(place, "must be an object");
  const unknown = isWhole ? Object.entries(value).filter(([name]) => !names.includes(name)) : [];
  for (const [name, inner] of unknown) {
    report({ value: inner, path: `${path}.${name}`, problems }, "is not known");
  }
  // The members of what is no object at all are not reported one by one: the object itself was.
  const unheard: Problem[] = [];
  return read((name) => ({
    value: isWhole && Object.hasOwn(value, name) ? value[name] : undefined,
    path: `${path}.${name}`,
    problems: isWhole ? problems : unheard,
  }));
}

/** A list, each entry read in the same way. */
export function readList<Value>(place: Place, read: (place: Place) => Value): readonly Value[] {
  const { value, path, problems } = place;
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return entries.map((entry, index) =>
      read({ value: entry, path: `${path}[${index}]`, problems }),
    );
  }
  report(place, "must be a list");
  return [];
}

/** An object of texts. */
export function readNameValues(place: Place): NameValues {
  const { value, path, problems } = place;
  if (!isObject(value)) {
    report(place, "must be an object");
    return {};
  }
  const entries = Object.entries(value).map(([name, inner]): readonly [string, string] => [
    name,
    readText({ value: inner, path: `${path}.${name}`, problems }),
  ]);
  return Object.fromEntries(entries);
}

/** A text. */
export function readText(place: Place): string {
  if (typeof place.value === "string") return place.value;
  report(place, "must be a text");
  return "";
}

/** True or false. */
export function readFlag(place: Place): boolean {
  if (typeof place.value === "boolean") return place.value;
  report(place, "must be true or false");
  return false;
}

/** A whole number. */
export function readInteger(place: Place): number {
  const { value } = place;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  report(place, "must be a whole number");
  return 0;
}

/** A whole number from 0. */
export function readCount(place: Place): number {
  const { value } = place;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  report(place, "must be a whole number from 0");
  return 0;
}

/** One of a few texts. */
export function readChoice<Choice extends string>(
  place: Place,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = choices.find((known) => known === place.value);
  if (choice !== undefined) return choice;
  report(place, `must be ${choices.join(" or ")}`);
  return choices[0];
}

/** The member when it is there: an object to spread, empty when the document leaves it out. */
export function whenGiven<Made extends object>(
  place: Place,
  make: (place: Place) => Made,
): Partial<Made> {
  return place.value === undefined ? {} : make(place);
}

/** Null, or what is read. */
export function readNullable<Value>(place: Place, read: (place: Place) => Value): Value | null {
  return place.value === null ? null : read(place);
}

/** The member `kind` of an object; undefined when there is none. */
export function kindOf({ value }: Place): unknown {
  return isObject(value) ? value["kind"] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Notes that the place does not hold what is expected. */
export function report({ value, path, problems }: Place, expected: string): void {
  if (problems.length < SHAPE_PROBLEMS_MAX) {
    problems.push({ code: "damaged-cib", path, found: describe(value), expected });
  }
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return quote(value);
  if (value === null || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  return Array.isArray(value) ? "a list" : "an object";
}
