import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repositoryRoot } from "../lab/repository-root.ts";

suite("the Vagrantfile", () => {
  const folder = mkdtempSync(join(tmpdir(), "lb-vagrantfile-"));
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  /** Vagrant leaves nothing in the home of this user, nor here. No provider is needed. */
  const validate = (cwd: string, box: string) => {
    const home = {
      VAGRANT_HOME: join(folder, "home"),
      VAGRANT_DOTFILE_PATH: join(folder, "hosts"),
    };
    const env = { ...process.env, ...home, LB_BOX: box };
    const options = { cwd, env, encoding: "utf8" } as const;
    return spawnSync("vagrant", ["validate", "--ignore-provider"], options);
  };

  test("is valid, with whatever box", () => {
    const { status, stdout, stderr } = validate(repositoryRoot(), "almalinux/8");
    assert.equal(status, 0, `${stdout}${stderr}`);
  }).timeout(60_000);

  test("would not pass with a setting that Vagrant does not know", () => {
    const text = readFileSync(join(repositoryRoot(), "Vagrantfile"), "utf8");
    const file = text.replace("config.vm.box = BOX", "config.vm.box = BOX\n  config.vm.bogus = 1");
    writeFileSync(join(folder, "Vagrantfile"), file);
    cpSync(join(repositoryRoot(), "packaging/vagrant"), join(folder, "packaging/vagrant"), {
      recursive: true,
    });
    const { status, stdout, stderr } = validate(folder, "almalinux/9");
    assert.notEqual(status, 0);
    assert.match(`${stdout}${stderr}`, /bogus/);
  }).timeout(60_000);
});
