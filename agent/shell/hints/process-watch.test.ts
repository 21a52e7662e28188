// Real processes and real `pidwait` children.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setup, suite, teardown, test } from "mocha";

import { ProcessWaiter } from "./process-waiter.ts";
import { ProcessWatch } from "./process-watch.ts";

suite("process watch", function () {
  this.timeout(10_000);
  this.slow(5000);
  let watch: ProcessWatch;
  let child: ChildProcess;
  let told: number;

  setup(() => {
    watch = new ProcessWatch();
    child = spawn("sleep", ["60"], { stdio: "ignore" });
    told = 0;
    watch.add(child.pid ?? 0, () => {
      told += 1;
    });
  });

  teardown(() => {
    watch.close();
    child.kill("SIGKILL");
  });

  async function until(holds: () => boolean, waitMs = 4000): Promise<number> {
    const startAt = performance.now();
    while (!holds()) {
      assert.ok(performance.now() - startAt < waitMs, `did not come true in ${waitMs} ms`);
      await sleep(1);
    }
    return performance.now() - startAt;
  }

  /** The waiter, once it waits in the kernel. */
  async function waiterOf(): Promise<number> {
    await until(() => watch.waiterPids.some((pid) => programOf(pid) === "pidwait"));
    return watch.waiterPids[0] ?? 0;
  }

  test("a process that lives on has a waiter, and its end is told once", async () => {
    const waiter = await waiterOf();
    await sleep(100); // The next poll sees that it waits: from here on there is none for a second.
    assert.ok(isAlive(waiter));
    child.kill("SIGKILL");
    await until(() => told > 0, 500);
    assert.ok(!isAlive(waiter));
    await sleep(60);
    assert.equal(told, 1);
    assert.deepEqual(watch.waiterPids, []);
  });

  test("a waiter that was killed says nothing, and the process is watched as before", async () => {
    process.kill(await waiterOf(), "SIGKILL");
    await until(() => watch.waiterPids.length === 0);
    assert.equal(told, 0);
    child.kill("SIGKILL");
    await until(() => told > 0, 500);
  });

  test("a waiter that was stopped delays the hint by about a second at most", async () => {
    const waiter = await waiterOf();
    await sleep(100);
    process.kill(waiter, "SIGSTOP");
    child.kill("SIGKILL");
    await until(() => told > 0, 2000);
  });

  test("a watch that is taken back or closed leaves no waiter behind", async () => {
    const end = watch.add(child.pid ?? 0, () => {});
    const waiter = await waiterOf();
    end?.();
    assert.ok(isAlive(waiter), "somebody else watches still");
    watch.close();
    await until(() => !isAlive(waiter));
    assert.equal(told, 0);
  });

  test("where no file can be written nobody waits, and no file is left open", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lbt-full-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", folder]);
    const { TMPDIR } = process.env;
    try {
      writeFileSync(join(folder, "all"), Buffer.alloc(4096));
      process.env["TMPDIR"] = folder;
      const ended = new Promise<void>((resolve) => {
        assert.equal(new ProcessWaiter(child.pid ?? 0, resolve).childPid, null);
      });
      await ended;
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
      execFileSync("umount", [folder]); // Refused while a file in it is open.
      rmdirSync(folder);
    }
  });

  test("no more than eight processes have a waiter", async () => {
    const more = Array.from({ length: 9 }, () => spawn("sleep", ["60"], { stdio: "ignore" }));
    for (const { pid } of more) watch.add(pid ?? 0, () => {});
    await until(() => watch.waiterPids.length === 8);
    await sleep(100);
    assert.equal(watch.waiterPids.length, 8);
    for (const each of more) each.kill("SIGKILL");
  });
});

/** The name of the program that a process runs by now. */
function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
