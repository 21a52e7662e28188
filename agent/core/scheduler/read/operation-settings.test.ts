import assert from "node:assert/strict";
import { dummy, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues } from "../../model/index.ts";
import { type OperationSettings, ROLE } from "../working.ts";
import { settleOperation } from "./operation-settings.ts";
import { readWorking } from "./read-working.ts";

interface Asked {
  readonly task: string;
  readonly intervalMs?: number;
  readonly operations?: readonly string[];
  readonly defaults?: NameValues;
  readonly hasFencing?: boolean;
}

function settle(asked: Asked): OperationSettings {
  const { task, intervalMs = 0, operations = [], defaults = {}, hasFencing = false } = asked;
  const working = readWorking(
    smallInput({
      properties: { "stonith-enabled": String(hasFencing) },
      resources: [dummy("a", {}, operations)],
      cib: { operationDefaults: defaults },
    }),
  );
  const resource = working.byId.get("a");
  assert.ok(resource);
  return settleOperation(working, resource, { task, intervalMs });
}

suite("settings of operations", () => {
  test("timeouts: what is configured, then the defaults, then 20 s", () => {
    const operations = ["start 0s timeout=60"];
    assert.equal(settle({ task: "start", operations }).timeoutMs, 60_000);
    assert.equal(
      settle({ task: "stop", operations, defaults: { timeout: "40s" } }).timeoutMs,
      40_000,
    );
    assert.equal(settle({ task: "stop", operations }).timeoutMs, 20_000);
  });

  test("a probe has the timeout of the most frequent monitor that is not switched off", () => {
    const operations = [
      "monitor 30s timeout=30",
      "monitor 20s timeout=25",
      "monitor 10s timeout=5 enabled=false",
    ];
    assert.equal(settle({ task: "monitor", operations }).timeoutMs, 25_000);
  });

  const rows: readonly (readonly [Asked, string])[] = [
    [{ task: "monitor" }, "restart"],
    [{ task: "stop" }, "block"],
    [{ task: "stop", hasFencing: true }, "fence"],
    [{ task: "start", operations: ["start 0s on-fail=fence"] }, "stop"],
    [{ task: "start", operations: ["start 0s on-fail=migrate"] }, "ban"],
    [{ task: "stop", operations: ["stop 0s on-fail=standby"] }, "block"],
    [{ task: "start", operations: ["start 0s on-fail=demote"] }, "restart"],
    [{ task: "promote", operations: ["promote 0s on-fail=demote"] }, "demote"],
    [
      {
        task: "monitor",
        intervalMs: 10_000,
        operations: ["monitor 10s role=Promoted on-fail=demote"],
      },
      "demote",
    ],
    [{ task: "demote", operations: ["monitor 10s role=Promoted on-fail=block"] }, "block"],
    [{ task: "start", defaults: { "on-fail": "ignore" } }, "ignore"],
  ];
  for (const [asked, expected] of rows) {
    const { task, operations = [], defaults, hasFencing = false } = asked;
    const facts = [...operations, JSON.stringify(defaults ?? {}), hasFencing ? "fencing" : ""];
    test(`on-fail of ${task} (${facts.join(" ")}) is ${expected}`, () => {
      assert.equal(settle(asked).onFail, expected);
    });
  }

  test("a failed promotion leaves the lower role, and on-fail=stop none", () => {
    assert.equal(settle({ task: "promote" }).roleAfterFailure, ROLE.unpromoted);
    const stopped = settle({ task: "start", operations: ["start 0s on-fail=stop"] });
    assert.equal(stopped.roleAfterFailure, ROLE.stopped);
  });

  test("only starts and promotions need quorum or fencing", () => {
    const needs = ["start", "promote", "stop"].map((task) => settle({ task }).requires);
    assert.deepEqual(needs, ["quorum", "quorum", "nothing"]);
  });

  test("both halves of a migration may be configured as one", () => {
    const operations = ["migrate 0s timeout=300"];
    assert.equal(settle({ task: "migrate_to", operations }).timeoutMs, 300_000);
  });
});
