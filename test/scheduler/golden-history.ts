import {
  type Cib,
  type Failcount,
  listPrimitives,
  type NameValues,
  type OperationDefinition,
  type OperationOutcome,
  type OperationRecord,
  type Primitive,
  type ResourceHistory,
} from "../../agent/core/model/index.ts";
import { digestOperation, digestRestart } from "../../agent/core/scheduler/index.ts";
import { buildAgent } from "./golden-resources.ts";
import { readMs, readPairs, readScore, splitWords } from "./golden-scalars.ts";

/** The instant at which golden cases are scheduled. */
export const CASE_NOW = 10_000_000;

const PROMOTED_STATUS = 8;
const NOT_RUNNING_STATUS = 7;

/** Where a history stands: whose it is, and when that is on the wall clock. */
export interface HistoryPlace {
  readonly cib: Cib;
  readonly node: string;
  readonly wallNowMs: number;
}

/** What one node did with one resource, or with one instance (`web:0`) of a unique clone. */
export function buildResourceHistory(
  place: HistoryPlace,
  id: string,
  results: string | readonly string[],
): ResourceHistory {
  const baseId = id.replace(/:\d+$/, "");
  const primitive = listPrimitives(place.cib).find((each) => each.id === baseId);
  const lines = typeof results === "string" ? expandWord(primitive, results) : results;
  const told = lines.filter((line) => !line.startsWith("locked"));
  const records = told.map((line, index) =>
    buildRecord(place, primitive, { line, callId: index + 1 }),
  );
  const locked = lines.find((line) => line.startsWith("locked"));
  const lockedAgeS =
    locked === undefined ? null : Number.parseInt(locked.slice("locked @".length), 10);
  const parameters = primitive?.parameters ?? {};
  const agent = primitive?.agent ?? buildAgent("ocf:heartbeat:Dummy");
  return {
    resource: id,
    records,
    repairs: 0,
    lastCall: { agent, parameters },
    ...(lockedAgeS === null ? {} : { lockedSinceS: place.wallNowMs / 1000 - lockedAgeS }),
  };
}

/** Failures that a node remembers: `web monitor 10s 1`, `web start INFINITY @90s`. */
export function buildFailcount(text: string): Failcount {
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

/** The results behind `stopped`, `started`, `unpromoted` and `promoted`. */
function expandWord(primitive: Primitive | undefined, word: string): readonly string[] {
  if (word === "stopped") return ["probe 7"];
  const isPromoted = word === "promoted";
  if (!isPromoted && word !== "started" && word !== "unpromoted") {
    throw new Error(`history "${word}": not understood`);
  }
  const role = isPromoted ? "Promoted" : word === "unpromoted" ? "Unpromoted" : "Started";
  const monitors = (primitive?.operations ?? []).filter(
    ({ intervalMs, options }) =>
      intervalMs > 0 &&
      options["enabled"] !== "false" &&
      (options["role"] ?? (isPromoted ? "Unpromoted" : role)) === role,
  );
  const steps = isPromoted ? ["probe 7", "start 0", "promote 0"] : ["probe 7", "start 0"];
  return [
    ...steps,
    ...monitors.map((x) => `${x.name} ${x.intervalMs / 1000}s ${expectedOf(x) ?? 0}`),
  ];
}

interface Line {
  readonly line: string;
  readonly callId: number;
}

function buildRecord(
  place: HistoryPlace,
  primitive: Primitive | undefined,
  { line, callId }: Line,
): OperationRecord {
  const match = /^(\w+)(?: (\d+)s)? (\w+)((?: changed| @\d+s| \S+=\S+)*)$/.exec(line);
  if (match === null) throw new Error(`result "${line}": not understood`);
  const [, word = "", seconds = "0", result = "", options = ""] = match;
  const said = splitWords(options);
  const age = said.find((each) => each.startsWith("@")) ?? "@1000s";
  const operation = word === "probe" ? "monitor" : word;
  const intervalMs = Number(seconds) * 1000;
  const key = { name: operation, intervalMs };
  const definition = primitive?.operations.find(
    (each) => each.name === operation && each.intervalMs === intervalMs,
  );
  const pairs = said.filter((each) => each.includes("="));
  const { to, from, restart, ...changes } = readPairs(pairs);
  const ran = primitive && { ...primitive, parameters: { ...primitive.parameters, ...changes } };
  const isDigestKnown = ran !== undefined && !said.includes("changed");
  return {
    operation,
    intervalMs,
    callId,
    outcome: readOutcome(result),
    expectedStatus: word === "probe" ? null : (expectedOf(definition) ?? 0),
    digest: isDigestKnown ? digestOperation(place.cib, ran, key) : "other",
    changedAt: CASE_NOW - readMs(age.slice(1)),
    changedAtWallMs: 0,
    ranForMs: 10,
    reason: "",
    ...readMigration(place.node, { to, from }),
    ...readRestart(restart, ran?.parameters ?? {}),
  };
}

/** The exit status that a configured monitor looks for; null where nothing is configured. */
function expectedOf(definition: OperationDefinition | undefined): number | null {
  if (definition === undefined) return null;
  const role = definition.options["role"];
  if (role === "Promoted") return PROMOTED_STATUS;
  return role === "Stopped" ? NOT_RUNNING_STATUS : 0;
}

function readMigration(
  node: string,
  { to, from }: { readonly to: string | undefined; readonly from: string | undefined },
): Pick<OperationRecord, "migration"> {
  if (to !== undefined) return { migration: { source: node, target: to } };
  return from === undefined ? {} : { migration: { source: from, target: node } };
}

/** Which parameters need a restart, and what they were. */
function readRestart(
  names: string | undefined,
  parameters: NameValues,
): Pick<OperationRecord, "restart"> {
  if (names === undefined) return {};
  const listed = names.split(",");
  return { restart: { digest: digestRestart(parameters, listed), parameters: listed } };
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
      return { kind: "exited", status: readScore(text) };
  }
}
