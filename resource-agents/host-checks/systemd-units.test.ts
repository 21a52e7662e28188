import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import { checkUnitDisabled, readUnitState } from "./systemd-units.ts";

const UNIT = "httpd.service";
const UNIT_FILE = `usr/lib/systemd/system/${UNIT}`;

suite("units of systemd", () => {
  let root: string;
  setup(() => {
    root = mkdtempSync(join(tmpdir(), "lb-units-"));
  });
  teardown(() => rmSync(root, { recursive: true, force: true }));

  test("a unit that is not there is absent, one without links is disabled", () => {
    assert.equal(readUnitState(UNIT, root), "absent");
    write(UNIT_FILE);
    assert.equal(readUnitState(UNIT, root), "disabled");
    assert.equal(checkUnitDisabled(UNIT, root), null);
  });

  for (const folder of [
    "etc/systemd/system/multi-user.target.wants",
    "etc/systemd/system/graphical.target.requires",
    "run/systemd/system/multi-user.target.wants",
  ]) {
    test(`a link in ${folder} enables the unit`, () => {
      write(UNIT_FILE);
      link(`${folder}/${UNIT}`, `/${UNIT_FILE}`);
      assert.equal(readUnitState(UNIT, root), "enabled");
      assert.deepEqual(checkUnitDisabled(UNIT, root), {
        severity: "warns",
        problem: 'unit "httpd.service": enabled in systemd, expected the cluster alone to start it',
        remedy: "systemctl disable --now httpd",
      });
    });
  }

  test("a masked unit cannot start, linked or not", () => {
    write(UNIT_FILE);
    link(`etc/systemd/system/multi-user.target.wants/${UNIT}`, `/${UNIT_FILE}`);
    link(`etc/systemd/system/${UNIT}`, "/dev/null");
    assert.equal(readUnitState(UNIT, root), "masked");
  });

  test("a unit file that is itself a link is no mask", () => {
    write("opt/httpd.service");
    link(`etc/systemd/system/${UNIT}`, join(root, "opt/httpd.service"));
    assert.equal(readUnitState(UNIT, root), "disabled");
  });

  test("a script of SysV is enabled by its links for the run levels", () => {
    write("etc/init.d/httpd");
    assert.equal(readUnitState(UNIT, root), "disabled");
    link("etc/rc3.d/S85httpd", "../init.d/httpd");
    assert.equal(readUnitState(UNIT, root), "enabled");
  });

  function write(path: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "[Unit]\n");
  }

  function link(path: string, target: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
});
