/**
 * What can be known of a new or changed resource before the cluster sees it: whether this node has
 * its agent, whether the parameters are the agent's, and what the agent itself says of them here.
 */
import {
  type AgentParameter,
  OCF,
  parseBoolean,
  parseInteger,
  type ResourceAgent,
} from "../../../resource-agents/contract.ts";
import { nearestAgent, nearestName } from "../../../resource-agents/index.ts";
import {
  type Change,
  type Cib,
  listPrimitives,
  type NameValues,
  type OperationDefinition,
  type Problem,
  renderAgentName,
} from "../../core/model/index.ts";
import { type AgentCatalogue, metadataName } from "./agent-catalogue.ts";

/** Operations that a new resource gets from its agent's metadata when none were given. */
const DEFAULT_OPERATIONS: readonly string[] = [
  "start",
  "stop",
  "monitor",
  "promote",
  "demote",
  "notify",
  "migrate_to",
  "migrate_from",
  "reload",
  "reload-agent",
];
/** For an agent that this node does not have: what pcs gives it. */
const MONITOR_OF_UNKNOWN: OperationDefinition = {
  id: "",
  name: "monitor",
  intervalMs: 60_000,
  timeoutMs: null,
  options: {},
};
const CATALOGUE_SHOWN_MAX = 6;
const PARAMETERS_SHOWN_MAX = 8;

/** The changes, completed from metadata, or what is wrong with them. */
export type CheckedChanges =
  | {
      readonly kind: "changes";
      readonly changes: readonly Change[];
      /** What was wrong with them and was forced. */
      readonly forced: readonly Problem[];
    }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** How a check is made. `readCib` gives the configuration that an update is made to. */
export interface ResourceCheck {
  readonly agents: AgentCatalogue;
  readonly readCib: () => Promise<Cib | null>;
  /** The addresses that the nodes themselves have in the cluster's file. */
  readonly readNodeAddresses: () => Promise<readonly string[]>;
  /** Take what metadata says is wrong, and leave out what the agent itself says of it here. */
  readonly isForced: boolean;
  readonly withoutDefaultOperations: boolean;
}

type CreateResource = Change & { readonly kind: "createResource" };
type UpdateResource = Change & { readonly kind: "updateResource" };

/** Checks what creates or updates a resource; all other changes pass as they are. */
export async function checkResourceChanges(
  changes: readonly Change[],
  check: ResourceCheck,
): Promise<CheckedChanges> {
  const problems: Problem[] = [];
  const checked: Change[] = [];
  for (const change of changes) {
    const result = await checkChange(change, check);
    problems.push(...result.problems);
    checked.push(result.change);
  }
  // Without a standard nobody knows what is to be run.
  const isUnclear = checked.some(
    (change) => change.kind === "createResource" && change.agent.standard === "",
  );
  const isRefused = problems.length > 0 && (isUnclear || !check.isForced);
  if (isRefused) return { kind: "refused", problems };
  return { kind: "changes", changes: checked, forced: problems };
}

interface CheckedChange {
  readonly change: Change;
  readonly problems: readonly Problem[];
}

async function checkChange(change: Change, check: ResourceCheck): Promise<CheckedChange> {
  if (change.kind === "createResource") return checkCreate(change, check);
  if (change.kind === "updateResource") {
    return { change, problems: await checkUpdate(change, check) };
  }
  return { change, problems: [] };
}

async function checkCreate(given: CreateResource, check: ResourceCheck): Promise<CheckedChange> {
  const completed = await completeAgentName(given, check.agents);
  if ("code" in completed) return { change: given, problems: [completed] };
  const { agents, isForced, withoutDefaultOperations } = check;
  const name = renderAgentName(completed.agent);
  const agent = await agents.find(name);
  if (typeof agent === "string") {
    const defaultOperations = withoutDefaultOperations ? [] : [MONITOR_OF_UNKNOWN];
    const problems = [await unknownAgent(completed, agent, agents)];
    return { change: { ...completed, defaultOperations }, problems };
  }
  const { id, parameters } = completed;
  const syntax = checkParameters(agent, { resource: id, parameters, changed: parameters });
  const wish = { id, parameters, changed: parameters };
  const problems = syntax.length > 0 || isForced ? syntax : await checkHere(agent, wish, check);
  const defaultOperations = withoutDefaultOperations ? [] : recommendedOperations(agent, id);
  return { change: { ...completed, defaultOperations }, problems };
}

