import assert from "node:assert/strict";
import { findFreeHost } from "./announce-address.ts";

suite("announcing an address", () => {
  for (const [cidr, taken, host] of [
    ["10.0.0.5/24", [], "10.0.0.254"],
    ["10.0.0.5/24", ["10.0.0.254", "10.0.0.253"], "10.0.0.252"],
    ["200.1.255.9/16", [], "200.1.255.254"],
    ["10.0.0.1/30", ["10.0.0.1", "10.0.0.2"], null],
    ["10.0.0.1/32", [], null],
    ["10.0.0.1/31", [], null],
  ] as const) {
    test(`free host of ${cidr} beside ${taken.length} taken: ${host}`, () => {
      assert.equal(findFreeHost(cidr, new Set(taken)), host);
    });
  }
});
