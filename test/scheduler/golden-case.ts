import {
  type AgentName,
  type Cib,
  type Constraint,
  emptyCib,
  emptyHistory,
  type Failcount,
  INFINITY_SCORE,
  listPrimitives,
  type NameValues,
  type NodeHistory,
  type NodeState,
  type OperationDefinition,
  type OperationOutcome,
  type OperationRecord,
  type Primitive,
  type Resource,
  type ResourceHistory,
  type SchedulerInput,
  type Transition,
} from "../../agent/core/model/index.ts";
import { digestOperation } from "../../agent/core/scheduler/index.ts";

/** One primitive as a golden case writes it; a bare id is a Dummy without monitors. */
export interface WrittenPrimitive {
  readonly id: string;
  readonly agent?: string;
  readonly parameters?: NameValues;
  readonly meta?: NameValues;
  /** `monitor 10s`, `stop 0s on-fail=block timeout=40`. */
  readonly operations?: readonly string[];
}

/** A group as a golden case writes it. */
export interface WrittenGroup {
  readonly group: string;
  readonly meta?: NameValues;
  readonly members: readonly (string | WrittenPrimitive)[];
}

/** The input of a golden case: what is left out is empty, quorate and at a late instant. */
export interface WrittenCase {
  /** The rule that the case shows, one sentence. */
  readonly rule: string;
  readonly properties?: NameValues;
  readonly resourceDefaults?: NameValues;
  readonly operationDefaults?: NameValues;
  /** Presence by node, in the order of the configuration. */
  readonly nodes?: Readonly<Record<string, NodeState["presence"]>>;
  readonly nodeAttributes?: Readonly<Record<string, NameValues>>;
  readonly transientAttributes?: Readonly<Record<string, NameValues>>;
  readonly resources?: readonly (string | WrittenPrimitive | WrittenGroup)[];
  /**
   * `web with ip INFINITY`, `ip then web`, `a then b Optional asymmetrical`,
   * `stop a then start b`, `web on alpha 100`.
   */
  readonly constraints?: readonly string[];
  /**
   * By node and resource: `started`, `stopped`, or a list of results such as `probe 7`, `start 0`,
   * `monitor 10s 7`, `stop timeout`, `start pending`; ` @5s` says how long ago, ` changed` that it
   * ran with other parameters. A node of which nothing is listed has an empty history.
   */
  readonly history?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** By node: `web monitor 10s 1`, `web start INFINITY @90s`. */
  readonly failcounts?: Readonly<Record<string, readonly string[]>>;
  /** Nodes whose history has never arrived. */
  readonly unheard?: readonly string[];
  readonly isQuorate?: boolean;
}

/** The instant at which golden cases are scheduled. */
export const CASE_NOW = 10_000_000;

/** Builds the scheduler's input out of a written case. */
export function buildInput(written: WrittenCase): SchedulerInput {
  const nodes = written.nodes ?? { alpha: "online", beta: "online" };
  const cib: Cib = {
    ...emptyCib(Object.keys(nodes)),
    properties: written.properties ?? {},
    resourceDefaults: written.resourceDefaults ?? {},
    operationDefaults: written.operationDefaults ?? {},
    nodes: Object.keys(nodes).map((name) => ({
      name,
      attributes: written.nodeAttributes?.[name] ?? {},
    })),
    resources: (written.resources ?? []).map(buildResource),
    constraints: (written.constraints ?? []).map(buildConstraint),
  };
  const heard = Object.keys(nodes).filter((name) => !written.unheard?.includes(name));
  return {
    cib,
    nodes: Object.entries(nodes).map(([name, presence]) => ({ name, presence })),
    histories: heard.map((name) => buildHistory(written, cib, name)),
    isQuorate: written.isQuorate ?? true,
    now: CASE_NOW,
  };
}

