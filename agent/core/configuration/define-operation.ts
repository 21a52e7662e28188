import type {
  NameValues,
  OperationDefinition,
  OperationInput,
  Problem,
  ResourceId,
} from "../model/index.ts";
import { idText } from "./listed-ids.ts";
import { assignValues } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { TABLES } from "./value-tables.ts";
import { parseDuration, readText, renderDuration, renderValueType } from "./value-types.ts";

/**
 * Interval of a monitor for which none was given, in milliseconds; any other operation runs once.
 */
export const MONITOR_INTERVAL_DEFAULT_MS = 60_000;

const TIMED: readonly string[] = ["interval", "timeout", "id"];

/** An operation with whatever was wrong in it; what was wrong is left at its default. */
export interface DefinedOperation {
  readonly operation: OperationDefinition;
  readonly problems: readonly Problem[];
}

/** The id that an operation gets unless one is given: `web-monitor-interval-30s`. */
export function operationId(resource: ResourceId, name: string, intervalMs: number): string {
  return idText(`${resource}-${name}-interval-${renderDuration(intervalMs)}`);
}

/** How messages call an operation of a resource. */
export function operationPath(resource: ResourceId, name: string): string {
  return `resource ${quote(resource)} operation ${quote(name)}`;
}

/** Makes a definition of what a person wrote. Options with an empty value count as not given. */
export function defineOperation(resource: ResourceId, input: OperationInput): DefinedOperation {
  const path = operationPath(resource, input.name);
  const interval = readDurationOption(path, input.options, "interval");
  const timeout = readDurationOption(path, input.options, "timeout");
  const intervalMs = interval.value ?? (input.name === "monitor" ? MONITOR_INTERVAL_DEFAULT_MS : 0);
  const given = readText(input.options, "id") ?? "";
  const rest = Object.entries(input.options).filter(([name]) => !TIMED.includes(name));
  const operation: OperationDefinition = {
    id: given === "" ? operationId(resource, input.name, intervalMs) : given,
    name: input.name,
    intervalMs,
    timeoutMs: timeout.value,
    options: assignValues({}, Object.fromEntries(rest), TABLES.operationOption),
  };
  return { operation, problems: [...interval.problems, ...timeout.problems] };
}

/**
 * The operations of a new resource: the given ones, then the recommended ones of names that were
 * not given, then a monitor when there is none (as pcs does).
 */
export function mergeOperations(
  resource: ResourceId,
  given: readonly OperationDefinition[],
  recommended: readonly OperationDefinition[],
): readonly OperationDefinition[] {
  const names = new Set(given.map(({ name }) => name));
  const merged = [...given];
  for (const operation of recommended.filter(({ name }) => !names.has(name))) {
    if (operation.intervalMs === 0 && isTaken(merged, operation)) continue;
    const intervalMs = freeInterval(merged, operation);
    const id = operationId(resource, operation.name, intervalMs);
    merged.push({ ...operation, id, intervalMs });
  }
  if (!merged.some(({ name }) => name === "monitor")) {
    merged.push(defineOperation(resource, { name: "monitor", options: {} }).operation);
  }
  return merged;
}

/**
 * Each given operation takes the place of one of its name, the first for the first, or is added at
 * the end when there is none left.
 */
export function replaceOperations(
  operations: readonly OperationDefinition[],
  given: readonly OperationDefinition[],
): readonly OperationDefinition[] {
  return given.reduce<readonly OperationDefinition[]>((replaced, operation) => {
    const index = replaced.findIndex((old) => old.name === operation.name && !given.includes(old));
    return index < 0 ? replaced.concat(operation) : replaced.with(index, operation);
  }, operations);
}

/**
 * True when the operation is the one that a person describes: by its id in place of the name, or by
 * its name and every option that is given.
 */
export function matchesInput(operation: OperationDefinition, input: OperationInput): boolean {
  if (operation.id === input.name) return true;
  if (operation.name !== input.name) return false;
  return Object.entries(input.options).every(([name, text]) => {
    switch (name) {
      case "id":
        return operation.id === text;
      case "interval":
        return operation.intervalMs === parseDuration(text);
      case "timeout":
        return operation.timeoutMs !== null && operation.timeoutMs === parseDuration(text);
      default: {
        const wanted = assignValues({}, { [name]: text }, TABLES.operationOption);
        return readText(operation.options, name) === readText(wanted, name);
      }
    }
  });
}

// Agents recommend several monitors with the same interval for different roles or check levels;
// recurring operations are told apart by the interval alone, so each further one waits a second
// more.
function freeInterval(
  operations: readonly OperationDefinition[],
  { name, intervalMs }: OperationDefinition,
): number {
  let free = intervalMs;
  while (isTaken(operations, { name, intervalMs: free })) free += 1000;
  return free;
}

function isTaken(
  operations: readonly OperationDefinition[],
  { name, intervalMs }: Pick<OperationDefinition, "name" | "intervalMs">,
): boolean {
  return operations.some((other) => other.name === name && other.intervalMs === intervalMs);
}

function readDurationOption(
  path: string,
  options: NameValues,
  name: string,
): { readonly value: number | null; readonly problems: readonly Problem[] } {
  const text = readText(options, name) ?? "";
  if (text === "") return { value: null, problems: [] };
  const value = parseDuration(text);
  if (value !== null) return { value, problems: [] };
  const expected = `must be ${renderValueType({ kind: "duration" })}`;
  const at = `${path} ${quote(name)}`;
  return { value: null, problems: [{ code: "bad-value", path: at, found: quote(text), expected }] };
}
