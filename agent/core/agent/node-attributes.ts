import type { NameValues, NodeName } from "../model/index.ts";
import type { AgentState } from "./state.ts";

/** The attributes of a node: those that last until it restarts count before the configured ones. */
export function nodeAttributes(state: AgentState, name: NodeName): NameValues {
  const { localHistory, peerHistory, identity, cib } = state;
  const history = name === identity.local.name ? localHistory : peerHistory;
  const configured = cib.nodes.find((node) => node.name === name)?.attributes ?? {};
  return { ...configured, ...history.attributes };
}
