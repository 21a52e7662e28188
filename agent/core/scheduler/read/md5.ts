// MD5 as RFC 1321 defines it. Pacemaker names the parameters of an operation by it, so a history
// that comes from there can be compared only this way. It protects nothing.

const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

// Whole parts of 2^32 times the sine of 1 to 64, as RFC 1321 section 3.4 lists them.
const ADDENDS = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
] as const;

type State = [number, number, number, number];

/** The MD5 digest of a text in UTF-8, as 32 hexadecimal digits. */
export function md5(text: string): string {
  const words = pad(utf8(text));
  const state: State = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < words.length; block += 16) {
    mix(state, words.slice(block, block + 16));
  }
  return state.map(renderWord).join("");
}

function mix(state: State, words: readonly number[]): void {
  let [a, b, c, d] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const { bits, place } = choose({ round, step }, { b, c, d });
    const sum = (a + bits + (ADDENDS[step] ?? 0) + (words[place] ?? 0)) | 0;
    const by = ROTATIONS[round]?.[step % 4] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << by) | (sum >>> (32 - by)))) | 0];
  }
  state[0] = (state[0] + a) | 0;
  state[1] = (state[1] + b) | 0;
  state[2] = (state[2] + c) | 0;
  state[3] = (state[3] + d) | 0;
}

function choose(
  { round, step }: { readonly round: number; readonly step: number },
  { b, c, d }: { readonly b: number; readonly c: number; readonly d: number },
): { readonly bits: number; readonly place: number } {
  switch (round) {
    case 0:
      return { bits: (b & c) | (~b & d), place: step };
    case 1:
      return { bits: (d & b) | (~d & c), place: (5 * step + 1) % 16 };
    case 2:
      return { bits: b ^ c ^ d, place: (3 * step + 5) % 16 };
    default:
      return { bits: c ^ (b | ~d), place: (7 * step) % 16 };
  }
}

/** The bytes as 32-bit words, low byte first, with the end mark and the length in bits. */
function pad(bytes: readonly number[]): readonly number[] {
  const blocks = ((bytes.length + 8) >> 6) + 1;
  const words = new Array<number>(blocks * 16).fill(0);
  const set = (index: number, byte: number): void => {
    words[index >> 2] = (words[index >> 2] ?? 0) | (byte << ((index % 4) * 8));
  };
  bytes.forEach((byte, index) => {
    set(index, byte);
  });
  set(bytes.length, 0x80);
  words[blocks * 16 - 2] = bytes.length << 3;
  words[blocks * 16 - 1] = bytes.length >>> 29;
  return words;
}

function utf8(text: string): readonly number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const tail = (shift: number): number => 0x80 | ((code >> shift) & 0x3f);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(0));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(6), tail(0));
    else bytes.push(0xf0 | (code >> 18), tail(12), tail(6), tail(0));
  }
  return bytes;
}

function renderWord(word: number): string {
  const bytes = [word, word >>> 8, word >>> 16, word >>> 24];
  return bytes.map((byte) => (byte & 0xff).toString(16).padStart(2, "0")).join("");
}
