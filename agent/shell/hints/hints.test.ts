import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setup, suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";

import type { Watch } from "../../../resource-agents/contract.ts";
import { type OpenAddressTable, openAddressTable } from "../addresses/index.ts";
import { type Hints, openHints } from "./hints.ts";

const NAMESPACE = `lbt-hints-${process.pid}`;
const ADDRESS: Watch = { kind: "address", ip: "10.77.1.5", nic: "v0" };

function ip(...words: readonly string[]): void {
  execFileSync("ip", ["netns", "exec", NAMESPACE, "ip", ...words], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
}

suite("hints, on real NICs and processes", () => {
  const path = process.env["PATH"];
  const folder = mkdtempSync(join(tmpdir(), "lbt-hints-"));
  const told: string[] = [];
  let table: OpenAddressTable;
  let hints: Hints;

  suiteSetup(() => {
    // Everything stays as in production, but `ip` enters a network namespace of its own first.
    const wrapper = join(folder, "ip");
    const real = execFileSync("/bin/sh", ["-c", "command -v ip"], { encoding: "utf8" }).trim();
    writeFileSync(wrapper, `#!/bin/sh\nexec ${real} netns exec ${NAMESPACE} ${real} "$@"\n`);
    chmodSync(wrapper, 0o755);
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    ip("link", "add", "v0", "type", "veth", "peer", "name", "v1");
    ip("link", "set", "v0", "up");
    ip("link", "set", "v1", "up");
    process.env["PATH"] = `${folder}:${path}`;
    table = openAddressTable({
      holdLease: async () => "not here",
      releaseLease: async () => null,
      whoHas: async () => null,
      announce: () => {},
      log: ({ event }) => told.push(event),
    });
  });

  suiteTeardown(() => {
    table.close();
    process.env["PATH"] = path;
    execFileSync("ip", ["netns", "del", NAMESPACE]);
    rmSync(folder, { recursive: true });
  });

  setup(async () => {
    told.length = 0;
    hints = openHints({
      addresses: table,
      onHint: (owner, watch) =>
        told.push(`${owner}: ${watch.kind === "address" ? watch.ip : watch.kind}`),
      onLinkChanged: (nic, isUp) => told.push(`${nic} ${isUp ? "up" : "down"}`),
      log: ({ event }) => told.push(event),
    });
    await until("v1 up");
    await sleep(150); // The monitor listens, and its second look is over.
    told.length = 0;
  });

  teardown(() => hints.close());

  async function until(line: string, waitMs = 2000): Promise<void> {
    const deadlineAt = performance.now() + waitMs;
    while (!told.includes(line)) {
      assert.ok(performance.now() < deadlineAt, `"${line}" not among ${JSON.stringify(told)}`);
      await sleep(1);
    }
  }

  test("a deleted address is told, a renewed one is not", async () => {
    ip("addr", "add", "10.77.1.5/24", "dev", "v0", "valid_lft", "60", "preferred_lft", "60");
    hints.watch("vip", [ADDRESS]);
    const words = ["addr", "replace", "10.77.1.5/24", "dev", "v0"];
    ip(...words, "valid_lft", "90", "preferred_lft", "90");
    ip("addr", "add", "10.77.1.6/24", "dev", "v0");
    ip("addr", "del", "10.77.1.6/24", "dev", "v0");
    await sleep(50);
    assert.deepEqual(told, []);
    ip("addr", "del", "10.77.1.5/24", "dev", "v0");
    await until("vip: 10.77.1.5");
    assert.deepEqual(told, ["vip: 10.77.1.5"]);
  });

  test("an IPv6 address is told in whatever spelling it is watched", async () => {
    ip("addr", "add", "fd77::5/64", "dev", "v0", "nodad");
    hints.watch("vip6", [{ kind: "address", ip: "FD77:0::0005", nic: "v0" }]);
    await sleep(50);
    assert.deepEqual(told, []);
    ip("addr", "del", "fd77::5/64", "dev", "v0");
    await until("vip6: FD77:0::0005".replace("FD77:0::0005", "fd77::5"));
  });

  test("an address that went before the watch is told", async () => {
    hints.watch("vip", [ADDRESS]);
    await until("vip: 10.77.1.5");
  });

  test("nothing is told any more after the watch was taken back", async () => {
    ip("addr", "add", "10.77.1.5/24", "dev", "v0");
    hints.watch("vip", [ADDRESS]);
    hints.watch("vip", []);
    ip("addr", "del", "10.77.1.5/24", "dev", "v0");
    await sleep(50);
    assert.deepEqual(told, []);
  });

  test("a monitor child that was killed is replaced, and everything looked at again", async () => {
    ip("addr", "add", "10.77.1.5/24", "dev", "v0");
    hints.watch("vip", [ADDRESS]);
    await sleep(1000); // A child that lived shorter counts as broken.
    const pid = hints.monitorPid();
    assert.ok(pid !== null);
    process.kill(pid, "SIGSTOP"); // It misses the event, as a full socket buffer would make it.
    ip("addr", "del", "10.77.1.5/24", "dev", "v0");
    await sleep(30);
    assert.deepEqual(told, []);
    process.kill(pid, "SIGKILL");
    await until("vip: 10.77.1.5");
    assert.equal(told[0], "kernelWatchEnded");
    assert.notEqual(hints.monitorPid(), pid);
  });

  test("NICs going down, up and away are told once each", async () => {
    ip("link", "set", "v1", "down");
    await until("v1 down");
    await until("v0 down");
    ip("link", "set", "v1", "up");
    await until("v0 up");
    ip("link", "add", "w0", "type", "veth", "peer", "name", "w1");
    ip("link", "set", "w0", "up");
    ip("link", "set", "w1", "up");
    await until("w0 up");
    ip("link", "del", "w0");
    await until("w0 down");
    const changes = told.filter((line) => line.startsWith("v"));
    assert.deepEqual(changes.sort(), ["v0 down", "v0 up", "v1 down", "v1 up"]);
  });

  test("a killed process is told once, to everybody who watches it", async () => {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    const watch: Watch = { kind: "process", pid: child.pid ?? 0 };
    hints.watch("web", [watch]);
    hints.watch("other", [watch]);
    hints.watch("gone", [watch]);
    hints.watch("gone", []);
    await sleep(60);
    hints.watch("web", [watch]); // Watched already: nothing changes.
    assert.deepEqual(told, []);
    child.kill("SIGKILL");
    await until("web: process");
    await sleep(60);
    assert.deepEqual(told, ["web: process", "other: process"]);
    told.length = 0;
    hints.watch("web", [watch]); // Named again although it has gone: told again.
    await until("web: process");
  });

  test("a zombie counts as gone, whatever its name", async () => {
    // The shell's child ends and is never waited for: `exec` leaves it to a program that does not.
    const shell = spawn("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = await new Promise<number>((resolve) =>
      shell.stdout.once("data", (text: Buffer) => resolve(Number(text.toString("utf8")))),
    );
    hints.watch("web", [{ kind: "process", pid }]);
    await until("web: process");
    process.kill(pid, 0); // Still there as a zombie: this would throw otherwise.
    shell.kill("SIGKILL");
  });

  test("a link that goes or is replaced is told, others in its folder are not", async () => {
    const [link, other] = [join(folder, "unit"), join(folder, "other")];
    for (const path of [link, other]) symlinkSync("nowhere", path);
    hints.watch("web", [{ kind: "file", path: link }]);
    hints.watch("second", [{ kind: "file", path: other }]);
    rmSync(link);
    await until("web: file");
    assert.ok(!told.includes("second: file"));
    told.length = 0;
    symlinkSync("elsewhere", link);
    await until("web: file");
    hints.watch("web", []);
    told.length = 0;
    rmSync(link);
    rmSync(other);
    await until("second: file");
    assert.ok(!told.includes("web: file"));
  });

  test("a file that is not there any more is told at once, and no folder is refused", async () => {
    hints.watch("web", [{ kind: "file", path: join(folder, "never") }]);
    await until("web: file");
    hints.watch("web", [{ kind: "file", path: "/nonexistent/folder/file" }]);
    assert.equal(told.at(-1), "watchRefused");
  });

  test("too many watches of one owner are cut off and said", () => {
    const many = Array.from({ length: 70 }, () => ADDRESS);
    hints.watch("vip", many);
    assert.deepEqual(told, ["watchRefused"]);
  });
});
