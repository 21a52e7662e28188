import assert from "node:assert/strict";
import { dummy, smallInput } from "../../../test/scheduler/small-input.ts";
import type { NameValues, ResourceState } from "../model/index.ts";
import { scheduleTransition } from "./index.ts";

const NODES = { alpha: "online", beta: "online" } as const;

/** Before and after a plan for a resource whose monitor failed on alpha. */
function states(
  meta: NameValues,
  operations: readonly string[] = ["monitor 10s"],
): readonly (ResourceState | undefined)[] {
  const history = { alpha: { web: ["start 0", "monitor 10s 7"] }, beta: { web: ["probe 7"] } };
  const resources = [dummy("web", meta, operations)];
  const failcounts = { alpha: ["web monitor 10s 1 @5s"] };
  const input = smallInput({ nodes: NODES, resources, history, failcounts });
  const { states: before, after } = scheduleTransition(input);
  return [before[0], after?.[0]];
}

function failure(state: ResourceState | undefined): readonly unknown[] {
  return [state?.flags?.includes("failed"), state?.failedOn];
}

suite("the state after a plan", () => {
  for (const [name, meta] of [
    ["restarted in its place", {}],
    ["moved", { "migration-threshold": "1" }],
  ] as const) {
    test(`what was ${name} has not failed any more`, () => {
      const [before, after] = states(meta);
      assert.deepEqual(failure(before), [true, ["alpha"]]);
      assert.deepEqual(failure(after), [false, []]);
      assert.equal(after?.role, "Started");
    });
  }

  test("what the plan leaves alone has failed as before", () => {
    const [, after] = states({}, ["monitor 10s on-fail=block"]);
    assert.deepEqual(failure(after), [true, ["alpha"]]);
  });
});
