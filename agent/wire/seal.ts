import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";

import { assert } from "../core/base/index.ts";
import type { ProtocolVersions } from "../core/model/index.ts";
import type { Authkeys } from "./authkey-file.ts";
import { asBuffer } from "./byte-fields.ts";
import { createReplayWindow, markCounter, type ReplayWindow } from "./replay-window.ts";

// A packet: header of 32 bytes in clear (and vouched for by the seal), sealed body, tag of 16.
//   0 magic "LB"   2 kind   3 oldest version   4 newest version   5 node id   6 link   7 zero
//   8 cluster (8 bytes)   16 incarnation (8 bytes)   24 zero (2 bytes)   26 counter (6 bytes)

/**
 * Versions that this release writes and reads, of packets and of what the messages in them say. A
 * release that only adds what others may leave unread raises `newest` and goes on writing what the
 * former one reads; one that the former cannot follow raises `oldest` (docs/decisions/0018).
 */
export const PROTOCOL_VERSIONS: ProtocolVersions = { oldest: 1, newest: 1 };

/** Largest packet on the wire: fits every usual link without IP fragments. */
export const PACKET_BYTES_MAX = 1400;

const HEADER_BYTES = 32;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/** Largest body that can be sealed into one packet. */
export const BODY_BYTES_MAX = PACKET_BYTES_MAX - HEADER_BYTES - TAG_BYTES;

/** Shortest secret that an authkey file may hold. */
export const AUTHKEY_BYTES_MIN = 32;

const MAGIC = 0x4c42;
const KINDS = { token: 1, message: 2 } as const;
const COUNTER_LIMIT = 2 ** 48;
const SENDERS_MAX = 16;

/** What a packet carries; each kind is sealed under its own subkey. */
export type PacketKind = keyof typeof KINDS;

/** The secrets and the name that both nodes share. */
export interface SealSettings extends Authkeys {
  readonly packetKind: PacketKind;
  readonly clusterName: string;
}

/** Who seals: one sealer a process life, since its counter starts at 1. */
export interface SealSender {
  readonly incarnation: string;
  readonly nodeId: number;
}

/** Why a packet was not accepted; the names of `PacketCounters`. */
export type RefusalCause =
  | "malformed"
  | "foreignCluster"
  | "wrongVersion"
  | "wrongKey"
  | "replayed"
  | "stale";

/** A packet that was not accepted. */
export interface RefusedPacket {
  readonly kind: "refused";
  readonly cause: RefusalCause;
  /** With `wrongVersion`: those that the sender speaks, by its header alone. */
  readonly versions?: ProtocolVersions;
}

/** A packet whose seal was good and whose counter was not seen before. */
export interface OpenedPacket {
  readonly kind: "opened";
  readonly from: number;
  readonly link: number;
  readonly incarnation: string;
  readonly body: Uint8Array;
}

/** Seals a body of at most `BODY_BYTES_MAX` for one link. */
export type Sealer = (link: number, body: Uint8Array) => Uint8Array;

/** Checks and opens one packet; never throws on what the network brings. */
export type Opener = (packet: Uint8Array) => OpenedPacket | RefusedPacket;

/**
 * Makes the sealer of one process life. The key is derived for its incarnation alone and the nonce
 * is its counter, so no nonce ever repeats: two sealers of one kind must not share an incarnation.
 */
export function createSealer(settings: SealSettings, sender: SealSender): Sealer {
  const key = deriveKey(settings.authkeyHex, settings.packetKind, sender.incarnation);
  const header = headerOf(settings, sender);
  const nonce = Buffer.alloc(NONCE_BYTES);
  let counter = 0;
  return (link, body) => {
    assert(
      body.length <= BODY_BYTES_MAX,
      `body of ${body.length} bytes: at most ${BODY_BYTES_MAX}`,
    );
    counter += 1;
    assert(counter < COUNTER_LIMIT, "counter of sealed packets: below 2^48");
    header[6] = link;
    header.writeUIntBE(counter, 26, 6);
    const cipher = createCipheriv("aes-256-gcm", key, fillNonce(nonce, header));
    cipher.setAAD(header);
    const packet = Buffer.allocUnsafe(HEADER_BYTES + body.length + TAG_BYTES);
    packet.set(header);
    packet.set(cipher.update(body), HEADER_BYTES);
    cipher.final(); // It adds nothing in this mode, but makes the tag.
    packet.set(cipher.getAuthTag(), HEADER_BYTES + body.length);
    return packet;
  };
}

/** The header but for link and counter, which are filled in for each packet. */
function headerOf(settings: SealSettings, { nodeId, incarnation }: SealSender): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(MAGIC, 0);
  header[2] = KINDS[settings.packetKind];
  header[3] = PROTOCOL_VERSIONS.oldest;
  header[4] = PROTOCOL_VERSIONS.newest;
  header[5] = nodeId;
  clusterDigest(settings.clusterName).copy(header, 8);
  header.write(incarnation, 16, "hex");
  return header;
}

/** One who knows the secret; its incarnation in words of four bytes, to be compared fast. */
interface Sender {
  readonly incarnation: string;
  readonly high: number;
  readonly low: number;
  readonly key: Buffer;
  /** By link. */
  readonly windows: Map<number, ReplayWindow>;
}

