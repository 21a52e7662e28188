/** Reads the status section: how each node stands and what it has done. */
import type {
  Failcount,
  NameValues,
  NodeHistory,
  NodeState,
  ResourceHistory,
} from "../../agent/core/model/index.ts";
import type { Configuration, ConfiguredNode } from "./read-configuration.ts";
import { readOperationRecord } from "./read-history-entry.ts";
import { type PresenceRules, readPresence } from "./read-presence.ts";
import { agentOf } from "./read-resources.ts";
import { readScoreText, readSecondsAsMs, readWholeNumber } from "./read-scalars.ts";
import { note, type Reading } from "./reading.ts";
import { attributeOf, childOf, childrenOf, type XmlElement } from "./xml-document.ts";

/** What the status section says. */
export interface Status {
  readonly nodes: readonly NodeState[];
  readonly histories: readonly NodeHistory[];
}

const FAILCOUNT = "fail-count-";
const LAST_FAILURE = "last-failure-";

/** Since this feature set failures are counted per operation, and other counts are not read. */
const PER_OPERATION_SINCE: readonly number[] = [3, 0, 13];

/** Reads every configured node; entries of others are noted. */
export function readStatus(
  reading: Reading,
  root: XmlElement,
  given: { readonly configuration: Configuration; readonly rules: PresenceRules },
): Status {
  const { nodes: configured } = given.configuration;
  const states = childrenOf(childOf(root, "status"), "node_state");
  const byNode = assignStates(reading, states, configured);
  const countsPerOperation = hasFailcountsPerOperation(attributeOf(root, "crm_feature_set"));
  const nodes = configured.map((each) => {
    const { name, attributes: permanent } = each.node;
    const state = byNode.get(each) ?? null;
    const attributes = { ...permanent, ...readTransientAttributes(state) };
    return readPresence(given.rules, { name, state, attributes });
  });
  // In the order of the section: what ties in time is decided by it.
  const histories = states.flatMap((state): readonly NodeHistory[] => {
    const owner = [...byNode].find(([, own]) => own === state)?.[0];
    if (owner === undefined) return [];
    const transient = readTransientAttributes(state);
    const utilization = readTransient(state, "utilization");
    return [
      {
        node: owner.node.name,
        resources: readResourceHistories(reading, state),
        failcounts: readFailcounts(transient, countsPerOperation),
        attributes: Object.fromEntries(
          Object.entries(transient).filter(([key]) => !isFailureName(key)),
        ),
        ...(Object.keys(utilization).length === 0 ? {} : { utilization }),
      },
    ];
  });
  return { nodes, histories };
}

function assignStates(
  reading: Reading,
  states: readonly XmlElement[],
  configured: readonly ConfiguredNode[],
): ReadonlyMap<ConfiguredNode, XmlElement> {
  const byId = new Map(configured.map((each) => [each.id, each]));
  const byName = new Map(configured.map((each) => [each.node.name, each]));
  const byNode = new Map<ConfiguredNode, XmlElement>();
  for (const state of states) {
    const owner =
      byId.get(attributeOf(state, "id") ?? "") ?? byName.get(attributeOf(state, "uname") ?? "");
    if (owner !== undefined) byNode.set(owner, state);
    else note(reading, state, { kind: "dropped", text: "is the state of no configured node" });
  }
  return byNode;
}

function readTransientAttributes(state: XmlElement | null): NameValues {
  return readTransient(state, "instance_attributes");
}

// Sets are joined in document order, and here the last value of a name counts.
function readTransient(state: XmlElement | null, kind: string): NameValues {
  const holder = state === null ? null : childOf(state, "transient_attributes");
  const sets = [...childrenOf(holder, kind)].sort((a, b) => scoreOf(a) - scoreOf(b));
  const pairs = sets.flatMap((set) =>
    childrenOf(set, "nvpair").map(
      (pair) => [attributeOf(pair, "name") ?? "", attributeOf(pair, "value") ?? ""] as const,
    ),
  );
  return Object.fromEntries(pairs);
}

function scoreOf(set: XmlElement): number {
  return readScoreText(attributeOf(set, "score") ?? "0") ?? 0;
}

function readResourceHistories(reading: Reading, state: XmlElement): readonly ResourceHistory[] {
  // A node that has not given its name has not told its history either.
  if (attributeOf(state, "uname") === null) return [];
  const resources = childOf(childOf(state, "lrm"), "lrm_resources");
  return childrenOf(resources, "lrm_resource").map((element) => {
    const lockedSinceS = readWholeNumber(attributeOf(element, "shutdown-lock"));
    const agent = agentOf({
      standard: attributeOf(element, "class") ?? "",
      provider: attributeOf(element, "provider"),
      type: attributeOf(element, "type") ?? "",
    });
    return {
      resource: attributeOf(element, "id") ?? "",
      records: childrenOf(element, "lrm_rsc_op").flatMap((entry) =>
        readOperationRecord(reading, entry),
      ),
      repairs: 0,
      lastCall: { agent, parameters: {} },
      ...(lockedSinceS === 0 ? {} : { lockedSinceS }),
    };
  });
}

function isFailureName(name: string): boolean {
  return name.startsWith(FAILCOUNT) || name.startsWith(LAST_FAILURE);
}

function readFailcounts(values: NameValues, isPerOperation: boolean): readonly Failcount[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (!name.startsWith(FAILCOUNT)) return [];
    const subject = name.slice(FAILCOUNT.length);
    const [, resource, operation, interval] = /^(.+)#(.+)_(\d+)$/.exec(subject) ?? [];
    // Releases that count per operation leave the counters of their predecessors alone.
    if (resource === undefined && isPerOperation) return [];
    const lastMs = readSecondsAsMs(values[`${LAST_FAILURE}${subject}`] ?? null);
    return [
      {
        resource: resource ?? subject,
        operation: operation ?? "",
        intervalMs: readWholeNumber(interval ?? null),
        count: readScoreText(value) ?? 0,
        lastFailureAt: lastMs,
        lastFailureAtWallMs: lastMs,
      },
    ];
  });
}

// A document without a feature set counts as older than all of them.
function hasFailcountsPerOperation(featureSet: string | null): boolean {
  if (featureSet === null) return false;
  const parts = featureSet.split(".").map(Number);
  for (const [index, least] of PER_OPERATION_SINCE.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
