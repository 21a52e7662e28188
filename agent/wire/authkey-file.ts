/** The file of the shared secret: one line, and a second one while the secret is being replaced. */

/** Bytes of a new shared secret. */
export const AUTHKEY_BYTES = 32;

const LINES_MAX = 2;

/** The secrets of an `authkey` file in hexadecimal: never logged, never in an argument list. */
export interface Authkeys {
  /** What this node seals with, and accepts. */
  readonly authkeyHex: string;
  /** What it accepts beside it: the next secret, or the one before; null but in a rotation. */
  readonly otherAuthkeyHex: string | null;
}

/** The secrets of an `authkey` file, or null when it is damaged or one of them too short. */
export function parseAuthkeys(text: string): Authkeys | null {
  const lines = text.trim().toLowerCase().split("\n");
  if (lines.length > LINES_MAX) return null;
  if (!lines.every((line) => /^(?:[0-9a-f]{2}){32,128}$/.test(line))) return null;
  const [authkeyHex = "", otherAuthkeyHex = null] = lines;
  return authkeyHex === otherAuthkeyHex ? null : { authkeyHex, otherAuthkeyHex };
}

/** The text of an `authkey` file. */
export function encodeAuthkeys({ authkeyHex, otherAuthkeyHex }: Authkeys): string {
  return otherAuthkeyHex === null ? `${authkeyHex}\n` : `${authkeyHex}\n${otherAuthkeyHex}\n`;
}
