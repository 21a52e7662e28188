import assert from "node:assert/strict";
import type { OwnerRecord, ProbeRecord } from "../lab/watch/index.ts";
import { disorderOf, eventsOf, renderEvents } from "./order.ts";
import type { Deed } from "./scenarios/index.ts";

const DEED: Deed = { faultAt: 100, countFrom: "fault", untilAt: 1000, notes: [] };

/** One record for each step of 100 ms; a name, or nothing for a failure, for nobody. */
function seen(owners: string, answers: string) {
  const at = (index: number) => 100 + index * 100;
  const names = (text: string) => text.split(",").map((name) => name.trim());
  return {
    owners: names(owners).map(
      (name, index): OwnerRecord => ({
        at: at(index),
        owners: name === "" ? [] : name.split("+"),
      }),
    ),
    probes: names(answers).map(
      (name, index): ProbeRecord => ({
        startAt: at(index),
        endAt: at(index) + 5,
        ok: name !== "",
        host: name,
      }),
    ),
  };
}

suite("the order of events of a drill", () => {
  const rows = [
    ["moves", "", ",,b", "a,,b,b", undefined],
    ["moves", "in one step", "b", "b", undefined],
    ["moves", "held by both for a while", "a+b,b", "a,b", undefined],
    ["moves", "and comes back", ",b,a", ",b,a", /held by b, then a, and should have gone from a/],
    [
      "moves",
      "and comes back for the client alone",
      ",b",
      "a,b,a",
      /answered by a, then b, then a/,
    ],
    ["moves", "but did not", ",a", ",a", /held by a, and should have gone from a once/],
    ["moves", "but ended", ",", "a,,", /held by nobody, and should have gone from a once/],
    ["stays", "", ",a", "a,,a", undefined],
    ["stays", "but moved", ",b", "a,,b", /held by b, and should have stayed at a/],
    ["stays", "but was at the other for a while", "a", "a,b,a", /answered by a, then b, then a/],
  ] as const;
  for (const [service, what, owners, answers, expected] of rows) {
    const verdict = expected === undefined ? "good" : "not good";
    test(`a service that ${service} ${what}: ${verdict}`, () => {
      const found = disorderOf({ watch: seen(owners, answers), deed: DEED, before: "a" }, service);
      if (expected === undefined) assert.equal(found, undefined);
      else assert.match(found ?? "", expected);
    });
  }

  test("without a promise nothing is out of order", () => {
    const watch = seen("b,a,b", "b,a,b");
    assert.equal(disorderOf({ watch, deed: DEED, before: "a" }, undefined), undefined);
  });

  test("events are told by their time, with the marks of the scenario", () => {
    const deed = { ...DEED, marks: [{ at: 350, what: "a was reset" }] };
    const events = eventsOf(seen(",b", "a,,b"), deed);
    assert.deepEqual(renderEvents(events, deed.faultAt), [
      "+0.0 s  nobody holds the address",
      "+0.0 s  a answers",
      "+0.1 s  b holds the address",
      "+0.1 s  the client is not answered",
      "+0.2 s  b answers",
      "+0.3 s  a was reset",
    ]);
  });
});
