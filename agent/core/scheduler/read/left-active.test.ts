import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { ResourceState, SchedulerInput, Transition } from "../../model/index.ts";
import { scheduleTransition } from "../index.ts";

/** Alpha was stopped in order and left everything in its history active. */
function leftInput(small: SmallInput): SchedulerInput {
  const input = smallInput({ nodes: { alpha: "offline", beta: "online" }, ...small });
  const histories = input.histories.map((history) => ({
    ...history,
    resources: history.resources.map((entry) =>
      history.node === "alpha" ? { ...entry, wasLeftActive: true as const } : entry,
    ),
  }));
  return { ...input, histories };
}

function begun(transition: Transition): readonly string[] {
  return transition.actions.flatMap(({ node, task }) =>
    task.kind === "operation" ? [`${task.order.operation} ${task.order.resource} ${node}`] : [],
  );
}

function find(transition: Transition, id: string): ResourceState | undefined {
  return transition.states.find(({ resource }) => resource === id);
}

suite("what a stopped node has left active", () => {
  const resources = [dummy("web")];

  for (const records of [["start 0"], ["start 0", "monitor 10s 7"], ["probe timedOut"]]) {
    test(`starts nowhere else: ${records.join(", ")}`, () => {
      const history = { alpha: { web: records }, beta: { web: ["probe 7"] } };
      const transition = scheduleTransition(leftInput({ resources, history }));
      assert.deepEqual(begun(transition), []);
      const web = find(transition, "web");
      assert.deepEqual([web?.activeOn, web?.unmanagedOn], [["alpha"], ["alpha"]]);
      const [decision] = transition.decisions;
      assert.match(decision?.reason ?? "", /stays on alpha untouched: it was left active on alpha/);
      assert.match(decision?.reason ?? "", /"lbctl resource refresh web" says so/);
    });
  }

  test("with fencing on nobody is fenced for it", () => {
    const properties = { "stonith-enabled": "true" };
    const history = { alpha: { web: ["start 0"] }, beta: { web: ["probe 7"] } };
    const transition = scheduleTransition(leftInput({ resources, history, properties }));
    assert.deepEqual(transition.actions, []);
  });

  test("everything else that the node had is free", () => {
    const history = { alpha: { web: ["start 0"] }, beta: { web: ["probe 7"], ip: ["probe 7"] } };
    const two = [dummy("web"), dummy("ip")];
    const transition = scheduleTransition(leftInput({ resources: two, history }));
    assert.deepEqual(begun(transition), ["start ip beta"]);
  });

  test("a clone runs on where it can", () => {
    const clone = { kind: "clone", id: "webs", child: dummy("web"), meta: {} } as const;
    const history = { alpha: { web: ["start 0"] }, beta: { web: ["probe 7"] } };
    const transition = scheduleTransition(leftInput({ resources: [clone], history }));
    assert.deepEqual(begun(transition), ["start web beta"]);
    assert.deepEqual(find(transition, "web")?.unmanagedOn, ["alpha"]);
  });
});
