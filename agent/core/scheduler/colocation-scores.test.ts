import assert from "node:assert/strict";
import { dummy, smallInput } from "../../../test/scheduler/small-input.ts";
import type { ColocationSets, ResourceSet } from "../model/index.ts";
import { scheduleTransition } from "./schedule-transition.ts";

/** Each of these keeps apart from every other, or tries to. */
function keepingApart(count: number) {
  const resources = Array.from({ length: count }, (_, index) => dummy(`r${index}`));
  const set: ResourceSet = {
    id: "all",
    resources: resources.map(({ id }) => id),
    isSequential: true,
    needsAll: true,
    action: null,
    role: null,
    score: null,
    ordering: null,
    strength: null,
  };
  const apart: ColocationSets = { kind: "colocationSets", id: "apart", score: -1000, sets: [set] };
  return smallInput({ resources, constraints: [apart] });
}

suite("scores taken over along colocations", () => {
  test("a dense net of colocations is planned in time, with a node for every resource", () => {
    const nodes = Object.values(scheduleTransition(keepingApart(20)).placements);
    assert.equal(nodes.filter((node) => node !== null).length, 20);
    assert.deepEqual([...new Set(nodes)].sort(), ["alpha", "beta"]);
  });
});
