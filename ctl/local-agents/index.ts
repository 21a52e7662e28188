/**
 * The resource agents of this host, for what needs no cluster: lists, descriptions, operations by
 * hand. Imported when it is needed.
 */
export type { AgentMetadata, AgentParameter } from "../../resource-agents/contract.ts";
export {
  isAgentStandard,
  type KnownAgents,
  knownAgents,
  metadataName,
  type NamedAgent,
  nearestAgent,
} from "../../resource-agents/index.ts";
export {
  type HandOperation,
  type HandResult,
  runOperation,
} from "./run-operation.ts";
