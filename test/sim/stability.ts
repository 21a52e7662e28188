import type { AgentState } from "../../agent/core/agent/index.ts";
import { stampOf } from "../../agent/core/configuration/index.ts";
import { type Cib, listPrimitives, type ResourceId } from "../../agent/core/model/index.ts";
import { isCloned } from "./checks.ts";
import { type Host, promotedOf } from "./host.ts";
import { areInOneRing, type Simulation } from "./simulation.ts";

/**
 * Why the cluster is not at rest; null: both nodes are in one ring with one DC, nothing is pending,
 * the configurations are the same, the truth is what the DC believes and wants, and each of the
 * resources named runs exactly once.
 */
export function explainUnstable(sim: Simulation, mustRun: readonly ResourceId[]): string | null {
  for (const host of sim.hosts) {
    const problem = explainHost(host);
    if (problem !== null) return `${host.name}: ${problem}`;
  }
  if (!areInOneRing(sim)) return "not in one ring";
  const [a, b] = sim.hosts.map(({ agent }) => agent?.state());
  if (a === undefined || b === undefined) return "no agent";
  if (a.dc === null || a.dc !== b.dc) return `DC of a is ${a.dc}, of b ${b.dc}`;
  if (stampOf(a.cib).digest !== stampOf(b.cib).digest) return "the configurations differ";
  const dc = a.dc === sim.hosts[0].name ? a : b;
  return explainResources(sim, dc, mustRun);
}

function explainHost({ agent, disk, isUp, isPaused }: Host): string | null {
  if (!isUp || isPaused || agent === null || !agent.life.isRunning) return "not running";
  const state = agent.state();
  const { meeting } = state;
  if (meeting.sentHello === null || meeting.peerHello === null) return "has not met the other";
  if (meeting.awaitsCib) return "waits for the other to store the CIB";
  if (meeting.awaitsDrop) return "waits for the other to drop";
  if (state.isDropping || state.survey !== "done") return "is dropping or looking around";
  if (state.walk !== null) return "a transition is under way";
  if (state.openCommit !== null || state.adopting !== null) return "a change is being written";
  if (state.commits.length > 0 || state.forwarded.length > 0) return "requests are waiting";
  const { held, looking } = state.deepQuestions;
  if (held.length > 0 || looking !== null) return "a deep check is being judged";
  const isBusy = [...state.orders.values()].some(({ order }) => order.intervalMs === 0);
  if (isBusy) return "operations are under way";
  // After a write that failed the next change brings the configuration onto the disk.
  const isSaved = state.diskProblem !== null || isOnDisk(disk.content.cib, state.cib);
  if (!isSaved) return "its CIB is not on its disk";
  return null;
}

function isOnDisk(onDisk: Cib | null, cib: Cib): boolean {
  if (onDisk === null) return cib.version.epoch === 0;
  return onDisk === cib || stampOf(onDisk).digest === stampOf(cib).digest;
}

function explainResources(
  { hosts }: Simulation,
  dc: AgentState,
  mustRun: readonly ResourceId[],
): string | null {
  if (dc.plan === null || dc.isPlanDue) return "nothing is planned";
  if (dc.plan.actions.length > 0) return "the plan is not carried out";
  const activeOn = (id: ResourceId): readonly string[] =>
    hosts.filter(({ active }) => active.has(id)).map(({ name }) => name);
  for (const id of mustRun) {
    const names = activeOn(id);
    const copies = isCloned(id) ? hosts.length : 1;
    const where = names.join(" and ") || "none";
    if (names.length !== copies) return `${id} must run ${copies} times, runs on ${where}`;
    const promoted = activeOn(promotedOf(id)).length;
    if (id === "db" && promoted !== 1) return `${promoted} of ${id} are promoted`;
  }
  // In maintenance nothing is watched, so what is believed may be long out of date.
  const isWatching = dc.cib.properties["maintenance-mode"] !== "true";
  for (const { id } of isWatching ? listPrimitives(dc.cib) : []) {
    const believed = dc.plan.states.find(({ resource }) => resource === id)?.activeOn ?? [];
    const isBlocked = dc.plan.states.find(({ resource }) => resource === id)?.isBlocked === true;
    const found = activeOn(id).join(" and ");
    if (found !== believed.join(" and ") && !isBlocked) {
      return `${id} is active on "${found}", believed on "${believed.join(" and ")}"`;
    }
  }
  return null;
}