/** The answer in lines that people can review. */
export function renderTransition(transition: Transition): object {
  return {
    decisions: transition.decisions.map(({ what, resource, from, isBlocked, reason }) => {
      const subject = resource ?? (what === "fence" ? from : "-");
      return `${what} ${subject}${isBlocked ? " (blocked)" : ""}: ${reason}`;
    }),
    actions: transition.actions.map(({ id, node, task, after }) => {
      const waits = after.length === 0 ? "" : ` after ${after.join(" ")}`;
      return `${id}: ${renderTask(task)} on ${node}${waits}`;
    }),
    states: transition.states.map((state) => {
      const flags = Object.entries(state)
        .filter(([name, value]) => name.startsWith("is") && value === true)
        .map(([name]) => name);
      const failed = state.failedOn.map((node) => `failed on ${node}`);
      const where = [state.role, ...state.activeOn].join(" ");
      return `${state.resource}: ${[where, ...flags, ...failed].join(", ")}`;
    }),
    placements: transition.placements,
    scores: transition.scores,
    recheckAt: transition.recheckAt,
  };
}

function renderTask(task: Transition["actions"][number]["task"]): string {
  switch (task.kind) {
    case "operation": {
      const { operation, resource, intervalMs, timeoutMs, onFail } = task.order;
      const name = operation === "monitor" && intervalMs === 0 ? "probe" : operation;
      const every = intervalMs > 0 ? ` every ${intervalMs / 1000}s` : "";
      return `${name} ${resource}${every} (timeout ${timeoutMs / 1000}s, on-fail ${onFail})`;
    }
    case "cancel":
      return `cancel ${task.operation} of ${task.resource} every ${task.intervalMs / 1000}s`;
    case "clearFailcount":
      return `clear failcount of ${task.resource}`;
    case "deleteHistory":
      return `delete history of ${task.resource}`;
    case "fence":
      return `fence (${task.method})`;
    case "shutdown":
      return "shutdown";
    case "point":
      return `point ${task.name}`;
  }
}

function buildResource(written: string | WrittenPrimitive | WrittenGroup): Resource {
  if (typeof written === "string" || !("group" in written)) return buildPrimitive(written);
  const members = written.members.map(buildPrimitive);
  return { kind: "group", id: written.group, meta: written.meta ?? {}, members };
}

function buildPrimitive(written: string | WrittenPrimitive): Primitive {
  const given: WrittenPrimitive = typeof written === "string" ? { id: written } : written;
  return {
    kind: "primitive",
    id: given.id,
    agent: buildAgent(given.agent ?? "ocf:heartbeat:Dummy"),
    parameters: given.parameters ?? {},
    meta: given.meta ?? {},
    operations: (given.operations ?? []).map((text, index) =>
      buildOperation(text, `${given.id}-op-${index}`),
    ),
  };
}

function buildAgent(text: string): AgentName {
  const [standard = "", second = "", third] = text.split(":");
  if (third === undefined) return { standard, provider: null, type: second };
  return { standard, provider: second, type: third };
}

function buildOperation(text: string, id: string): OperationDefinition {
  const [name = "", interval = "0s", ...rest] = text.split(" ");
  const pairs = rest.map((part) => part.split("="));
  const options = Object.fromEntries(pairs.map(([key = "", value = ""]) => [key, value]));
  const { timeout, ...others } = options;
  const timeoutMs = timeout === undefined ? null : Number(timeout) * 1000;
  return { id, name, intervalMs: readMs(interval), timeoutMs, options: others };
}

function buildConstraint(text: string, index: number): Constraint {
  const location = /^(\S+) on (\S+) (\S+)$/.exec(text);
  if (location !== null) {
    const [, resource = "", node = "", score] = location;
    return { kind: "location", id: `loc-${index}`, resource, node, score: readScore(score) };
  }
  const colocation = /^(\S+) with (\S+) (\S+)$/.exec(text);
  if (colocation !== null) {
    const [, resource = "", withResource = "", score] = colocation;
    return {
      kind: "colocation",
      id: `col-${index}`,
      resource,
      withResource,
      score: readScore(score),
    };
  }
  const order =
    /^(start |stop )?(\S+) then (start |stop )?(\S+)( Optional| Serialize)?( asymmetrical)?$/;
  const match = order.exec(text);
  if (match === null) throw new Error(`constraint "${text}": not understood`);
  const strength = match[5]?.trim();
  return {
    kind: "order",
    id: `ord-${index}`,
    first: match[2] ?? "",
    firstAction: match[1] === "stop " ? "stop" : "start",
    // biome-ignore lint/suspicious/noThenProperty: the model names it as Pacemaker does.
    then: match[4] ?? "",
    thenAction: match[3] === "stop " ? "stop" : "start",
    strength: strength === "Optional" || strength === "Serialize" ? strength : "Mandatory",
    isSymmetrical: match[6] === undefined,
  };
}

