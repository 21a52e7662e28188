import { type Arbitration, initialArbitration } from "../arbitration/index.ts";
import type { Instant, Step } from "../base/index.ts";
import type { Channel } from "../messaging/index.ts";
import {
  type AgentEffect,
  type Change,
  type Cib,
  type ClusterConfig,
  type ClusterNode,
  emptyHistory,
  type LeftToOthers,
  type NodeHistory,
  type NodeName,
  type OperationOrder,
  type PacketCounters,
  type ProtocolVersions,
  type ResourceId,
  type RingId,
  type RingReason,
  type TokenFacts,
  type Transition,
} from "../model/index.ts";
import type { Hello } from "../replication/index.ts";
import type { Walk } from "../transition/index.ts";
import type { Asker } from "./asker.ts";
import { type DeepQuestions, NO_DEEP_QUESTIONS } from "./deep-questions.ts";
import { type Inspections, NOT_INSPECTED } from "./inspections.ts";

/** What the agent is and was told at its start; never changes. */
export interface Identity {
  readonly config: ClusterConfig;
  readonly local: ClusterNode;
  readonly peer: ClusterNode;
  readonly release: string;
  readonly configHash: string;
  readonly startedAt: Instant;
}

/** The membership that the heartbeat process reported last. */
export interface RingState {
  readonly ring: RingId;
  readonly hasPeer: boolean;
  readonly reason: RingReason;
  readonly peerIncarnation: string | null;
}

/** A change of the configuration that waits for its turn, or is being written. */
export interface Commit {
  readonly asker: Asker;
  readonly changes: readonly Change[];
  readonly by: string;
  readonly atWallMs: number;
}

/** The one change that is under way: on this disk first, then on the peer's, then acknowledged. */
export interface OpenCommit {
  readonly commit: Commit;
  readonly writeId: number;
  readonly next: Cib;
  readonly notes: readonly string[];
  readonly isWrittenHere: boolean;
}

/** Why an operation runs here, and who must hear of its end. */
export type Purpose =
  | {
      readonly kind: "action";
      readonly transitionId: number;
      readonly actionId: number;
      readonly from: "here" | "peer";
    }
  | { readonly kind: "survey" }
  /** Of an action of a former ring: nobody waits for its end, but it changes what is known. */
  | { readonly kind: "former" }
  | { readonly kind: "drop" };

/** An operation that this node's executor has. Recurring ones stay until they are cancelled. */
export interface OpenOrder {
  readonly orderId: number;
  readonly order: OperationOrder;
  readonly callId: number;
  readonly purpose: Purpose;
  /** False until the first report has come. */
  readonly hasReported: boolean;
}

/** What must still happen before the DC of a new ring may plan. */
export interface Meeting {
  readonly beganAt: Instant;
  /** What keeps the nodes from agreeing, once it takes too long; null: nothing known. */
  readonly problem: string | null;
  readonly sentHello: Hello | null;
  readonly peerHello: Hello | null;
  /** DC: the peer has not yet stored the DC's CIB. */
  readonly awaitsCib: boolean;
  /** DC: the peer has not yet dropped what this side keeps. */
  readonly awaitsDrop: boolean;
}

/** What the heartbeat process said of itself and its links. */
export interface HeartbeatView {
  readonly scheduling: string;
  readonly incarnation: string | null;
  readonly linksUp: readonly boolean[];
  readonly counters: PacketCounters | null;
  /** Versions of packets that could not be read, since the peer was a member last. */
  readonly refusedVersions: RefusedVersions | null;
}

/** What the other side speaks, and this release. */
export interface RefusedVersions {
  readonly theirs: ProtocolVersions;
  readonly ours: ProtocolVersions;
}

/** A request that was passed on to the DC; its answer comes as a message. */
export interface Forwarded {
  readonly requestId: number;
  readonly endsAt: Instant;
}

/** One node's turn in a reload. */
export interface ReloadStep {
  readonly node: NodeName;
  readonly order: OperationOrder;
}

/** A reload that the DC leads: which turns have begun, and how those that have ended did. */
export interface OpenReload {
  readonly asker: Asker;
  readonly resource: ResourceId;
  readonly transitionId: number;
  /** In another ring nobody reports any more. */
  readonly ring: RingState | null;
  readonly steps: readonly ReloadStep[];
  readonly begun: number;
  readonly ended: readonly { readonly isOk: boolean; readonly reason: string }[];
}

/** A planned leave. */
export interface Stopping {
  readonly askers: readonly Asker[];
  readonly beganAt: Instant;
  /** What was active here when it began. */
  readonly had: readonly ResourceId[];
  /** Whether the goodbye was said; then how long it took to come to that. */
  readonly hasLeft: boolean;
  readonly tookMs: number;
}

