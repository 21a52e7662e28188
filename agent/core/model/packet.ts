import type { TokenFacts } from "./heartbeat-protocol.ts";
import type { RingId } from "./ring.ts";

/** Proof of having heard somebody: their incarnation, the highest sequence heard on this link. */
export interface TokenEcho {
  readonly incarnation: string;
  readonly sequence: number;
  /** Time from hearing it to sending this echo. */
  readonly agoMs: number;
}

/** At most so many echoes a token: the peer that is known, and one that appears instead of it. */
export const TOKEN_ECHOES_MAX = 2;

/** The heartbeat packet of one node on one link. */
export interface Token {
  /** Node id of the sender. */
  readonly from: number;
  /** Index of the link that it was sent on, from 0. */
  readonly link: number;
  /** The sender's process life: 16 hexadecimal digits. */
  readonly incarnation: string;
  /** Counts the sender's rounds of tokens; the same on all links in one round. */
  readonly sequence: number;
  /** What the sender heard on this very link, so that a link that works one way shows. */
  readonly echoes: readonly TokenEcho[];
  readonly ring: RingId;
  /** Node ids of the ring's members, ascending. */
  readonly memberIds: readonly number[];
  /** The sender stands alone because of itself (start, pause, unwell), not for losing the peer. */
  readonly hasWithdrawn: boolean;
  /** The ring that the representative asks the other to install. */
  readonly proposal: RingId | null;
  readonly facts: TokenFacts;
}

/** One packet of the ordered messages between the two members of a ring. */
export interface MessagePacket {
  readonly ring: RingId;
  readonly fromIncarnation: string;
  readonly toIncarnation: string;
  /** Counts packets with a fragment from 1; 0 marks a bare acknowledgement. */
  readonly sequence: number;
  /** All packets up to this sequence have arrived. */
  readonly ack: number;
  /** Bit i, from the lowest, says that `ack + 2 + i` has arrived too: 32 bits. */
  readonly ackMask: number;
  readonly fragmentIndex: number;
  readonly fragmentCount: number;
  /** Part of the UTF-8 form of one text. */
  readonly bytes: Uint8Array;
}
