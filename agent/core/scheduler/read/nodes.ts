import { compareText } from "../../base/index.ts";
import type {
  CibNode,
  NameValues,
  NodeHistory,
  NodeState,
  ResourceHistory,
  SchedulerInput,
} from "../../model/index.ts";
import type { WorkingNode, WorkingOptions } from "../working.ts";
import type { HealthScores } from "./health.ts";
import { sumHealth } from "./health.ts";
import type { RuleContext } from "./rules.ts";
import { compareNumbered, readCount, readFlag } from "./scalars.ts";
import { resolveValues } from "./value-sets.ts";

/** What nodes are read with. */
export interface NodeReading {
  readonly input: SchedulerInput;
  readonly options: WorkingOptions;
  readonly properties: NameValues;
  readonly health: HealthScores;
  readonly context: RuleContext;
  /** True when the states come from a CIB of Pacemaker (see `NodeState.isMember`). */
  readonly isForeign: boolean;
}

/** All nodes, sorted by name with numbers by their value. */
export function readNodes(reading: NodeReading): readonly WorkingNode[] {
  const states = [...reading.input.nodes].sort(
    (a, b) => compareNumbered(a.name, b.name) || compareText(a.name, b.name),
  );
  return states.map((state, index) => readNode(reading, state, index));
}

/** True when the states were read from a CIB of Pacemaker, and are to be judged as it does. */
export function isForeignInput({ nodes, histories }: SchedulerInput): boolean {
  return (
    nodes.some((node) => node.isMember !== undefined) ||
    histories.some(({ resources }) =>
      resources.some(({ records }) => records.some((record) => record.pacemaker !== undefined)),
    )
  );
}

function readNode(reading: NodeReading, state: NodeState, index: number): WorkingNode {
  const { input, options, health, isForeign } = reading;
  const found = input.histories.find((history) => history.node === state.name) ?? null;
  const entry = input.cib.nodes.find((node) => node.name === state.name);
  const attributes = readAttributes(reading, state, { entry, transient: found?.attributes ?? {} });
  const { nowS } = reading.context;
  const capacities = { values: entry?.utilization ?? {}, sets: entry?.utilizationSets };
  const permanent = resolveValues([capacities], { nowS });
  const utilization = readCapacities({ ...found?.utilization, ...permanent });
  // Without fencing a lost node can never be made sure of, so what it has stays untouched.
  const isLost = state.presence === "unclean" && !options.isFencingEnabled && !isForeign;
  const hasLeftActive = !isForeign && state.presence === "offline" && isAnyLeftActive(found);
  const isHeld = state.presence === "held" || isLost || hasLeftActive;
  const isOnline = isMember(state);
  const isPending = state.isPending ?? false;
  const shutdown = attributes.get("shutdown");
  const isLeaving = state.isLeaving ?? (shutdown !== undefined && shutdown !== "0");
  const { isUnclean, reason } = judgeCleanness(reading, { state, isHeld, isOnline });
  return {
    name: state.name,
    index,
    isOnline,
    isPending,
    isUnclean,
    uncleanReason: reason,
    isHeld,
    hasLeftActive,
    leavesToOthers: (isHeld || isUnclean ? state.leavesToOthers : null) ?? null,
    isStandby: isPending || readFlag(attributes.get("standby"), false),
    isStandbyByFailure: false,
    isInMaintenance: readFlag(attributes.get("maintenance"), false),
    isLeaving,
    wasNeverSeen: state.wasNeverSeen ?? false,
    isDc: input.dc === state.name,
    score: entry?.score ?? 0,
    attributes,
    utilization,
    capacity: new Map(utilization),
    history: readable(reading, { state, isHeld, found }),
    standbyReason: describeStanding({ entry, found, isPending, isLeaving }),
    running: [],
    assigned: [],
    healthScore: options.nodeHealthStrategy === "none" ? 0 : sumHealth(attributes, health),
  };
}

function isMember({ presence, isMember: isSaid = presence === "online" }: NodeState): boolean {
  return presence === "online" || (presence === "unclean" && isSaid);
}

