import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import { readWorking } from "../read/index.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import { createAction } from "./create-action.ts";

interface Scene {
  readonly working: Working;
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
}

function scene(small: SmallInput = {}): Scene {
  const working = readWorking(smallInput({ resources: [dummy("web")], ...small }));
  const resource = working.byId.get("web");
  const [node] = working.nodes;
  assert.ok(resource && node);
  return { working, resource, node };
}

suite("making actions", () => {
  test("an operation of a resource on a node is one action, and stays required", () => {
    const { working, resource, node } = scene();
    const request = { resource, node, task: "start" };
    const first = createAction(working, { ...request, isOptional: false });
    assert.equal(createAction(working, { ...request, isOptional: true }), first);
    assert.deepEqual([first.isOptional, working.actions.length], [false, 1]);
  });

  test("an action without a node is for the first node asked for, and possible then", () => {
    const { working, resource, node } = scene();
    const request = { resource, task: "start", isOptional: false };
    const nowhere = createAction(working, { ...request, node: null });
    assert.equal(nowhere.isRunnable, false);
    assert.equal(createAction(working, { ...request, node }), nowhere);
    assert.deepEqual([nowhere.node, nowhere.isRunnable], [node, true]);
  });

  const policies = [
    ["stop", "start", false],
    ["stop", "stop", true],
    ["freeze", "start", false],
    ["ignore", "start", true],
    ["demote", "start", false],
  ] as const;
  for (const [policy, task, isRunnable] of policies) {
    test(`without quorum and with policy ${policy}: a ${task} can be done: ${isRunnable}`, () => {
      const properties = { "no-quorum-policy": policy };
      const resources = [dummy("web", { requires: "quorum" })];
      const { working, resource, node } = scene({ resources, properties, isQuorate: false });
      const action = createAction(working, { resource, node, task, isOptional: false });
      assert.equal(action.isRunnable, isRunnable);
      assert.equal(action.reason === "", isRunnable);
    });
  }

  test("a stop that cannot be done since its node is gone has that fenced", () => {
    const { working, resource, node } = scene({ nodes: { alpha: "offline", beta: "online" } });
    const start = createAction(working, { resource, node, task: "start", isOptional: false });
    assert.deepEqual([start.isRunnable, node.isUnclean], [false, false]);
    createAction(working, { resource, node, task: "stop", isOptional: false });
    assert.equal(node.isUnclean, true);
  });

  test("of a resource that is not managed only what repeats is asked", () => {
    const resources = [dummy("web", { "is-managed": "false" })];
    const { working, resource, node } = scene({ resources });
    const request = { resource, node, isOptional: false };
    assert.equal(createAction(working, { ...request, task: "stop" }).isOptional, true);
    const monitor = { ...request, task: "monitor", intervalMs: 10_000 };
    assert.equal(createAction(working, monitor).isOptional, false);
  });
});
