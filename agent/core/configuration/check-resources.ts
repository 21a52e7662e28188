import {
  type AgentName,
  type Cib,
  listPrimitives,
  type OperationDefinition,
  type Primitive,
  type Problem,
  renderAgentName,
} from "../model/index.ts";
import { operationPath } from "./define-operation.ts";
import { listGroups } from "./edit.ts";
import { checkFreeValues, checkValues } from "./named-values.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { TABLES } from "./value-tables.ts";
import { DURATION_MAX_MS, renderDuration, renderValueType } from "./value-types.ts";

/** Most primitives that one cluster may have. */
export const PRIMITIVES_MAX = 200;

/** Most operations that one primitive may have. */
export const OPERATIONS_MAX = 32;

const STANDARDS: readonly string[] = ["ocf", "systemd", "lsb", "service", "stonith"];

// Provider and type become parts of a path, so neither a slash nor a leading dot may be in them.
const AGENT_PART = /^[A-Za-z0-9_][A-Za-z0-9_.@:\\-]*$/;

const OPERATION_NAMES: readonly string[] = [
  "monitor",
  "start",
  "stop",
  "promote",
  "demote",
  "notify",
  "migrate_to",
  "migrate_from",
  "reload",
  "reload-agent",
  "status",
  "validate-all",
  "meta-data",
];

// These change the state of the resource; repeating one by itself would fight the scheduler.
const RUN_ONCE: readonly string[] = ["start", "stop", "promote", "demote"];

/** Problems inside resources and groups: agents, parameters, meta attributes, operations, sizes. */
export function checkResources(cib: Cib): readonly Problem[] {
  const primitives = listPrimitives(cib);
  return [
    ...checkCount("resources", primitives.length, PRIMITIVES_MAX),
    ...listGroups(cib).flatMap(({ id, meta, members }) => [
      ...checkValues(`resource ${quote(id)} meta`, meta, TABLES.meta),
      ...(members.length === 0 ? [emptyGroup(id)] : []),
    ]),
    ...primitives.flatMap(checkPrimitive),
  ];
}

/** The problem of more things than there may be; none up to `most`. */
export function checkCount(path: string, count: number, most: number): readonly Problem[] {
  if (count <= most) return [];
  return [
    { code: "too-many", path, found: String(count), expected: `at most ${most} are possible` },
  ];
}

function checkPrimitive(primitive: Primitive): readonly Problem[] {
  const path = `resource ${quote(primitive.id)}`;
  return [
    ...checkAgent(path, primitive.agent),
    ...checkFreeValues(`${path} parameter`, primitive.parameters),
    ...checkValues(`${path} meta`, primitive.meta, TABLES.meta),
    ...checkCount(`${path} operations`, primitive.operations.length, OPERATIONS_MAX),
    ...primitive.operations.flatMap((operation) => checkOperation(primitive, operation)),
    ...checkIntervals(primitive),
  ];
}

function checkAgent(path: string, agent: AgentName): readonly Problem[] {
  const problem = {
    code: "bad-agent",
    path: `${path} agent`,
    found: quote(renderAgentName(agent)),
  };
  if (!STANDARDS.includes(agent.standard)) {
    const near = renderNearNames(agent.standard, STANDARDS);
    return [{ ...problem, expected: `must begin with one of ${near}` }];
  }
  if ((agent.standard === "ocf") !== (agent.provider !== null)) {
    const expected =
      agent.standard === "ocf"
        ? "must name a provider, as in ocf:heartbeat:apache"
        : `must name no provider, as in ${agent.standard}:NAME`;
    return [{ ...problem, expected }];
  }
  const parts = [agent.type, ...(agent.provider === null ? [] : [agent.provider])];
  if (parts.every((part) => AGENT_PART.test(part))) return [];
  return [{ ...problem, expected: "may have letters, digits and _ . @ : - in its parts" }];
}

function checkOperation(primitive: Primitive, operation: OperationDefinition): readonly Problem[] {
  const { name, intervalMs, timeoutMs, options } = operation;
  const path = operationPath(primitive.id, name);
  const problems: Problem[] = [];
  if (!OPERATION_NAMES.includes(name)) {
    const expected = `is not a known operation; known: ${renderNearNames(name, OPERATION_NAMES)}`;
    problems.push({ code: "unknown-name", path, found: "", expected });
  }
  if (!isDuration(intervalMs)) problems.push(badTime(path, "interval", intervalMs));
  if (timeoutMs !== null && !isDuration(timeoutMs)) {
    problems.push(badTime(path, "timeout", timeoutMs));
  }
  if (timeoutMs === 0) {
    const expected = "must be longer than 0; without a timeout the default counts";
    problems.push({ code: "bad-value", path: `${path} "timeout"`, found: "0s", expected });
  }
  if (intervalMs !== 0 && RUN_ONCE.includes(name)) {
    const found = renderDuration(intervalMs);
    const expected = `must be 0: ${name} is not repeated by time`;
    problems.push({ code: "bad-value", path: `${path} "interval"`, found, expected });
  }
  return [...problems, ...checkValues(path, options, TABLES.operationOption)];
}

// Recurring operations are told apart by name and interval, in the history too.
function checkIntervals(primitive: Primitive): readonly Problem[] {
  const { id, operations } = primitive;
  return operations.flatMap((operation, index): readonly Problem[] => {
    const { name, intervalMs } = operation;
    const earlier = operations
      .slice(0, index)
      .find((other) => other.name === name && other.intervalMs === intervalMs);
    if (earlier === undefined) return [];
    return [
      {
        code: "duplicate-operation",
        path: operationPath(id, name),
        found: `interval ${renderDuration(intervalMs)}`,
        expected: `is already used by operation ${earlier.id}; choose another interval`,
      },
    ];
  });
}

function isDuration(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= DURATION_MAX_MS;
}

function badTime(path: string, name: string, found: number): Problem {
  const expected = `must be ${renderValueType({ kind: "duration" })}`;
  return { code: "bad-value", path: `${path} ${quote(name)}`, found: `${found} ms`, expected };
}

function emptyGroup(id: string): Problem {
  const expected = "is a group without members; delete it";
  return { code: "empty-group", path: `resource ${quote(id)}`, found: "", expected };
}
