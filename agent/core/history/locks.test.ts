import assert from "node:assert/strict";
import {
  emptyHistory,
  type NodeHistory,
  type OperationOutcome,
  type OperationRecord,
  type ResourceHistory,
} from "../model/index.ts";
import {
  addLocks,
  giveUpLeftActive,
  keepFormerLocks,
  keepLocks,
  markLeftActive,
  type RecordOptions,
  recordResult,
  releaseLocks,
  unmarkLeftActive,
} from "./index.ts";

const SINCE_S = 1_700_000_000;
const OPTIONS: RecordOptions = { isStartFailureFatal: true, onFail: "restart" };

function exited(status: number): OperationOutcome {
  return { kind: "exited", status };
}

function record(
  operation: string,
  outcome: OperationOutcome,
  more: Partial<OperationRecord> = {},
): OperationRecord {
  return {
    operation,
    intervalMs: 0,
    callId: 1,
    outcome,
    expectedStatus: null,
    digest: "d",
    changedAt: 500,
    changedAtWallMs: 0,
    ranForMs: 1,
    reason: "",
    ...more,
  };
}

function entry(resource: string, more: Partial<ResourceHistory> = {}): ResourceHistory {
  return { resource, records: [record("stop", exited(0))], repairs: 0, ...more };
}

function historyOf(...resources: readonly ResourceHistory[]): NodeHistory {
  return { ...emptyHistory("alpha"), resources };
}

/** Resource ids, with `*` behind those that are kept and the number of their records. */
function list({ resources }: NodeHistory): readonly string[] {
  return resources.map(
    ({ resource, records, lockedSinceS }) =>
      `${resource}${lockedSinceS === SINCE_S ? "*" : ""} ${records.length}`,
  );
}

const LOCKED = entry("a", { lockedSinceS: SINCE_S });

suite("locks in the history of a node", () => {
  const rows: readonly (readonly [string, OperationRecord, boolean])[] = [
    ["a stop that succeeded", record("stop", exited(0)), true],
    ["a stop that failed", record("stop", exited(1)), false],
    ["a stop under way", record("stop", { kind: "pending" }), false],
    ["a stop that timed out", record("stop", { kind: "timedOut" }), false],
    ["a probe that found nothing", record("monitor", exited(7)), true],
    ["a probe under way", record("monitor", { kind: "pending" }), true],
    ["a probe that found it running", record("monitor", exited(0)), false],
    ["a recurring monitor", record("monitor", exited(7), { intervalMs: 10 }), false],
    ["a start", record("start", exited(0)), false],
    ["a start under way", record("start", { kind: "pending" }), false],
  ];
  for (const [name, result, isKept] of rows) {
    test(`${name}, ordered with a lock: ${isKept ? "kept" : "not kept"}`, () => {
      const options = { ...OPTIONS, lockedSinceS: SINCE_S };
      const [found] = recordResult(historyOf(entry("a")), "a", result, options).resources;
      assert.equal(found?.lockedSinceS, isKept ? SINCE_S : undefined);
    });
  }

  test("a result that was ordered without a lock ends it", () => {
    const after = recordResult(historyOf(LOCKED), "a", record("stop", exited(0)), OPTIONS);
    assert.deepEqual(list(after), ["a 1"]);
  });

  test("after a goodbye only what is kept is left, and nothing of what was done", () => {
    const before = { ...historyOf(LOCKED, entry("b")), attributes: { shutdown: "1" } };
    const left = keepLocks(before);
    assert.deepEqual(list(left), ["a* 0"]);
    assert.deepEqual([left.attributes, left.failcounts], [{}, []]);
  });

  test("without a goodbye a stop of the same run locks nothing, a former goodbye does", () => {
    const before = historyOf(LOCKED, entry("b", { records: [], lockedSinceS: SINCE_S }));
    assert.deepEqual(list(keepFormerLocks(before)), ["b* 0"]);
  });

  test("a node that is back gets its locks, but for what is active there", () => {
    const kept = keepLocks(
      historyOf(...["a", "b", "c"].map((id) => entry(id, { lockedSinceS: SINCE_S }))),
    );
    const back = historyOf(entry("a"), entry("b"), entry("d"));
    const after = addLocks(back, kept, ({ resource }) => resource === "b");
    assert.deepEqual(list(after), ["a* 1", "b 1", "d 1", "c* 0"]);
  });

  test("what a node noted before it crashed is not handed on", () => {
    assert.deepEqual(list(addLocks(historyOf(entry("a")), historyOf(LOCKED), () => false)), [
      "a 1",
    ]);
  });

  test("giving up a lock leaves the records, and no entry without any", () => {
    const empty = entry("b", { records: [], lockedSinceS: SINCE_S });
    assert.deepEqual(list(releaseLocks(historyOf(LOCKED, empty), "b")), ["a* 1"]);
    assert.deepEqual(list(releaseLocks(historyOf(LOCKED, empty), null)), ["a 1"]);
  });
});

suite("what was left active", () => {
  const started = entry("web", { records: [record("start", exited(0))] });
  const left = markLeftActive(historyOf(started, entry("ip")), "web");

  test("the mark is on what was left, and can be taken back", () => {
    assert.deepEqual(
      left.resources.map(({ wasLeftActive }) => wasLeftActive),
      [true, undefined],
    );
    assert.deepEqual(unmarkLeftActive(left, "web"), historyOf(started, entry("ip")));
  });

  test("it is remembered with its records, whatever ends the ring after it", () => {
    for (const kept of [keepLocks(left), keepFormerLocks(left), keepFormerLocks(keepLocks(left))]) {
      assert.deepEqual(list(kept), ["web 1"]);
      assert.equal(kept.resources[0]?.wasLeftActive, true);
    }
  });

  test("a node that is back tells by itself what runs there", () => {
    const probed = historyOf(entry("web", { records: [record("monitor", exited(7))] }));
    assert.deepEqual(
      addLocks(probed, keepLocks(left), () => false),
      probed,
    );
    assert.deepEqual(list(addLocks(historyOf(), keepLocks(left), () => false)), []);
  });

  test("a person gives up what is named, and nothing else", () => {
    assert.deepEqual(list(giveUpLeftActive(left, "web")), ["ip 1"]);
    assert.deepEqual(list(giveUpLeftActive(left, "ip")), ["web 1", "ip 1"]);
  });

  test("monitors leave the mark, anything that is done with the resource ends it", () => {
    const after = (operation: string): boolean | undefined => {
      const next = record(operation, exited(0), { callId: 2 });
      return recordResult(left, "web", next, OPTIONS).resources[0]?.wasLeftActive;
    };
    assert.deepEqual(
      [after("monitor"), after("stop"), after("start")],
      [true, undefined, undefined],
    );
  });
});
