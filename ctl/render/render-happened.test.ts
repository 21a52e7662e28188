import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus, ResourceStatus } from "../../agent/core/model/index.ts";
import { EXAMPLE_STATUS } from "./example-status.ts";
import { tellHappened } from "./render-happened.ts";

const [ADDRESS, SERVER] = EXAMPLE_STATUS.resources;

function withResources(...resources: readonly (ResourceStatus | undefined)[]): ClusterStatus {
  return { ...EXAMPLE_STATUS, resources: resources.filter((each) => each !== undefined) };
}

suite("what happened meanwhile", () => {
  test("a resource that was deleted was stopped, though its history went with it", () => {
    const { done } = tellHappened(EXAMPLE_STATUS, withResources(SERVER));
    assert.deepEqual(done, ["stopped virtual_ip on p1"]);
  });

  test("each copy of a clone that was deleted was stopped", () => {
    assert.ok(ADDRESS !== undefined);
    const clone = { ...ADDRESS, id: "ping", clone: "ping-clone", nodes: ["p1", "p2"] };
    const { done } = tellHappened(withResources(clone, SERVER), withResources(SERVER));
    assert.deepEqual(done, ["stopped ping on p1", "stopped ping on p2"]);
  });

  test("what ran nowhere, and what is still there, was not stopped", () => {
    assert.ok(ADDRESS !== undefined);
    const idle = { ...ADDRESS, nodes: [] };
    assert.deepEqual(tellHappened(withResources(idle, SERVER), withResources(SERVER)).done, []);
    assert.deepEqual(tellHappened(EXAMPLE_STATUS, EXAMPLE_STATUS).done, []);
  });
});