/**
 * What counts of a node's history. The agent knows that an offline node holds nothing but what was
 * left active there; other resources may be kept for it. Pacemaker goes by what the history says.
 */
function readable(
  { options, isForeign }: NodeReading,
  node: {
    readonly state: NodeState;
    readonly isHeld: boolean;
    readonly found: NodeHistory | null;
  },
): NodeHistory | null {
  const { state, isHeld, found } = node;
  if (found === null || isMember(state)) return found;
  if (isHeld && state.presence !== "offline") return found;
  if (isForeign) return options.isFencingEnabled || options.isShutdownLockEnabled ? found : null;
  if (state.presence === "unclean") return found;
  if (!options.isShutdownLockEnabled && !isAnyLeftActive(found)) return null;
  const resources = found.resources.flatMap((entry): readonly ResourceHistory[] => {
    if (entry.wasLeftActive === true) return [entry];
    const isLocked = options.isShutdownLockEnabled && entry.lockedSinceS !== undefined;
    return isLocked ? [{ ...entry, records: [] }] : [];
  });
  return { ...found, resources, failcounts: [] };
}

function isAnyLeftActive(found: NodeHistory | null): boolean {
  return found?.resources.some(({ wasLeftActive }) => wasLeftActive === true) === true;
}

function judgeCleanness(
  { options, input }: NodeReading,
  { state, isHeld, isOnline }: { state: NodeState; isHeld: boolean; isOnline: boolean },
): { isUnclean: boolean; reason: string } {
  if (state.presence === "unclean" && !isHeld) {
    const missed = "it left without goodbye and may still run resources";
    const unseen = "it was never seen since the cluster started";
    const reason = state.uncleanReason ?? (state.wasNeverSeen === true ? unseen : missed);
    return { isUnclean: true, reason };
  }
  if (isOnline && !input.isQuorate && options.noQuorumPolicy === "suicide") {
    return { isUnclean: true, reason: "quorum is lost, and no-quorum-policy asks for fencing" };
  }
  return { isUnclean: false, reason: "" };
}

/** The permanent attributes, the transient ones over them, and what the cluster knows itself. */
function readAttributes(
  { input, properties, context }: NodeReading,
  { name }: NodeState,
  { entry, transient }: { entry: CibNode | undefined; transient: NameValues },
): ReadonlyMap<string, string> {
  const cluster = properties["cluster-name"];
  const known: Record<string, string> = {
    "#kind": "cluster",
    "#uname": name,
    "#id": entry?.id ?? name,
    "#is_dc": input.dc === name ? "true" : "false",
    ...(cluster === undefined ? {} : { "#cluster-name": cluster }),
  };
  // Rules of node attributes can ask for the time only: the attributes are just being made.
  const permanent = resolveValues(
    [{ values: entry?.attributes ?? {}, sets: entry?.attributeSets }],
    { nowS: context.nowS, ...(context.onChangeAt && { onChangeAt: context.onChangeAt }) },
  );
  const values: Record<string, string> = { ...permanent, ...known, ...transient };
  const site = values["site-name"] ?? cluster;
  if (values["#site-name"] === undefined && site !== undefined) values["#site-name"] = site;
  return new Map(Object.entries(values));
}

/** Capacities are whole numbers; what is none counts as 0. */
export function readCapacities(values: NameValues | undefined): ReadonlyMap<string, number> {
  const entries = Object.entries(values ?? {});
  return new Map(entries.map(([name, text]) => [name, readCount(text, 0)]));
}

function describeStanding(facts: {
  readonly entry: CibNode | undefined;
  readonly found: NodeHistory | null;
  readonly isPending: boolean;
  readonly isLeaving: boolean;
}): string {
  const { entry, found, isPending, isLeaving } = facts;
  if (isPending) return "its agent has not joined the cluster yet";
  if (isLeaving) return "it is leaving the cluster";
  const transient = found?.attributes["standby"];
  if (transient !== undefined) {
    return readFlag(transient, false) ? "in standby until its agent restarts" : "";
  }
  return readFlag(entry?.attributes["standby"], false) ? "in standby" : "";
}
