import type { AgentName, NameValues, OperationDefinition, Primitive } from "../../model/index.ts";
import {
  type FailureResponse,
  type OperationSettings,
  ROLE,
  type Role,
  type Working,
  type WorkingNode,
  type WorkingOptions,
  type WorkingResource,
} from "../working.ts";
import { parametersOf } from "./attributes.ts";
import { needsFencing } from "./instance-kinds.ts";
import { readRoleName } from "./role-names.ts";
import { readCount, readDurationMs, readFlag } from "./scalars.ts";
import { fillIn, resolveValues } from "./value-sets.ts";

/** What names an operation of a resource. `node`: where it is to run, for parameters by node. */
export interface OperationKey {
  readonly task: string;
  readonly intervalMs: number;
  readonly node?: WorkingNode | null;
}

/** Options that have a member of their own in `OperationSettings`, or are no options at all. */
const PLACED: ReadonlySet<string> = new Set(["interval", "id", "name"]);

/**
 * An operation as it is to run: what is configured for it, then the defaults. It need not be
 * configured at all. A probe that names no timeout has that of the most frequent monitor.
 */
export function settleOperation(
  working: Working,
  resource: WorkingResource,
  key: OperationKey,
): OperationSettings {
  const { task, intervalMs } = key;
  const { options, onFailText } = collectOptions(working, resource.primitive, key);
  const isContained = resource.container !== null;
  const onFail = parseOnFail(working.options, { task, text: onFailText, isContained });
  return {
    name: task,
    intervalMs,
    timeoutMs: readTimeout(working, resource, { key, text: options["timeout"] }),
    onFail,
    roleAfterFailure: roleAfterFailure(task, onFail),
    requires: requiredFor(resource, task),
    role: readRoleName(options["role"]),
    checkLevel: readCount(options["OCF_CHECK_LEVEL"], 0),
    options,
  };
}

/** What is configured for an operation; both halves of a migration may be named `migrate`. */
export function findOperation(
  resource: WorkingResource,
  { task, intervalMs }: OperationKey,
): OperationDefinition | undefined {
  return findDefinition(resource.primitive?.operations ?? [], { task, intervalMs });
}

function findDefinition(
  operations: readonly OperationDefinition[],
  { task, intervalMs }: OperationKey,
): OperationDefinition | undefined {
  const exact = operations.find((x) => x.name === task && x.intervalMs === intervalMs);
  if (exact !== undefined || !task.startsWith("migrate_")) return exact;
  return operations.find((x) => x.name === "migrate" && x.intervalMs === 0);
}

/** The options of an operation, and what its `on-fail` says where it may say that. */
export interface CollectedOptions {
  readonly options: NameValues;
  /** Undefined: the default. */
  readonly onFailText: string | undefined;
}

/** Everything that is configured for an operation of a primitive, then the defaults. */
export function collectOptions(
  { cib, wallNowS }: Pick<Working, "cib" | "wallNowS">,
  primitive: Primitive | null,
  key: OperationKey,
): CollectedOptions {
  const agent: AgentName | undefined = primitive?.agent;
  const { task, intervalMs } = key;
  const operations = primitive?.operations ?? [];
  const definition = findDefinition(operations, key);
  const context = {
    nowS: wallNowS,
    operation: { name: task, intervalMs },
    ...(agent === undefined ? {} : { agent }),
  };
  const options: Record<string, string> = {};
  if (definition !== undefined) {
    const timeoutMs = definition.timeoutMs;
    if (timeoutMs !== null) options["timeout"] = `${timeoutMs}ms`;
    fillIn(
      options,
      resolveValues([{ values: definition.options, sets: definition.optionSets }], context),
    );
  }
  if (task === "monitor" && intervalMs === 0 && options["timeout"] === undefined) {
    const timeoutMs = mostFrequentMonitor(operations)?.timeoutMs ?? null;
    if (timeoutMs !== null) options["timeout"] = `${timeoutMs}ms`;
  }
  const defaults = [{ values: cib.operationDefaults, sets: cib.operationDefaultSets }];
  fillIn(options, resolveValues(defaults, context));
  for (const name of PLACED) delete options[name];
  const text = options["on-fail"];
  return { options, onFailText: validOnFail(operations, { task, definition, text }) };
}

