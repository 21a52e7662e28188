import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";

/** Long enough to be kept. */
const PADDING = `// ${"-".repeat(12_000)}\n`;
const START = `const { cachingLoad } = require("./code-cache.cjs");
  const [programs, cache] = process.argv.slice(2);
  const load = cachingLoad({ programs, cache, loadOther: require });
  process.stdout.write(String(load("./first.cjs").answer()));`;

suite("code cache of the parts of a program", () => {
  let built = "";
  let folder = "";
  let programs = "";
  let cache = "";

  suiteSetup(() => {
    built = mkdtempSync(join(tmpdir(), "lb-code-built-"));
    for (const name of ["code-cache", "paths"]) {
      const text = readFileSync(`ctl/${name}.ts`, "utf8").replaceAll('.ts"', '.cjs"');
      const { code } = transformSync(text, { loader: "ts", format: "cjs" });
      writeFileSync(join(built, `${name}.cjs`), code);
    }
    writeFileSync(join(built, "start.cjs"), START);
  });
  suiteTeardown(() => rmSync(built, { recursive: true }));

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-code-"));
    programs = join(folder, "programs");
    cache = join(folder, "cache");
    mkdirSync(programs);
    write(
      "first",
      'exports.answer = () => require("./second.cjs").number + require("node:path").sep;',
    );
    write("second", "exports.number = 1;");
  });
  teardown(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): void =>
    writeFileSync(join(programs, `${name}.cjs`), `${PADDING}${text}`);
  const start = (): string => {
    const argv = [join(built, "start.cjs"), programs, cache];
    const { stdout, stderr, status } = spawnSync(process.execPath, argv, { encoding: "utf8" });
    assert.deepEqual({ stderr, status }, { stderr: "", status: 0 });
    return stdout;
  };
  const kept = (): readonly string[] => readdirSync(cache).sort();
  const keptOf = (name: string): string => {
    const found = kept().find((each) => each.startsWith(name));
    assert.ok(found !== undefined, `${name} in ${kept().join(" ")}`);
    return join(cache, found);
  };
  /** Another text of the same length and time: what is kept of the former one is taken for it. */
  const replaceUnseen = (name: string, text: string): void => {
    const path = join(programs, `${name}.cjs`);
    const { atime, mtime } = statSync(path);
    write(name, text);
    utimesSync(path, atime, mtime);
  };

  test("keeps each part, and starts with what was kept", () => {
    assert.equal(start(), "1/");
    assert.equal(kept().length, 2);
    const { ino } = statSync(keptOf("second"));
    assert.equal(start(), "1/");
    assert.equal(statSync(keptOf("second")).ino, ino);
    replaceUnseen("second", "exports.number = 2;");
    assert.equal(start(), "1/");
  });

  test("a part of another time is another part, and the former one is removed", () => {
    start();
    const former = keptOf("second");
    write("second", "exports.number = 2;");
    utimesSync(join(programs, "second.cjs"), 1, 1);
    assert.equal(start(), "2/");
    assert.equal(kept().length, 2);
    assert.notEqual(keptOf("second"), former);
  });

  test("what is damaged is not run, and is replaced", () => {
    start();
    for (const at of [0, 40, 52, 200, -1]) {
      const path = keptOf("second");
      const good = readFileSync(path);
      const bytes = Buffer.from(good);
      const index = (at + bytes.length) % bytes.length;
      bytes.writeUInt8(bytes.readUInt8(index) ^ 0xff, index);
      writeFileSync(path, bytes);
      assert.equal(start(), "1/", `byte ${index}`);
      assert.notDeepEqual(readFileSync(path), bytes);
    }
    for (const length of [0, 10, 32, 100]) {
      writeFileSync(keptOf("second"), readFileSync(keptOf("second")).subarray(0, length));
      assert.equal(start(), "1/", `${length} bytes`);
    }
  });

  test("a folder that others may write to is neither read nor written", () => {
    start();
    replaceUnseen("second", "exports.number = 2;");
    rmSync(keptOf("first"));
    chmodSync(cache, 0o777);
    assert.equal(start(), "2/");
    assert.equal(kept().length, 1);
  });

  test("without a place to keep anything, all is loaded as it is", () => {
    cache = join(folder, "missing", "cache");
    assert.equal(start(), "1/");
  });
});
