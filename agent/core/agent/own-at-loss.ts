/**
 * What a node may start again while its peer is lost and not known to be down. The peer follows the
 * same rule, so neither starts what the other one may start too, although both know the same.
 */
import { isFoundActive } from "../history/index.ts";
import type { LeftToOthers, ResourceHistory } from "../model/index.ts";
import { isPromoted, newestRecord } from "./active.ts";
import { type AgentState, isDcHere } from "./state.ts";

const STATUS_OK = 0;
const STATUS_NOT_RUNNING = 7;

/** Nothing that the peer surely leaves to this node. */
export const NOTHING_OWN: LeftToOthers = { started: [], promoted: [] };

/**
 * What is here and nowhere else as the ring of two ends, and what the DC here was just restarting
 * in place. The peer has ordered or reported nothing of it: a start here comes after a sure stop
 * there.
 */
export function listOwn(state: AgentState): LeftToOthers {
  const { resources } = state.localHistory;
  const idsOf = (entries: readonly ResourceHistory[]): readonly string[] =>
    entries.map(({ resource }) => resource);
  const started = [...idsOf(resources.filter(wasStartedHere)), ...listRestarting(state, "start")];
  const promoted = [...idsOf(resources.filter(isPromoted)), ...listRestarting(state, "promote")];
  return { started: [...new Set(started)], promoted: [...new Set(promoted)] };
}

/**
 * True when the resource was started or found active here, and not stopped for sure since. A probe
 * that has told nothing yet is no claim: the peer may be asking the same.
 */
function wasStartedHere(history: ResourceHistory): boolean {
  const newest = newestRecord(history);
  if (newest === null) return false;
  const { operation, intervalMs, outcome, expectedStatus } = newest;
  if (operation === "stop") return !(outcome.kind === "exited" && outcome.status === STATUS_OK);
  if (operation !== "monitor") return outcome.kind !== "notSpawned";
  // A monitor of the role Stopped runs where the resource is not.
  if (intervalMs > 0) return expectedStatus !== STATUS_NOT_RUNNING;
  return outcome.kind === "exited" && isFoundActive(outcome.status);
}

/** What the DC here takes down and up again on this node, whichever of it is done. */
function listRestarting(state: AgentState, up: "start" | "promote"): readonly string[] {
  if (state.walk === null || !isDcHere(state)) return [];
  const { name } = state.identity.local;
  const orders = state.walk.actions.flatMap(({ node, task }) =>
    node === name && task.kind === "operation" ? [task.order] : [],
  );
  const idsOf = (operation: string): readonly string[] =>
    orders.filter((order) => order.operation === operation).map(({ resource }) => resource);
  const down = idsOf(up === "start" ? "stop" : "demote");
  return idsOf(up).filter((id) => down.includes(id));
}
