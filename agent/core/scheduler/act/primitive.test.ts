import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues } from "../../model/index.ts";
import { readWorking } from "../read/index.ts";
import { ROLE, type WorkingAction } from "../working.ts";
import { createPrimitiveActions } from "./primitive.ts";
import { noteRunningOperations } from "./running-operations.ts";

interface Course {
  readonly to: string | null;
  readonly meta?: NameValues;
  readonly operations?: readonly string[];
  readonly history?: SmallInput["history"];
}

const ON_ALPHA: SmallInput["history"] = { alpha: { web: ["start 0", "monitor 10s 0"] } };

/** The actions of one resource that is to be on that node; those that are optional in brackets. */
function actionsOf({ to, meta = {}, operations = [], history = {} }: Course): readonly string[] {
  const resources = [dummy("web", meta, operations)];
  const working = readWorking(smallInput({ resources, history }));
  const resource = working.byId.get("web");
  assert.ok(resource);
  resource.assignedTo = working.nodes.find(({ name }) => name === to) ?? null;
  noteRunningOperations(working);
  createPrimitiveActions(working, resource);
  return resource.actions.map(render).sort();
}

function render(action: WorkingAction): string {
  const { task, intervalMs, node, isOptional } = action;
  const words = [task, ...(intervalMs > 0 ? [`${intervalMs / 1000}s`] : []), node?.name ?? "-"];
  return isOptional ? `(${words.join(" ")})` : words.join(" ");
}

suite("actions of a primitive", () => {
  const operations = ["monitor 10s"];

  test("what is stopped is started, and watched from then on", () => {
    assert.deepEqual(actionsOf({ to: "alpha", operations }), ["monitor 10s alpha", "start alpha"]);
  });

  test("what stays is left alone; its restart is only noted", () => {
    const actions = actionsOf({ to: "alpha", operations, history: ON_ALPHA });
    assert.deepEqual(actions, ["(monitor 10s alpha)", "(start alpha)", "(stop alpha)"]);
  });

  test("what has nowhere to be is stopped", () => {
    assert.deepEqual(actionsOf({ to: null, history: ON_ALPHA }), [
      "(monitor 10s alpha)",
      "stop alpha",
    ]);
  });

  test("what moves is stopped here and started there", () => {
    const actions = actionsOf({ to: "beta", history: { alpha: { web: ["start 0"] } } });
    assert.deepEqual(actions, ["start beta", "stop alpha"]);
  });

  test("what may migrate has both ways noted", () => {
    const meta = { "allow-migrate": "true" };
    const actions = actionsOf({ to: "beta", meta, history: { alpha: { web: ["start 0"] } } });
    assert.deepEqual(actions, [
      "(migrate_from beta)",
      "(migrate_to alpha)",
      "start beta",
      "stop alpha",
    ]);
  });

  test("a failed one is stopped where it is and started again", () => {
    const history = { alpha: { web: ["start 0", "monitor 10s 1"] } };
    const actions = actionsOf({ to: "alpha", operations, history });
    assert.deepEqual(actions, ["monitor 10s alpha", "start alpha", "stop alpha"]);
  });

  const BOTH = { alpha: { web: ["start 0"] }, beta: { web: ["start 0"] } };
  const copies = [
    ["stop_start", ["start alpha", "stop alpha", "stop beta"]],
    ["stop_unexpected", ["start alpha", "stop beta"]],
  ] as const;
  for (const [policy, expected] of copies) {
    test(`of two copies, with multiple-active=${policy}: ${expected.join(", ")}`, () => {
      const meta = { "multiple-active": policy };
      assert.deepEqual(actionsOf({ to: "alpha", meta, history: BOTH }), expected);
    });
  }
});

suite("recurring operations", () => {
  test("a monitor of role Stopped runs where the resource is not", () => {
    const operations = ["monitor 20s role=Stopped"];
    const actions = actionsOf({ to: "alpha", operations });
    assert.deepEqual(actions, ["monitor 20s beta", "start alpha"]);
  });

  test("one that is configured twice, or switched off, does not run", () => {
    const twice = ["monitor 10s", "monitor 10s timeout=5"];
    assert.deepEqual(actionsOf({ to: "alpha", operations: twice }), ["start alpha"]);
    const off = ["monitor 10s enabled=false"];
    assert.deepEqual(actionsOf({ to: "alpha", operations: off }), ["start alpha"]);
  });

  test("one for another role than the next one ends", () => {
    const resources = [dummy("web", {}, ["monitor 10s role=Promoted"])];
    const working = readWorking(smallInput({ resources, history: ON_ALPHA }));
    const resource = working.byId.get("web");
    assert.ok(resource);
    resource.assignedTo = working.nodes[0] ?? null;
    resource.nextRole = ROLE.started;
    noteRunningOperations(working);
    createPrimitiveActions(working, resource);
    const cancel = resource.actions.find(({ task }) => task === "cancel");
    assert.deepEqual(cancel?.cancels, { task: "monitor", intervalMs: 10_000 });
  });
});
