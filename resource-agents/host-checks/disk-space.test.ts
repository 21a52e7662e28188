import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { checkFolders } from "./disk-space.ts";

suite("room on disk", () => {
  let folder: string;
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-disk-"));
    mount("-t", "tmpfs", "-o", "size=2m,nr_inodes=20", "tmpfs", folder);
  });
  suiteTeardown(() => {
    execFileSync("umount", [folder]);
    rmdirSync(folder);
  });

  test("a folder with room, or one that would be made there, is no finding", () => {
    assert.deepEqual(checkFolders([folder, join(folder, "not", "yet")]), []);
  });

  test("a full disk blocks, for a folder that is not there yet too", () => {
    writeFileSync(join(folder, "much"), Buffer.alloc(1_500_000));
    const [finding, ...more] = checkFolders([join(folder, "not", "yet")]);
    assert.deepEqual(more, []);
    assert.equal(finding?.severity, "blocks");
    assert.match(finding?.problem ?? "", /not\/yet": disk full, [0-9]+ bytes free, expected/);
    assert.equal(finding?.remedy, `df -h ${folder}`);
    writeFileSync(join(folder, "much"), "");
  });

  test("a disk without inodes blocks", () => {
    for (let number = 0; number < 20; number++) {
      try {
        mkdirSync(join(folder, String(number)));
      } catch {
        break; // None is left: that is what was wanted.
      }
    }
    assert.match(checkFolders([folder])[0]?.problem ?? "", /no inode free/);
  });

  test("a read-only file system blocks", () => {
    mount("-o", "remount,ro", folder);
    assert.match(checkFolders([folder])[0]?.problem ?? "", /file system that is read-only/);
  });

  function mount(...words: readonly string[]): void {
    execFileSync("mount", words);
  }
});
