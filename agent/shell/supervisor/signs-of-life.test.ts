import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { SignsOfLife } from "./signs-of-life.ts";

suite("signs of life", () => {
  test("there are none once the heartbeat process or the core has been silent for 5 s", () => {
    for (const [heardAt, turnedAt, isWell] of [
      [4001, 4001, true],
      [4000, 4001, false],
      [8000, 4001, true],
      [8000, 4000, false],
      [4000, 8000, false],
    ] as const) {
      let now = 0;
      const signs = new SignsOfLife(() => now);
      for (const [at, note] of [
        [heardAt, () => signs.noteHeard()],
        [turnedAt, () => signs.noteTurn()],
      ] as const) {
        now = at;
        note();
      }
      now = 9000;
      assert.equal(signs.isWell(), isWell, `heard at ${heardAt}, turned at ${turnedAt}`);
    }
  });
});
