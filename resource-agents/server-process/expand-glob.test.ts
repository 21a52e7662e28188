import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandGlob } from "./expand-glob.ts";

suite("patterns of paths", () => {
  let folder: string;
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-glob-"));
    for (const name of ["one", "two"]) mkdirSync(join(folder, name));
    for (const name of ["one/b.conf", "one/a.conf", "one/.c.conf", "two/a.conf", "two/a.bak"]) {
      writeFileSync(join(folder, name), "");
    }
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));

  for (const [pattern, paths] of [
    ["one/*.conf", ["one/a.conf", "one/b.conf"]],
    ["*/a.conf", ["one/a.conf", "two/a.conf"]],
    ["t?o/a.*", ["two/a.bak", "two/a.conf"]],
    ["one/[!a].conf", ["one/b.conf"]],
    ["one/.*.conf", ["one/.c.conf"]],
    ["three/*.conf", []],
    ["three/a.conf", ["three/a.conf"]],
  ] as const) {
    test(`${pattern} stands for ${paths.length} paths`, () => {
      const expected = paths.map((path) => join(folder, path));
      assert.deepEqual(expandGlob(join(folder, pattern)).paths, expected);
    });
  }
});
