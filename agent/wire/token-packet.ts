import type { RingId, Token, TokenEcho, TokenFacts } from "../core/model/index.ts";
import { TOKEN_ECHOES_MAX } from "../core/model/index.ts";
import {
  asBuffer,
  createFieldReader,
  createFieldWriter,
  type FieldReader,
  type FieldWriter,
  MalformedError,
  readOrNull,
} from "./byte-fields.ts";
import {
  createOpener,
  createSealer,
  type RefusedPacket,
  type SealSender,
  type SealSettings,
} from "./seal.ts";

const STATES = ["joining", "member", "leaving", "unwell"] as const;
const HAS_WITHDRAWN = 1;
const HAS_PROPOSAL = 2;
const HOLDS_MAX = 16;
const AGO_MS_MAX = 0xffff_ffff;

/** Seals tokens of this process and opens those of the others. */
export interface TokenCodec {
  seal(token: Token): Uint8Array;
  open(packet: Uint8Array): OpenedToken | RefusedPacket;
}

/** A token that was sealed with the shared secret. Its echo still has to be checked. */
export interface OpenedToken {
  readonly kind: "opened";
  readonly token: Token;
}

/** Makes the codec of one process life; see `createSealer` about its incarnation. */
export function createTokenCodec(
  settings: Omit<SealSettings, "packetKind">,
  sender: SealSender,
): TokenCodec {
  const seal = createSealer({ ...settings, packetKind: "token" }, sender);
  const open = createOpener({ ...settings, packetKind: "token" });
  // What tokens say hardly ever changes: the same facts are neither written nor read again.
  let sent: { readonly facts: TokenFacts; readonly bytes: Uint8Array } | null = null;
  let heard: HeardFacts | null = null;
  return {
    seal: (token) => {
      if (sent?.facts !== token.facts) {
        sent = { facts: token.facts, bytes: encodeFacts(token.facts) };
      }
      return seal(token.link, encodeBody(token, sent.bytes));
    },
    open: (packet) => {
      const opened = open(packet);
      if (opened.kind === "refused") return opened;
      const body = decodeToken(opened.body, {
        known: heard,
        note: (fresh) => {
          heard = fresh;
        },
      });
      if (body === null) return { kind: "refused", cause: "malformed" };
      const { from, link, incarnation } = opened;
      return { kind: "opened", token: { ...body, from, link, incarnation } };
    },
  };
}

/** What the sealed body of a token holds; the rest is in the packet's header. */
export type TokenBody = Omit<Token, "from" | "link" | "incarnation">;

/** Facts as they were read, and from what. */
interface HeardFacts {
  readonly facts: TokenFacts;
  readonly bytes: Uint8Array;
}

/** What was read last, and where the next is noted. */
interface FactsMemory {
  readonly known: HeardFacts | null;
  readonly note: (heard: HeardFacts) => void;
}

/** The body as bytes. At most 16 held addresses are named. */
export function encodeToken(token: TokenBody): Uint8Array {
  return encodeBody(token, encodeFacts(token.facts));
}

function encodeBody(token: TokenBody, facts: Uint8Array): Uint8Array {
  const writer = createFieldWriter();
  writer.u48(token.sequence);
  writer.u8((token.hasWithdrawn ? HAS_WITHDRAWN : 0) | (token.proposal ? HAS_PROPOSAL : 0));
  writeRing(writer, token.ring);
  writer.u8(token.memberIds.length);
  for (const id of token.memberIds) writer.u8(id);
  if (token.proposal !== null) writeRing(writer, token.proposal);
  const echoes = token.echoes.slice(0, TOKEN_ECHOES_MAX);
  writer.u8(echoes.length);
  for (const echo of echoes) writeEcho(writer, echo);
  writer.bytes(facts);
  return writer.finish();
}

/**
 * The token of a body, or null when it is malformed. With a memory, facts that came as the same
 * bytes before are the same object.
 */
export function decodeToken(body: Uint8Array, memory?: FactsMemory): TokenBody | null {
  return readOrNull(body, (reader) => {
    const sequence = reader.u48();
    const flags = reader.u8();
    const ring = readRing(reader);
    const memberIds = readList(reader, 2, () => reader.u8());
    const proposal = (flags & HAS_PROPOSAL) === 0 ? null : readRing(reader);
    const echoes = readList(reader, TOKEN_ECHOES_MAX, () => readEcho(reader));
    const facts = recallFacts(reader.rest(), memory);
    const hasWithdrawn = (flags & HAS_WITHDRAWN) !== 0;
    return { sequence, echoes, ring, memberIds, hasWithdrawn, proposal, facts };
  });
}

function writeRing(writer: FieldWriter, ring: RingId): void {
  writer.u8(ring.representative);
  writer.u48(ring.seq);
}

function readRing(reader: FieldReader): RingId {
  return { representative: reader.u8(), seq: reader.u48() };
}

function writeEcho(writer: FieldWriter, echo: TokenEcho): void {
  writer.hex(echo.incarnation);
  writer.u48(echo.sequence);
  writer.u32(Math.min(echo.agoMs, AGO_MS_MAX));
}

function readEcho(reader: FieldReader): TokenEcho {
  return { incarnation: reader.hex(16), sequence: reader.u48(), agoMs: reader.u32() };
}

function encodeFacts(facts: TokenFacts): Uint8Array {
  const writer = createFieldWriter();
  writer.u8(STATES.indexOf(facts.state));
  writer.text(facts.configHash);
  writer.u48(facts.cibVersion.adminEpoch);
  writer.u48(facts.cibVersion.epoch);
  writer.u48(facts.cibVersion.numUpdates);
  const holds = facts.holds.slice(0, HOLDS_MAX);
  writer.u8(holds.length);
  for (const address of holds) writer.text(address);
  writer.text(facts.release);
  return writer.finish();
}

function recallFacts(bytes: Uint8Array, memory: FactsMemory | undefined): TokenFacts {
  const known = memory?.known;
  if (known && asBuffer(known.bytes).equals(bytes)) return known.facts;
  const reader = createFieldReader(bytes);
  const facts = readFacts(reader);
  reader.finish();
  memory?.note({ facts, bytes });
  return facts;
}

function readFacts(reader: FieldReader): TokenFacts {
  const state = STATES[reader.u8()];
  if (state === undefined) throw new MalformedError("unknown node state");
  return {
    state,
    configHash: reader.text(),
    cibVersion: { adminEpoch: reader.u48(), epoch: reader.u48(), numUpdates: reader.u48() },
    holds: readList(reader, HOLDS_MAX, () => reader.text()),
    release: reader.text(),
  };
}

function readList<T>(reader: FieldReader, max: number, readOne: () => T): readonly T[] {
  const count = reader.u8();
  if (count > max) throw new MalformedError(`list of ${count}: at most ${max}`);
  return Array.from({ length: count }, readOne);
}
