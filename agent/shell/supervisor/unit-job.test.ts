import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { hasRestartJob, isBeingRestarted } from "./unit-job.ts";

suite("what systemd does to the unit", () => {
  for (const [jobs, expected] of [
    ["  1234 lb-agent.service restart running\n", true],
    ["1234 lb-agent.service restart waiting", true],
    ["1234 lb-agent.service stop running\n", false],
    ["1234 lb-agent.service start waiting\n", false],
    ["1234 other.service restart running\n", false],
    ["1 a.service stop running\n2 lb-agent.service restart running\n", true],
    ["No jobs running.\n", false],
    ["", false],
  ] as const) {
    test(`${JSON.stringify(jobs)}: ${expected}`, () => {
      assert.equal(hasRestartJob(jobs, "lb-agent.service"), expected);
    });
  }

  test("without a unit nothing is asked; an unknown one is not restarted", async () => {
    assert.equal(await isBeingRestarted({}), false);
    assert.equal(await isBeingRestarted({ LB_AGENT_UNIT: "no-such-unit.service" }), false);
  });
});
