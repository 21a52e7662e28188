import assert from "node:assert/strict";
import { dummy, SMALL_NOW, smallInput } from "../../../../test/scheduler/small-input.ts";
import { scheduleTransition } from "../index.ts";

/** The decision on a resource that has been kept for alpha for so long. */
function reasonAfter(seconds: number, limit: string): string {
  const input = smallInput({
    nodes: { alpha: "offline", beta: "online" },
    properties: { "shutdown-lock": "true", "shutdown-lock-limit": limit },
    resources: [dummy("web")],
    history: { alpha: { web: [] }, beta: { web: ["probe 7"] } },
  });
  const lockedSinceS = SMALL_NOW / 1000 - seconds;
  const histories = input.histories.map((history) => ({
    ...history,
    resources: history.resources.map((entry) =>
      history.node === "alpha" ? { ...entry, lockedSinceS } : entry,
    ),
  }));
  return scheduleTransition({ ...input, histories }).decisions[0]?.reason ?? "";
}

suite("a resource that is kept for a node says since when", () => {
  for (const [seconds, limit, words] of [
    [0, "0", /was stopped in order 0 s ago \(shutdown-lock\)$/],
    [119, "0", /was stopped in order 119 s ago/],
    [150, "0", /was stopped in order 2 min ago/],
    [7300, "0", /was stopped in order 2 h ago/],
    [100, "10min", /\(shutdown-lock\), for 8 min more \(shutdown-lock-limit\)$/],
    [600, "10min", /, for 0 s more \(shutdown-lock-limit\)$/],
  ] as const) {
    test(`kept for ${seconds} s, limit ${limit}`, () =>
      assert.match(reasonAfter(seconds, limit), words));
  }
});
