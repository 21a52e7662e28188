/** Whether the nodes could take over now, and whether they are alike; for people and programs. */
import type { Instant } from "../base/index.ts";
import {
  type ClusterStatus,
  type DriftStatus,
  listPrimitives,
  type NodeStatus,
  type ReadinessStatus,
  type ResourceStatus,
} from "../model/index.ts";
import { differenceKey, listDifferences } from "./inspect.ts";
import type { KnownInspection } from "./inspections.ts";
import type { AgentState } from "./state.ts";

/** A node looks at itself each half minute; what it said before that much longer counts no more. */
const STALE_AFTER_MS = 120_000;
/** Differences that a status lists: more of them mean another installation, not drift. */
const DIFFERENCES_MAX = 200;

/** What of a status tells where things run. */
type Places = Pick<ClusterStatus, "nodes" | "resources">;

/** One entry a node; none while there is nothing to run. */
export function describeReadiness(
  state: AgentState,
  { nodes, resources }: Places,
  now: Instant,
): readonly ReadinessStatus[] {
  const devices = listPrimitives(state.cib).filter(({ agent }) => agent.standard === "stonith");
  const withoutPlace = new Set(devices.map(({ id }) => id));
  const wanted = resources.filter(
    ({ id, isDisabled, isOrphan }) => !isDisabled && !isOrphan && !withoutPlace.has(id),
  );
  if (wanted.length === 0) return [];
  return nodes.map((node) => describeNode(state, { node, wanted }, now));
}

function describeNode(
  state: AgentState,
  { node, wanted }: { readonly node: NodeStatus; readonly wanted: readonly ResourceStatus[] },
  now: Instant,
): ReadinessStatus {
  const { name } = node;
  const isHere = name === state.identity.local.name;
  const known = isHere ? state.inspections.here : state.inspections.there;
  const findings = known === null ? [] : listFindings(known);
  const reason = whyNot(node) ?? whyUnknown(known, now + state.wallAheadMs);
  const isActive = wanted.every(({ nodes }) => nodes.includes(name));
  const isBlocked = findings.some(({ severity }) => severity === "blocks");
  const found = isActive ? "active" : isBlocked || whyNot(node) !== null ? "notReady" : "ready";
  const isUnknown = whyNot(node) === null && reason !== null;
  return {
    node: name,
    state: isUnknown && !isActive ? "unknown" : found,
    reason: reason ?? "",
    checkedAtWallMs: known?.atWallMs ?? 0,
    findings,
  };
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
  const differences = listDifferences(state) ?? [];
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
  };
}
