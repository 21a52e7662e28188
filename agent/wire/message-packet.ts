import type { MessagePacket } from "../core/model/index.ts";
import { createFieldWriter, readOrNull } from "./byte-fields.ts";
import {
  BODY_BYTES_MAX,
  createOpener,
  createSealer,
  type RefusedPacket,
  type SealSender,
  type SealSettings,
} from "./seal.ts";

const FIELDS_BYTES = 7 + 8 + 8 + 6 + 6 + 4 + 2 + 2;

/** Most bytes of a text that one message packet carries. */
export const FRAGMENT_BYTES_MAX = BODY_BYTES_MAX - FIELDS_BYTES;

/** Seals messages of this process and opens those of the peer. */
export interface MessageCodec {
  seal(link: number, packet: MessagePacket): Uint8Array;
  open(packet: Uint8Array): OpenedMessage | RefusedPacket;
}

/** A message packet that was sealed with the shared secret by node `from`. */
export interface OpenedMessage {
  readonly kind: "opened";
  readonly from: number;
  readonly link: number;
  readonly packet: MessagePacket;
}

/** Makes the codec of one process life; see `createSealer` about its incarnation. */
export function createMessageCodec(
  settings: Omit<SealSettings, "packetKind">,
  sender: SealSender,
): MessageCodec {
  const seal = createSealer({ ...settings, packetKind: "message" }, sender);
  const open = createOpener({ ...settings, packetKind: "message" });
  return {
    seal: (link, packet) => seal(link, encodeMessage(packet)),
    open: (sealed) => {
      const opened = open(sealed);
      if (opened.kind === "refused") return opened;
      const packet = decodeMessage(opened.body);
      // The incarnation inside must be the one whose key sealed it.
      if (packet === null || packet.fromIncarnation !== opened.incarnation) {
        return { kind: "refused", cause: "malformed" };
      }
      return { kind: "opened", from: opened.from, link: opened.link, packet };
    },
  };
}

/** A message packet as bytes, at most `BODY_BYTES_MAX` with a fragment of the greatest size. */
export function encodeMessage(packet: MessagePacket): Uint8Array {
  const writer = createFieldWriter();
  writer.u8(packet.ring.representative);
  writer.u48(packet.ring.seq);
  writer.hex(packet.fromIncarnation);
  writer.hex(packet.toIncarnation);
  writer.u48(packet.sequence);
  writer.u48(packet.ack);
  writer.u32(packet.ackMask >>> 0);
  writer.u16(packet.fragmentIndex);
  writer.u16(packet.fragmentCount);
  writer.bytes(packet.bytes);
  return writer.finish();
}

/** The packet of these bytes, or null when they are malformed. */
export function decodeMessage(body: Uint8Array): MessagePacket | null {
  return readOrNull(body, (reader) => ({
    ring: { representative: reader.u8(), seq: reader.u48() },
    fromIncarnation: reader.hex(16),
    toIncarnation: reader.hex(16),
    sequence: reader.u48(),
    ack: reader.u48(),
    ackMask: reader.u32(),
    fragmentIndex: reader.u16(),
    fragmentCount: reader.u16(),
    bytes: reader.rest(),
  }));
}
