import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "mocha";
import { writeClusterTexts } from "./cluster-texts.ts";

test("both files of a cluster are written, or neither is touched", () => {
  const folder = mkdtempSync(join(tmpdir(), "lbctl-texts-"));
  try {
    const texts = (digit: string) => ({ config: `name: ${digit}\n`, authkey: digit.repeat(64) });
    writeClusterTexts(folder, texts("1"));
    // Nothing can be written where a folder with something in it stands.
    mkdirSync(join(folder, "cluster.yaml.new", "in-the-way"), { recursive: true });
    assert.throws(() => writeClusterTexts(folder, texts("2")));
    assert.equal(readFileSync(join(folder, "authkey"), "utf8"), "1".repeat(64));
    assert.equal(readFileSync(join(folder, "cluster.yaml"), "utf8"), "name: 1\n");
    rmSync(join(folder, "cluster.yaml.new"), { recursive: true });
    writeClusterTexts(folder, texts("2"));
    assert.deepEqual(readdirSync(folder).sort(), ["authkey", "cluster.yaml"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
