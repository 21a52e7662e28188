import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setup, suite, teardown, test } from "mocha";

import { isSupervised, openSupervisor, watchdogIntervalMs } from "./supervisor.ts";

/** Stands where systemd does: binds the socket and prints every datagram as one line. */
const LISTENER = `
socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; bind(S, sockaddr_un($ARGV[0])) or die;
$| = 1; print "listening\\n";
while (defined recv(S, $text, 4096, 0)) { $text =~ s/\\n/|/g; print "$text\\n"; }
`;

suite("supervisor", () => {
  const rows = [
    [{}, null],
    [{ NOTIFY_SOCKET: "/x" }, null],
    [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "10000000" }, 5000],
    [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "10000000", WATCHDOG_PID: "7" }, 5000],
    [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "10000000", WATCHDOG_PID: "8" }, null],
    [{ NOTIFY_SOCKET: "", WATCHDOG_USEC: "10000000" }, null],
    [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "soon" }, null],
    [{ NOTIFY_SOCKET: "/x", WATCHDOG_USEC: "0" }, null],
  ] as const;
  for (const [environment, expected] of rows) {
    test(`${JSON.stringify(environment)}: a sign of life each ${expected} ms`, () => {
      assert.equal(watchdogIntervalMs(environment, 7), expected);
    });
  }

  test("supervised is who has a socket", () => {
    assert.deepEqual([{}, { NOTIFY_SOCKET: "" }, { NOTIFY_SOCKET: "@x" }].map(isSupervised), [
      false,
      false,
      true,
    ]);
  });

  test("without a socket nothing happens", async () => {
    const logged: string[] = [];
    const log = ({ event }: { event: string }) => logged.push(event);
    const supervisor = openSupervisor({ environment: {}, isWell: () => true, log });
    supervisor.ready("up");
    supervisor.status("well");
    await supervisor.stopping();
    supervisor.close();
    assert.deepEqual(logged, []);
  });

  suite("with a listener in place of systemd", () => {
    let folder: string;
    let listener: ChildProcess;
    let heard: string[];

    setup(async function () {
      this.timeout(10_000);
      folder = mkdtempSync(join(tmpdir(), "lbt-notify-"));
      heard = [];
      const args = ["-MSocket", "-e", LISTENER, join(folder, "notify")];
      listener = spawn("perl", args, { stdio: ["ignore", "pipe", "inherit"] });
      listener.stdout?.on("data", (text: Buffer) =>
        heard.push(...text.toString("utf8").trim().split("\n")),
      );
      while (heard[0] !== "listening") await sleep(5);
      heard.length = 0;
    });

    teardown(() => {
      listener.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    });

    test("ready, status, signs of life and the end are told in order", async function () {
      this.timeout(10_000);
      let isWell = true;
      const supervisor = openSupervisor({
        environment: { NOTIFY_SOCKET: join(folder, "notify"), WATCHDOG_USEC: "200000" },
        isWell: () => isWell,
        log: ({ fields }) => heard.push(`log ${fields["reason"]}`),
      });
      supervisor.ready("all well");
      supervisor.status("all well");
      supervisor.status("peer\nlost");
      await sleep(550);
      isWell = false;
      await sleep(150);
      const signs = heard.filter((line) => line === "WATCHDOG=1").length;
      assert.ok(signs >= 2 && signs <= 7, `${signs} signs of life`);
      await sleep(250);
      assert.equal(heard.filter((line) => line === "WATCHDOG=1").length, signs);
      await supervisor.stopping();
      supervisor.close();
      await sleep(20);
      const told = heard.filter((line) => line.includes("=") && !line.includes("WATCHDOG"));
      const words = told.filter((line) => !line.includes("BARRIER"));
      assert.deepEqual(words, [
        "READY=1|STATUS=all well",
        "STATUS=peer lost",
        "STOPPING=1|STATUS=stopping",
      ]);
    });

    test("a socket that nobody listens on is said once", async function () {
      this.timeout(10_000);
      const logged: string[] = [];
      const supervisor = openSupervisor({
        environment: { NOTIFY_SOCKET: join(folder, "nobody") },
        isWell: () => true,
        log: ({ event }) => logged.push(event),
      });
      supervisor.ready("up");
      supervisor.status("well");
      await supervisor.stopping();
      supervisor.close();
      assert.deepEqual(logged, ["notifyFailed"]);
    });
  });
});
