/** As much of RFC 6455 as an echo needs: the handshake, and text frames below 126 bytes. */
import { createHash, randomBytes } from "node:crypto";

/** RFC 6455, section 1.3. */
const ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT_FRAME = 0x81;
const MASK_BIT = 0x80;
const SHORT_FRAME_MAX_BYTES = 125;

/** What a server answers to a `Sec-WebSocket-Key`. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${ACCEPT_SUFFIX}`).digest("base64");
}

/** A text frame; a client's is masked. Throws when the text needs a longer form of frame. */
export function textFrame(text: string, { isMasked }: { readonly isMasked: boolean }): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > SHORT_FRAME_MAX_BYTES) throw new Error(`frame of ${payload.length} bytes`);
  if (!isMasked) return Buffer.concat([Buffer.from([TEXT_FRAME, payload.length]), payload]);
  const mask = randomBytes(4);
  const head = Buffer.from([TEXT_FRAME, MASK_BIT | payload.length]);
  return Buffer.concat([head, mask, unmask(payload, mask)]);
}

/** The text of the first whole frame of `bytes` and its length, or null when more has to come. */
export function readTextFrame(
  bytes: Buffer,
): { readonly text: string; readonly sizeBytes: number } | null {
  const second = bytes[1];
  if (second === undefined) return null;
  const isMasked = (second & MASK_BIT) !== 0;
  const start = isMasked ? 6 : 2;
  const end = start + (second & ~MASK_BIT);
  if (bytes.length < end) return null;
  const payload = bytes.subarray(start, end);
  const text = isMasked ? unmask(payload, bytes.subarray(2, 6)) : payload;
  return { text: text.toString(), sizeBytes: end };
}

function unmask(payload: Buffer, mask: Buffer): Buffer {
  return Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
