import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";

import { explainAbsence } from "./installed.ts";

suite("what of a server is not on this host", () => {
  const folder = mkdtempSync(join(tmpdir(), "lbt-installed-"));
  const file = join(folder, "server.conf");
  const script = join(folder, "apachectl");
  const long = `/${"x".repeat(300)}`;

  suiteSetup(() => {
    writeFileSync(file, "\n");
    writeFileSync(script, "#!/bin/sh\n");
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));

  const binary = process.execPath;
  for (const [what, paths, expected] of [
    ["all is there", { binary, config: file }, null],
    ["no file", { binary, config: "/no/file" }, 'conffile "/no/file": not found'],
    ["a file as a folder", { binary, config: `${file}/x` }, `conffile "${file}/x": not found`],
    ["too long a name", { binary: long, config: file }, `binary "${long}": not found`],
    ["a folder", { binary, config: folder }, `conffile "${folder}": expected a file`],
    [
      "a script",
      { binary: script, config: file },
      `binary "${script}": is a script, expected the server binary`,
    ],
  ] as const) {
    test(`${what}: ${expected === null ? "nothing" : "is said"}`, () => {
      const configs = [["conffile", paths.config] as const];
      assert.equal(explainAbsence({ binary: ["binary", paths.binary], configs }), expected);
    });
  }

  test("a folder of files will do where the server reads one", () => {
    const configs = [["conffile", folder] as const];
    const needed = { binary: ["binary", binary] as const, configs };
    assert.equal(explainAbsence({ ...needed, mayBeFolders: true }), null);
  });
});
