import assert from "node:assert/strict";
import { suite, test } from "mocha";

import { encodeAuthkeys, parseAuthkeys } from "./authkey-file.ts";

const OLD = "0f".repeat(32);
const NEW = "a1".repeat(32);

suite("the file of the shared secret", () => {
  test("one line is the secret, a second one is accepted beside it", () => {
    for (const otherAuthkeyHex of [null, NEW]) {
      const keys = { authkeyHex: OLD, otherAuthkeyHex };
      assert.deepEqual(parseAuthkeys(encodeAuthkeys(keys)), keys);
    }
    assert.deepEqual(parseAuthkeys(OLD.toUpperCase()), { authkeyHex: OLD, otherAuthkeyHex: null });
  });

  const damages = [
    ["nothing", ""],
    ["less than 32 bytes", "0f".repeat(31)],
    ["no hexadecimal text", "zz".repeat(32)],
    ["more than 128 bytes", "0f".repeat(200)],
    ["a short second line", `${OLD}\n0f0f\n`],
    ["a line between", `${OLD}\n\n${NEW}\n`],
    ["three lines", `${OLD}\n${NEW}\n${"b2".repeat(32)}\n`],
    ["the same secret twice", `${OLD}\n${OLD}\n`],
  ] as const;
  for (const [name, text] of damages) {
    test(`refused: ${name}`, () => assert.equal(parseAuthkeys(text), null));
  }
});
