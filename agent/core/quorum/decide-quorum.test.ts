import assert from "node:assert/strict";
import type { QuorumConfig } from "../model/index.ts";
import { decideQuorum } from "./decide-quorum.ts";

const TWO_NODES: QuorumConfig = {
  isTwoNode: true,
  votesExpected: 2,
  waitsForAll: true,
  aloneAfterMs: null,
};
const STARTED_AT = 1000;

suite("quorum, votequorum(5)", () => {
  const rows = [
    // votes, both seen, unblocked, quorate, waiting
    [2, true, false, true, false],
    [1, true, false, true, false],
    [1, false, false, false, true],
    [1, false, true, true, false],
  ] as const;
  for (const [votesPresent, wereBothSeen, wasUnblocked, isQuorate, isWaiting] of rows) {
    const given = `${votesPresent} votes, both seen ${wereBothSeen}, unblocked ${wasUnblocked}`;
    test(`wait_for_all: ${given}: quorate ${isQuorate}`, () => {
      const evidence = { config: TWO_NODES, votesPresent, wereBothSeen, wasUnblocked };
      const quorum = decideQuorum({ ...evidence, startedAt: STARTED_AT }, 1_000_000);
      assert.deepEqual([quorum.isQuorate, quorum.isWaiting], [isQuorate, isWaiting]);
    });
  }

  test("a bounded wait ends by itself, and says when", () => {
    const evidence = {
      config: { ...TWO_NODES, waitsForAll: false, aloneAfterMs: 5000 },
      votesPresent: 1,
      wereBothSeen: false,
      wasUnblocked: false,
      startedAt: STARTED_AT,
    };
    assert.equal(decideQuorum(evidence, 5999).isQuorate, false);
    assert.equal(decideQuorum(evidence, 5999).waitsUntilAt, 6000);
    assert.equal(decideQuorum(evidence, 6000).isQuorate, true);
  });

  test("CMAN_QUORUM_TIMEOUT=0: a lone node may start at once", () => {
    const evidence = {
      config: { ...TWO_NODES, waitsForAll: false, aloneAfterMs: 0 },
      votesPresent: 1,
      wereBothSeen: false,
      wasUnblocked: false,
      startedAt: STARTED_AT,
    };
    assert.equal(decideQuorum(evidence, STARTED_AT).isQuorate, true);
  });

  test("without two_node one of two votes is no quorum", () => {
    const config = { ...TWO_NODES, isTwoNode: false, waitsForAll: false, aloneAfterMs: 0 };
    const seen = { wereBothSeen: true, wasUnblocked: false, startedAt: STARTED_AT };
    assert.equal(decideQuorum({ config, votesPresent: 1, ...seen }, 9000).isQuorate, false);
    assert.equal(decideQuorum({ config, votesPresent: 2, ...seen }, 9000).isQuorate, true);
  });
});
