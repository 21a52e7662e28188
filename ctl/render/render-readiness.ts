/** Whether the nodes could take over now, and whether they are alike, as `status` shows it. */
import type { ClusterStatus, ReadinessStatus } from "../../agent/core/model/index.ts";
import { renderReadable, renderWallTime } from "./wall-time.ts";

const SECOND_MS = 1000;

/** One line a node that stands by, with what is wrong below it; one line about differences. */
export function readinessSection(status: ClusterStatus): readonly string[] {
  return [
    ...status.readiness.flatMap((one) => renderNode(one, status.nowWallMs)),
    ...renderDrift(status),
  ];
}

/** All nodes, also those of which there is nothing to say. */
export function renderCheck({ readiness, nowWallMs }: ClusterStatus): string {
  if (readiness.length === 0) return "Failover readiness: no resources that should run";
  return readiness
    .flatMap((one): readonly string[] => {
      const lines = renderNode(one, nowWallMs);
      const age = renderAge(one.checkedAtWallMs, nowWallMs);
      if (lines.length > 0) return lines;
      return [`Failover readiness: ${one.node} is active, nothing found, checked ${age}`];
    })
    .join("\n");
}

/** What a monitoring system has to know: nodes that could not take over, or not start again. */
export function readinessTroubles({ readiness, nodes }: ClusterStatus): readonly string[] {
  const away = new Set(nodes.filter(({ isOnline }) => !isOnline).map(({ name }) => name));
  return readiness.flatMap(({ node, state, reason, findings }): readonly string[] => {
    if (away.has(node)) return []; // Told as a node that is offline.
    if (state === "notReady") {
      return [`standby not ready: ${node}${reason === "" ? "" : ` (${reason})`}`];
    }
    const isBlocked = findings.some(({ severity }) => severity === "blocks");
    return state === "active" && isBlocked ? [`could not start again: ${node}`] : [];
  });
}

/** How long ago, in whole seconds. */
export function renderAge(atWallMs: number, nowWallMs: number): string {
  const ageMs = Math.max(0, nowWallMs - atWallMs);
  return `${renderReadable(Math.round(ageMs / SECOND_MS) * SECOND_MS).replace(/s$/, " s")} ago`;
}

function renderNode(one: ReadinessStatus, nowWallMs: number): readonly string[] {
  const words = describeState(one);
  if (words === null) return [];
  const { node, findings, reason, checkedAtWallMs } = one;
  const checked = `checked ${renderAge(checkedAtWallMs, nowWallMs)}`;
  const tail = reason === "" ? `, ${checked}` : `: ${reason}`;
  return [
    `Failover readiness: ${node} ${words}${tail}`,
    ...findings.map(({ resource, problem, remedy }) => {
      const mend = remedy === "" ? "" : `; to mend: ${remedy}`;
      return `  * ${resource}: ${problem}${mend}`;
    }),
  ];
}

function describeState({ state, findings }: ReadinessStatus): string | null {
  const count = findings.length;
  const isBlocked = findings.some(({ severity }) => severity === "blocks");
  const warned = count === 0 ? "" : `, with ${count} warning${count === 1 ? "" : "s"}`;
  switch (state) {
    case "ready":
      return `ready${warned}`;
    case "notReady":
      return "NOT READY";
    case "unknown":
      return "unknown";
    case "active":
      if (count === 0) return null;
      return isBlocked ? "is active, but could NOT START AGAIN" : `is active${warned}`;
  }
}

function renderDrift({ drift, nowWallMs }: ClusterStatus): readonly string[] {
  const { comparedAtWallMs, differences, differenceCount } = drift;
  if (comparedAtWallMs === 0) return [];
  if (differenceCount === 0)
    return [`Drift: none, compared ${renderAge(comparedAtWallMs, nowWallMs)}`];
  const since = Math.min(...differences.map(({ sinceWallMs }) => sinceWallMs));
  const noun = differenceCount === 1 ? "difference" : "differences";
  return [
    `Drift: ${differenceCount} ${noun} since ${renderWallTime(since)}; "lbctl drift" shows them`,
  ];
}
