import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { DriftStatus } from "../../agent/core/model/index.ts";
import { runWithAgent } from "../../test/ctl/run-with-agent.ts";
import { EXAMPLE_NOW_MS, EXAMPLE_STATUS } from "../render/example-status.ts";

const ALIKE: DriftStatus = {
  ...EXAMPLE_STATUS.drift,
  comparedAtWallMs: EXAMPLE_NOW_MS - 5000,
};
const DIFFERS: DriftStatus = {
  ...ALIKE,
  differences: [
    {
      kind: "version",
      name: "httpd",
      resources: ["webserver"],
      sides: [
        { node: "p1", value: "2.4.37" },
        { node: "p2", value: "2.4.62" },
      ],
      sinceWallMs: EXAMPLE_NOW_MS,
    },
  ],
  differenceCount: 1,
};

function drift(found: DriftStatus, words = "drift") {
  return runWithAgent(words, { getStatus: async () => ({ ...EXAMPLE_STATUS, drift: found }) });
}

suite("exit status of drift", () => {
  const rows: readonly (readonly [what: string, found: DriftStatus, exitCode: number])[] = [
    ["alike", ALIKE, 0],
    ["not compared", EXAMPLE_STATUS.drift, 1],
    ["different", DIFFERS, 4],
  ];
  for (const [what, found, expected] of rows) {
    test(`${what}: ${expected}, also as JSON, and no word of an error`, async () => {
      const text = await drift(found);
      const json = await drift(found, "drift --output-format json");
      assert.deepEqual([text.exitCode, json.exitCode], [expected, expected]);
      assert.deepEqual([text.err, json.err], ["", ""]);
    });
  }

  test("a word too many is a mistake of the person", async () => {
    assert.equal((await drift(DIFFERS, "drift web")).exitCode, 2);
  });
});
