import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { md5 } from "./md5.ts";

suite("MD5", () => {
  const rows = [
    ["", "d41d8cd98f00b204e9800998ecf8427e"],
    ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", "f96b697d7cb7938d525a2f31aaf161d0"],
  ] as const;
  for (const [text, expected] of rows) {
    test(`RFC 1321, appendix A.5: "${text}"`, () => {
      assert.equal(md5(text), expected);
    });
  }

  test("texts of every length around a block, in letters of one to four bytes", () => {
    for (let length = 50; length < 70; length++) {
      for (const letter of ["a", "ä", "€", "𝄞"]) {
        const text = letter.repeat(length);
        assert.equal(md5(text), createHash("md5").update(text).digest("hex"));
      }
    }
  });
});
