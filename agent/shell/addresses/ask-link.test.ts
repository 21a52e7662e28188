import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";

import { openLinkQuestions } from "./ask-link.ts";

const ADDRESSES = Array.from({ length: 20 }, (_, index) => [
  `fd77::${index + 1}`,
  `10.77.0.${index + 1}`,
]).flat();

suite("questions to the link, by the real ip", () => {
  const path = process.env["PATH"];
  const folder = mkdtempSync(join(tmpdir(), "lbt-link-"));
  const calls = join(folder, "calls");

  suiteSetup(() => {
    const real = execFileSync("/bin/sh", ["-c", "command -v ip"], { encoding: "utf8" }).trim();
    writeFileSync(calls, "");
    const wrapper = join(folder, "ip");
    writeFileSync(wrapper, `#!/bin/sh\necho "$*" >>${calls}\nexec ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
    process.env["PATH"] = `${folder}:${path}`;
  });

  suiteTeardown(() => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
  });

  test("many addresses that nobody knows cost one child, started beforehand", async () => {
    const said: string[] = [];
    const link = openLinkQuestions(({ event, fields }) => {
      said.push(`${event} ${JSON.stringify(fields)}`);
    });
    for (let round = 0; round < 2; round++) {
      const owners = await Promise.all(ADDRESSES.map((each) => link.askAnew(each, "lo", 5)));
      assert.deepEqual(new Set(owners), new Set([null]));
    }
    link.close();
    assert.deepEqual(said, []);
    assert.deepEqual(readFileSync(calls, "utf8").trim().split("\n"), ["-json -force -batch -"]);
  });
});
