// Each rule is fed samples that break it and samples that come close and do not.

import assert from "node:assert/strict";
import { suite, test } from "mocha";

import {
  checkCoreIsPure,
  checkDocComments,
  checkFileNames,
  checkOpenEnds,
  checkSizes,
  checkSyntax,
  checkTypeAssertions,
} from "./checks.ts";
import { checkImportTable, checkModulesAreClosed } from "./import-table.ts";
import { type Finding, importsOf, type SourceFile, sourceFile } from "./source.ts";

type Check = (files: readonly SourceFile[]) => readonly Finding[];

/** One row: the check, the file's path, its text, and how many findings it must give. */
type Row = readonly [Check, string, string, number];

const rows: readonly Row[] = [
  // Import table: core.
  [checkImportTable, "agent/core/base/a.ts", 'import { a } from "./b.ts";', 0],
  [checkImportTable, "agent/core/base/a.ts", 'import { a } from "../model/index.ts";', 1],
  [checkImportTable, "agent/core/model/a.ts", 'import type { A } from "../base/index.ts";', 0],
  [checkImportTable, "agent/core/model/a.ts", 'import type { A } from "../quorum/index.ts";', 1],
  [checkImportTable, "agent/core/quorum/a.ts", 'import { a } from "../model/index.ts";', 0],
  [checkImportTable, "agent/core/quorum/a.ts", 'import { a } from "../history/index.ts";', 1],
  [checkImportTable, "agent/core/quorum/a.ts", 'export { a } from "../history/index.ts";', 1],
  [checkImportTable, "agent/core/quorum/a.ts", 'type A = import("../history/index.ts").A;', 1],
  [checkImportTable, "agent/core/quorum/a.ts", 'import {\n  a,\n  b,\n} from "node:fs";', 1],
  [checkImportTable, "agent/core/quorum/a.test.ts", 'import assert from "node:assert/strict";', 0],
  [checkImportTable, "agent/core/quorum/a.test.ts", 'import a from "../history/index.ts";', 1],
  [checkImportTable, "agent/core/agent/a.ts", 'import { a } from "../history/index.ts";', 0],
  [checkImportTable, "agent/core/agent/a.ts", 'import { a } from "../../wire/index.ts";', 1],
  [checkImportTable, "agent/core/quorum/a.ts", 'import { a } from "../agent/index.ts";', 1],
  // Import table: the thin shell.
  [checkImportTable, "agent/ports/a.ts", 'import { a } from "../core/quorum/index.ts";', 1],
  [checkImportTable, "agent/driver/a.ts", 'import { a } from "../wire/index.ts";', 0],
  [checkImportTable, "agent/driver/a.ts", 'import "node:fs";', 1],
  [checkImportTable, "agent/driver/a.ts", 'import { a } from "../shell/index.ts";', 1],
  [checkImportTable, "agent/wire/a.ts", 'import { a } from "node:crypto";', 0],
  [checkImportTable, "agent/wire/a.ts", 'import { a } from "node:fs";', 1],
  [checkImportTable, "agent/wire/a.ts", 'import { a } from "yaml";', 1],
  [checkImportTable, "agent/shell/udp/a.ts", 'import { a } from "@grpc/grpc-js";', 0],
  [checkImportTable, "agent/shell/a.ts", 'import { a } from "../../resource-agents/index.ts";', 0],
  [checkImportTable, "agent/shell/a.ts", 'import { a } from "../driver/index.ts";', 1],
  [checkImportTable, "agent/shell/a.ts", 'const a = await import("../core/quorum/index.ts");', 1],
  [checkImportTable, "agent/main.ts", 'import { a } from "./shell/index.ts";', 0],
  [checkImportTable, "agent/main.ts", 'import { a } from "../ctl/main.ts";', 1],
  [checkImportTable, "ctl/a.ts", 'import { a } from "../agent/core/scheduler/index.ts";', 0],
  [checkImportTable, "ctl/a.ts", 'import { a } from "../agent/shell/index.ts";', 1],
  [checkImportTable, "resource-agents/apache/a.ts", 'import a from "../contract.ts";', 0],
  [checkImportTable, "resource-agents/apache/a.ts", 'import a from "../dummy/a.ts";', 1],
  [checkImportTable, "resource-agents/apache/a.ts", 'import a from "../../agent/main.ts";', 1],
  [checkImportTable, "resource-agents/index.ts", 'export { a } from "./apache/index.ts";', 0],
  [checkImportTable, "test/sim/a.ts", 'import { a } from "../../agent/core/model/index.ts";', 0],
  [checkImportTable, "test/sim/a.ts", 'import { a } from "../../agent/shell/index.ts";', 1],
  [checkImportTable, "agent/core/base/a.ts", '// import { a } from "node:fs";', 0],
  [checkImportTable, "agent/core/base/a.ts", 'const a = `import { a } from "node:fs"`;', 0],
  // Closed modules.
  [checkModulesAreClosed, "agent/core/quorum/a.ts", 'import { a } from "./b.ts";', 0],
  [checkModulesAreClosed, "agent/core/quorum/a.ts", 'import { a } from "../base/instant.ts";', 1],
  [checkModulesAreClosed, "agent/main.ts", 'import { a } from "./core/agent/index.ts";', 0],
  [checkModulesAreClosed, "agent/main.ts", 'import { a } from "./core/agent/plan.ts";', 1],
  [checkModulesAreClosed, "agent/main.ts", 'import { a } from "./shell/udp/socket.ts";', 1],
  [checkModulesAreClosed, "agent/main.ts", 'import { a } from "./shell/udp/index.ts";', 0],
  [checkModulesAreClosed, "agent/main.ts", 'import { a } from "./core/agent";', 1],
  [checkModulesAreClosed, "agent/core/voting/a.ts", "", 1],
  // Purity of the core.
  [checkCoreIsPure, "agent/core/a/a.ts", "const now = Date.now();", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "setTimeout(go, 3);", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "const x = Math.random();", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "console.log(process.argv);", 2],
  [checkCoreIsPure, "agent/core/a/a.ts", "const pid = watch.process.pid;", 0],
  [checkCoreIsPure, "agent/core/a/a.ts", "async function a() {}", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "a.localeCompare(b);", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "const third = 0.33;", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "const all = [...list, 1_000_000, a.b1, text[0].x];", 0],
  [checkCoreIsPure, "agent/core/a/a.ts", "// Date, console.log and 0.5 in a comment.", 0],
  [checkCoreIsPure, "agent/core/a/a.ts", 'import { open } from "node:fs";', 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "let count = 0;", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "function a() {\n  let count = 0;\n}", 0],
  [checkCoreIsPure, "agent/core/a/a.ts", "const seen = new Set();", 1],
  [checkCoreIsPure, "agent/core/a/a.ts", "const ALL: ReadonlySet<string> = new Set([1]);", 0],
  [checkCoreIsPure, "agent/core/a/a.ts", "function a() {\n  const seen = new Set();\n}", 0],
  [checkCoreIsPure, "agent/core/a/a.test.ts", "setTimeout(go, 3);", 0],
  [checkCoreIsPure, "agent/shell/a.ts", "setTimeout(go, 3);", 0],
  // Syntax.
  [checkSyntax, "ctl/a.ts", "export enum A { b }", 1],
  [checkSyntax, "ctl/a.ts", "const enum A { b }", 1],
  [checkSyntax, "ctl/a.ts", "namespace A {}", 1],
  [checkSyntax, "ctl/a.ts", "export default 3;", 1],
  [checkSyntax, "ctl/a.ts", 'export * from "./b.ts";', 1],
  [checkSyntax, "ctl/a.ts", 'export type * from "./b.ts";', 1],
  [checkSyntax, "ctl/a.ts", "const a = b!.c + d()! + e[0]!;", 3],
  [checkSyntax, "ctl/a.ts", 'const a = b !== c && !d && b!=c && !(e) && "wow!" === `x!`;', 0],
  [checkSyntax, "ctl/a.ts", "const a = { enum: 1, default: 2 };", 0],
  [checkSyntax, "ctl/a.ts", "const a = `${b!.c}`;", 1],
  [checkSyntax, "ctl/a.ts", "const a = /b!/.test(c);", 0],
  // Type assertions.
  [checkTypeAssertions, "ctl/a.ts", "const a = b as string;", 1],
  [checkTypeAssertions, "ctl/a.ts", "const a = f() as { b: 1 };", 1],
  [checkTypeAssertions, "ctl/a.ts", 'const a = JSON.parse("1") as unknown as number;', 2],
  [checkTypeAssertions, "ctl/a.ts", "const a = <Thing>b;", 1],
  [checkTypeAssertions, "ctl/a.ts", "const a = [1] as const;", 0],
  [checkTypeAssertions, "ctl/a.ts", 'import { a as b, type c as d } from "./b.ts";', 0],
  [checkTypeAssertions, "ctl/a.ts", 'import * as b from "node:fs";', 0],
  [checkTypeAssertions, "ctl/a.ts", 'export { a as b } from "./b.ts";', 0],
  [checkTypeAssertions, "ctl/a.ts", "type A = { [K in keyof B as `x${K}`]: B[K] };", 0],
  [checkTypeAssertions, "ctl/a.ts", "const a = <T>(b: T): T => b;", 0],
  [checkTypeAssertions, "ctl/a.ts", "// As good as new, as T says.", 0],
  [checkTypeAssertions, "ctl/a.ts", "export const a = b as string;", 1],
  [checkTypeAssertions, "agent/wire/a.ts", "const a = b as string;", 0],
  [checkTypeAssertions, "agent/core/base/a.ts", "const a = b as string;", 0],
  // Sizes.
  [checkSizes, "ctl/a.ts", "a();\n".repeat(500), 0],
  [checkSizes, "ctl/a.ts", "a();\n".repeat(501), 1],
  [checkSizes, "ctl/a.ts", "a".repeat(100), 0],
  [checkSizes, "ctl/a.ts", "a".repeat(101), 1],
  // File names.
  [checkFileNames, "ctl/render-status.test.ts", "", 0],
  [checkFileNames, "ctl/renderStatus.ts", "", 1],
  [checkFileNames, "ctl/string-utils.ts", "", 1],
  [checkFileNames, "agent/shell/common/a.ts", "", 1],
  // Doc comments.
  [checkDocComments, "ctl/a.ts", "/** Does what it says. */\nexport function a() {}", 0],
  [checkDocComments, "ctl/a.ts", "export function a() {}", 1],
  [checkDocComments, "ctl/a.ts", "// Does what it says.\nexport const a = 1;", 1],
  [checkDocComments, "ctl/a.ts", "/* Does what it says. */\nexport const a = 1;", 1],
  [checkDocComments, "ctl/a.ts", "/** */\nexport const a = 1;", 1],
  [checkDocComments, "ctl/a.ts", "/** About the file. */\n\nexport type A = 1;", 1],
  [checkDocComments, "ctl/a.ts", "/** Says it. */\nexport class A {}\nexport interface B {}", 1],
  [checkDocComments, "ctl/index.ts", 'export { a } from "./a.ts";', 0],
  [checkDocComments, "ctl/a.test.ts", "export const a = 1;", 0],
  // Open ends, assembled so that this file passes the check itself.
  [checkOpenEnds, "ctl/a.ts", `// ${"TO"}${"DO"}: later.`, 1],
  [checkOpenEnds, "ctl/a.ts", `// ${"FIX"}${"ME"}`, 1],
  [checkOpenEnds, "ctl/a.ts", "// mktemp takes XXXXXX.", 0],
];

