import {
  type AgentName,
  type Cib,
  type Clone,
  type Group,
  listPrimitives,
  type NameValues,
  type OperationDefinition,
  type Primitive,
  type Problem,
  type ResourceTemplate,
  renderAgentName,
  type ValueSet,
} from "../model/index.ts";
import { checkValueSets } from "./check-rules.ts";
import { checkCount } from "./check-scores.ts";
import { checkFreeValues, checkUtilization, checkValues } from "./named-values.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { OPERATION_NAMES } from "./operation-names.ts";
import { listClones, listGroups } from "./resource-tree.ts";
import { TABLES } from "./value-tables.ts";
import { DURATION_MAX_MS, readText, renderDuration, renderValueType } from "./value-types.ts";

/** Most primitives that one cluster may have. */
export const PRIMITIVES_MAX = 200;

/** Most templates that one cluster may have. */
export const TEMPLATES_MAX = 100;

/** Most operations that one primitive may have. */
export const OPERATIONS_MAX = 32;

const STANDARDS: readonly string[] = ["ocf", "systemd", "lsb", "service", "stonith"];

// Provider and type become parts of a path, so neither a slash nor a leading dot may be in them.
const AGENT_PART = /^[A-Za-z0-9_][A-Za-z0-9_.@:\\-]*$/;

// These change the state of the resource; repeating one by itself would fight the scheduler.
const RUN_ONCE: readonly string[] = ["start", "stop", "promote", "demote"];

/** Problems inside resources and templates: agents, parameters, meta, operations, sizes. */
export function checkResources(cib: Cib): readonly Problem[] {
  const { templates = [] } = cib;
  const primitives = listPrimitives(cib);
  return [
    ...checkCount("resources", primitives.length, PRIMITIVES_MAX),
    ...checkCount("templates", templates.length, TEMPLATES_MAX),
    ...listGroups(cib).flatMap((group) => [
      ...checkBearer(group),
      ...(group.members.length === 0 ? [emptyGroup(group.id)] : []),
    ]),
    ...listClones(cib).flatMap((clone) => [...checkBearer(clone), ...checkInstances(clone)]),
    ...templates.flatMap((template) => checkRunnable(`template ${quote(template.id)}`, template)),
    ...primitives.flatMap((primitive) => [
      ...checkRunnable(`resource ${quote(primitive.id)}`, primitive),
      ...checkTemplate(cib, primitive),
    ]),
  ];
}

function checkBearer({ id, meta, metaSets, parameters }: Group | Clone): readonly Problem[] {
  const path = `resource ${quote(id)}`;
  return [
    ...checkMeta(path, meta, metaSets),
    ...(parameters === undefined ? [] : checkFreeValues(`${path} parameter`, parameters)),
  ];
}

function checkMeta(
  path: string,
  meta: NameValues,
  sets: readonly ValueSet[] | undefined,
): readonly Problem[] {
  const check = (at: string, values: NameValues) => checkValues(at, values, TABLES.meta);
  return [...check(`${path} meta`, meta), ...checkValueSets(`${path} meta`, sets, { check })];
}

// Without `clone-max` there are as many instances as nodes, which only the cluster knows.
function checkInstances({ id, meta }: Clone): readonly Problem[] {
  const most = readText(meta, "clone-max");
  if (most === null) return [];
  return ["clone-min", "promoted-max"].flatMap((name): readonly Problem[] => {
    const text = readText(meta, name);
    if (text === null || Number(text) <= Number(most)) return [];
    const expected = `must not be more than clone-max, which is ${most}`;
    const path = `resource ${quote(id)} meta ${quote(name)}`;
    return [{ code: "bad-value", path, found: quote(text), expected }];
  });
}

function checkTemplate(cib: Cib, { id, agent, template }: Primitive): readonly Problem[] {
  if (template === undefined) return [];
  const path = `resource ${quote(id)} template`;
  const known = cib.templates ?? [];
  const found = known.find((each) => each.id === template);
  if (found === undefined) {
    const near =
      renderNearNames(
        template,
        known.map((each) => each.id),
      ) || "none";
    const expected = `does not exist; the templates are ${near}`;
    return [{ code: "no-such-template", path: `${path} ${quote(template)}`, found: "", expected }];
  }
  if (renderAgentName(found.agent) === renderAgentName(agent)) return [];
  const expected = `must be that of template ${quote(template)}, ${renderAgentName(found.agent)}`;
  return [{ code: "bad-agent", path: `${path} agent`, found: renderAgentName(agent), expected }];
}

function checkRunnable(path: string, runnable: Primitive | ResourceTemplate): readonly Problem[] {
  const {
    agent,
    parameters,
    parameterSets,
    meta,
    metaSets,
    operations,
    utilization,
    utilizationSets,
  } = runnable;
  return [
    ...checkAgent(path, agent),
    ...checkFreeValues(`${path} parameter`, parameters),
    ...checkValueSets(`${path} parameter`, parameterSets, { check: checkFreeValues }),
    ...checkMeta(path, meta, metaSets),
    ...checkUtilization(`${path} utilization`, utilization),
    ...checkValueSets(`${path} utilization`, utilizationSets, { check: checkUtilization }),
    ...checkCount(`${path} operations`, operations.length, OPERATIONS_MAX),
    ...operations.flatMap((operation) => checkOperation(path, operation)),
    ...checkIntervals(path, operations),
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
  // Fence agents of cluster-glue are named by their folder too: external/sbd.
  const folder = agent.standard === "stonith" ? /^[A-Za-z0-9_]+\// : /^$/;
  const parts = [
    agent.type.replace(folder, ""),
    ...(agent.provider === null ? [] : [agent.provider]),
  ];
  if (parts.every((part) => AGENT_PART.test(part))) return [];
  return [{ ...problem, expected: "may have letters, digits and _ . @ : - in its parts" }];
}

function checkOperation(bearer: string, operation: OperationDefinition): readonly Problem[] {
  const { name, intervalMs, timeoutMs, options, optionSets, parameters } = operation;
  const path = `${bearer} operation ${quote(name)}`;
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
  return [
    ...problems,
    ...checkValues(path, options, TABLES.operationOption),
    ...checkValueSets(path, optionSets, {
      check: (at, values) => checkValues(at, values, TABLES.operationDefault),
    }),
    ...(parameters === undefined ? [] : checkFreeValues(`${path} parameter`, parameters)),
  ];
}

// Recurring operations are told apart by name and interval, in the history too.
function checkIntervals(
  bearer: string,
  operations: readonly OperationDefinition[],
): readonly Problem[] {
  return operations.flatMap((operation, index): readonly Problem[] => {
    const { name, intervalMs } = operation;
    const earlier = operations
      .slice(0, index)
      .find((other) => other.name === name && other.intervalMs === intervalMs);
    if (earlier === undefined) return [];
    return [
      {
        code: "duplicate-operation",
        path: `${bearer} operation ${quote(name)}`,
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
