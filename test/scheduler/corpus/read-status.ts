import {
  type AgentName,
  type Cib,
  type Failcount,
  INFINITY_SCORE,
  listPrimitives,
  type NodeHistory,
  type NodeState,
  type OperationOutcome,
  type OperationRecord,
  type ResourceHistory,
} from "../../../agent/core/model/index.ts";
import { digestOperation } from "../../../agent/core/scheduler/index.ts";
import { nodeName, readPairs } from "./read-configuration.ts";
import { childrenOf, descendantsOf, type Element } from "./xml.ts";

/** Time of entries that name none: late enough never to have expired. */
const UNDATED_MS = 4_000_000_000_000;

/** Reads presence and history of every node out of the status part. */
export function readStatus(
  document: Element,
  cib: Cib,
): { readonly nodes: readonly NodeState[]; readonly histories: readonly NodeHistory[] } {
  const configured = descendantsOf(childrenOf(document, "configuration")[0], "nodes").flatMap(
    (nodes) => childrenOf(nodes, "node"),
  );
  const states = childrenOf(childrenOf(document, "status")[0], "node_state");
  const nodes: NodeState[] = [];
  const histories: NodeHistory[] = [];
  for (const node of configured) {
    const name = nodeName(node);
    const state = states.find(
      (x) => x.attributes["uname"] === name || x.attributes["id"] === node.attributes["id"],
    );
    nodes.push({ name, presence: readPresence(cib, state) });
    if (state !== undefined) histories.push(readHistory(cib, name, state));
  }
  return { nodes, histories };
}

function readPresence(cib: Cib, state: Element | undefined): NodeState["presence"] {
  const hasFencing = isYes(cib.properties["stonith-enabled"] ?? "true");
  if (state === undefined) {
    const fencesAtStart = isYes(cib.properties["startup-fencing"] ?? "true");
    return hasFencing && fencesAtStart ? "unclean" : "offline";
  }
  const { in_ccm: inCluster, crmd, join, expected } = state.attributes;
  const isInCluster = isYes(inCluster) || Number(inCluster) > 1;
  const isController = crmd === "online" || Number(crmd) > 1;
  if (isInCluster && isController && join === "member") return "online";
  if (!hasFencing) return "offline";
  if (isInCluster && !isController && expected !== "member") return "offline";
  return expected === "member" || (isInCluster && !isController) ? "unclean" : "offline";
}

function isYes(text: string | undefined): boolean {
  return text === "true" || text === "1" || text === "on" || text === "yes";
}

function readHistory(cib: Cib, node: string, state: Element): NodeHistory {
  const pairs = readPairs(childrenOf(state, "transient_attributes")[0]);
  const attributes: Record<string, string> = { ...pairs };
  if (pairs["shutdown"] !== undefined && pairs["shutdown"] !== "0") attributes["standby"] = "on";
  if (Number(state.attributes["shutdown"] ?? 0) > 0) attributes["standby"] = "on";
  return {
    node,
    resources: descendantsOf(state, "lrm_resource").map((x) => readResourceHistory(cib, x)),
    failcounts: readFailcounts(pairs),
    attributes,
  };
}

function readResourceHistory(cib: Cib, element: Element): ResourceHistory {
  const { id = "", class: standard = "", provider, type = "" } = element.attributes;
  const agent: AgentName = { standard, provider: provider ?? null, type };
  const byKey = new Map<string, OperationRecord>();
  const elements = childrenOf(element, "lrm_rsc_op");
  const latest = Math.max(0, ...elements.map((x) => Number(x.attributes["call-id"] ?? 0)));
  for (const entry of elements) {
    const record = readRecord(cib, { resource: id, agent }, { entry, latest });
    const key = `${record.operation}_${record.intervalMs}`;
    const other = byKey.get(key);
    const isLater = other === undefined || record.callId > other.callId;
    const isFailure = other?.callId === record.callId && isFailed(record);
    if (isLater || isFailure) byKey.set(key, record);
  }
  const primitive = listPrimitives(cib).find((x) => x.id === id);
  const parameters = primitive?.parameters ?? {};
  return {
    resource: id,
    records: [...byKey.values()],
    repairs: 0,
    lastCall: { agent, parameters },
  };
}

function isFailed({ outcome, expectedStatus }: OperationRecord): boolean {
  return outcome.kind !== "exited" || outcome.status !== (expectedStatus ?? 7);
}

function readRecord(
  cib: Cib,
  { resource, agent }: { readonly resource: string; readonly agent: AgentName },
  { entry, latest }: { readonly entry: Element; readonly latest: number },
): OperationRecord {
  const { attributes } = entry;
  const operation = attributes["operation"] ?? "";
  const intervalMs = Number(attributes["interval"] ?? 0);
  const callId = Number(attributes["call-id"] ?? 0);
  const key = attributes["transition-key"] ?? "";
  const expected = Number(key.split(":")[2] ?? 0);
  const primitive = listPrimitives(cib).find((x) => x.id === resource);
  const changed = attributes["last-rc-change"];
  const isProbe = operation === "monitor" && intervalMs === 0;
  return {
    operation,
    intervalMs,
    callId: callId < 0 ? latest + 1 : callId,
    outcome: readOutcome(attributes),
    expectedStatus: isProbe ? null : expected,
    digest:
      primitive === undefined
        ? ""
        : digestOperation(cib, { ...primitive, agent }, { name: operation, intervalMs }),
    changedAt: changed === undefined ? UNDATED_MS : Number(changed) * 1000,
    changedAtWallMs: 0,
    ranForMs: 0,
    reason: "",
  };
}

function readOutcome(attributes: Readonly<Record<string, string>>): OperationOutcome {
  const magic = /^(-?\d+):(\d+);/.exec(attributes["transition-magic"] ?? "");
  const status = Number(attributes["op-status"] ?? magic?.[1] ?? 0);
  const code = Number(attributes["rc-code"] ?? magic?.[2] ?? 0);
  if (status === -1) return { kind: "pending" };
  if (status === 2) return { kind: "timedOut" };
  return { kind: "exited", status: code };
}

function readFailcounts(pairs: Readonly<Record<string, string>>): readonly Failcount[] {
  return Object.entries(pairs).flatMap(([name, value]) => {
    const match = /^fail-count-(.+?)(?:#(\w+)_(\d+))?$/.exec(name);
    if (match === null) return [];
    const [, resource = "", operation = "monitor", interval = "0"] = match;
    const suffix = name.slice("fail-count-".length);
    const last = Number(pairs[`last-failure-${suffix}`] ?? UNDATED_MS / 1000) * 1000;
    const count = value === "INFINITY" ? INFINITY_SCORE : Number(value);
    const intervalMs = Number(interval);
    const lastFailureAt = last;
    return [{ resource, operation, intervalMs, count, lastFailureAt, lastFailureAtWallMs: 0 }];
  });
}
