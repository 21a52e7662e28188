/** Whether the nodes could take over now, and whether they are alike; for people and programs. */
import type { Instant } from "../base/index.ts";
import {
  type ClusterStatus,
  type DriftStatus,
  listPrimitives,
  type NodeStatus,
  type ReadinessStatus,
  type ResourceStatus,
  type Transition,
  withoutNumber,
} from "../model/index.ts";
import { compareNodes, differenceKey } from "./inspect.ts";
import type { KnownInspection } from "./inspections.ts";
import type { AgentState } from "./state.ts";

/** A node looks at itself each half minute; what it said before that much longer counts no more. */
const STALE_AFTER_MS = 120_000;
/** Differences that a status lists: more of them mean another installation, not drift. */
const DIFFERENCES_MAX = 200;

/** What of a status tells where things run, and the plan that it was made with. */
interface Places extends Pick<ClusterStatus, "nodes" | "resources"> {
  readonly plan: Transition;
}

/** One entry a node; none while there is nothing to run. */
export function describeReadiness(
  state: AgentState,
  { nodes, resources, plan }: Places,
  now: Instant,
): readonly ReadinessStatus[] {
  const devices = listPrimitives(state.cib).filter(({ agent }) => agent.standard === "stonith");
  const withoutPlace = new Set(devices.map(({ id }) => id));
  const wanted = resources.filter(
    ({ id, isDisabled, isOrphan }) => !isDisabled && !isOrphan && !withoutPlace.has(id),
  );
  if (wanted.length === 0) return [];
  return nodes.map((node) => {
    const missing = wanted.filter((one) => !one.nodes.includes(node.name));
    return describeNode(state, { node, missing, plan }, now);
  });
}

/** A node, and what of the wanted does not run there. */
interface Standby {
  readonly node: NodeStatus;
  readonly missing: readonly ResourceStatus[];
  readonly plan: Transition;
}

function describeNode(state: AgentState, standby: Standby, now: Instant): ReadinessStatus {
  const { node, missing } = standby;
  const { name } = node;
  const isHere = name === state.identity.local.name;
  const known = isHere ? state.inspections.here : state.inspections.there;
  const kept = whyNot(node) === null ? findForbidden(standby) : [];
  const findings = [...kept, ...(known === null ? [] : listFindings(known))];
  const reason = whyNot(node) ?? whyUnknown(known, now + state.wallAheadMs);
  const isActive = missing.length === 0;
  const isBlocked = findings.some(({ severity }) => severity === "blocks");
  const found = isActive ? "active" : isBlocked || whyNot(node) !== null ? "notReady" : "ready";
  const isUnknown = whyNot(node) === null && reason !== null && kept.length === 0;
  return {
    node: name,
    state: isUnknown && !isActive ? "unknown" : found,
    reason: reason ?? "",
    checkedAtWallMs: known?.atWallMs ?? 0,
    findings,
  };
}

/** What may not run there whatever is on the disk: after a failure, or by a constraint. */
function findForbidden({ node, missing, plan }: Standby): ReadinessStatus["findings"] {
  const ids = new Set(missing.map(({ id }) => withoutNumber(id)));
  const findings = new Map<string, ReadinessStatus["findings"][number]>();
  for (const { baseId, places } of plan.explanations ?? []) {
    const place = places.find((one) => one.node === node.name);
    if (!ids.has(baseId) || place === undefined || place.isPossible) continue;
    const causes = place.speaksAgainst;
    const failures = causes.filter(({ kind }) => kind === "failure");
    const isConstraint = causes.length > 0 && causes.every(({ kind }) => kind === "constraint");
    for (const { kind, text } of isConstraint ? causes : failures) {
      const remedy =
        kind === "failure"
          ? `lbctl resource cleanup ${baseId} node=${node.name}`
          : `lbctl explain ${baseId} --node ${node.name}`;
      findings.set(`${baseId} ${text}`, {
        resource: baseId,
        severity: "blocks",
        problem: `may not run there: ${text}`,
        remedy,
      });
    }
  }
  return [...findings.values()];
}

function listFindings({ inspection }: KnownInspection): ReadinessStatus["findings"] {
  return inspection.resources.flatMap(({ resource, findings }) =>
    findings.map((finding) => ({ ...finding, resource })),
  );
}

function whyNot({ isOnline, isStandby, isMaintenance, state }: NodeStatus): string | null {
  if (!isOnline) return `the node is ${state}`;
  if (isStandby) return "the node is in standby";
  return isMaintenance ? "the node is in maintenance" : null;
}

function whyUnknown(known: KnownInspection | null, wallMs: number): string | null {
  if (known === null) return "not checked yet";
  const ageMs = wallMs - known.atWallMs;
  return ageMs > STALE_AFTER_MS ? `last checked ${Math.round(ageMs / 1000)} s ago` : null;
}

/** What differs, and since when. */
export function describeDrift(state: AgentState): DriftStatus {
  const { here, there, differsSince } = state.inspections;
  const { differences, ignored } = compareNodes(state) ?? { differences: [], ignored: [] };
  const { local, peer } = state.identity;
  return {
    comparedAtWallMs: here === null || there === null ? 0 : Math.min(here.atWallMs, there.atWallMs),
    differences: differences.slice(0, DIFFERENCES_MAX).map((one) => ({
      kind: one.kind,
      name: one.name,
      resources: one.resources,
      sides: [
        { node: local.name, value: one.here },
        { node: peer.name, value: one.there },
      ],
      sinceWallMs: differsSince.get(differenceKey(one)) ?? 0,
    })),
    differenceCount: differences.length,
    ignored: ignored.slice(0, DIFFERENCES_MAX),
    ignoredCount: ignored.length,
  };
}
