/** A packet ended too early or holds a value out of range. Stays inside of this folder. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}

const TEXT_BYTES_MAX = 255;

/** Appends big-endian fields to a packet. */
export interface FieldWriter {
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  /** Integers from 0 below 2^48. */
  u48(value: number): void;
  /** An even number of hexadecimal digits, without their count. */
  hex(digits: string): void;
  /** UTF-8 with a count in front, at most 255 bytes. */
  text(value: string): void;
  bytes(value: Uint8Array): void;
  finish(): Uint8Array;
}

/** Room that is made for the fields at first; most packets need no more. */
const FIRST_BYTES = 256;

/** Starts an empty packet. Values out of range throw `RangeError`: a mistake of the program. */
export function createFieldWriter(): FieldWriter {
  let all = Buffer.allocUnsafe(FIRST_BYTES);
  let used = 0;
  /** Makes room and returns where it begins. */
  const take = (count: number): number => {
    if (used + count > all.length) {
      const larger = Buffer.allocUnsafe(2 * (used + count));
      all.copy(larger, 0, 0, used);
      all = larger;
    }
    used += count;
    return used - count;
  };
  // The room is made first: it may be in another buffer afterwards.
  const number = (value: number, width: number): void => {
    const at = take(width);
    all.writeUIntBE(value, at, width);
  };
  const bytes = (value: Uint8Array): void => {
    const at = take(value.length);
    all.set(value, at);
  };
  return {
    u8: (value) => number(value, 1),
    u16: (value) => number(value, 2),
    u32: (value) => number(value, 4),
    u48: (value) => number(value, 6),
    hex: (digits) => bytes(Buffer.from(digits, "hex")),
    text: (value) => {
      const encoded = Buffer.from(value, "utf8");
      if (encoded.length > TEXT_BYTES_MAX) throw new RangeError(`text of ${encoded.length} bytes`);
      number(encoded.length, 1);
      bytes(encoded);
    },
    bytes,
    finish: () => all.subarray(0, used),
  };
}

/** Takes big-endian fields off a packet; throws `MalformedError` where it is too short. */
export interface FieldReader {
  u8(): number;
  u16(): number;
  u32(): number;
  u48(): number;
  hex(digits: number): string;
  text(): string;
  bytes(count: number): Uint8Array;
  rest(): Uint8Array;
  /** Throws `MalformedError` when something is left. */
  finish(): void;
}

/** Reads from the start of `packet`. */
export function createFieldReader(packet: Uint8Array): FieldReader {
  const all = asBuffer(packet);
  let offset = 0;
  /** Passes over the next bytes and returns where they begin. */
  const take = (count: number): number => {
    if (offset + count > all.length) throw new MalformedError(`ends at ${all.length}`);
    offset += count;
    return offset - count;
  };
  const bytes = (count: number): Buffer => all.subarray(take(count), offset);
  return {
    u8: () => all.readUInt8(take(1)),
    u16: () => all.readUInt16BE(take(2)),
    u32: () => all.readUInt32BE(take(4)),
    u48: () => all.readUIntBE(take(6), 6),
    hex: (digits) => bytes(digits / 2).toString("hex"),
    text: () => bytes(all.readUInt8(take(1))).toString("utf8"),
    bytes,
    rest: () => bytes(all.length - offset),
    finish: () => {
      if (offset !== all.length) throw new MalformedError(`${all.length - offset} bytes left`);
    },
  };
}

/** The same bytes with the methods of a `Buffer`; nothing is copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  if (Buffer.isBuffer(bytes)) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The value that `read` makes, or null when the packet is malformed. */
export function readOrNull<T>(packet: Uint8Array, read: (reader: FieldReader) => T): T | null {
  try {
    return read(createFieldReader(packet));
  } catch (error) {
    if (error instanceof MalformedError) return null;
    throw error;
  }
}
