import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

const [EXAMPLE] = EXAMPLE_STATUS.resources;
assert.ok(EXAMPLE !== undefined);
const failcount = (resource: string, node = "p1") => {
  return { resource, node, count: 1, migrationThreshold: 0, lastFailureWallMs: 1 };
};
const STATUS: ClusterStatus = {
  ...EXAMPLE_STATUS,
  resources: [
    { ...EXAMPLE, id: "address", group: "web" },
    { ...EXAMPLE, id: "server", group: "web" },
    { ...EXAMPLE, id: "ping", clone: "ping-clone" },
    { ...EXAMPLE, id: "db:0", clone: "db-clone", isUnique: true },
  ],
  failcounts: ["server", "ping", "db:0", "gone"].map((id) => failcount(id)),
};

function show(words: string) {
  return runWithAgent(`resource failcount show ${words}`, { getStatus: async () => STATUS });
}

suite("failcount show", () => {
  const rows = [
    ["web", ["server"]],
    ["server", ["server"]],
    ["ping-clone", ["ping"]],
    ["db-clone", ["db:0"]],
    ["db", ["db:0"]],
    // Deleted, and counted still.
    ["gone", ["gone"]],
    ["address", []],
  ] as const;
  for (const [id, expected] of rows) {
    test(`of ${id}: ${expected.join(", ") || "none"}`, async () => {
      const { exitCode, out } = await show(`${id} --output-format json`);
      const found: readonly { readonly resource: string }[] = JSON.parse(out);
      assert.deepEqual([exitCode, found.map(({ resource }) => resource)], [0, expected]);
    });
  }

  test("an unknown resource or node is one clear line", async () => {
    const { exitCode, err } = await show("sever");
    assert.equal(exitCode, 2);
    assert.match(
      err,
      /^Error: resource id 'sever' not found; did you mean resource 'server'\? the/,
    );
    const node = await show("server node=p9");
    assert.match(node.err, /^Error: node 'p9' is not in this cluster; .*the nodes are p1, p2$/);
  });
});