async function checkUpdate(
  change: UpdateResource,
  check: ResourceCheck,
): Promise<readonly Problem[]> {
  const { agents, readCib, isForced } = check;
  if (Object.keys(change.parameters).length === 0) return [];
  const cib = await readCib();
  const found = cib === null ? undefined : listPrimitives(cib).find(({ id }) => id === change.id);
  // The core refuses an unknown id, and says which ids there are.
  if (found === undefined) return [];
  const agent = await agents.find(renderAgentName(found.agent));
  if (typeof agent === "string") return [];
  const parameters = assign(found.parameters, change.parameters);
  const wish = { id: change.id, parameters, changed: change.parameters };
  const syntax = checkParameters(agent, { resource: change.id, parameters, changed: wish.changed });
  return syntax.length > 0 || isForced ? syntax : checkHere(agent, wish, check);
}

interface WishedParameters {
  readonly id: string;
  readonly parameters: NameValues;
  readonly changed: NameValues;
}

/** What the other resources and the agent itself say of parameters that are well-formed. */
async function checkHere(
  agent: ResourceAgent,
  wish: WishedParameters,
  { agents, readCib, readNodeAddresses }: ResourceCheck,
): Promise<readonly Problem[]> {
  const inUse = [
    ...(await checkUnique(agent, wish, readCib)),
    ...(await checkNotOfNode(wish, readNodeAddresses)),
  ];
  return inUse.length > 0 ? inUse : askAgent(agent, wish, agents);
}

/**
 * A virtual address that is a node's own would be found active there, and stopped one day: the node
 * would lose its network.
 */
async function checkNotOfNode(
  { id, changed }: WishedParameters,
  readNodeAddresses: ResourceCheck["readNodeAddresses"],
): Promise<readonly Problem[]> {
  const ip = changed["ip"] ?? "";
  if (ip === "" || !(await readNodeAddresses()).includes(ip.toLowerCase())) return [];
  const expected = "is a node's own address; choose one that no host has (--force takes it)";
  const found = `parameter "ip" "${ip.slice(0, 80)}"`;
  return [{ code: "parameter-in-use", path: `resource "${id}"`, found, expected }];
}

/** `IPaddr2` alone is `ocf:heartbeat:IPaddr2`: OCF agents are meant where there is one. */
async function completeAgentName(
  change: CreateResource,
  agents: AgentCatalogue,
): Promise<CreateResource | Problem> {
  if (change.agent.standard !== "") return change;
  const { type } = change.agent;
  const names = (await agents.list()).map(({ name }) => name);
  const same = names.filter((name) => typeOf(name).toLowerCase() === type.toLowerCase());
  const only = same.find((name) => name.startsWith("ocf:"));
  if (only === undefined && same.length > 0) {
    return unknownAgent(change, `give its full name, one of ${same.join(", ")}`, agents);
  }
  if (only === undefined) return unknownAgent(change, "no agent of this name", agents);
  // Several providers may have one: heartbeat's comes first, as with pcs.
  const [standard = "", provider = "", name = ""] = only.split(":");
  return { ...change, agent: { standard, provider, type: name } };
}

async function unknownAgent(
  change: CreateResource,
  reason: string,
  agents: AgentCatalogue,
): Promise<Problem> {
  const name = renderAgentName(change.agent).replace(/^:+/, "");
  const names = (await agents.list()).map((agent) => agent.name);
  const near = nearestAgent(name, names);
  const known = names.slice(0, CATALOGUE_SHOWN_MAX).join(", ");
  const hint = near === null ? `known are ${known}` : `did you mean ${near}?`;
  const expected = `${reason.replace(/^agent "[^"]*": /, "")}; ${hint}`;
  return {
    code: "unknown-agent",
    path: `resource "${change.id}"`,
    found: `agent "${name}"`,
    expected,
  };
}

function typeOf(name: string): string {
  return name.split(":").at(-1) ?? name;
}

function checkParameters(
  agent: ResourceAgent,
  about: {
    readonly resource: string;
    readonly parameters: NameValues;
    readonly changed: NameValues;
  },
): readonly Problem[] {
  const { metadata } = agent;
  const path = `resource "${about.resource}"`;
  // An agent without declared parameters (a systemd unit) takes none, so all are unknown.
  const unknown = Object.keys(about.changed)
    .filter((name) => !metadata.parameters.some((known) => known.name === name))
    .map((name) => unknownParameter(agent, path, name));
  const missing = metadata.parameters
    .filter(({ name, isRequired }) => isRequired && (about.parameters[name] ?? "") === "")
    .map(({ name }) => ({
      code: "missing-parameter",
      path,
      found: `parameter "${name}"`,
      expected: `is required by ${metadataName(metadata)}`,
    }));
  const mistyped = metadata.parameters.flatMap((parameter) =>
    checkType(path, parameter, about.changed[parameter.name] ?? ""),
  );
  return [...unknown, ...missing, ...mistyped];
}

/**
 * Two resources with one address, say, would each take what the other has for its own. Defaults are
 * not looked at: what nobody wrote is the agent's own business.
 */
