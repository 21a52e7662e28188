import assert from "node:assert/strict";
import type { Action } from "../model/index.ts";
import { promoteAfterProbes } from "./promote-after-probes.ts";

function action(id: number, operation: string, after: readonly number[] = [], resource = "db") {
  const order = {
    resource,
    agent: { standard: "ocf", provider: "test", type: "Role" },
    operation,
    intervalMs: 0,
    timeoutMs: 1000,
    parameters: {},
    digest: "",
    expectedStatus: null,
    checkLevel: 0,
    onFail: "restart",
  } as const;
  return { id, node: "a", task: { kind: "operation", order }, after } satisfies Action;
}

suite("promotions wait for probes", () => {
  const ROWS: readonly (readonly [string, readonly Action[], readonly number[]])[] = [
    ["of the same resource", [action(1, "monitor"), action(2, "promote")], [1]],
    ["once", [action(1, "monitor"), action(2, "promote", [1])], [1]],
    ["of no other", [action(1, "monitor", [], "web"), action(2, "promote")], []],
    [
      "of other instances",
      [action(1, "monitor", [], "db:0"), action(2, "promote", [], "db:1")],
      [1],
    ],
    [
      "but not for one that waits for the promotion",
      [action(1, "monitor", [3]), action(3, "start", [2], "web"), action(2, "promote")],
      [],
    ],
  ];
  for (const [what, actions, after] of ROWS) {
    test(what, () => {
      const promote = promoteAfterProbes(actions).find(({ id }) => id === 2);
      assert.deepEqual(promote?.after, after);
    });
  }
});
