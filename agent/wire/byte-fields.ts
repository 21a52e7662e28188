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

/** Starts an empty packet. Values out of range throw `RangeError`: a mistake of the program. */
export function createFieldWriter(): FieldWriter {
  const parts: Uint8Array[] = [];
  const number = (value: number, width: number) => {
    const part = Buffer.alloc(width);
    part.writeUIntBE(value, 0, width);
    parts.push(part);
  };
  return {
    u8: (value) => number(value, 1),
    u16: (value) => number(value, 2),
    u32: (value) => number(value, 4),
    u48: (value) => number(value, 6),
    hex: (digits) => parts.push(Buffer.from(digits, "hex")),
    text: (value) => {
      const bytes = Buffer.from(value, "utf8");
      if (bytes.length > TEXT_BYTES_MAX) throw new RangeError(`text of ${bytes.length} bytes`);
      number(bytes.length, 1);
      parts.push(bytes);
    },
    bytes: (value) => parts.push(value),
    finish: () => Buffer.concat(parts),
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
  const all = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  let offset = 0;
  const take = (count: number): Buffer => {
    if (offset + count > all.length) throw new MalformedError(`ends at ${all.length}`);
    offset += count;
    return all.subarray(offset - count, offset);
  };
  return {
    u8: () => take(1).readUInt8(),
    u16: () => take(2).readUInt16BE(),
    u32: () => take(4).readUInt32BE(),
    u48: () => take(6).readUIntBE(0, 6),
    hex: (digits) => take(digits / 2).toString("hex"),
    text: () => take(take(1).readUInt8()).toString("utf8"),
    bytes: (count) => take(count),
    rest: () => take(all.length - offset),
    finish: () => {
      if (offset !== all.length) throw new MalformedError(`${all.length - offset} bytes left`);
    },
  };
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