function mostFrequentMonitor(
  operations: readonly OperationDefinition[],
): OperationDefinition | undefined {
  let found: OperationDefinition | undefined;
  for (const operation of operations) {
    const isMonitor = operation.name === "monitor" && operation.intervalMs > 0;
    if (!isMonitor || !readFlag(operation.options["enabled"], true)) continue;
    if (found === undefined || operation.intervalMs < found.intervalMs) found = operation;
  }
  return found;
}

/** A fence device is started and probed by its own monitor, which may have a timeout of its own. */
function readTimeout(
  working: Working,
  resource: WorkingResource,
  { key, text }: { readonly key: OperationKey; readonly text: string | undefined },
): number {
  const isChecked = key.task === "start" || (key.task === "monitor" && key.intervalMs === 0);
  const special =
    resource.isFenceDevice && isChecked
      ? parametersOf(working, resource, key.node ?? null)["pcmk_monitor_timeout"]
      : undefined;
  const fallback = working.options.defaultTimeoutMs;
  const timeoutMs = readDurationMs(special ?? text, fallback);
  return timeoutMs > 0 ? timeoutMs : fallback;
}

/** What `on-fail` says where it may say it; undefined: the default. */
function validOnFail(
  operations: readonly OperationDefinition[],
  asked: {
    readonly task: string;
    readonly definition: OperationDefinition | undefined;
    readonly text: string | undefined;
  },
): string | undefined {
  const { task, definition, text } = asked;
  const value = text?.toLowerCase();
  if (task === "stop" && ["standby", "demote", "stop"].includes(value ?? "")) return undefined;
  if (task === "demote" && value === undefined) return onFailOfPromoted(operations);
  if (task === "lrm_delete") return "ignore";
  if (value !== "demote") return value;
  const isAllowed =
    definition?.name === "promote" || (definition !== undefined && watchesPromoted(definition));
  return isAllowed ? value : undefined;
}

/** A demotion fails as the monitor of the promoted role does, where that says anything else. */
function onFailOfPromoted(operations: readonly OperationDefinition[]): string | undefined {
  const texts = operations.flatMap((operation) => {
    const text = operation.options["on-fail"]?.toLowerCase();
    const isEnabled = readFlag(operation.options["enabled"], true);
    const counts = text !== undefined && text !== "demote" && isEnabled;
    return counts && watchesPromoted(operation) ? [text] : [];
  });
  return texts.at(-1);
}

function watchesPromoted({ name, intervalMs, options }: OperationDefinition): boolean {
  return name === "monitor" && intervalMs > 0 && readRoleName(options["role"]) === ROLE.promoted;
}

/** What a failure of an operation asks for. `isContained`: its resource runs inside of another. */
export function parseOnFail(
  options: WorkingOptions,
  asked: {
    readonly task: string;
    readonly text: string | undefined;
    readonly isContained: boolean;
  },
): FailureResponse {
  const { task, text, isContained } = asked;
  switch (text) {
    case "block":
    case "standby":
    case "ignore":
    case "stop":
    case "restart":
    case "demote":
      return text;
    case "nothing":
      return "ignore";
    case "migrate":
      return "ban";
    case "fence":
      return options.isFencingEnabled ? "fence" : "stop";
    default:
      if (isContained) return "restartContainer";
      if (task !== "stop") return "restart";
      return options.isFencingEnabled ? "fence" : "block";
  }
}

function roleAfterFailure(task: string, onFail: FailureResponse): Role {
  if (onFail === "stop") return ROLE.stopped;
  return task === "promote" ? ROLE.unpromoted : ROLE.started;
}

function requiredFor(resource: WorkingResource, task: string): OperationSettings["requires"] {
  if (task !== "start" && task !== "promote") return "nothing";
  if (needsFencing(resource)) return "fencing";
  return resource.requires === "quorum" ? "quorum" : "nothing";
}
