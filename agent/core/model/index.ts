export type { Assignments, Change, Command, OperationInput } from "./change.ts";
export {
  type AgentName,
  type Cib,
  type CibNode,
  type CibStamp,
  type CibVersion,
  type ColocationConstraint,
  type Constraint,
  compareCibVersion,
  emptyCib,
  type Group,
  type LastChange,
  LINEAGE_MAX,
  type LocationConstraint,
  listPrimitives,
  type NameValues,
  type OperationDefinition,
  type OrderConstraint,
  type Primitive,
  type Resource,
  renderAgentName,
  renderCibVersion,
} from "./cib.ts";
export {
  type ClusterConfig,
  type ClusterNode,
  PROFILE_TOKEN_MS,
  type QuorumConfig,
  TOKENS_PER_TIMEOUT,
  type Transport,
} from "./cluster-config.ts";
export type {
  AgentEffect,
  AgentEvent,
  Deadline,
  LogEventName,
  OperationReport,
  ProbeAnswer,
  ProbeTarget,
} from "./event.ts";
export type {
  HeartbeatCommand,
  HeartbeatReport,
  LeaseRequest,
  PacketCounters,
  TokenFacts,
} from "./heartbeat-protocol.ts";
export {
  emptyHistory,
  type Failcount,
  type FailedRun,
  type NodeHistory,
  type OperationOutcome,
  type OperationRecord,
  type ResourceHistory,
} from "./history.ts";
export {
  INFINITY_SCORE,
  type NodeName,
  type Problem,
  type ResourceId,
  renderProblem,
} from "./names.ts";
export { type MessagePacket, TOKEN_ECHOES_MAX, type Token, type TokenEcho } from "./packet.ts";
export { RELEASE } from "./release.ts";
export type { ApiReply, ApiRequest } from "./request.ts";
export { isSameRing, type RingId, type RingReason, renderRing } from "./ring.ts";
export type {
  ClusterStatus,
  FailcountStatus,
  FailureStatus,
  LinkStatus,
  NodeStatus,
  OperationStatus,
  QuorumStatus,
  ResourceStatus,
} from "./status.ts";
export type {
  Action,
  ActionTask,
  Decision,
  NodeState,
  OnFail,
  OperationOrder,
  ResourceState,
  SchedulerInput,
  Transition,
} from "./transition.ts";
