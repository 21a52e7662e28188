import {
  type Cib,
  type Constraint,
  emptyCib,
  type Failcount,
  type NameValues,
  type NodeHistory,
  type NodeState,
  type OperationDefinition,
  type OperationOutcome,
  type OperationRecord,
  type Primitive,
  type Resource,
  type SchedulerInput,
} from "../../agent/core/model/index.ts";

// Inputs for the tests of what the scheduler reads, in few words.

/** The instant and the wall-clock time of every small input, in milliseconds. */
export const SMALL_NOW = 1_700_000_000_000;

/** What sets a small input apart from two online nodes that run nothing. */
export interface SmallInput {
  readonly nodes?: Readonly<Record<string, NodeState["presence"] | Omit<NodeState, "name">>>;
  readonly properties?: NameValues;
  readonly nodeAttributes?: Readonly<Record<string, NameValues>>;
  readonly resources?: readonly Resource[];
  readonly constraints?: readonly Constraint[];
  readonly cib?: Partial<Cib>;
  /**
   * By node and resource: results as `probe 7`, `start 0`, `monitor 10s 7`, `stop pending`. `@5s`
   * says how long ago, `kept` that it is the kept copy of a failure, `from X` and `to X` where a
   * migration leads.
   */
  readonly history?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** By node: `web monitor 10s 2 @5s`. */
  readonly failcounts?: Readonly<Record<string, readonly string[]>>;
  /** True: the entries are those of a CIB of Pacemaker. */
  readonly isForeign?: boolean;
  readonly isQuorate?: boolean;
}

/** Builds the input. */
export function smallInput(small: SmallInput): SchedulerInput {
  const nodes = small.nodes ?? { alpha: "online", beta: "online" };
  const names = Object.keys(nodes);
  return {
    cib: {
      ...emptyCib(names),
      properties: { "stonith-enabled": "false", ...small.properties },
      nodes: names.map((name) => ({ name, attributes: small.nodeAttributes?.[name] ?? {} })),
      resources: small.resources ?? [],
      constraints: small.constraints ?? [],
      ...small.cib,
    },
    nodes: Object.entries(nodes).map(([name, state]) =>
      typeof state === "string" ? { name, presence: state } : { name, ...state },
    ),
    histories: names.map((name) => buildHistory(small, name)),
    isQuorate: small.isQuorate ?? true,
    now: SMALL_NOW,
    wallNowMs: SMALL_NOW,
  };
}

/** A Dummy with operations such as `monitor 10s on-fail=block`. */
export function dummy(
  id: string,
  meta: NameValues = {},
  operations: readonly string[] = [],
): Primitive {
  return {
    kind: "primitive",
    id,
    agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
    parameters: {},
    meta,
    operations: operations.map((text, index) => buildOperation(`${id}-op-${index}`, text)),
  };
}

function buildOperation(id: string, text: string): OperationDefinition {
  const [name = "", interval = "0s", ...rest] = text.split(" ");
  const options = Object.fromEntries(rest.map((part) => part.split("=")));
  const { timeout, ...others } = options;
  const timeoutMs = timeout === undefined ? null : Number(timeout) * 1000;
  return { id, name, intervalMs: readMs(interval), timeoutMs, options: others };
}

function buildHistory(small: SmallInput, node: string): NodeHistory {
  const resources = Object.entries(small.history?.[node] ?? {});
  return {
    node,
    resources: resources.map(([resource, lines]) => ({
      resource,
      records: lines.map((line, index) => buildRecord(small, node, { line, callId: index + 1 })),
      repairs: 0,
    })),
    failcounts: (small.failcounts?.[node] ?? []).map(buildFailcount),
    attributes: {},
  };
}

function buildRecord(
  small: SmallInput,
  node: string,
  { line, callId }: { readonly line: string; readonly callId: number },
): OperationRecord {
  const match = /^(\w+)(?: (\d+s))? (\w+)(?: @(\d+s))?( kept)?(?: (from|to) (\w+))?$/.exec(line);
  if (match === null) throw new Error(`result "${line}": not understood`);
  const [, word = "", interval = "0s", result = "", age = "1000s", kept, way, end = ""] = match;
  const expectedStatus = word === "probe" ? 7 : 0;
  const outcome = readOutcome(result);
  return {
    operation: word === "probe" ? "monitor" : word,
    intervalMs: readMs(interval),
    callId: small.isForeign === true && outcome.kind === "pending" ? -1 : callId,
    outcome,
    expectedStatus,
    digest: "",
    changedAt: SMALL_NOW - readMs(age),
    changedAtWallMs: SMALL_NOW - readMs(age),
    ranForMs: 10,
    reason: "",
    ...(kept === undefined ? {} : { isKeptFailure: true }),
    ...(way === undefined ? {} : { migration: endsOf(node, way, end) }),
    ...(small.isForeign === true
      ? { pacemaker: foreignEntry(outcome, { expectedStatus, callId }) }
      : {}),
  };
}

function endsOf(node: string, way: string, end: string) {
  return way === "from" ? { source: end, target: node } : { source: node, target: end };
}

function foreignEntry(
  outcome: OperationOutcome,
  { expectedStatus, callId }: { readonly expectedStatus: number; readonly callId: number },
): NonNullable<OperationRecord["pacemaker"]> {
  const status = { pending: -1, timedOut: 2, exited: 0, notSpawned: 4 }[outcome.kind];
  return {
    execStatus: status,
    exitStatus: outcome.kind === "exited" ? outcome.status : outcome.kind === "pending" ? 193 : 1,
    digest: null,
    restartDigest: null,
    forceRestart: null,
    secureDigest: null,
    featureSet: "3.16.1",
    transitionKey: `1:${callId}:${expectedStatus}:some-controller`,
  };
}

function readOutcome(text: string): OperationOutcome {
  if (text === "pending") return { kind: "pending" };
  if (text === "timeout") return { kind: "timedOut" };
  if (text === "unspawned") return { kind: "notSpawned", reason: "no such file" };
  return { kind: "exited", status: Number(text) };
}

function buildFailcount(text: string): Failcount {
  const match = /^(\S+) (\w+)(?: (\d+s))? (\d+)(?: @(\d+s))?$/.exec(text);
  if (match === null) throw new Error(`failcount "${text}": not understood`);
  const [, resource = "", operation = "", interval = "0s", count, age = "1000s"] = match;
  const at = SMALL_NOW - readMs(age);
  return {
    resource,
    operation,
    intervalMs: readMs(interval),
    count: Number(count),
    lastFailureAt: at,
    lastFailureAtWallMs: at,
  };
}

function readMs(text: string): number {
  return Number(text.replace("s", "")) * 1000;
}