suite("architecture checks", () => {
  for (const [check, path, text, count] of rows) {
    const shown = JSON.stringify(text.slice(0, 60));
    test(`${check.name} finds ${count} in ${path} with ${shown}`, () => {
      assert.equal(check([sourceFile(path, text)]).length, count);
    });
  }

  test("file names are unique within agent/ and within ctl/, but for index.ts", () => {
    const files = ["agent/wire/a.ts", "agent/shell/a.ts", "ctl/a.ts", "test/a.ts", "test/b/a.ts"];
    const indexes = ["agent/wire/index.ts", "agent/shell/index.ts"];
    const findings = checkFileNames([...files, ...indexes].map((path) => sourceFile(path, "")));
    assert.deepEqual(
      findings.map(({ path, message }) => ({ path, message })),
      [{ path: "agent/shell/a.ts", message: "file name: same as agent/wire/a.ts" }],
    );
  });

  test("a finding names the line", () => {
    const [finding] = checkSyntax([sourceFile("ctl/a.ts", "a();\n\nexport default 3;\n")]);
    assert.equal(finding?.line, 3);
  });

  test("imports are found behind templates, regular expressions and quotes in comments", () => {
    const text = [
      'const a = `${b ? `{${c}` : "}"} \'`;',
      "const d = /[/\"']\\/\"/g; // it's",
      'import { e } from "./e.ts";',
    ].join("\n");
    const targets = importsOf(sourceFile("ctl/a.ts", text)).map(({ target }) => target);
    assert.deepEqual(targets, ["ctl/e.ts"]);
  });
});
