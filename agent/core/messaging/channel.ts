import type { Instant, Step } from "../base/index.ts";
import type { MessagePacket, RingId } from "../model/index.ts";

/** Bytes of one text in one packet: fits a sealed packet of 1400 bytes. */
export const FRAGMENT_BYTES = 1200;

/** Packets on their way at once; the receiver keeps as many that came too early. */
export const WINDOW_PACKETS = 32;

/** Longest text, in bytes of UTF-8. */
export const TEXT_BYTES_MAX = 1024 * 1024;

/** Bytes of texts that wait or are on their way; more are refused. */
export const QUEUE_BYTES_MAX = 4 * 1024 * 1024;

/** First wait for an acknowledgement; it doubles with each try up to the greatest. */
export const RESEND_FIRST_MS = 20;
/** Greatest wait for an acknowledgement. */
export const RESEND_LAST_MS = 200;

/** So many acknowledgements of later packets mean that one was lost. */
export const GAP_ACKS = 2;

/** The two ends of a channel: one ring, one life of each process. */
export interface ChannelEnds {
  readonly ring: RingId;
  readonly ownIncarnation: string;
  readonly peerIncarnation: string;
}

/** What a channel does, in order. */
export type ChannelEffect =
  | { readonly kind: "sendPacket"; readonly packet: MessagePacket }
  | { readonly kind: "deliverText"; readonly text: string }
  /** The peer broke the rules of the channel: nothing more is sent or delivered. */
  | { readonly kind: "broken"; readonly reason: string };

/** One part of a text. */
export interface Fragment {
  readonly sequence: number;
  readonly index: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** A fragment that is not acknowledged. */
export interface InFlight {
  readonly fragment: Fragment;
  readonly tries: number;
  readonly resendAt: Instant;
  /** Acknowledgements of later packets since it was last sent. */
  readonly gapAcks: number;
}

/** A text of which some fragments have not been sent. */
export interface WaitingText {
  readonly bytes: Uint8Array;
  readonly nextIndex: number;
}

/** State of one end. */
export interface Channel {
  readonly ends: ChannelEnds;
  readonly isBroken: boolean;
  readonly waiting: readonly WaitingText[];
  readonly inFlight: readonly InFlight[];
  readonly queuedBytes: number;
  readonly nextSequence: number;
  /** The highest sequence up to which all has arrived. */
  readonly received: number;
  /** Fragments beyond a gap, in order of sequence. */
  readonly early: readonly Fragment[];
  /** Fragments of the text that is arriving. */
  readonly partial: readonly Uint8Array[];
  readonly isAckDue: boolean;
}

/** A state with the effects so far. */
export type ChannelStep = Step<Channel, ChannelEffect>;

/** The packet of one fragment, with the latest acknowledgement. */
export function packetOf(channel: Channel, fragment: Fragment | null): MessagePacket {
  const { ring, ownIncarnation, peerIncarnation } = channel.ends;
  const mask = channel.early.reduce((bits, { sequence }) => {
    const bit = sequence - channel.received - 2;
    return bit < 32 ? (bits | (1 << bit)) >>> 0 : bits;
  }, 0);
  return {
    ring,
    fromIncarnation: ownIncarnation,
    toIncarnation: peerIncarnation,
    sequence: fragment?.sequence ?? 0,
    ack: channel.received,
    ackMask: mask,
    fragmentIndex: fragment?.index ?? 0,
    fragmentCount: fragment?.count ?? 0,
    bytes: fragment?.bytes ?? new Uint8Array(0),
  };
}
