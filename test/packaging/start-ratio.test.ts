import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { emptyCib } from "../../agent/core/model/index.ts";

const LBCTL = "dist/lbctl.cjs";
const RUNS = "15";
const RATIO_MAX = 1.6;
/** A machine that is busy otherwise may measure anything once. */
const TRIES = 3;

/** What a shell calls at a key press, and what people look something up with. */
const COMMANDS = [
  ["--version"],
  ["--help"],
  ["resource", "create", "--help"],
  ["known-ids", "resources", "nodes"],
] as const;

suite("the start of lbctl", function () {
  this.timeout(60_000);
  let folder = "";

  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-start-"));
    const content = emptyCib(["ip1", "ip2"]);
    writeFileSync(join(folder, "cib.json"), JSON.stringify({ kind: "lb-cluster-cib", content }));
  });

  suiteTeardown(() => rmSync(folder, { recursive: true }));

  const environment = (): NodeJS.ProcessEnv => {
    // Read anew by every start, it would make all ratios smaller.
    const { NODE_EXTRA_CA_CERTS: _certificates, ...rest } = process.env;
    return { ...rest, LB_CLUSTER_LIB: folder };
  };

  const measure = (): readonly number[] => {
    const commands = COMMANDS.map((words) => [process.execPath, LBCTL, ...words]);
    const words = commands.flatMap((command, index) => [
      ...(index === 0 ? [] : ["--"]),
      ...command,
    ]);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["scripts/start-ratio.mjs", RUNS, ...words],
      { encoding: "utf8", env: environment() },
    );
    assert.equal(stderr, "");
    return stdout.trim().split("\n").map(Number);
  };

  test(`takes at most ${RATIO_MAX} times that of Node.js for all but calls of the agent`, () => {
    const { stdout } = spawnSync(process.execPath, [LBCTL, ...COMMANDS[3]], {
      encoding: "utf8",
      env: environment(),
    });
    assert.equal(stdout, "ip1\nip2\n");
    let ratios = measure();
    for (let tried = 1; tried < TRIES && Math.max(...ratios) > RATIO_MAX; tried++) {
      const again = measure();
      ratios = ratios.map((ratio, index) => Math.min(ratio, again[index] ?? ratio));
    }
    for (const [index, ratio] of ratios.entries()) {
      assert.ok(ratio > 0.5 && ratio <= RATIO_MAX, `${COMMANDS[index]?.join(" ")}: ${ratio}`);
    }
  });
});
