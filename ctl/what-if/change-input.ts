/** What the world is supposed to be: changes of what the scheduler looks at, none of them real. */
import {
  type CibNode,
  emptyHistory,
  type NodeName,
  type NodeState,
  type SchedulerInput,
} from "../../agent/core/model/index.ts";

/** One supposition about a node. `lost`: gone without a goodbye. */
export interface NodeSupposition {
  readonly kind: "down" | "lost" | "up" | "standby";
  readonly node: NodeName;
}

/** The suppositions, one after the other. Nodes that do not exist change nothing. */
export function supposeNodes(
  input: SchedulerInput,
  suppositions: readonly NodeSupposition[],
): SchedulerInput {
  return suppositions.reduce(supposeNode, input);
}

function supposeNode(input: SchedulerInput, { kind, node }: NodeSupposition): SchedulerInput {
  switch (kind) {
    case "down":
      return takeNodeDown(input, node);
    case "lost":
      return loseNode(input, node);
    case "up":
      return bringNodeUp(input, node);
    case "standby":
      return putInStandby(input, node);
  }
}

/** The node has left in order and holds nothing. */
export function takeNodeDown(input: SchedulerInput, node: NodeName): SchedulerInput {
  const left = changeNode(input, node, ({ name }) => ({ name, presence: "offline" }));
  return forgetNode(left, node);
}

/**
 * The node's tokens have ended. With fencing it has to be fenced; without, it is taken for down, as
 * when nobody answers for its addresses any more.
 */
export function loseNode(input: SchedulerInput, node: NodeName): SchedulerInput {
  if (input.cib.properties["stonith-enabled"] === "false") return takeNodeDown(input, node);
  return changeNode(input, node, ({ name }) => ({ name, presence: "unclean" }));
}

/** The node has joined. Nothing is known of it when it was away: it will be probed. */
export function bringNodeUp(input: SchedulerInput, node: NodeName): SchedulerInput {
  const wasOnline = input.nodes.some(
    ({ name, presence }) => name === node && presence === "online",
  );
  const joined = changeNode(input, node, ({ name }) => ({ name, presence: "online" }));
  return wasOnline ? joined : forgetNode(joined, node);
}

/** The node's attribute `standby` is on. */
export function putInStandby(input: SchedulerInput, node: NodeName): SchedulerInput {
  const marked = (each: CibNode): CibNode => ({
    ...each,
    attributes: { ...each.attributes, standby: "on" },
  });
  const nodes = input.cib.nodes.map((each) => (each.name === node ? marked(each) : each));
  return { ...input, cib: { ...input.cib, nodes } };
}

/** The present is another time; what has happened has happened when it did. */
export function moveTimeTo(input: SchedulerInput, wallMs: number): SchedulerInput {
  const { now, wallNowMs = now } = input;
  return { ...input, now: now + (wallMs - wallNowMs), wallNowMs: wallMs };
}

function changeNode(
  input: SchedulerInput,
  node: NodeName,
  change: (state: NodeState) => NodeState,
): SchedulerInput {
  // Whether it is a member is said only where the states come from a CIB file.
  const isSaid = input.nodes.some(({ isMember }) => isMember !== undefined);
  const nodes = input.nodes.map((state) => {
    if (state.name !== node) return state;
    const changed = change(state);
    return isSaid ? { ...changed, isMember: changed.presence === "online" } : changed;
  });
  return { ...input, nodes };
}

/** What a node did ends with its membership: it comes back with an empty history. */
export function forgetNode(input: SchedulerInput, node: NodeName): SchedulerInput {
  const histories = input.histories.map((history) =>
    history.node === node ? emptyHistory(node) : history,
  );
  return { ...input, histories };
}
