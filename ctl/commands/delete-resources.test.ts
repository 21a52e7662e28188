import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus, FailureStatus } from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

const FAILURE: FailureStatus = {
  resource: "webserver",
  node: "p1",
  operation: "stop",
  intervalMs: 0,
  outcome: "Timed Out",
  status: -1,
  callId: 9,
  reason: "no result within 20000 ms",
  atWallMs: 5,
  ranForMs: 20_000,
};
const [ADDRESS, WEB] = EXAMPLE_STATUS.resources;
assert.ok(ADDRESS !== undefined && WEB !== undefined);
const GONE: ClusterStatus = { ...EXAMPLE_STATUS, resources: [ADDRESS] };

/** The status is the first until the change is made, and the second from then on. */
async function remove(before: ClusterStatus, after: ClusterStatus) {
  let isMade = false;
  return runWithAgent("resource delete webserver", {
    getStatus: async () => (isMade ? after : before),
    apply: async () => {
      isMade = true;
      const notes = ["Deleting resource: webserver"];
      return { cibVersion: "1", notes, savedOn: [], decisions: [], input: null };
    },
  });
}

suite("resource delete", () => {
  test("says what was stopped, and where", async () => {
    assert.deepEqual(await remove(EXAMPLE_STATUS, GONE), {
      exitCode: 0,
      out: "Deleting resource: webserver\nstopped webserver on p1",
      err: "",
    });
  });

  test("says where something may still run after a stop that failed", async () => {
    const stuck = { ...WEB, isOrphan: true, isBlocked: true, isFailed: true };
    const after = { ...EXAMPLE_STATUS, resources: [ADDRESS, stuck], failures: [FAILURE] };
    const { exitCode, err } = await remove(EXAMPLE_STATUS, after);
    assert.equal(exitCode, 1);
    assert.match(err, /^Error: stop of webserver on p1 failed: Timed Out: no result/);
    assert.match(
      err,
      /^Error: webserver was deleted and may still run on p1: its stop ended with 'Timed/m,
    );
    assert.match(err, /"lbctl resource cleanup webserver"$/);
  });

  test("says what had failed, which is not to be found afterwards", async () => {
    const failure = { ...FAILURE, operation: "start", outcome: "error", reason: "no port" };
    const before = {
      ...EXAMPLE_STATUS,
      resources: [ADDRESS, { ...WEB, nodes: [], isFailed: true }],
      failures: [failure],
    };
    const { exitCode, out } = await remove(before, GONE);
    assert.equal(exitCode, 0);
    assert.match(out, /^webserver had failed: start on p1 ended with 'error' \(no port\)$/m);
  });

  test("what ran on a node that is away may run there still", async () => {
    const nodes = EXAMPLE_STATUS.nodes.map((node) =>
      node.name === "p1" ? { ...node, isOnline: false, state: "held" } : node,
    );
    const { exitCode, err, out } = await remove({ ...EXAMPLE_STATUS, nodes }, { ...GONE, nodes });
    assert.deepEqual([exitCode, /stopped webserver/.test(out)], [1, false]);
    assert.equal(err, "Error: webserver was deleted and may still run on p1, which is held");
  });
});
