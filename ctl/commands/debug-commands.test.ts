import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import {
  type Cib,
  type ClusterStatus,
  emptyCib,
  type Primitive,
} from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";
import { renderHandResult } from "./debug-commands.ts";

const primitive = (id: string): Primitive => ({
  kind: "primitive",
  id,
  agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
  parameters: {},
  meta: {},
  operations: [],
});
const CIB: Cib = {
  ...emptyCib(["p1", "p2"]),
  resources: [
    { kind: "clone", id: "ping-clone", child: primitive("ping"), meta: {} },
    { kind: "clone", id: "db-clone", child: primitive("db"), meta: { "clone-node-max": "2" } },
    { kind: "group", id: "web", members: [primitive("address"), primitive("server")], meta: {} },
  ],
};
const [EXAMPLE] = EXAMPLE_STATUS.resources;
assert.ok(EXAMPLE !== undefined);
const STATUS: ClusterStatus = {
  ...EXAMPLE_STATUS,
  localNode: "p2",
  resources: [
    { ...EXAMPLE, id: "db:0", clone: "db-clone", isUnique: true, nodes: ["p1"] },
    { ...EXAMPLE, id: "db:1", clone: "db-clone", isUnique: true, nodes: ["p2"] },
  ],
};

suite("operations by hand", () => {
  let folder = "";
  suiteSetup(() => {
    folder = mkdtempSync(join(tmpdir(), "lb-hand-"));
  });
  suiteTeardown(() => rmSync(folder, { recursive: true }));

  const run = (words: string) => {
    const agent = { getCib: async () => CIB, getStatus: async () => STATUS };
    return runWithAgent(`resource ${words}`, agent, { LB_CLUSTER_RUN: folder });
  };

  test("a clone is its instance on this host", async () => {
    const { exitCode, out } = await run("debug-monitor ping-clone");
    assert.equal(exitCode, 0);
    assert.match(out, /^Operation force-check for ping \(ocf:heartbeat:Dummy\) returned 7 /);
    assert.match((await run("debug-monitor db-clone")).out, /^Operation force-check for db:1 /);
  });

  test("a group is refused with its members, an unknown name with a near one", async () => {
    const group = await run("debug-monitor web");
    assert.equal(group.exitCode, 2);
    assert.match(group.err, /^Error: unable to debug-monitor a group, .* \(address,server\)$/);
    assert.match((await run("debug-monitor sever")).err, /did you mean resource 'server'\?/);
  });

  const result = (lines: readonly string[]) => {
    return { status: 5, reason: "no eth9", hasTimedOut: false, ranForMs: 1250, lines };
  };
  const asked = (isFull: boolean) => ({
    operation: "start" as const,
    id: "vip",
    name: "ocf:heartbeat:IPaddr2",
    timeoutMs: 1000,
    isFull,
  });

  test("of what is said the last ten lines are shown, with --full all", () => {
    const lines = Array.from({ length: 12 }, (_, number) => `line ${number}`);
    const short = renderHandResult(asked(false), result(lines)).split("\n");
    assert.deepEqual(short.slice(0, 3), [
      "Operation force-start for vip (ocf:heartbeat:IPaddr2) returned 5 (cannot run here) " +
        "after 1.250s: no eth9",
      " (2 lines before these: --full prints them)",
      " >  line 2",
    ]);
    assert.equal(short.length, 12);
    const full = renderHandResult(asked(true), result(lines)).split("\n");
    assert.deepEqual([full.length, full[1]], [13, " >  line 0"]);
  });
});
