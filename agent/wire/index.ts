export {
  decodeChange,
  decodeCib,
  decodeCommand,
  decodeDecision,
  decodeProblems,
  decodeStatus,
  encodeChange,
  encodeCib,
  encodeCommand,
  encodeDecision,
  encodeStatus,
} from "./api-messages.ts";
export {
  API_NAMES,
  API_PROTOCOL,
  checkProtocol,
  LOADER_OPTIONS,
  PROBLEMS_MAX,
  PROBLEMS_METADATA,
  PROTO_FILE,
  PROTOCOL_METADATA,
  protoFolders,
  spokenProtocols,
} from "./api-service.ts";
export {
  AUTHKEY_BYTES,
  type Authkeys,
  encodeAuthkeys,
  parseAuthkeys,
} from "./authkey-file.ts";
export {
  CLUSTER_FILE_FIELDS,
  CLUSTER_FILE_NAMES,
  CLUSTER_LIMITS,
  type ClusterFile,
  encodeClusterFile,
  isClusterName,
  multicastGroupOf,
  parseClusterFile,
  quorumTimeoutDefaultMs,
} from "./cluster-file.ts";
export {
  encodeHeartbeatLine,
  HEARTBEAT_LINE_MAX,
  parseHeartbeatCommand,
  parseHeartbeatReport,
} from "./heartbeat-line.ts";
export { addressFamily, canonicalAddress, isMulticast } from "./ip-address.ts";
export { type ClusterTexts, encodeJoinToken, parseJoinToken } from "./join-token.ts";
export { findLocalNode, type HostIdentity } from "./local-node.ts";
export type { ApiMessage } from "./message-codec.ts";
export {
  createMessageCodec,
  decodeMessage,
  encodeMessage,
  FRAGMENT_BYTES_MAX,
  type MessageCodec,
  type OpenedMessage,
} from "./message-packet.ts";
export { decodeSchedulerInput, encodeSchedulerInput } from "./scheduler-input.ts";
export {
  AUTHKEY_BYTES_MIN,
  BODY_BYTES_MAX,
  createOpener,
  createSealer,
  type OpenedPacket,
  type Opener,
  PACKET_BYTES_MAX,
  type PacketKind,
  PROTOCOL_VERSIONS,
  type RefusalCause,
  type RefusedPacket,
  type Sealer,
  type SealSender,
  type SealSettings,
} from "./seal.ts";
export {
  createTokenCodec,
  decodeToken,
  encodeToken,
  type OpenedToken,
  type TokenBody,
  type TokenCodec,
} from "./token-packet.ts";
