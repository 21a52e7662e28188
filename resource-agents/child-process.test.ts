import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { runCommand, waitMs } from "./child-process.ts";

const SH = "/bin/sh";

suite("child processes", () => {
  test("status and output are those of the command, input is given to it", async () => {
    const script = "cat; echo told >&2; exit 3";
    const result = await runCommand(SH, ["-c", script], { input: "given" });
    assert.deepEqual(result, { kind: "exited", status: 3, stdout: "given", stderr: "told\n" });
  });

  test("a command that is not there was not spawned", async () => {
    const result = await runCommand("/nonexistent/command", []);
    assert.equal(result.kind, "notSpawned");
    assert.match(result.kind === "notSpawned" ? result.reason : "", /ENOENT/);
  });

  test("an argument with a zero byte is refused as a value, not thrown", async () => {
    assert.equal((await runCommand(SH, ["a\0b"])).kind, "notSpawned");
  });

  test("a death by signal N is status 128 + N", async () => {
    const result = await runCommand(SH, ["-c", "kill -9 $$"]);
    assert.equal(result.kind === "exited" ? result.status : -1, 137);
  });

  test("output beyond 64 KiB is dropped and does not block the command", async () => {
    const script = "head -c 300000 /dev/zero | tr '\\0' x; echo end >&2";
    const result = await runCommand(SH, ["-c", script]);
    assert.equal(result.kind === "exited" ? result.stdout.length : -1, 65_536);
    assert.equal(result.kind === "exited" ? result.stderr : "", "end\n");
  });

  test("a timeout ends the whole process group", async () => {
    const script = "sleep 60 & echo $!; wait";
    const result = await runCommand(SH, ["-c", script], { timeoutMs: 100 });
    assert.equal(result.kind, "timedOut");
    const pid = result.kind === "timedOut" ? result.stdout.trim() : "";
    await waitMs(20);
    assert.ok(isGone(pid), `grandchild ${pid} lives`);
  });

  test("an abort ends the command, and one before it keeps it from running", async () => {
    const ending = new AbortController();
    const running = runCommand(SH, ["-c", "sleep 60"], { signal: ending.signal });
    setTimeout(() => ending.abort(), 20);
    assert.equal((await running).kind, "timedOut");
    assert.equal(
      (await runCommand(SH, ["-c", "true"], { signal: ending.signal })).kind,
      "timedOut",
    );
  });

  test("a daemon that keeps the pipes open does not keep the command from ending", async () => {
    const startedAt = performance.now();
    const result = await runCommand(SH, ["-c", "sleep 2 & echo started"]);
    assert.equal(result.kind === "exited" ? result.stdout : "", "started\n");
    assert.ok(performance.now() - startedAt < 1000);
  });

  test("of the environment only the listed variables are passed on", async () => {
    process.env["LB_TEST_SECRET"] = "secret";
    const result = await runCommand("env", [], { environment: { LB_TEST_GIVEN: "1" } });
    delete process.env["LB_TEST_SECRET"];
    const shown = result.kind === "exited" ? result.stdout : "";
    assert.match(shown, /^LB_TEST_GIVEN=1$/m);
    assert.match(shown, /^PATH=/m);
    assert.doesNotMatch(shown, /LB_TEST_SECRET/);
  });

  test("a wait ends early on abort", async () => {
    const startedAt = performance.now();
    await waitMs(5000, AbortSignal.timeout(10));
    await waitMs(5000, AbortSignal.abort());
    assert.ok(performance.now() - startedAt < 1000);
  });
});

function isGone(pid: string): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}
