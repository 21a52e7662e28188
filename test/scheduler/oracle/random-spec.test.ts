import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { readInput } from "../corpus/read-input.ts";
import { FEATURES, FULL_MIX_FROM, PAIRS_FROM, randomSpec } from "./random-spec.ts";
import { digestOf, renderCib } from "./render-cib.ts";
import { allPrimitives, PRESENT_S, type Spec } from "./spec.ts";

function withFeature(name: string): Spec {
  const known = FEATURES.filter(({ mix }) => mix === "A");
  const index = known.findIndex((feature) => feature.name === name);
  const seeds = Array.from({ length: 4 }, (_none, round) => index + round * known.length);
  const specs = seeds.filter((seed) => seed < PAIRS_FROM).map((seed) => randomSpec(seed, "A"));
  const found = specs.find(({ features }) => features.includes(name));
  assert.ok(found !== undefined, name);
  return found;
}

suite("random cases", () => {
  test("the same seed gives the same document", () => {
    for (const seed of [3, 700, 5000]) {
      for (const mix of ["A", "B"] as const) {
        assert.equal(renderCib(randomSpec(seed, mix)), renderCib(randomSpec(seed, mix)));
      }
    }
  });

  test("small seeds have one feature, the next ones at most two", () => {
    for (let seed = 0; seed < PAIRS_FROM; seed += 7) {
      assert.equal(randomSpec(seed, "A").features.length, 1);
    }
    for (let seed = PAIRS_FROM; seed < FULL_MIX_FROM; seed += 17) {
      assert.ok(randomSpec(seed, "A").features.length <= 2);
    }
  });

  test("every feature of mix A occurs among the small seeds", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < PAIRS_FROM; seed++) {
      for (const name of randomSpec(seed, "A").features) seen.add(name);
    }
    const names = FEATURES.filter(({ mix }) => mix === "A").map(({ name }) => name);
    assert.deepEqual([...seen].sort(), names.toSorted());
  });

  test("mix A has no clones, and mix B has them", () => {
    const seeds = Array.from({ length: 60 }, (_none, index) => FULL_MIX_FROM + index);
    const count = (mix: "A" | "B"): number =>
      seeds.filter((seed) => randomSpec(seed, mix).resources.some(({ kind }) => kind === "clone"))
        .length;
    assert.equal(count("A"), 0);
    assert.ok(count("B") > 20);
  });

  test("the product reads what is rendered", () => {
    for (let seed = FULL_MIX_FROM; seed < FULL_MIX_FROM + 20; seed++) {
      const spec = randomSpec(seed, "B");
      const { cib } = readInput(renderCib(spec), PRESENT_S * 1000);
      assert.deepEqual(
        cib.resources.map(({ id }) => id),
        spec.resources.map(({ id }) => id),
      );
      assert.equal(cib.constraints.length, spec.constraints.length);
    }
  });

  test("a feature shows: a node in standby, a group, a failure", () => {
    const standby = withFeature("node standby").nodes.map(
      ({ attributes }) => attributes["standby"],
    );
    assert.ok(standby.includes("on"));
    assert.ok(withFeature("group").resources.some(({ kind }) => kind === "group"));
    assert.ok(withFeature("failed start").nodes.some(({ failures }) => failures.length > 0));
    const orphan = withFeature("orphan");
    const configured = new Set(allPrimitives(orphan).map(({ id }) => id));
    const histories = orphan.nodes.flatMap(({ history }) => history);
    assert.ok(histories.some(({ resource }) => !configured.has(resource)));
  });
});

suite("digests of operations", () => {
  for (const [parameters, digest] of [
    [{}, "f2317cad3d54cec5d7d7aa7d0bf35cf8"],
    [{ CRM_meta_timeout: "20000" }, "4811cef7f7f94e3a35a70be7916cb2fd"],
  ] as const) {
    test(`of ${JSON.stringify(parameters)} is ${digest}`, () => {
      assert.equal(digestOf({ ...parameters }), digest);
    });
  }

  test("the parameters are sorted", () => {
    assert.equal(digestOf({ b: "1", a: "2" }), digestOf({ a: "2", b: "1" }));
  });
});