/** The whole state of the agent. All of it is data; see `stepAgent`. */
export interface AgentState {
  readonly identity: Identity;
  readonly heartbeat: HeartbeatView;
  /** Network interfaces of the configured addresses that have no carrier; for people to read. */
  readonly downNics: readonly string[];
  readonly peerFacts: TokenFacts | null;
  readonly advertised: TokenFacts | null;
  readonly ring: RingState | null;
  readonly channel: Channel | null;
  readonly meeting: Meeting;
  readonly dc: NodeName | null;
  readonly arbitration: Arbitration;
  /** What was here when the last ring of two ended: its peer starts none of it while it is held. */
  readonly ownAtLoss: LeftToOthers;
  readonly wereBothSeen: boolean;
  readonly wasUnblocked: boolean;
  readonly wasQuorate: boolean;
  readonly cib: Cib;
  readonly openCommit: OpenCommit | null;
  readonly commits: readonly Commit[];
  /** The peer's CIB that is being written here before it is adopted. */
  readonly adopting: {
    readonly writeId: number;
    /** Null: the ring in which it came has ended, nobody waits for it. */
    readonly commitId: number | null;
    readonly cib: Cib;
  } | null;
  readonly setAside: readonly string[];
  readonly diskProblem: string | null;
  readonly localHistory: NodeHistory;
  readonly peerHistory: NodeHistory;
  readonly orders: ReadonlyMap<number, OpenOrder>;
  readonly nextId: number;
  /** `due` until the node has looked at what is already active on it. */
  readonly survey: "due" | "running" | "done";
  /** When the node goes on with what it has found; what still hangs counts as active. */
  readonly surveyEndsAt: Instant | null;
  readonly isDropping: boolean;
  readonly walk: Walk | null;
  readonly plan: Transition | null;
  readonly reload: OpenReload | null;
  readonly isPlanDue: boolean;
  /** How often was planned at the same instant, and until when planning rests after too many. */
  readonly planRate: {
    readonly at: Instant;
    readonly count: number;
    readonly restsUntilAt: Instant;
  };
  readonly forwarded: readonly Forwarded[];
  /** Set while this node stops. */
  readonly stopping: Stopping | null;
  readonly droppedEvents: number;
  readonly inspections: Inspections;
  readonly deepQuestions: DeepQuestions;
  /** What the wall clock is ahead of `now`, to the second. */
  readonly wallAheadMs: number;
}

/** A new state of the agent, and what to do. */
export type AgentStep = Step<AgentState, AgentEffect>;

/** A part of a step, to be run on the state that the former part left. */
export type Part = (state: AgentState) => AgentStep;

/** What main.ts knows when it starts the agent. */
export interface AgentStart {
  readonly config: ClusterConfig;
  readonly localNode: NodeName;
  readonly release: string;
  readonly configHash: string;
  readonly cib: Cib;
  /** Names of configurations that were set aside and that nobody has settled. */
  readonly setAside: readonly string[];
  /** What was wrong with the configuration on disk; null: nothing. */
  readonly diskProblem: string | null;
}

/** An agent that has just started: it knows its configuration and nothing of the world. */
export function initialAgent(start: AgentStart, now: Instant, wallMs: number): AgentState {
  const { config, localNode, release, configHash } = start;
  const local = findNode(config, (node) => node.name === localNode);
  const peer = findNode(config, (node) => node.name !== localNode);
  return {
    identity: { config, local, peer, release, configHash, startedAt: now },
    heartbeat: {
      scheduling: "",
      incarnation: null,
      linksUp: [],
      counters: null,
      refusedVersions: null,
    },
    downNics: [],
    peerFacts: null,
    advertised: null,
    ring: null,
    channel: null,
    meeting: newMeeting(now),
    dc: null,
    arbitration: initialArbitration(config.tokenTimeoutMs, now),
    ownAtLoss: { started: [], promoted: [] },
    wereBothSeen: false,
    wasUnblocked: false,
    wasQuorate: false,
    cib: start.cib,
    openCommit: null,
    commits: [],
    adopting: null,
    setAside: start.setAside,
    diskProblem: start.diskProblem,
    localHistory: emptyHistory(local.name),
    peerHistory: emptyHistory(peer.name),
    orders: new Map(),
    nextId: 1,
    survey: "due",
    surveyEndsAt: null,
    isDropping: false,
    walk: null,
    plan: null,
    reload: null,
    isPlanDue: false,
    planRate: { at: now, count: 0, restsUntilAt: now },
    forwarded: [],
    stopping: null,
    droppedEvents: 0,
    inspections: NOT_INSPECTED,
    deepQuestions: NO_DEEP_QUESTIONS,
    wallAheadMs: wallMs - now,
  };
}

/** No hello has been said in this ring. */
export function newMeeting(now: Instant): Meeting {
  return {
    beganAt: now,
    problem: null,
    sentHello: null,
    peerHello: null,
    awaitsCib: false,
    awaitsDrop: false,
  };
}

/** Nodes with different cluster files do not take over from each other. */
export function hasOtherFiles(state: AgentState): boolean {
  const { peerFacts, identity } = state;
  return peerFacts !== null && peerFacts.configHash !== identity.configHash;
}

/** True when this node schedules for the ring. */
export function isDcHere(state: AgentState): boolean {
  return state.dc === state.identity.local.name;
}

/** True when the peer is a member of this ring. */
export function hasPeer(state: AgentState): boolean {
  return state.ring?.hasPeer ?? false;
}

/** True when both hellos are known and nothing of the meeting is left to wait for. */
export function isMeetingOver(state: AgentState): boolean {
  if (!hasPeer(state)) return true;
  const { peerHello, sentHello, awaitsCib, awaitsDrop } = state.meeting;
  return peerHello !== null && sentHello !== null && !awaitsCib && !awaitsDrop;
}

function findNode(config: ClusterConfig, matches: (node: ClusterNode) => boolean): ClusterNode {
  const node = config.nodes.find(matches);
  if (node === undefined) throw new RangeError("cluster configuration: two nodes expected");
  return node;
}