async function checkUnique(
  { metadata }: ResourceAgent,
  { id, changed, parameters }: WishedParameters,
  readCib: ResourceCheck["readCib"],
): Promise<readonly Problem[]> {
  const unique = metadata.parameters.filter(
    ({ name, isUnique }) => isUnique && (changed[name] ?? "") !== "",
  );
  const cib = unique.length === 0 ? null : await readCib();
  if (cib === null) return [];
  const others = listPrimitives(cib).filter(
    (other) => other.id !== id && renderAgentName(other.agent) === metadataName(metadata),
  );
  const groups = new Set(unique.map(({ name, uniqueGroup }) => uniqueGroup ?? name));
  return [...groups].flatMap((group) => {
    const names = metadata.parameters
      .filter(({ name, isUnique, uniqueGroup }) => isUnique && (uniqueGroup ?? name) === group)
      .map(({ name }) => name);
    const isSame = (other: NameValues): boolean =>
      names.every((name) => (other[name] ?? "") === (parameters[name] ?? ""));
    const owner = others.find((other) => isSame(other.parameters));
    if (owner === undefined) return [];
    const expected = `is that of resource "${owner.id}" already (--force does it all the same)`;
    const given = names.filter((name) => (parameters[name] ?? "") !== "");
    const found = given.map((name) => `"${name}" "${(parameters[name] ?? "").slice(0, 80)}"`);
    const text = `parameter ${found.join(", ")}`;
    return [{ code: "parameter-in-use", path: `resource "${id}"`, found: text, expected }];
  });
}

function unknownParameter(agent: ResourceAgent, path: string, name: string): Problem {
  const names = agent.metadata.parameters.map((parameter) => parameter.name);
  const near = nearestName(name, names);
  const full = metadataName(agent.metadata);
  const shown = names.slice(0, PARAMETERS_SHOWN_MAX).join(", ");
  const more = names.length - PARAMETERS_SHOWN_MAX;
  const rest = more > 0 ? ` and ${more} more, see "lbctl resource describe ${full}"` : "";
  const known = names.length === 0 ? "takes none" : `takes ${shown}${rest}`;
  const hint = near === null ? `${full} ${known}` : `did you mean ${near}?`;
  return {
    code: "unknown-parameter",
    path,
    found: `parameter "${name}"`,
    expected: `unknown; ${hint}`,
  };
}

function checkType(path: string, parameter: AgentParameter, value: string): readonly Problem[] {
  if (value === "") return [];
  const isRight =
    parameter.type === "integer"
      ? parseInteger(value) !== null
      : parameter.type !== "boolean" || parseBoolean(value) !== null;
  if (isRight) return [];
  const expected =
    parameter.type === "integer" ? "must be a whole number" : "must be true or false";
  const found = `parameter "${parameter.name}" is "${value.slice(0, 80)}"`;
  return [{ code: "bad-parameter", path, found, expected }];
}

async function askAgent(
  agent: ResourceAgent,
  { id, parameters }: { readonly id: string; readonly parameters: NameValues },
  agents: AgentCatalogue,
): Promise<readonly Problem[]> {
  const { status, reason } = await agents.validate(agent, { resource: id, parameters });
  if (status === OCF.SUCCESS || status === OCF.ERR_UNIMPLEMENTED) return [];
  const why = reason === "" ? `the agent's check ended with status ${status}` : reason;
  const expected = `${why}${await nearUnit(agent, agents)} (--force does it all the same)`;
  return [{ code: "agent-refused", path: `resource "${id}"`, found: "", expected }];
}

/** A unit that is not there may be one whose name was mistyped, since any name makes an agent. */
async function nearUnit({ metadata }: ResourceAgent, agents: AgentCatalogue): Promise<string> {
  if (metadata.standard !== "systemd") return "";
  const name = metadataName(metadata);
  const names = (await agents.list()).map((each) => each.name);
  const units = names.filter((each) => each.startsWith("systemd:"));
  const near = units.includes(name) ? null : nearestAgent(name, units);
  return near === null ? "" : `; did you mean ${near}?`;
}

function recommendedOperations(agent: ResourceAgent, id: string): readonly OperationDefinition[] {
  return agent.metadata.actions
    .filter(({ name, depth }) => DEFAULT_OPERATIONS.includes(name) && (depth ?? 0) === 0)
    .map(({ name, timeoutMs, intervalMs, role }) => ({
      // Only a proposal: the configuration names operations by their intervals.
      id: `${id}-${name}-interval-${intervalMs / 1000}s`,
      name,
      intervalMs,
      timeoutMs,
      options: role === undefined ? {} : { role },
    }));
}

function assign(values: NameValues, changes: NameValues): NameValues {
  const merged = Object.entries({ ...values, ...changes }).filter(([, value]) => value !== "");
  return Object.fromEntries(merged);
}
