import type { CibVersion } from "./cib.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import type { NodeName } from "./names.ts";
import type { RingId, RingReason } from "./ring.ts";

/** What a node says of itself in each of its tokens, beside ring and echo. */
export interface TokenFacts {
  /** `unwell`: the agent behind the heartbeat process hangs or is gone. */
  readonly state: "joining" | "member" | "leaving" | "unwell";
  /** Digest of cluster.yaml's bytes, 14 hexadecimal digits. */
  readonly configHash: string;
  readonly cibVersion: CibVersion;
  /** Addresses that this node holds by lease; sorted, at most 16. */
  readonly holds: readonly string[];
  /** Release of the agent, such as `0.1.0`, for `status`. */
  readonly release: string;
}

/** An address to be held by lease. Same shape as the resource agents' `AddressRequest`. */
export interface LeaseRequest {
  readonly ip: string;
  readonly prefixLength: number;
  readonly nic: string;
  readonly broadcast: string | null;
  readonly label: string | null;
  /** False: no route to the prefix. True by default. */
  readonly hasPrefixRoute?: boolean;
  /** False: IPv6 only, never chosen as a source address. True by default. */
  readonly isPreferredSource?: boolean;
}

/** What the agent tells its heartbeat process; one JSON line each on its standard input. */
export type HeartbeatCommand =
  | {
      readonly kind: "configure";
      readonly config: ClusterConfig;
      readonly localNode: NodeName;
      /** Hexadecimal text of the authkey: never logged, never in an argument list. */
      readonly authkeyHex: string;
      /** Accepted beside it while the authkey is being rotated. */
      readonly otherAuthkeyHex: string | null;
      /** Ring sequence numbers start above this one: the highest that this host has seen. */
      readonly ringSeqFloor: number;
      /** True when a supervisor (systemd) starts a dead agent again at once. */
      readonly isSupervised: boolean;
      readonly facts: TokenFacts;
    }
  | { readonly kind: "alive"; readonly ping: number } // Answers report `ping`.
  | { readonly kind: "advertise"; readonly facts: TokenFacts }
  // What the wish rests on goes with it: carried out late, it may have become wrong.
  | {
      readonly kind: "holdLease";
      readonly requestId: number;
      readonly request: LeaseRequest;
      /** The ring that the agent knew; null when it knew none yet. */
      readonly ring: RingId | null;
      /** When it was written, on the host's monotonic clock, which all its processes share. */
      readonly writtenAtMs: number;
    }
  | {
      readonly kind: "releaseLease";
      readonly requestId: number;
      readonly ip: string;
      readonly nic: string;
    }
  | { readonly kind: "leave" } // Say goodbye a few times, release nothing, then exit.
  // The same, but what is held stays for so long, until the next agent of this host renews it.
  | { readonly kind: "leaveHolding"; readonly holdForSec: number };

/** Versions of what nodes say to each other that a release writes and reads, both ends included. */
export interface ProtocolVersions {
  readonly oldest: number;
  readonly newest: number;
}

/** Packets refused by cause, and sent and accepted ones; since the start. */
export interface PacketCounters {
  readonly sent: number;
  readonly accepted: number;
  readonly malformed: number;
  readonly foreignCluster: number;
  readonly wrongKey: number;
  readonly wrongVersion: number;
  readonly replayed: number;
  readonly stale: number;
}

/** What the heartbeat process tells its agent; one JSON line each on its standard output. */
export type HeartbeatReport =
  | {
      readonly kind: "ready";
      /** `realtime` when SCHED_RR was granted, otherwise why not. */
      readonly scheduling: string;
      readonly links: readonly string[];
      /**
       * This process's random incarnation as 16 hexadecimal digits; messages are sealed under it
       * too.
       */
      readonly incarnation: string;
    }
  | { readonly kind: "ping"; readonly ping: number }
  | {
      readonly kind: "ringChanged";
      readonly ring: RingId;
      /** One or two names, in node id order. */
      readonly members: readonly NodeName[];
      readonly reason: RingReason;
      /** The peer's incarnation while it is a member, otherwise null. */
      readonly peerIncarnation: string | null;
      /** With `peerUnwell` and `goodbye`: the peer said that it holds no address any more. */
      readonly hasPeerReleased: boolean;
    }
  /** Nothing heard for half of the token timeout: time to probe the addresses. */
  | { readonly kind: "peerSuspected" }
  | { readonly kind: "peerHeard" } // Ends a suspicion without a ring change.
  // Whenever they differ from the last.
  | { readonly kind: "peerFacts"; readonly facts: TokenFacts }
  | { readonly kind: "linkChanged"; readonly link: number; readonly isUp: boolean }
  | { readonly kind: "counters"; readonly counters: PacketCounters }
  /**
   * Packets of this cluster come in versions that this release does not read. Nobody vouches for
   * them: the seal of another version is not known.
   */
  | {
      readonly kind: "versionRefused";
      readonly theirs: ProtocolVersions;
      readonly ours: ProtocolVersions;
    }
  | { readonly kind: "leaseHeld"; readonly requestId: number; readonly problem: string | null }
  | { readonly kind: "leaseReleased"; readonly requestId: number; readonly problem: string | null }
  /** A lease ended although the agent wanted it: a pause, or the kernel refused. */
  | {
      readonly kind: "leaseLost";
      readonly ip: string;
      readonly nic: string;
      readonly reason: string;
    }
  /** This process, and so probably this host, stood still for longer than the token timeout. */
  | { readonly kind: "paused"; readonly gapMs: number }
  | { readonly kind: "warning"; readonly text: string }
  // One clear line; the process then exits with 1.
  | { readonly kind: "fatal"; readonly text: string };
