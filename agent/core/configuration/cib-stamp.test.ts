import assert from "node:assert/strict";
import { type Cib, type CibStamp, emptyCib, LINEAGE_MAX } from "../model/index.ts";
import { descendsFrom, hasSameContent, nextVersion, stampOf } from "./cib-stamp.ts";

const BY = { atWallMs: 5, by: "root" };
const FIRST = emptyCib(["ip1", "ip2"]);

function step(cib: Cib, value: string): Cib {
  return nextVersion({ ...cib, properties: { "batch-limit": value } }, cib, BY);
}

suite("stamps", () => {
  test("name the version and every part of the content but the lineage", () => {
    const next = step(FIRST, "1");
    assert.deepEqual(stampOf(next).version, { adminEpoch: 0, epoch: 1, numUpdates: 0 });
    assert.deepEqual(stampOf({ ...next, lineage: [] }), stampOf(next));
    assert.notDeepEqual(stampOf({ ...next, properties: {} }), stampOf(next));
    assert.notDeepEqual(stampOf({ ...next, lastChange: { ...BY, atWallMs: 6 } }), stampOf(next));
  });

  test("are the same whatever order the names were set in", () => {
    const one = { ...FIRST, properties: { a: "1", b: "2" } };
    const other = { ...FIRST, properties: { b: "2", a: "1" } };
    assert.deepEqual(stampOf(one), stampOf(other));
    assert.ok(hasSameContent(one, other));
  });

  test("of ancestors are remembered, those of the other side of a split are not", () => {
    const base = step(FIRST, "1");
    const here = step(step(base, "2"), "3");
    const there = step(base, "9");
    assert.ok(descendsFrom(here, stampOf(here)));
    assert.ok(descendsFrom(here, stampOf(base)));
    assert.ok(descendsFrom(here, stampOf(FIRST)));
    assert.ok(!descendsFrom(base, stampOf(here)));
    assert.ok(!descendsFrom(here, stampOf(there)));
    const forged: CibStamp = { ...stampOf(base), digest: "0" };
    assert.ok(!descendsFrom(here, forged));
  });

  test(`are forgotten after ${LINEAGE_MAX} changes`, () => {
    const steps = Array.from({ length: LINEAGE_MAX }, (_, index) => String(index + 1));
    const last = steps.reduce(step, FIRST);
    assert.equal(last.lineage.length, LINEAGE_MAX);
    assert.ok(descendsFrom(last, stampOf(FIRST)));
    const more = step(last, "0");
    assert.equal(more.lineage.length, LINEAGE_MAX);
    assert.ok(!descendsFrom(more, stampOf(FIRST)));
  });

  test("a next version counts the epoch up, sets numUpdates to 0 and keeps adminEpoch", () => {
    const old = { ...FIRST, version: { adminEpoch: 3, epoch: 7, numUpdates: 9 } };
    const next = step(old, "1");
    assert.deepEqual(next.version, { adminEpoch: 3, epoch: 8, numUpdates: 0 });
    assert.deepEqual(next.lastChange, BY);
  });
});
