import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, suiteSetup, suiteTeardown, test } from "mocha";
import { endsInRestart, hasRestartJob, isBeingRestarted } from "./unit-job.ts";

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

  suite("with a systemctl that says what a file holds", () => {
    const { PATH } = process.env;
    const unit = "lb-agent.service";
    const environment = { LB_AGENT_UNIT: unit };
    let folder: string;

    suiteSetup(() => {
      folder = mkdtempSync(join(tmpdir(), "lbt-jobs-"));
      const script = `#!/bin/sh\nexec cat ${folder}/jobs\n`;
      writeFileSync(join(folder, "systemctl"), script, { mode: 0o755 });
      process.env["PATH"] = `${folder}:${PATH}`;
    });
    setup(() => jobIs("restart"));
    suiteTeardown(() => {
      process.env["PATH"] = PATH;
      rmSync(folder, { recursive: true });
    });

    function jobIs(type: string): void {
      writeFileSync(join(folder, "jobs"), `1 ${unit} ${type} running\n`);
    }

    test("a restart waits for what is under way", async () => {
      let looks = 0;
      const isBusy = () => ++looks < 4;
      assert.equal(await endsInRestart({ environment, isBusy, isStopping: () => false }), true);
      assert.equal(looks, 4);
    });

    test("a stop does not wait, and is told by its job", async () => {
      jobIs("stop");
      const isBusy = () => assert.fail("not waited for");
      assert.equal(await endsInRestart({ environment, isBusy, isStopping: () => false }), false);
    });

    test("a stop that takes the place of a restart during the wait is a stop", async () => {
      const isBusy = () => {
        jobIs("stop");
        return false;
      };
      assert.equal(await endsInRestart({ environment, isBusy, isStopping: () => false }), false);
    });

    test("a node that leaves already goes on to, whatever systemd is about", async () => {
      const isBusy = () => assert.fail("not waited for");
      assert.equal(await endsInRestart({ environment, isBusy, isStopping: () => true }), false);
    });

    test("a node that begins to leave during the wait leaves", async () => {
      let isStopping = false;
      const isBusy = () => {
        isStopping = true;
        return false;
      };
      const agent = { environment, isBusy, isStopping: () => isStopping };
      assert.equal(await endsInRestart(agent), false);
    });
  });
});
