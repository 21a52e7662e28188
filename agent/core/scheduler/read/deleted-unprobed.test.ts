import assert from "node:assert/strict";
import { smallInput } from "../../../../test/scheduler/small-input.ts";
import type { ResourceHistory, SchedulerInput } from "../../model/index.ts";
import { scheduleTransition } from "../index.ts";

const AGENT = { standard: "ocf", provider: "heartbeat", type: "Delay" } as const;

/** A resource that nobody has configured any more, with these results on both nodes. */
function deleted(results: readonly string[], more: Partial<ResourceHistory> = {}): SchedulerInput {
  const input = smallInput({ history: { alpha: { slow: results }, beta: { slow: results } } });
  const call = { agent: AGENT, parameters: {} };
  const histories = input.histories.map((history) => ({
    ...history,
    resources: history.resources.map((entry) => ({ ...entry, probedWith: call, ...more })),
  }));
  return { ...input, histories };
}

function planned(input: SchedulerInput): readonly string[] {
  return scheduleTransition(input).actions.map(({ node, task }) =>
    task.kind === "operation" ? `${task.order.operation} ${node}` : `${task.kind} ${node}`,
  );
}

suite("a deleted resource of which only probes are known", () => {
  for (const result of ["probe timedOut", "probe 1", "probe 7", "probe 5"]) {
    test(`${result}: forgotten, not stopped`, () => {
      const input = deleted([result]);
      assert.deepEqual(planned(input), ["deleteHistory alpha", "deleteHistory beta"]);
      const [slow] = scheduleTransition(input).states;
      assert.deepEqual([slow?.activeOn, slow?.isBlocked], [[], false]);
    });
  }

  test("found active, it is stopped", () => {
    assert.deepEqual(
      planned(deleted(["probe 0"])).filter((each) => each.startsWith("stop")),
      ["stop alpha", "stop beta"],
    );
  });

  test("what was started once is stopped where its state is in doubt", () => {
    const more = { lastCall: { agent: AGENT, parameters: {} } };
    const stops = planned(deleted(["probe timedOut"], more));
    assert.ok(stops.includes("stop alpha") && stops.includes("stop beta"));
  });
});
