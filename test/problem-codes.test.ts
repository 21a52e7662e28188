import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}

test("every code of refused input stands in docs/operations.md, and no other", () => {
  const used = ["agent", "ctl"]
    .flatMap(sourceFiles)
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bcode: "([a-z]+(?:-[a-z]+)+)"/g)])
    .map((match) => match[1]);
  const document = readFileSync("docs/operations.md", "utf8");
  const page = document.split("## Codes of refused input")[1] ?? "";
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual([...new Set(used)].sort(), [...listed].sort());
});
