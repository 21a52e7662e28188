import type { Instant } from "../base/index.ts";
import type { Cib } from "./cib.ts";
import type { DeepFinding } from "./deep-check.ts";
import type { HeartbeatReport, TokenFacts } from "./heartbeat-protocol.ts";
import type { OperationOutcome } from "./history.ts";
import type { Inspection, ShownFile } from "./inspection.ts";
import type { ResourceId } from "./names.ts";
import type { MessagePacket } from "./packet.ts";
import type { ApiReply, ApiRequest } from "./request.ts";
import type { OperationOrder } from "./transition.ts";

/** The end of one run of an operation. Recurring ones report the first result and every change. */
export interface OperationReport {
  /** The id given with the order. All reports of one recurring operation carry the same. */
  readonly orderId: number;
  readonly outcome: OperationOutcome;
  readonly ranForMs: number;
  /**
   * One line of the agent's own words, at most 512 characters; "" when there was nothing to say.
   */
  readonly reason: string;
  /**
   * True when the failure was put right at once by the agent's `repair`: then `outcome` is a
   * success.
   */
  readonly wasRepaired: boolean;
  /**
   * Parameters of the agent that need a restart when they change; absent: all of them do, since the
   * agent cannot reload, or nobody knows.
   */
  readonly restartParameters?: readonly string[];
  /**
   * Of a monitor whose server works, and whose deep checks do not pass: what of them fails. Such a
   * result of a recurring monitor is reported each time, and not only when it has changed.
   */
  readonly deep?: DeepFinding;
}

/** An address to ask the service network about. `nic` is "" when the CIB does not name one. */
export interface ProbeTarget {
  readonly ip: string;
  readonly nic: string;
}

/**
 * Who answered for an address; `answeredBy` is a hardware address, or null when nobody did. Silence
 * counts only when this node `couldAsk`: its own link was up, and the question went out.
 */
export interface ProbeAnswer {
  readonly ip: string;
  readonly answeredBy: string | null;
  readonly couldAsk: boolean;
}

/**
 * All that can happen to the agent. `now` comes beside it; `wallMs`, in milliseconds since 1970, is
 * for people to read, and for rules on dates.
 */
export type AgentEvent =
  | { readonly kind: "heartbeat"; readonly report: HeartbeatReport }
  | { readonly kind: "packetReceived"; readonly packet: MessagePacket }
  | {
      readonly kind: "operationReported";
      readonly report: OperationReport;
      readonly wallMs: number;
    }
  | { readonly kind: "cibWritten"; readonly writeId: number; readonly problem: string | null }
  | {
      readonly kind: "addressesProbed";
      readonly probeId: number;
      readonly answers: readonly ProbeAnswer[];
    }
  | { readonly kind: "nicChanged"; readonly nic: string; readonly isUp: boolean }
  /**
   * This node has looked whether its resources could run here. `askId`: the last question for a
   * look that had come when it began; 0: none.
   */
  | {
      readonly kind: "inspected";
      readonly inspection: Inspection;
      readonly wallMs: number;
      readonly askId: number;
    }
  | { readonly kind: "filesRead"; readonly askId: number; readonly files: readonly ShownFile[] }
  /** What fails of the deep checks that were asked for; null: that could not be found out. */
  | { readonly kind: "deepLooked"; readonly lookId: number; readonly finding: DeepFinding | null }
  /** Configurations that were set aside and lie on this disk still. */
  | { readonly kind: "setAsideListed"; readonly names: readonly string[] }
  | { readonly kind: "requested"; readonly requestId: number; readonly request: ApiRequest }
  /** A deadline, or a sign of life that was asked for. */
  | { readonly kind: "timePassed"; readonly wallMs: number };

/** Names of what is logged; the closed list. */
export type LogEventName =
  | "ringChanged"
  | "dcChanged"
  | "peerHeld"
  | "takeoverAllowed"
  | "quorumChanged"
  | "cibCommitted"
  | "cibAdopted"
  | "cibSetAside"
  | "cibWriteFailed"
  | "transitionStarted"
  | "transitionFinished"
  | "transitionAborted"
  | "operationFinished"
  | "operationRepaired"
  | "deepCheckJudged"
  | "resourcesDropped"
  | "resourcesLeftActive"
  | "leaseLost"
  | "paused"
  | "heartbeatWarning"
  | "meetingStalled"
  | "versionRefused"
  | "messageRefused"
  | "channelBroken"
  | "readinessChanged"
  | "driftChanged"
  | "stopping"
  | "restarting";

/** All that the agent can do to the world, as data; performed in list order. */
export type AgentEffect =
  | { readonly kind: "sendPacket"; readonly packet: MessagePacket }
  | { readonly kind: "advertise"; readonly facts: TokenFacts }
  | { readonly kind: "leave" }
  | { readonly kind: "writeCib"; readonly writeId: number; readonly cib: Cib }
  | { readonly kind: "setAsideCib"; readonly cib: Cib; readonly label: string }
  | { readonly kind: "writeRingSeq"; readonly seq: number }
  | { readonly kind: "runOperation"; readonly orderId: number; readonly order: OperationOrder }
  | {
      readonly kind: "cancelOperation";
      readonly resource: ResourceId;
      readonly operation: string;
      readonly intervalMs: number;
    }
  | { readonly kind: "announceAgain"; readonly resources: readonly ResourceId[] }
  | {
      readonly kind: "probeAddresses";
      readonly probeId: number;
      readonly targets: readonly ProbeTarget[];
      readonly waitMs: number;
    }
  | { readonly kind: "readFiles"; readonly askId: number; readonly names: readonly string[] }
  /** Find out what of the deep checks of this monitor fails here, within its timeout. */
  | { readonly kind: "lookDeep"; readonly lookId: number; readonly order: OperationOrder }
  /** Look at what resources need as soon as this node is not busy. */
  | { readonly kind: "inspectNow"; readonly askId: number }
  | { readonly kind: "reply"; readonly requestId: number; readonly reply: ApiReply }
  | {
      readonly kind: "log";
      readonly level: "info" | "warning" | "error";
      readonly event: LogEventName;
      readonly fields: Readonly<Record<string, string | number | boolean>>;
    }
  /** The agent has left in order: end the process with status 0. */
  | { readonly kind: "exit" };

/** When something is due, on this node's clock; null: nothing. */
export type Deadline = Instant | null;
