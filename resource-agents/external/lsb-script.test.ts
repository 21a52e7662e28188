import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentContext, CommandResult } from "../contract.ts";
import {
  actionStatusOf,
  isScriptName,
  loadLsbScript,
  monitorStatusOf,
  readHeaderField,
} from "./lsb-script.ts";

const SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          toy
# Short-Description: A toy
# Description:       Runs a toy
#                    for a while
# X-Other: y
### END INIT INFO
# Description: not this
`;

suite("init scripts", () => {
  let folder = "";
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-lsb-"));
    writeFileSync(join(folder, "toy"), SCRIPT, { mode: 0o755 });
    writeFileSync(join(folder, "plain"), "#!/bin/sh\n", { mode: 0o644 });
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  for (const [lsb, ocf] of [
    [0, 0],
    [1, 7],
    [2, 7],
    [3, 7],
    [4, 1],
    [150, 1],
  ] as const) {
    test(`status ${lsb} means ${ocf} (LSB Core, "Init Script Actions")`, () => {
      assert.equal(monitorStatusOf(lsb), ocf);
    });
  }

  for (const [lsb, ocf] of [
    [0, 0],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 5],
    [6, 6],
    [7, 7],
    [8, 1],
    [137, 1],
  ] as const) {
    test(`any other action's ${lsb} means ${ocf}`, () => assert.equal(actionStatusOf(lsb), ocf));
  }

  test("the header gives the descriptions, continued lines joined", async () => {
    assert.equal(readHeaderField(SCRIPT, "Description"), "Runs a toy for a while");
    assert.equal(readHeaderField(SCRIPT, "Required-Start"), "");
    assert.equal(readHeaderField("no header", "Description"), "");
    const loaded = await loadLsbScript("toy", { folder, standard: "lsb" });
    assert.ok(loaded.kind === "loaded");
    const { standard, provider, type, shortDescription } = loaded.agent.metadata;
    assert.deepEqual([standard, provider, type, shortDescription], ["lsb", "", "toy", "A toy"]);
  });

  test("what is not there or cannot be run is unavailable; names stay in the folder", async () => {
    for (const name of ["none", "plain"]) {
      const loaded = await loadLsbScript(name, { folder, standard: "lsb" });
      assert.equal(loaded.kind, "unavailable", name);
    }
    for (const name of ["../toy", "", ".x", "a/b"]) assert.equal(isScriptName(name), false, name);
  });

  const ends: readonly (readonly [string, string, readonly number[], number, RegExp])[] = [
    // What it is called, action, exit statuses in turn, status of the result, its reason.
    ["a stop of what does not run succeeds whatever it says", "stop", [7, 3], 0, /^$/],
    ["a stop after which it runs still has failed", "stop", [0, 0], 1, /still running after/],
    ["a stop after which nobody knows has failed", "stop", [0, 4], 1, /exit status 4/],
    ["a start waits until it runs", "start", [0, 3, 3, 0], 0, /^$/],
    ["a start that fails gives the script's words", "start", [6], 6, /toy" start: told so/],
  ];
  for (const [name, action, statuses, status, reason] of ends) {
    test(name, async () => {
      const loaded = await loadLsbScript("toy", { folder, standard: "lsb" });
      assert.ok(loaded.kind === "loaded");
      const { start, stop } = loaded.agent;
      const result = await (action === "start" ? start : stop)(contextOf(statuses));
      assert.equal(result.status, status);
      assert.match(result.reason, reason);
    });
  }
});

function contextOf(statuses: readonly number[]): AgentContext {
  const left = [...statuses];
  const nothing = async (): Promise<never> => assert.fail("not in this test");
  return {
    resource: "toy",
    parameters: {},
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 1000,
    isSupervised: true,
    signal: new AbortController().signal,
    addresses: {
      list: nothing,
      nics: nothing,
      hold: nothing,
      release: nothing,
      whoHas: nothing,
      announce: () => {},
    },
    run: async (): Promise<CommandResult> => {
      const status = left.shift() ?? assert.fail("one run too many");
      return { kind: "exited", status, stdout: "", stderr: status === 0 ? "" : "told so\n" };
    },
    wait: async () => {},
    log: () => {},
    runFolder: tmpdir(),
  };
}