function buildHistory(written: WrittenCase, cib: Cib, node: string): NodeHistory {
  const resources = Object.entries(written.history?.[node] ?? {});
  return {
    ...emptyHistory(node),
    resources: resources.map(([id, results]) => buildResourceHistory(cib, id, results)),
    failcounts: (written.failcounts?.[node] ?? []).map(buildFailcount),
    attributes: written.transientAttributes?.[node] ?? {},
  };
}

function buildResourceHistory(
  cib: Cib,
  id: string,
  results: string | readonly string[],
): ResourceHistory {
  const primitive = listPrimitives(cib).find((x) => x.id === id);
  const lines = typeof results === "string" ? expandResults(primitive, results) : results;
  const records = lines.map((line, index) =>
    buildRecord(cib, primitive, { line, callId: index + 1 }),
  );
  const parameters = primitive?.parameters ?? {};
  const agent = primitive?.agent ?? buildAgent("ocf:heartbeat:Dummy");
  return { resource: id, records, repairs: 0, lastCall: { agent, parameters } };
}

function expandResults(primitive: Primitive | undefined, word: string): readonly string[] {
  if (word === "stopped") return ["probe 7"];
  const monitors = (primitive?.operations ?? []).filter(
    ({ intervalMs, options }) => intervalMs > 0 && options["enabled"] !== "false",
  );
  return ["probe 7", "start 0", ...monitors.map((x) => `${x.name} ${x.intervalMs / 1000}s 0`)];
}

function buildRecord(
  cib: Cib,
  primitive: Primitive | undefined,
  { line, callId }: { readonly line: string; readonly callId: number },
): OperationRecord {
  const match = /^(\w+)(?: (\d+)s)? (\w+)(?: @(\d+)s)?( changed)?$/.exec(line);
  if (match === null) throw new Error(`result "${line}": not understood`);
  const [, word = "", seconds = "0", result = "", age = "1000", changed] = match;
  const operation = word === "probe" ? "monitor" : word;
  const intervalMs = Number(seconds) * 1000;
  const key = { name: operation, intervalMs };
  const isDigestKnown = primitive !== undefined && changed === undefined;
  return {
    operation,
    intervalMs,
    callId,
    outcome: readOutcome(result),
    expectedStatus: word === "probe" ? null : 0,
    digest: isDigestKnown ? digestOperation(cib, primitive, key) : "other",
    changedAt: CASE_NOW - Number(age) * 1000,
    changedAtWallMs: 0,
    ranForMs: 10,
    reason: "",
  };
}

function readOutcome(text: string): OperationOutcome {
  switch (text) {
    case "pending":
      return { kind: "pending" };
    case "timeout":
      return { kind: "timedOut" };
    case "unspawned":
      return { kind: "notSpawned", reason: "no such file" };
    default:
      return { kind: "exited", status: Number(text) };
  }
}

function buildFailcount(text: string): Failcount {
  const match = /^(\S+) (\w+)(?: (\d+)s)? (\w+)(?: @(\d+)s)?$/.exec(text);
  if (match === null) throw new Error(`failcount "${text}": not understood`);
  const [, resource = "", operation = "", seconds = "0", count, age = "1000"] = match;
  return {
    resource,
    operation,
    intervalMs: Number(seconds) * 1000,
    count: readScore(count),
    lastFailureAt: CASE_NOW - Number(age) * 1000,
    lastFailureAtWallMs: 0,
  };
}

function readScore(text: string | undefined): number {
  if (text === "INFINITY") return INFINITY_SCORE;
  return text === "-INFINITY" ? -INFINITY_SCORE : Number(text);
}

function readMs(text: string): number {
  return text.endsWith("ms") ? Number.parseInt(text, 10) : Number.parseInt(text, 10) * 1000;
}
