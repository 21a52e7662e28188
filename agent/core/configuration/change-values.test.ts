import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { type Change, emptyCib, renderProblem } from "../model/index.ts";
import { applyChanges } from "./index.ts";

const CONTEXT = { stamp: { by: "root", atWallMs: 1 }, nodes: ["ip1", "ip2"] };

suite("what may differ between the nodes", () => {
  const set = (text: string): Change => {
    return { kind: "setProperties", values: { "drift-ignore": text } };
  };

  test("an entry that can fit nothing is refused in one line", () => {
    const result = applyChanges(emptyCib(CONTEXT.nodes), [set("/etc/ok files:/x")], CONTEXT);
    assert.ok(result.kind === "refused");
    assert.deepEqual(result.problems.map(renderProblem), [
      'property "drift-ignore": "files:/x": no kind "files": kinds are file, link, certificate, ' +
        "key, modules, version, sysctl, unit, hosts",
    ]);
  });

  test("one that stands there already holds no other change back", () => {
    const properties = { "drift-ignore": "files:/x" };
    const change: Change = { kind: "setProperties", values: { "batch-limit": "3" } };
    const result = applyChanges({ ...emptyCib(CONTEXT.nodes), properties }, [change], CONTEXT);
    assert.equal(result.kind, "changed");
  });
});
