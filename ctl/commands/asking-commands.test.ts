import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import { type ExampleParts, exampleCib, nodeStatus } from "../../test/what-if/example.ts";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";

const DUMMIES = ["a", "b"]
  .map(
    (id) => `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"><operations>
      <op id="${id}-m" name="monitor" interval="10s"/></operations></primitive>`,
  )
  .join("");

suite("simulate, verify and explain on a file, without an agent", () => {
  let folder = "";

  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbctl-"));
  });
  suiteTeardown(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (
    line: string,
    parts: ExampleParts = {},
  ): Promise<{ readonly status: number; readonly out: string; readonly err: string }> => {
    const file = join(folder, "cib.xml");
    writeFileSync(file, exampleCib(parts));
    const [out, err]: [string[], string[]] = [[], []];
    const status = await runProgram(line.replace("FILE", file).split(" "), {
      paths: readPaths({ LB_CLUSTER_RUN: folder }),
      terminal: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
      withAgent: () => assert.fail("no agent is needed"),
    });
    return { status, out: out.join("\n"), err: err.join("\n") };
  };

  test("simulate prints the state before, what would happen and why, and the end", async () => {
    const { status, out } = await run("simulate FILE --standby ip1");
    assert.equal(status, 0);
    assert.equal(
      out,
      `State before:
  * Nodes:
    * ip1: standby (with active resources)
    * online: ip2
  * Resources:
    * group web:
      * address (ocf:heartbeat:IPaddr2): Started ip1
      * server (ocf:heartbeat:apache): Started ip1
    * clone gateway-clone:
      * gateway (ocf:pacemaker:ping): Started ip1 ip2

What would happen:
  * address moves from ip1 to ip2: ip1 is in standby
  * server moves from ip1 to ip2: ip1 is in standby
  * gateway stops on ip1: ip1 is in standby
  * 1 resource stays as before

In this order:
  * stop server on ip1
  * stop gateway on ip1
  * stop address on ip1
  * start address on ip2
  * monitor address on ip2 every 10s
  * start server on ip2
  * monitor server on ip2 every 10s

State after:
  * Nodes:
    * ip1: standby
    * online: ip2
  * Resources:
    * group web:
      * address (ocf:heartbeat:IPaddr2): Started ip2
      * server (ocf:heartbeat:apache): Started ip2
    * clone gateway-clone:
      * gateway (ocf:pacemaker:ping): Started ip2`,
    );
  });

  test("a failed start is told, with what is not begun then; --steps goes on", async () => {
    const once = await run("simulate FILE --standby ip1 --fail address_start_0@ip2=1");
    assert.match(once.out, /start address on ip2: fails with status 1 \(error\)/);
    assert.match(once.out, /start server on ip2: is not begun/);
    assert.match(once.out, /From there \d+ actions? (?:is|are) planned: --steps goes on/);
    const all = await run("simulate FILE --standby ip1 --fail address_start_0@ip2=1 --steps");
    assert.match(all.out, /^Step 2: What would happen:$/m);
    assert.doesNotMatch(all.out, /planned/);
  });

  test("as JSON every step is there, with its actions and what became of them", async () => {
    const { out } = await run("simulate FILE --node-down ip1 --output-format json --scores");
    const answer: unknown = JSON.parse(out);
    assert.ok(typeof answer === "object" && answer !== null);
    assert.deepEqual(Object.keys(answer), [
      "file",
      "suppositions",
      "notes",
      "at",
      "failuresFirst",
      "failuresUnused",
      "steps",
      "after",
      "isAtRest",
    ]);
    assert.match(out, /"at": "2026-01-05T10:00:00.000Z"/);
    assert.match(out, /"kind": "down"/);
    assert.match(out, /"scores"/);
  });

  test("as a graph every action is a node and every wait an edge", async () => {
    const { out } = await run("simulate FILE --standby ip1 --output-format dot");
    assert.match(out, /^digraph transition \{/);
    assert.match(out, /a\d+ \[label="start server on ip2"\];/);
    assert.match(out, /a\d+ -> a\d+;/);
  });

  test("what comes after the failure is told apart from what waits for it", async () => {
    const { out } = await run("simulate FILE --standby ip1 --fail address_start_0@ip2=1");
    assert.match(out, /start server on ip2: is not begun, since what it waits for failed/);
    const parts = { resources: DUMMIES, status: nodeStatus("ip1", {}) + nodeStatus("ip2", {}) };
    const apart = await run("simulate FILE --fail a_start_0@ip1=1 --steps", parts);
    assert.match(apart.out, /monitor b on ip2 every 10s: is not begun, since what happened before/);
  });

  test("a failure that did not happen is an error: where the resource runs instead", async () => {
    const { status, err } = await run("simulate FILE --fail server_monitor_10000@ip2=7");
    const says = "did not happen: server runs on ip1, not on ip2";
    assert.deepEqual([status, err], [1, `Error: --fail server_monitor_10000@ip2=7: ${says}`]);
  });

  test("the copy of a clone that has failed is named by its node", async () => {
    const { out } = await run("simulate FILE --fail gateway_monitor_10000@ip1=7");
    assert.match(out, /gateway \(ocf:pacemaker:ping\): Started ip1 ip2 \(failed on ip1\)/);
  });

  test("quorum is supposed to be there or not", async () => {
    const parts = { properties: { "no-quorum-policy": "stop" } };
    assert.match(
      (await run("simulate FILE --quorum no", parts)).out,
      /server stops: there is no quorum/,
    );
    assert.doesNotMatch((await run("simulate FILE --quorum yes", parts)).out, /server stops/);
  });

  test("the JSON of an export is no CIB file, and what makes one of it is named", async () => {
    const file = join(folder, "cib.json");
    writeFileSync(file, "{}");
    for (const command of ["simulate", "verify", "cib import --dry-run"]) {
      const { status, err } = await run(`${command} ${file}`);
      assert.equal(status, 2);
      assert.match(err, /is JSON, not a CIB file; "lbctl cib export --from .*cib\.json" makes one/);
    }
  });

  test("an export from JSON refuses ids that no CIB file may have", async () => {
    const file = join(folder, "bad.json");
    const { out } = await run("cib export --from FILE --format json");
    writeFileSync(file, out.replaceAll('"address"', '"1"'));
    const { status, err } = await run(`cib export --from ${file}`);
    assert.equal(status, 2);
    assert.match(err, /bad\.json: .*"1".*begin/);
  });

  test("another time lets failures expire", async () => {
    const { out } = await run("simulate FILE --at +2h --output-format json");
    assert.match(out, /"at": "2026-01-05T12:00:00.000Z"/);
  });

  const refusals = [
    ["simulate FILE --node-down ip9", "node 'ip9' is not in this cluster"],
    ["simulate FILE --fail server", "--fail server: must be RSC_OP_INTERVAL@NODE=RC"],
    ["simulate FILE --fail server_start_0@ip9=1", "node 'ip9' is not in this cluster"],
    [
      "simulate FILE --fail server_monitor_5000@ip1=7",
      "no monitor of server has the interval 5000 (milliseconds); known are 10000",
    ],
    ["simulate FILE --quorum maybe", "--quorum maybe: must be yes or no"],
    ["simulate FILE --wait 20", "--wait 20: write --wait=20"],
    ["simulate FILE --at soon", "'soon' is not a valid time"],
    ["simulate FILE --output-format yaml", "'yaml' is not a valid output format"],
    ["simulate FILE more", "usage: lbctl simulate"],
    ["simulate /nonexistent.xml", "/nonexistent.xml does not exist"],
    ["verify FILE more", "usage: lbctl verify"],
    ["explain", "usage: lbctl explain"],
    ["explain nothing --file FILE", "resource id 'nothing' not found; the resources are"],
    ["explain server --node ip9 --file FILE", "node 'ip9' is not in this cluster"],
  ] as const;
  for (const [line, says] of refusals) {
    test(`"${line}" is refused`, async () => {
      const { status, err } = await run(line);
      assert.equal(status, 2);
      assert.ok(err.startsWith("Error: ") && err.includes(says), err);
    });
  }

  test("verify: 0 when nothing is wrong, 1 with warnings alone, 2 with errors", async () => {
    const good = await run("verify FILE");
    assert.deepEqual(good, { status: 0, out: "Nothing is wrong with the configuration", err: "" });
    const warned = await run("verify FILE", { properties: { "maintenance-mode": "true" } });
    assert.equal(warned.status, 1);
    assert.match(
      warned.out,
      /^Warning: property "maintenance-mode": true: .*\n0 errors, 1 warning$/,
    );
    const wrong = await run("verify FILE", { properties: { "no-quorum-policy": "perhaps" } });
    assert.equal(wrong.status, 2);
    assert.match(wrong.out, /^Error: property "no-quorum-policy": "perhaps": /);
  });

  test("verify says what of a file is not understood, in JSON too", async () => {
    const constraints = '<rsc_ticket id="t1" rsc="web" ticket="berlin"/>';
    const { status, out } = await run("verify FILE --output-format json", { constraints });
    assert.equal(status, 1);
    assert.match(out, /"code": "out-of-scope"/);
    assert.match(out, /rsc_ticket t1/);
  });

  const mistakes = [
    ["simulate FILE --at 2026-01-01 --at 2026-01-02", "--at 2026-01-02: given twice"],
    ["simulate FILE --at 2026-13-01", "'2026-13-01' is not a valid time"],
    ["simulate FILE --at 99999999999999999999", "'99999999999999999999' is not a valid time"],
    ["simulate FILE --node-up ip1 --node-down ip1", "node 'ip1' cannot be up and down at once"],
    ["simulate FILE --fail nosuch_start_0@ip1=1", "resource 'nosuch' is not known"],
    ["simulate FILE --steps=3", "unknown option '--steps=3' (Did you mean --steps?)"],
  ] as const;
  for (const [line, says] of mistakes) {
    test(`${line}: refused in one line`, async () => {
      const { status, out, err } = await run(line);
      assert.deepEqual([status, out, err.split("\n").length], [2, "", 1]);
      assert.ok(err.startsWith("Error: ") && err.includes(says), err);
    });
  }

  test("a failure of an instance or of all instances of a clone may be supposed", async () => {
    for (const id of ["gateway", "gateway:0"]) {
      const { status, err } = await run(`simulate FILE --fail ${id}_monitor_10000@ip1=7`);
      assert.deepEqual([status, err], [0, ""]);
    }
  });

  test("explain of one node leaves the other out", async () => {
    const { out } = await run("explain address --node ip2 --file FILE", { ip2: { standby: "on" } });
    assert.match(out, /Why not ip2: it cannot run on ip2: ip2 is in standby\./);
    assert.doesNotMatch(out, /Why ip1/);
  });
});
