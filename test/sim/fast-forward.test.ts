import assert from "node:assert/strict";
import { suite, test } from "mocha";

import type { Membership } from "../../agent/core/membership/index.ts";
import { Simulation, TWO_NODE } from "./simulation.ts";
import { ask, FIRST_CHANGES, PAIR } from "./workload.ts";

interface Ended {
  readonly hash: string;
  readonly memberships: readonly (Membership | undefined)[];
  readonly skippedMs: number;
}

/** A run with quiet time of every kind: paired, alone, one way, the other away. */
function runThrough(skipsQuiet: boolean): Ended {
  const options = { seed: 7, tokenTimeoutMs: 1000, isSupervised: true, quorum: TWO_NODE };
  const sim = new Simulation({ ...options, onLine: null, skipsQuiet });
  sim.startNode(0);
  sim.startNode(1);
  sim.runMs(5000);
  const changes = [...FIRST_CHANGES, ...PAIR.changes];
  ask(sim, 0, { kind: "apply", changes, isDryRun: false, by: "test", atWallMs: 0 });
  sim.runMs(61_003);
  sim.cutTokens(0, 1);
  sim.runMs(40_017);
  sim.cutTokens(1, 1);
  sim.runMs(40_029);
  sim.cutTokens(0, -1);
  sim.cutTokens(1, -1);
  sim.runMs(61_000);
  sim.crash(1);
  sim.runMs(60_501);
  sim.boot(1);
  sim.runMs(60_000);
  const memberships = sim.hosts.map(({ heartbeat }) => heartbeat?.membership);
  return { hash: sim.trace.digest(), memberships, skippedMs: sim.skippedMs };
}

suite("fast forward", () => {
  test("a run with skips is the same as one without, down to the last token", () => {
    const stepped = runThrough(false);
    const skipped = runThrough(true);
    assert.equal(stepped.skippedMs, 0);
    assert.ok(skipped.skippedMs > 150_000, `skipped ${skipped.skippedMs} ms`);
    assert.deepEqual(skipped.memberships, stepped.memberships);
    assert.equal(skipped.hash, stepped.hash);
  }).timeout(10_000);
});
