// One end of a channel is open from the start; it breaks when the peer breaks the rules, and ends
// with its ring: the owner drops the state and opens another one.

import { earliest, type Instant, unchanged } from "../base/index.ts";
import { isSameRing, type MessagePacket } from "../model/index.ts";
import {
  type Channel,
  type ChannelEffect,
  type ChannelEnds,
  type ChannelStep,
  FRAGMENT_BYTES,
  GAP_ACKS,
  type InFlight,
  packetOf,
  QUEUE_BYTES_MAX,
  RESEND_FIRST_MS,
  RESEND_LAST_MS,
  TEXT_BYTES_MAX,
  WINDOW_PACKETS,
} from "./channel.ts";
import { receiveFragment } from "./receive-fragment.ts";

/** Result of `sendText`. A refused text leaves the channel as it was. */
export type SendResult =
  | ({ readonly kind: "queued" } & ChannelStep)
  | { readonly kind: "refused"; readonly reason: "textTooLong" | "queueFull" | "broken" };

/** A channel between the two members of one ring; both ends open theirs with mirrored ends. */
export function openChannel(ends: ChannelEnds): Channel {
  return {
    ends,
    isBroken: false,
    waiting: [],
    inFlight: [],
    queuedBytes: 0,
    nextSequence: 1,
    received: 0,
    early: [],
    partial: [],
    isAckDue: false,
  };
}

/** Queues a text: it arrives whole, once and in order, as long as the ring lasts. */
export function sendText(channel: Channel, text: string, now: Instant): SendResult {
  const bytes = new TextEncoder().encode(text);
  if (channel.isBroken) return { kind: "refused", reason: "broken" };
  if (bytes.length > TEXT_BYTES_MAX) return { kind: "refused", reason: "textTooLong" };
  if (channel.queuedBytes + bytes.length > QUEUE_BYTES_MAX) {
    return { kind: "refused", reason: "queueFull" };
  }
  const waiting = [...channel.waiting, { bytes, nextIndex: 0 }];
  const queued = { ...channel, waiting, queuedBytes: channel.queuedBytes + bytes.length };
  return { kind: "queued", ...sendDue(queued, now) };
}

/** Takes in one packet of the peer. Packets of another ring or process life change nothing. */
export function receivePacket(channel: Channel, packet: MessagePacket, now: Instant): ChannelStep {
  if (channel.isBroken || !isOfChannel(channel.ends, packet)) return unchanged(channel);
  const acked = noteAcks(channel, packet);
  const { state, effects } = receiveFragment(acked, packet);
  const sent = sendDue(state, now);
  return { state: sent.state, effects: [...effects, ...sent.effects] };
}

/** Sends again what has waited too long for its acknowledgement. */
export function stepTime(channel: Channel, now: Instant): ChannelStep {
  return sendDue(channel, now);
}

/** True when everything that was sent has arrived. */
export function isQuiet(channel: Channel): boolean {
  return channel.isBroken || (channel.inFlight.length === 0 && channel.waiting.length === 0);
}

/** When to call `stepTime` at the latest; null: nothing is on its way. */
export function nextDeadline(channel: Channel): Instant | null {
  return channel.isBroken ? null : earliest(channel.inFlight.map(({ resendAt }) => resendAt));
}

function isOfChannel(ends: ChannelEnds, packet: MessagePacket): boolean {
  return (
    isSameRing(packet.ring, ends.ring) &&
    packet.fromIncarnation === ends.peerIncarnation &&
    packet.toIncarnation === ends.ownIncarnation
  );
}

function noteAcks(channel: Channel, { ack, ackMask }: MessagePacket): Channel {
  const hasArrived = (sequence: number): boolean => {
    const bit = sequence - ack - 2;
    return sequence <= ack || (bit >= 0 && bit < 32 && ((ackMask >>> bit) & 1) === 1);
  };
  const arrived = channel.inFlight.filter(({ fragment }) => hasArrived(fragment.sequence));
  const highest = arrived.at(-1)?.fragment.sequence ?? 0;
  const inFlight = channel.inFlight
    .filter(({ fragment }) => !hasArrived(fragment.sequence))
    .map((each) =>
      each.fragment.sequence < highest ? { ...each, gapAcks: each.gapAcks + 1 } : each,
    );
  const bytes = arrived.reduce((sum, { fragment }) => sum + fragment.bytes.length, 0);
  return { ...channel, inFlight, queuedBytes: channel.queuedBytes - bytes };
}

function sendDue(channel: Channel, now: Instant): ChannelStep {
  if (channel.isBroken) return unchanged(channel);
  const filled = fillWindow(channel, now);
  const isDue = ({ resendAt, gapAcks }: InFlight): boolean =>
    resendAt <= now || gapAcks >= GAP_ACKS;
  const due = filled.inFlight.filter(isDue).map(({ fragment }) => fragment);
  const inFlight = filled.inFlight.map((each) => (isDue(each) ? sentAgain(each, now) : each));
  const state = { ...filled, inFlight, isAckDue: false };
  const packets = due.length === 0 && channel.isAckDue ? [null] : due;
  const effects = packets.map((fragment): ChannelEffect => {
    return { kind: "sendPacket", packet: packetOf(state, fragment) };
  });
  return { state, effects };
}

function sentAgain(each: InFlight, now: Instant): InFlight {
  const waitMs = Math.min(RESEND_FIRST_MS * 2 ** Math.min(each.tries, 10), RESEND_LAST_MS);
  return { ...each, tries: each.tries + 1, resendAt: now + waitMs, gapAcks: 0 };
}

/** Moves fragments of waiting texts into the window, due at once. */
function fillWindow(channel: Channel, now: Instant): Channel {
  const inFlight = [...channel.inFlight];
  const waiting = [...channel.waiting];
  let nextSequence = channel.nextSequence;
  // The window is a span of sequences: beyond it the receiver could not keep what comes early.
  const oldest = inFlight[0]?.fragment.sequence ?? nextSequence;
  while (nextSequence < oldest + WINDOW_PACKETS) {
    const text = waiting[0];
    if (text === undefined) break;
    const count = Math.max(1, Math.ceil(text.bytes.length / FRAGMENT_BYTES));
    const index = text.nextIndex;
    const start = index * FRAGMENT_BYTES;
    const bytes = text.bytes.subarray(start, start + FRAGMENT_BYTES);
    const fragment = { sequence: nextSequence, index, count, bytes };
    inFlight.push({ fragment, tries: 0, resendAt: now, gapAcks: 0 });
    nextSequence += 1;
    if (index + 1 === count) waiting.shift();
    else waiting[0] = { ...text, nextIndex: index + 1 };
  }
  return { ...channel, inFlight, waiting, nextSequence };
}
