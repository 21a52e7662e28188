/** Reads the operations of a primitive or template. */
import type { NameValues, OperationDefinition, ValueSet } from "../../agent/core/model/index.ts";
import { readIntervalText } from "./read-scalars.ts";
import { normalText, OPERATION_DEFINITIONS, readPlainValues, readValues } from "./read-values.ts";
import { note, noteUnread, type Reading, resolve, resolvedChildren } from "./reading.ts";
import { attributeOf, type XmlElement } from "./xml-document.ts";

// Attributes of the element that are options as meta attributes of the operation are.
const OPTIONS = [
  "on-fail",
  "role",
  "enabled",
  "record-pending",
  "start-delay",
  "interval-origin",
  "description",
] as const;

const READ = {
  attributes: new Set<string>(["id", "name", "interval", "timeout", ...OPTIONS]),
  children: new Set(["meta_attributes", "instance_attributes"]),
};

const OPERATIONS = { attributes: new Set(["id", "id-ref"]), children: new Set(["op"]) };

// Before pacemaker-3.0 these could stand among the parameters of an operation.
const OPTIONS_AMONG_PARAMETERS: readonly string[] = [...OPTIONS, "timeout"];

/** The option that the model keeps among the others although agents get it as a parameter. */
const CHECK_LEVEL = "OCF_CHECK_LEVEL";

/** Reads all operations below an element, references followed. */
export function readOperations(
  reading: Reading,
  element: XmlElement,
): readonly OperationDefinition[] {
  return resolvedChildren(reading, element, "operations").flatMap((holder) => {
    noteUnread(reading, holder, OPERATIONS);
    return holder.children.flatMap((child) => {
      const operation = child.name === "op" ? resolve(reading, child) : null;
      return operation === null ? [] : [readOperation(reading, operation)];
    });
  });
}

function readOperation(reading: Reading, element: XmlElement): OperationDefinition {
  noteUnread(reading, element, READ);
  const meta = readValues(reading, element, {
    name: "meta_attributes",
    definitions: OPERATION_DEFINITIONS,
  });
  const given = readPlainValues(reading, element, { name: "instance_attributes" });
  const { options: fromParameters, parameters } = splitParameters(reading, given);
  const { timeout: metaTimeout, interval: _, ...metaOptions } = meta.values;
  const timeout = attributeOf(element, "timeout") ?? metaTimeout ?? fromParameters["timeout"];
  const { timeout: _timeout, ...moved } = fromParameters;
  const optionSets = withoutOverridden(reading, element, meta.sets);
  return {
    id: attributeOf(element, "id") ?? "",
    name: attributeOf(element, "name") ?? "",
    intervalMs: readTime(reading, element, attributeOf(element, "interval") ?? "0") ?? 0,
    timeoutMs: timeout === undefined ? null : readTime(reading, element, timeout),
    options: { ...moved, ...metaOptions, ...readOptions(element) },
    ...(optionSets.length === 0 ? {} : { optionSets }),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  };
}

// An attribute of the element counts before every set, whatever the score.
function withoutOverridden(
  reading: Reading,
  element: XmlElement,
  sets: readonly ValueSet[],
): readonly ValueSet[] {
  return sets.map((set) => {
    const entries = Object.entries(set.values);
    const kept = entries.filter(([name]) => attributeOf(element, name) === null);
    if (kept.length < entries.length) {
      const text = `gives values that ${set.id} gives too: those of the set never count`;
      note(reading, element, { kind: "changed", text });
    }
    return { ...set, values: Object.fromEntries(kept) };
  });
}

function readOptions(element: XmlElement): NameValues {
  const options: Record<string, string> = {};
  for (const name of OPTIONS) {
    const text = attributeOf(element, name);
    if (text !== null) options[name] = normalText(OPERATION_DEFINITIONS.get(name), text);
  }
  return options;
}

function splitParameters(
  reading: Reading,
  given: NameValues,
): { readonly options: NameValues; readonly parameters: NameValues } {
  const isOption = ([name]: readonly [string, string]): boolean =>
    name === CHECK_LEVEL || (reading.isOldSchema && OPTIONS_AMONG_PARAMETERS.includes(name));
  const entries = Object.entries(given);
  return {
    options: Object.fromEntries(entries.filter(isOption)),
    parameters: Object.fromEntries(entries.filter((entry) => !isOption(entry))),
  };
}

function readTime(reading: Reading, element: XmlElement, text: string): number | null {
  const milliseconds = readIntervalText(text);
  if (milliseconds === null) {
    note(reading, element, { kind: "dropped", text: `"${text}" is no time` });
  }
  return milliseconds;
}
