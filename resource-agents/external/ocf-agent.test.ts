import assert from "node:assert/strict";
import { readReason } from "./ocf-agent.ts";

suite("what other agents answer", () => {
  for (const [stderr, reason] of [
    ["ocf-exit-reason:first\nocf-exit-reason: last \nnoise\n", "last"],
    ["one\ntwo\n\n", "two"],
    ["", "exit status 4"],
  ] as const) {
    test(`reason in ${JSON.stringify(stderr)}: ${reason}`, () => {
      assert.equal(readReason(stderr, 4), reason);
    });
  }
});
