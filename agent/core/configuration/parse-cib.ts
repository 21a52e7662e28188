import {
  type AgentName,
  type Cib,
  type CibNode,
  type CibStamp,
  type CibVersion,
  type Constraint,
  type Group,
  LINEAGE_MAX,
  type NameValues,
  type OperationDefinition,
  type OrderConstraint,
  type Primitive,
  type Problem,
  type Resource,
} from "../model/index.ts";
import { quote } from "./near-names.ts";

/** At most this many problems of one document are reported; where one thing is wrong, much is. */
export const SHAPE_PROBLEMS_MAX = 20;

/** A CIB, or what is wrong with the document. */
export type ParsedCib =
  | { readonly kind: "cib"; readonly cib: Cib }
  | { readonly kind: "damaged"; readonly problems: readonly Problem[] };

const ACTIONS = ["start", "stop"] as const;
const STRENGTHS = ["Mandatory", "Optional", "Serialize"] as const;

/**
 * Reads a CIB out of JSON from the disk or from the peer. Checks shape and types, not meaning
 * (`checkCib` does). Members that this release does not know are refused, not dropped: they would
 * be lost in silence, and the digests of the nodes would differ.
 */
export function parseCib(value: unknown): ParsedCib {
  const problems: Problem[] = [];
  const cib = readCib({ value, path: "cib", problems });
  if (problems.length === 0) return { kind: "cib", cib };
  return { kind: "damaged", problems: problems.slice(0, SHAPE_PROBLEMS_MAX) };
}

/**
 * One place in a document. What is wrong is added to `problems`, and a stand-in is read instead.
 */
interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly problems: Problem[];
}

/** Reads a member of an object by its name. */
type Member = (name: string) => Place;

function readCib(place: Place): Cib {
  return readObject(
    place,
    [
      "version",
      "lineage",
      "lastChange",
      "properties",
      "resourceDefaults",
      "operationDefaults",
      "nodes",
      "resources",
      "constraints",
    ],
    (member) => ({
      version: readVersion(member("version")),
      lineage: readLineage(member("lineage")),
      lastChange: readObject(member("lastChange"), ["atWallMs", "by"], (inner) => ({
        atWallMs: readCount(inner("atWallMs")),
        by: readText(inner("by")),
      })),
      properties: readNameValues(member("properties")),
      resourceDefaults: readNameValues(member("resourceDefaults")),
      operationDefaults: readNameValues(member("operationDefaults")),
      nodes: readList(member("nodes"), readNode),
      resources: readList(member("resources"), readResource),
      constraints: readList(member("constraints"), readConstraint),
    }),
  );
}

function readLineage(place: Place): readonly CibStamp[] {
  const lineage = readList(place, (stamp) =>
    readObject(stamp, ["version", "digest"], (member) => ({
      version: readVersion(member("version")),
      digest: readText(member("digest")),
    })),
  );
  if (lineage.length > LINEAGE_MAX) report(place, `must have at most ${LINEAGE_MAX} entries`);
  return lineage;
}

function readVersion(place: Place): CibVersion {
  return readObject(place, ["adminEpoch", "epoch", "numUpdates"], (member) => ({
    adminEpoch: readCount(member("adminEpoch")),
    epoch: readCount(member("epoch")),
    numUpdates: readCount(member("numUpdates")),
  }));
}

function readNode(place: Place): CibNode {
  return readObject(place, ["name", "attributes"], (member) => ({
    name: readText(member("name")),
    attributes: readNameValues(member("attributes")),
  }));
}

function readResource(place: Place): Resource {
  return kindOf(place) === "group" ? readGroup(place) : readPrimitive(place);
}

function readGroup(place: Place): Group {
  return readObject(place, ["kind", "id", "meta", "members"], (member) => ({
    kind: readChoice(member("kind"), ["group"]),
    id: readText(member("id")),
    meta: readNameValues(member("meta")),
    members: readList(member("members"), readPrimitive),
  }));
}

function readPrimitive(place: Place): Primitive {
  const names = ["kind", "id", "agent", "parameters", "meta", "operations"];
  return readObject(place, names, (member) => ({
    kind: readChoice(member("kind"), ["primitive"]),
    id: readText(member("id")),
    agent: readAgent(member("agent")),
    parameters: readNameValues(member("parameters")),
    meta: readNameValues(member("meta")),
    operations: readList(member("operations"), readOperation),
  }));
}

function readAgent(place: Place): AgentName {
  return readObject(place, ["standard", "provider", "type"], (member) => ({
    standard: readText(member("standard")),
    provider: readNullable(member("provider"), readText),
    type: readText(member("type")),
  }));
}

function readOperation(place: Place): OperationDefinition {
  const names = ["id", "name", "intervalMs", "timeoutMs", "options"];
  return readObject(place, names, (member) => ({
    id: readText(member("id")),
    name: readText(member("name")),
    intervalMs: readCount(member("intervalMs")),
    timeoutMs: readNullable(member("timeoutMs"), readCount),
    options: readNameValues(member("options")),
  }));
}

function readConstraint(place: Place): Constraint {
  switch (kindOf(place)) {
    case "colocation":
      return readObject(
        place,
        ["kind", "id", "resource", "withResource", "score"],
        (member): Constraint => ({
          kind: readChoice(member("kind"), ["colocation"]),
          id: readText(member("id")),
          resource: readText(member("resource")),
          withResource: readText(member("withResource")),
          score: readInteger(member("score")),
        }),
      );
    case "order":
      return readOrder(place);
    default:
      return readObject(
        place,
        ["kind", "id", "resource", "node", "score"],
        (member): Constraint => ({
          kind: readChoice(member("kind"), ["location"]),
          id: readText(member("id")),
          resource: readText(member("resource")),
          node: readText(member("node")),
          score: readInteger(member("score")),
        }),
      );
  }
}

function readOrder(place: Place): OrderConstraint {
  return readObject(
    place,
    ["kind", "id", "first", "firstAction", "then", "thenAction", "strength", "isSymmetrical"],
    (member) => ({
      kind: readChoice(member("kind"), ["order"]),
      id: readText(member("id")),
      first: readText(member("first")),
      firstAction: readChoice(member("firstAction"), ACTIONS),
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      then: readText(member("then")),
      thenAction: readChoice(member("thenAction"), ACTIONS),
      strength: readChoice(member("strength"), STRENGTHS),
      isSymmetrical: readFlag(member("isSymmetrical")),
    }),
  );
}

function readObject<Value>(
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

function readList<Value>(place: Place, read: (place: Place) => Value): readonly Value[] {
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

function readNameValues(place: Place): NameValues {
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

function readText(place: Place): string {
  if (typeof place.value === "string") return place.value;
  report(place, "must be a text");
  return "";
}

function readFlag(place: Place): boolean {
  if (typeof place.value === "boolean") return place.value;
  report(place, "must be true or false");
  return false;
}

function readInteger(place: Place): number {
  const { value } = place;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  report(place, "must be a whole number");
  return 0;
}

function readCount(place: Place): number {
  const { value } = place;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  report(place, "must be a whole number from 0");
  return 0;
}

function readChoice<Choice extends string>(
  place: Place,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = choices.find((known) => known === place.value);
  if (choice !== undefined) return choice;
  report(place, `must be ${choices.join(" or ")}`);
  return choices[0];
}

function readNullable<Value>(place: Place, read: (place: Place) => Value): Value | null {
  return place.value === null ? null : read(place);
}

function kindOf({ value }: Place): unknown {
  return isObject(value) ? value["kind"] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function report({ value, path, problems }: Place, expected: string): void {
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
