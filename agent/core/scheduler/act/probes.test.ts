import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues, Resource } from "../../model/index.ts";
import { readWorking } from "../read/index.ts";
import { scheduleProbes } from "./probes.ts";

/** What is probed where, and whether that can be done, as `web alpha` and `(web alpha)`. */
function probed(small: SmallInput): readonly string[] {
  const working = readWorking(smallInput({ resources: [dummy("web")], ...small }));
  scheduleProbes(working);
  return working.actions.map(({ resource, node, isRunnable }) => {
    const words = `${resource?.id} ${node?.name}`;
    return isRunnable ? words : `(${words})`;
  });
}

function cloneOf(meta: NameValues): Resource {
  return { kind: "clone", id: "c", meta, child: dummy("web") };
}

suite("probes", () => {
  test("every node is asked about every resource that it has not told about", () => {
    assert.deepEqual(probed({}), ["web alpha", "web beta"]);
    assert.deepEqual(probed({ history: { alpha: { web: ["probe 7"] } } }), ["web beta"]);
  });

  test("only nodes that are there and need no fencing are asked", () => {
    assert.deepEqual(probed({ nodes: { alpha: "offline", beta: "unclean" } }), []);
    const joining = { presence: "online", isPending: true } as const;
    assert.deepEqual(probed({ nodes: { alpha: joining, beta: "online" } }), [
      "(web alpha)",
      "web beta",
    ]);
  });

  test("a resource that is not managed is looked for as well", () => {
    const resources = [dummy("web", { "is-managed": "false" })];
    assert.deepEqual(probed({ resources }), ["web alpha", "web beta"]);
  });

  test("one instance answers for an anonymous clone, each for itself in a unique one", () => {
    assert.deepEqual(probed({ resources: [cloneOf({})] }), ["web:0 alpha", "web:0 beta"]);
    assert.deepEqual(probed({ resources: [cloneOf({ "globally-unique": "true" })] }), [
      "web:0 alpha",
      "web:1 alpha",
      "web:0 beta",
      "web:1 beta",
    ]);
  });

  test("nobody is asked where that is switched off", () => {
    assert.deepEqual(probed({ properties: { "enable-startup-probes": "false" } }), []);
  });
});
