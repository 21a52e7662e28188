import { unchanged } from "../base/index.ts";
import type { MessagePacket } from "../model/index.ts";
import {
  type Channel,
  type ChannelEffect,
  type ChannelStep,
  FRAGMENT_BYTES,
  type Fragment,
  TEXT_BYTES_MAX,
  WINDOW_PACKETS,
} from "./channel.ts";

const FRAGMENTS_MAX = Math.ceil(TEXT_BYTES_MAX / FRAGMENT_BYTES);

/** Takes in the fragment of a packet and delivers the texts that it completes, in order. */
export function receiveFragment(channel: Channel, packet: MessagePacket): ChannelStep {
  const { sequence, fragmentIndex: index, fragmentCount: count, bytes } = packet;
  if (sequence === 0) return unchanged(channel);
  // A fragment seen before is acknowledged again: the first acknowledgement may be lost.
  const due = { ...channel, isAckDue: true };
  const isKnown =
    sequence <= channel.received || channel.early.some((each) => each.sequence === sequence);
  if (isKnown || sequence > channel.received + WINDOW_PACKETS) return unchanged(due);
  const fragment = { sequence, index, count, bytes };
  const early = [...channel.early, fragment].sort((a, b) => a.sequence - b.sequence);
  return takeInOrder({ ...due, early });
}

function takeInOrder(channel: Channel): ChannelStep {
  const effects: ChannelEffect[] = [];
  const partial = [...channel.partial];
  let received = channel.received;
  for (const fragment of channel.early) {
    if (fragment.sequence !== received + 1) break;
    received += 1;
    const problem = checkFragment(fragment, partial.length);
    if (problem !== null) return breakChannel(channel, effects, problem);
    partial.push(fragment.bytes);
    if (fragment.index + 1 < fragment.count) continue;
    const text = decodeText(partial.splice(0));
    if (text === null) return breakChannel(channel, effects, "text is not UTF-8");
    effects.push({ kind: "deliverText", text });
  }
  const early = channel.early.filter(({ sequence }) => sequence > received);
  return { state: { ...channel, received, early, partial }, effects };
}

function checkFragment({ index, count, bytes }: Fragment, expected: number): string | null {
  if (index !== expected) return `fragment ${index}: expected ${expected}`;
  if (index >= count || count > FRAGMENTS_MAX) return `fragment ${index} of ${count}`;
  return bytes.length > FRAGMENT_BYTES ? `fragment of ${bytes.length} bytes` : null;
}

function breakChannel(
  channel: Channel,
  effects: readonly ChannelEffect[],
  reason: string,
): ChannelStep {
  const state = { ...channel, isBroken: true, early: [], partial: [] };
  return { state, effects: [...effects, { kind: "broken", reason }] };
}

function decodeText(parts: readonly Uint8Array[]): string | null {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(whole);
  } catch {
    return null; // The decoder's only error: the bytes are not UTF-8.
  }
}
