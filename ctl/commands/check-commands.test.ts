import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus, ReadinessStatus } from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";
import { failed } from "../ctl-error.ts";
import { EXAMPLE_NOW_MS, EXAMPLE_STATUS } from "../render/example-status.ts";

const READY: ReadinessStatus = {
  node: "p2",
  state: "ready",
  reason: "",
  checkedAtWallMs: EXAMPLE_NOW_MS - 1000,
  findings: [],
};
const BLOCKED: ReadinessStatus = {
  ...READY,
  state: "notReady",
  findings: [{ resource: "webserver", severity: "blocks", problem: "no key", remedy: "make one" }],
};

function statusWith(found: ReadinessStatus): ClusterStatus {
  return { ...EXAMPLE_STATUS, readiness: [{ ...READY, node: "p1", state: "active" }, found] };
}

/** An agent that knows `found` once both nodes have been asked to look. */
async function check(words: string, found: ReadinessStatus) {
  const looked: string[] = [];
  const printed = await runWithAgent(words, {
    getStatus: async () => (looked.length === 2 ? statusWith(found) : EXAMPLE_STATUS),
    inspectNow: async (node) => void looked.push(node),
  });
  return { ...printed, looked };
}

suite("looking now", () => {
  test("both nodes look, and each is told of", async () => {
    const { exitCode, out, looked } = await check("resource check", READY);
    assert.deepEqual([exitCode, looked], [0, ["p1", "p2"]]);
    assert.equal(
      out,
      "Failover readiness: p1 is active, nothing found, checked 1 s ago\n" +
        "Failover readiness: p2 ready, checked 1 s ago",
    );
  });

  test("what would keep a resource from starting has an exit status of its own", async () => {
    const { exitCode, out, err } = await check("resource check", BLOCKED);
    assert.deepEqual([exitCode, err], [4, ""]);
    assert.match(out, /^ {2}\* webserver: no key; to mend: make one$/m);
  });

  test("of one resource only what concerns it counts", async () => {
    const { exitCode, out } = await check("resource check virtual_ip", BLOCKED);
    assert.deepEqual([exitCode, /no key/.test(out)], [0, false]);
    assert.equal((await check("resource check webserver", BLOCKED)).exitCode, 4);
  });

  test("an unknown resource is refused, and nobody looks", async () => {
    const { exitCode, err, looked } = await check("resource check wob", BLOCKED);
    assert.deepEqual([exitCode, looked], [2, []]);
    assert.match(err, /^Error: .*'?wob/);
  });

  test("a node that has not looked is told of, and what is known is shown", async () => {
    const printed = await runWithAgent("resource check", {
      getStatus: async () => statusWith(READY),
      inspectNow: async (node) => {
        if (node === "p2") throw failed("p2 has not ended a look");
      },
    });
    assert.equal(printed.exitCode, 1);
    assert.equal(printed.err, "Warning: not looked at now: p2 has not ended a look");
    assert.match(printed.out, /p2 ready/);
  });

  test("drift --now compares what both have looked at since", async () => {
    const looked: string[] = [];
    const drift = { ...EXAMPLE_STATUS.drift, comparedAtWallMs: EXAMPLE_NOW_MS };
    const { exitCode, out } = await runWithAgent("drift --now", {
      getStatus: async () => (looked.length === 2 ? { ...EXAMPLE_STATUS, drift } : EXAMPLE_STATUS),
      inspectNow: async (node) => void looked.push(node),
    });
    assert.deepEqual([exitCode, looked.length], [0, 2]);
    assert.equal(out, "No differences between p1 and p2, compared 0 s ago");
  });
});
