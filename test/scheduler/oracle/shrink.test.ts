import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { describeLeft } from "./left-features.ts";
import { randomSpec } from "./random-spec.ts";
import { renderCib } from "./render-cib.ts";
import { listChanges, shrink } from "./shrink.ts";
import { primitivesIn, type Spec } from "./spec.ts";

async function shrinkTo(spec: Spec, shows: (spec: Spec) => boolean): Promise<Spec> {
  return await shrink(spec, async (specs) => specs.map(shows), 3);
}

suite("shrinking", () => {
  test("nothing is left of a case that always shows the difference", async () => {
    const smallest = await shrinkTo(randomSpec(5003, "B"), () => true);
    assert.deepEqual(smallest.resources, []);
    assert.deepEqual(smallest.constraints, []);
    assert.deepEqual(describeLeft(smallest), []);
  });

  test("what the difference needs stays, and no more", async () => {
    const seeds = Array.from({ length: 200 }, (_none, index) => 2000 + index);
    const isWanted = (spec: Spec): boolean => {
      const orders = spec.constraints.filter(({ name }) => name === "rsc_order");
      return orders.some(({ attributes }) => attributes["symmetrical"] === "false");
    };
    const first = seeds.map((seed) => randomSpec(seed, "A")).find(isWanted);
    assert.ok(first !== undefined);
    const smallest = await shrinkTo(first, isWanted);
    assert.equal(smallest.constraints.length, 1);
    assert.equal(smallest.resources.flatMap(primitivesIn).length, 2);
    assert.deepEqual(describeLeft(smallest), ["order symmetrical=false"]);
  });

  test("every change leaves a case that can be rendered", () => {
    for (const mix of ["A", "B"] as const) {
      const spec = randomSpec(4242, mix);
      for (const change of listChanges(spec)) {
        const copy = structuredClone(spec);
        change(copy);
        assert.match(renderCib(copy), /<\/cib>/);
      }
    }
  });
});
