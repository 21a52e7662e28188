/** pcs commands that create a resource. */
import {
  type Clone,
  type Group,
  type OperationDefinition,
  type Primitive,
  primitivesOf,
  type Resource,
  renderAgentName,
} from "../../agent/core/model/index.ts";
import { assignments } from "./pcs-words.ts";
import { writeInterval } from "./write-values.ts";

/** Commands, each a list of words after `pcs -f FILE`. */
export type Commands = readonly (readonly string[])[];

/** The kinds of agents that pcs knows. */
const STANDARDS: readonly string[] = ["ocf", "systemd", "lsb", "service", "stonith"];

const CHECK_LEVEL = "OCF_CHECK_LEVEL";

/** What can stand behind an operation on pcs's command line. */
const OPERATION_OPTIONS: readonly string[] = [
  "on-fail",
  "role",
  "enabled",
  "record-pending",
  "start-delay",
  "interval-origin",
  "description",
  CHECK_LEVEL,
];

/** All commands for a resource with all in it; null when pcs cannot express something of it. */
export function resourceCommands(resource: Resource): Commands | null {
  switch (resource.kind) {
    case "primitive":
      return primitiveCommands(resource);
    case "group":
      return groupCommands(resource);
    case "clone":
      return cloneCommands(resource);
  }
}

// pcs clones a group only where its agents are installed, so that is left to XML.
function cloneCommands(clone: Clone): Commands | null {
  const { id, child, meta, metaSets, parameters } = clone;
  const options = assignments(meta);
  if (child.kind === "group" || options === null) return null;
  if (hasMore(metaSets, parameters) || hasDevice(clone)) return null;
  return primitiveCommands(child, ["clone", id, ...options]);
}

function groupCommands(group: Group): Commands | null {
  const { id, meta, metaSets, parameters, members } = group;
  const inner = members.map((member) => primitiveCommands(member));
  const options = assignments(meta);
  if (inner.includes(null) || options === null || hasMore(metaSets, parameters)) return null;
  if (hasDevice(group)) return null;
  return [
    ...inner.filter((commands) => commands !== null).flat(),
    ["resource", "group", "add", id, ...members.map((member) => member.id)],
    ...(options.length === 0 ? [] : [["resource", "meta", id, ...options]]),
  ];
}

/** Commands for a primitive; `more` are the words that make a clone of it. */
function primitiveCommands(primitive: Primitive, more: readonly string[] = []): Commands | null {
  const { id, agent, operations, template, parameterSets, metaSets } = primitive;
  const parameters = assignments(primitive.parameters);
  const meta = assignments(primitive.meta);
  const capacities = assignments(primitive.utilization ?? {});
  const words = operations.map((operation) => operationWords(operation));
  if (template !== undefined || !STANDARDS.includes(agent.standard)) return null;
  if (parameters === null || meta === null || capacities === null) return null;
  if (words.includes(null) || hasMore(parameterSets, undefined)) return null;
  if (hasRepeatedInterval(operations)) return null;
  if (hasMore(metaSets, undefined) || hasMore(primitive.utilizationSets, undefined)) return null;
  const spare = spareMonitor(primitive);
  const isDevice = agent.standard === "stonith";
  const name = isDevice ? agent.type : renderAgentName(agent);
  return [
    [
      isDevice ? "stonith" : "resource",
      "create",
      id,
      name,
      ...parameters,
      ...[...words.filter((each) => each !== null), ...spare.words].flatMap((each) => [
        "op",
        ...each,
      ]),
      ...(meta.length === 0 ? [] : ["meta", ...meta]),
      ...more,
      "--force",
      ...(isDevice ? [] : ["--no-default-ops"]),
    ],
    ...spare.ids.map((each) => ["resource", "op", "delete", each]),
    ...(capacities.length === 0 ? [] : [["resource", "utilization", id, ...capacities]]),
  ];
}

// pcs makes a monitor of its own when none is named, so one is named and taken away again.
function spareMonitor({ id, operations }: Primitive): {
  readonly words: Commands;
  readonly ids: readonly string[];
} {
  if (operations.some(({ name }) => name === "monitor")) return { words: [], ids: [] };
  const spare = `${id}-spare-monitor`;
  return { words: [["monitor", "interval=60s", `id=${spare}`]], ids: [spare] };
}

function operationWords(operation: OperationDefinition): readonly string[] | null {
  const { id, name, intervalMs, timeoutMs, options, optionSets, parameters } = operation;
  if (hasMore(optionSets, parameters)) return null;
  if (Object.keys(options).some((option) => !OPERATION_OPTIONS.includes(option))) return null;
  const words = assignments(options);
  if (words === null) return null;
  const timeout = timeoutMs === null ? [] : [`timeout=${writeInterval(timeoutMs)}`];
  return [name, `interval=${writeInterval(intervalMs)}`, ...timeout, ...words, `id=${id}`];
}

// pcs wants fence devices on their own.
function hasDevice(resource: Resource): boolean {
  return primitivesOf(resource).some(({ agent }) => agent.standard === "stonith");
}

// pcs refuses this although roles can tell such operations apart.
function hasRepeatedInterval(operations: readonly OperationDefinition[]): boolean {
  const keys = operations.map(({ name, intervalMs }) => `${name} ${intervalMs}`);
  return new Set(keys).size < keys.length;
}

function hasMore(sets: readonly unknown[] | undefined, values: object | undefined): boolean {
  return (sets ?? []).length > 0 || Object.keys(values ?? {}).length > 0;
}
