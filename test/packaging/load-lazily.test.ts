import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { transform } from "esbuild";
import { suite, test } from "mocha";
import { loadLazily } from "../../scripts/load-lazily.ts";

/** A part that others import from. */
const KIT = `
  export class Thing { constructor(n) { this.n = n; } double() { return this.n * 2; } }
  class Square { constructor(n) { this.n = n; } area() { return this.n ** 2; } }
  export const shapes = { Square };
  export const classOf = () => Thing;
  export const call = (n) => n + 1;
  export const tag = (texts, n) => texts.join(String(n));
  export const list = [1, 2];
  export const nothing = undefined;
  export let count = 0;
  export const increase = () => { count++; };
`;
const IMPORT =
  "import { call, classOf, count, increase, list, nothing, shapes, tag, Thing } " +
  'from "./lbctl-KIT.cjs";';

/** Uses of what is imported, each with its value. */
const USES: readonly (readonly [expression: string, value: unknown])[] = [
  ["call(1)", 2],
  ["call?.(1)", 2],
  ["call.call(null, 1)", 2],
  ["new Thing(3).double()", 6],
  ["new Thing(3).n", 3],
  ["new (classOf())(3).double()", 6],
  ["new shapes.Square(3).area()", 9],
  ["new Thing(3) instanceof Thing", true],
  ["new (class extends Thing {})(4).double()", 8],
  ["tag`<${2}>`", "<2>"],
  ["[0, ...list].length", 3],
  ["({ call }).call(1)", 2],
  ["typeof call + typeof nothing", "functionundefined"],
  ["nothing?.deep.er", undefined],
  ["(increase(), increase(), count)", 2],
  ["((call) => call)(5)", 5],
  ["((import_lbctl_KIT) => import_lbctl_KIT.call + call(1))({ call: 5 })", 7],
  // What only looks like a use.
  ['"import_lbctl_KIT.call"', "import_lbctl_KIT.call"],
  ["`import_lbctl_KIT.call ${call(1)}`", "import_lbctl_KIT.call 2"],
  ["/import_lbctl_KIT.call/.source", "import_lbctl_KIT.call"],
  ["({ import_lbctl_KIT: { call: 5 } }).import_lbctl_KIT.call", 5],
];

const toCommonJs = async (text: string): Promise<string> => {
  const { code } = await transform(text, { format: "cjs", platform: "node", target: "node20" });
  return code;
};

/** Loads a part that was made lazy; lists the parts that it loaded itself, in order. */
const load = async (text: string) => {
  const loaded: string[] = [];
  const ofNode = createRequire(import.meta.url);
  const run = (code: string): Record<string, unknown> => {
    const module = { exports: {} };
    new Function("module", "exports", "require", code)(module, module.exports, requirePart);
    return module.exports;
  };
  const kit = await toCommonJs(KIT);
  const requirePart = (path: string): unknown => {
    loaded.push(path);
    return path === "./lbctl-KIT.cjs" ? run(kit) : ofNode(path);
  };
  const part = await transform(loadLazily(await toCommonJs(text)), { minifyWhitespace: true });
  const made = run(part.code);
  const { use } = made;
  assert.ok(typeof use === "function");
  return { loaded, made, use };
};

suite("a part of lbctl that loads others when they are needed", () => {
  for (const [expression, value] of USES) {
    test(`has the right value of ${expression}`, async () => {
      const { use } = await load(`${IMPORT} export const use = () => ${expression};`);
      assert.equal(use(), value);
    });
  }

  test("loads a part at its first use, and once", async () => {
    const { loaded, use } = await load(
      `${IMPORT} import { join } from "node:path";
       export const use = (path) => (path ? join("a", "b") : call(1) + new Thing(2).n);`,
    );
    assert.deepEqual(loaded, []);
    assert.equal(use(false) + use(false), 8);
    assert.deepEqual(loaded, ["./lbctl-KIT.cjs"]);
    assert.equal(use(true), "a/b");
    assert.deepEqual(loaded, ["./lbctl-KIT.cjs", "node:path"]);
  });

  test("hands on what it has from another", async () => {
    const { loaded, made } = await load(
      `${IMPORT} export { list } from "./lbctl-KIT.cjs"; export const use = () => call;`,
    );
    assert.deepEqual(loaded, []);
    assert.deepEqual(made["list"], [1, 2]);
  });

  test("has a whole part as it is", async () => {
    const { use } = await load(
      `import * as kit from "./lbctl-KIT.cjs"; import path from "node:path";
       export const use = () =>
         [Object.keys(kit).length, "call" in kit, path.sep, "join" in path];`,
    );
    assert.deepEqual(use(), [9, true, "/", true]);
  });
});
