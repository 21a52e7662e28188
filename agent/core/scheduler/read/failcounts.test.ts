import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues, Resource } from "../../model/index.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import { failcountOf, isThresholdReached } from "./failcounts.ts";
import { readWorking } from "./read-working.ts";

interface Found {
  readonly working: Working;
  readonly resource: WorkingResource;
  readonly node: WorkingNode;
}

function read(id: string, resources: readonly Resource[], failcounts: readonly string[]): Found {
  const small: SmallInput = { resources, failcounts: { alpha: failcounts } };
  const working = readWorking(smallInput(small));
  const resource = working.byId.get(id);
  const [node] = working.nodes;
  assert.ok(resource && node);
  return { working, resource, node };
}

function count(found: Found, isEffective = true): number {
  return failcountOf(found.working, found, { isEffective }).count;
}

function cloneOf(meta: NameValues): Resource {
  return { kind: "clone", id: "c", meta, child: dummy("a", { "migration-threshold": "3" }) };
}

suite("failcounts", () => {
  test("the operations of a resource are added up, to no more than infinity", () => {
    const lines = ["a monitor 10s 2", "a start 1", "b start 7"];
    assert.equal(count(read("a", [dummy("a")], lines)), 3);
    assert.equal(count(read("a", [dummy("a")], [...lines, "a stop 1000000"])), 1_000_000);
  });

  test("the instances of an anonymous clone share one count, those of a unique one do not", () => {
    const lines = ["a monitor 10s 1", "a:1 start 2"];
    assert.equal(count(read("a:0", [cloneOf({})], lines)), 3);
    assert.equal(count(read("a:1", [cloneOf({ "globally-unique": "true" })], lines)), 2);
  });

  test("when the last failure is old enough none counts any more", () => {
    const resources = [dummy("a", { "failure-timeout": "60s" })];
    const old = read("a", resources, ["a monitor 10s 2 @90s", "a start 1 @60s"]);
    assert.deepEqual([count(old), count(old, false)], [0, 3]);
    assert.equal(count(read("a", resources, ["a monitor 10s 2 @90s", "a start 1 @59s"])), 3);
  });

  test("the threshold bans the resource, or for a shared count the clone", () => {
    const reached = (found: Found): string | undefined =>
      isThresholdReached(found.working, found.resource, found.node)?.id;
    const lines = ["a start 3"];
    assert.equal(reached(read("a", [dummy("a", { "migration-threshold": "3" })], lines)), "a");
    assert.equal(
      reached(read("a", [dummy("a", { "migration-threshold": "4" })], lines)),
      undefined,
    );
    assert.equal(
      reached(read("a", [dummy("a", { "migration-threshold": "0" })], lines)),
      undefined,
    );
    assert.equal(reached(read("a:0", [cloneOf({})], lines)), "c");
    assert.equal(reached(read("a", [dummy("a")], ["a start 1000000"])), "a");
  });
});
