// The rules of the house style that a program can check, on every source of the repository.

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
} from "./architecture/checks.ts";
import { checkImportTable, checkModulesAreClosed } from "./architecture/import-table.ts";
import { type Finding, readSources } from "./architecture/source.ts";

interface Exception {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
}

/** Files that break a rule for a reason. The list may only shrink; an idle entry is reported. */
const EXCEPTIONS: readonly Exception[] = [];

const RULES = [
  { sentence: "a folder imports only what the import table allows", check: checkImportTable },
  { sentence: "a module is imported through its index.ts", check: checkModulesAreClosed },
  { sentence: "the core is pure", check: checkCoreIsPure },
  { sentence: "no enum, namespace, default export, export * or non-null !", check: checkSyntax },
  { sentence: "no type assertion outside of core/base and wire", check: checkTypeAssertions },
  { sentence: "a file has at most 500 lines of at most 100 columns", check: checkSizes },
  { sentence: "file names are kebab-case, unique and say something", check: checkFileNames },
  { sentence: "every exported name has a doc comment", check: checkDocComments },
  { sentence: "no open ends in the code", check: checkOpenEnds },
] as const;

suite("architecture", () => {
  const files = readSources(process.cwd(), [
    "agent",
    "ctl",
    "packaging",
    "resource-agents",
    "test",
  ]);
  const found: Finding[] = [];

  for (const { sentence, check } of RULES) {
    test(sentence, () => {
      const findings = check(files);
      found.push(...findings);
      const lines = findings
        .filter((finding) => !EXCEPTIONS.some((exception) => covers(exception, finding)))
        .map(({ path, line, message }) => `${path}:${line}: ${message}`);
      if (lines.length > 0) assert.fail(`${lines.length} found:\n${lines.join("\n")}`);
    });
  }

  test("every exception is still needed", () => {
    const unused = EXCEPTIONS.filter((exception) => !found.some((each) => covers(exception, each)));
    assert.deepEqual(unused, []);
  });
});

function covers(exception: Exception, finding: Finding): boolean {
  return exception.rule === finding.rule && exception.path === finding.path;
}