/** Makes the opener of one socket or group of sockets, with its own memory of seen counters. */
export function createOpener(settings: SealSettings): Opener {
  const cluster = clusterDigest(settings.clusterName);
  const nonce = Buffer.alloc(NONCE_BYTES);
  const senders = new Map<string, Sender>();
  let latest: Sender | null = null;
  return (bytes) => {
    const packet = asBuffer(bytes);
    const refused = checkHeader(packet, settings.packetKind, cluster);
    if (refused !== null) return refused;
    const possible = isFrom(packet, latest) ? [latest] : findSenders(packet, { senders, settings });
    const found = openAsOneOf(packet, possible, nonce);
    if (found === null) return { kind: "refused", cause: "wrongKey" };
    const { sender, body } = found;
    if (sender !== latest) remember(senders, sender.incarnation, sender);
    latest = sender;
    const link = packet.readUInt8(6);
    const window = sender.windows.get(link) ?? createReplayWindow();
    sender.windows.set(link, window);
    const verdict = markCounter(window, packet.readUIntBE(26, 6));
    if (verdict !== "fresh") return { kind: "refused", cause: verdict };
    return {
      kind: "opened",
      from: packet.readUInt8(5),
      link,
      incarnation: sender.incarnation,
      body,
    };
  };
}

function isFrom(packet: Buffer, sender: Sender | null): sender is Sender {
  if (sender === null) return false;
  return packet.readUInt32BE(16) === sender.high && packet.readUInt32BE(20) === sender.low;
}

/** The one who is known by its incarnation, or a stranger under each of the secrets. */
function findSenders(
  packet: Buffer,
  known: { readonly senders: ReadonlyMap<string, Sender>; readonly settings: SealSettings },
): readonly Sender[] {
  const incarnation = packet.toString("hex", 16, 24);
  const sender = known.senders.get(incarnation);
  // A process seals all its packets with one secret.
  if (sender !== undefined) return [sender];
  const { authkeyHex, otherAuthkeyHex, packetKind } = known.settings;
  const secrets = otherAuthkeyHex === null ? [authkeyHex] : [authkeyHex, otherAuthkeyHex];
  return secrets.map((secret) => ({
    incarnation,
    high: packet.readUInt32BE(16),
    low: packet.readUInt32BE(20),
    key: deriveKey(secret, packetKind, incarnation),
    windows: new Map(),
  }));
}

function openAsOneOf(
  packet: Buffer,
  possible: readonly Sender[],
  nonce: Buffer,
): { readonly sender: Sender; readonly body: Uint8Array } | null {
  for (const sender of possible) {
    const body = openBody(packet, sender.key, nonce);
    if (body !== null) return { sender, body };
  }
  return null;
}

function checkHeader(packet: Buffer, kind: PacketKind, cluster: Buffer): RefusedPacket | null {
  const hasSize = packet.length >= HEADER_BYTES + TAG_BYTES && packet.length <= PACKET_BYTES_MAX;
  if (!hasSize || packet.readUInt16BE(0) !== MAGIC || packet[2] !== KINDS[kind]) {
    return { kind: "refused", cause: "malformed" };
  }
  if (!packet.subarray(8, 16).equals(cluster)) return { kind: "refused", cause: "foreignCluster" };
  const [oldest, newest] = [packet.readUInt8(3), packet.readUInt8(4)];
  const isKnown = oldest <= PROTOCOL_VERSIONS.newest && newest >= PROTOCOL_VERSIONS.oldest;
  const versions = { oldest, newest };
  return isKnown ? null : { kind: "refused", cause: "wrongVersion", versions };
}

function openBody(packet: Buffer, key: Buffer, nonce: Buffer): Uint8Array | null {
  const header = packet.subarray(0, HEADER_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", key, fillNonce(nonce, header));
  decipher.setAAD(header);
  decipher.setAuthTag(packet.subarray(packet.length - TAG_BYTES));
  const body = decipher.update(packet.subarray(HEADER_BYTES, packet.length - TAG_BYTES));
  try {
    decipher.final();
    return body;
  } catch {
    return null; // The only error that `final` has here is a tag that does not fit.
  }
}

/** The same buffer each time: the cipher copies what it needs of it. */
function fillNonce(nonce: Buffer, header: Buffer): Buffer {
  header.copy(nonce, 6, 26, 32);
  return nonce;
}

function deriveKey(authkeyHex: string, packetKind: PacketKind, incarnation: string): Buffer {
  const authkey = Buffer.from(authkeyHex, "hex");
  assert(authkey.length >= AUTHKEY_BYTES_MIN, `authkey: at least ${AUTHKEY_BYTES_MIN} bytes`);
  const salt = Buffer.from(incarnation, "hex");
  return Buffer.from(hkdfSync("sha256", authkey, salt, `lb-cluster ${packetKind}`, 32));
}

function clusterDigest(name: string): Buffer {
  return createHash("sha256").update(name).digest().subarray(0, 8);
}

/** Keeps the latest senders; only those get here who know the secret. */
function remember<T>(senders: Map<string, T>, name: string, value: T): void {
  senders.delete(name);
  senders.set(name, value);
  for (const oldest of senders.keys()) {
    if (senders.size <= SENDERS_MAX) return;
    senders.delete(oldest);
  }
}
