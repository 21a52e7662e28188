// Real addresses in a network namespace; needs root.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { setup, suite, teardown, test } from "mocha";

import type { LeaseRequest } from "../../core/model/index.ts";
import { IpBatch, LeaseKeeper } from "./index.ts";

const NAMESPACE = `lbt-keeper-${process.pid}`;
const LEASE: LeaseRequest = {
  ip: "198.51.100.7",
  prefixLength: 24,
  nic: "d0",
  broadcast: null,
  label: null,
};

function ip(...words: readonly string[]): string {
  return execFileSync("ip", words, { encoding: "utf8" });
}

/** The lines of a hold are written in the turn of the loop in which it was asked for. */
function isWritten(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** As after a pause of the host: no timer runs and nothing is read. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

async function until(holds: () => boolean): Promise<void> {
  const startAt = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - startAt < 4000, "did not come true in 4 s");
    await sleep(20);
  }
}

function shown(): string {
  return ip("-n", NAMESPACE, "-o", "addr", "show", "scope", "global").trim();
}

suite("lease keeper, in a network namespace", function () {
  this.timeout(10_000);
  this.slow(5000);
  let batch: IpBatch;
  let keeper: LeaseKeeper;
  let wakeUps: NodeJS.Timeout;
  const lost: string[] = [];

  setup(async () => {
    ip("netns", "add", NAMESPACE);
    ip("-n", NAMESPACE, "link", "add", "d0", "type", "veth", "peer", "name", "d1");
    ip("-n", NAMESPACE, "link", "set", "d0", "up");
    lost.length = 0;
    batch = new IpBatch(["ip", "netns", "exec", NAMESPACE]);
    keeper = new LeaseKeeper(batch, 1, {
      onLost: (request, reason) => lost.push(`${request.ip}: ${reason}`),
      onDueChanged: () => {},
    });
    wakeUps = setInterval(() => keeper.renewDue(), 10);
    while ((await batch.run([])).kind !== "answered");
  });

  teardown(() => {
    clearInterval(wakeUps);
    keeper.close();
    batch.close();
    ip("netns", "del", NAMESPACE);
  });

  test("no prefix route, and never a source address, stay through renewals", async () => {
    const plain = { ...LEASE, hasPrefixRoute: false };
    const v6 = { ...LEASE, ip: "fd51::7", prefixLength: 64, isPreferredSource: false };
    assert.deepEqual([await keeper.hold(plain), await keeper.hold(v6)], [null, null]);
    await sleep(900); // Two renewals.
    assert.match(shown(), /198\.51\.100\.7\/24 scope global dynamic noprefixroute d0/);
    assert.match(shown(), /fd51::7\/64 scope global nodad deprecated/);
    assert.equal(ip("-n", NAMESPACE, "route", "show", "198.51.100.0/24"), "");
  });

  test("runs that are written together are answered each for itself", async () => {
    const [added, failed, refused, seen] = await Promise.all([
      batch.run(["addr add 198.51.100.1/24 dev d0"]),
      batch.run(["addr show dev nope"]),
      batch.run(["addr add 198.51.100.2/24 dev d0"], { refuse: () => "too late" }),
      batch.run(["addr show dev d0 to 198.51.100.0/24"]),
    ]);
    assert.deepEqual(added, { kind: "answered", shown: "", errors: "" });
    assert.match(failed?.kind === "answered" ? failed.errors : "", /nope/);
    assert.deepEqual(refused, { kind: "refused", reason: "too late" });
    const lines = seen?.kind === "answered" ? seen.shown.split("\n") : [];
    assert.deepEqual([lines.length, lines[0]?.includes("198.51.100.1/24")], [1, true]);
  });

  test("a release asked for while the address is being added is the end of it", async () => {
    const holding = keeper.hold(LEASE);
    await isWritten();
    const releasing = keeper.release(LEASE.ip, LEASE.nic);
    await holding;
    assert.equal(await releasing, null);
    assert.deepEqual(keeper.leases(), []);
    for (let i = 0; i < 30; i++) {
      assert.equal(shown(), "", `${i * 20} ms after the release`);
      await sleep(20);
    }
  });

  test("an address that waits for its turn is not added after its release", async () => {
    const first = keeper.hold(LEASE);
    await isWritten();
    const second = keeper.hold(LEASE);
    const releasing = keeper.release(LEASE.ip, LEASE.nic);
    const third = keeper.hold(LEASE);
    assert.deepEqual(await Promise.all([first, second, releasing, third]), [
      null,
      "198.51.100.7 on d0: released before it was added",
      null,
      null,
    ]);
    assert.match(shown(), /198\.51\.100\.7/);
    assert.deepEqual(keeper.leases(), [LEASE]);
  });

  test("to release everything is to release what is only being added too", async () => {
    const holding = keeper.hold(LEASE);
    await isWritten();
    assert.equal(await keeper.releaseAll(), null);
    await holding;
    assert.deepEqual(keeper.leases(), []);
    assert.equal(shown(), "");
  });

  test("what is refused when its turn has come is not added", async () => {
    const refusals = [null, "too late"];
    const refuse = () => refusals.shift() ?? null;
    const other = { ...LEASE, ip: "198.51.100.8" };
    const answers = [keeper.hold(LEASE, refuse), keeper.hold(other, refuse)];
    assert.deepEqual(await Promise.all(answers), [null, "198.51.100.8 on d0: too late"]);
    assert.doesNotMatch(shown(), /198\.51\.100\.8/);
    assert.deepEqual(keeper.leases(), [LEASE]);
  });

  test("an IPv6 address is released in whatever spelling", async () => {
    const request = { ...LEASE, ip: "FD00:0::0009", prefixLength: 64 };
    assert.equal(await keeper.hold(request), null);
    assert.equal(await keeper.release("fd00::9", "d0"), null);
    assert.deepEqual(keeper.leases(), []);
    await sleep(700);
    assert.equal(shown(), "");
  });

  test("a lease whose interface has gone is given up, and does not come back with it", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    ip("-n", NAMESPACE, "link", "del", "d0");
    await sleep(700);
    assert.equal(lost.length, 1);
    assert.match(
      lost[0] ?? "",
      /^198\.51\.100\.7: .*(Cannot find device|Device not found|No such device)/,
    );
    assert.deepEqual(keeper.leases(), []);
    assert.equal(await keeper.release(LEASE.ip, "d0"), null);
    ip("-n", NAMESPACE, "link", "add", "d0", "type", "veth", "peer", "name", "d1");
    await sleep(700);
    assert.equal(shown(), "");
  });

  test("an address that somebody removed is given up, not put back by its renewal", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    ip("-n", NAMESPACE, "addr", "del", "198.51.100.7/24", "dev", "d0");
    let sightings = 0;
    for (let i = 0; i < 30; i++) {
      if (shown() !== "") sightings += 1;
      await sleep(20);
    }
    // It is back for about a millisecond, until the keeper has read that it was not there.
    assert.ok(sightings <= 1, `seen ${sightings} times`);
    assert.equal(shown(), "");
    assert.deepEqual(lost, ["198.51.100.7: removed by somebody else"]);
    assert.deepEqual(keeper.leases(), []);
    assert.equal(await keeper.hold(LEASE), null, "it can be held again");
  });

  test("a released lease stays away although its interface went and came", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    ip("-n", NAMESPACE, "link", "del", "d0");
    assert.equal(await keeper.release(LEASE.ip, "d0"), null);
    ip("-n", NAMESPACE, "link", "add", "d0", "type", "veth", "peer", "name", "d1");
    await sleep(700);
    assert.deepEqual([shown(), lost, keeper.leases()], ["", [], []]);
    assert.equal(await keeper.hold(LEASE), null, "it can be held again");
  });

  test("what is held for longer stays for that time, though nothing renews it", async () => {
    const v6 = { ...LEASE, ip: "fd51::7", prefixLength: 64 };
    await Promise.all([keeper.hold(LEASE), keeper.hold(v6)]);
    await until(() => keeper.leases().length === 2);
    await keeper.holdFor(3);
    assert.deepEqual(shown().match(/valid_lft \w+/g), ["valid_lft 3sec", "valid_lft 3sec"]);
    const both = keeper.leases().map(({ ip }) => ip);
    assert.deepEqual(both, [LEASE.ip, v6.ip], "it may be there, so the node says that it holds it");
    await sleep(1800);
    assert.equal(shown().split("\n").length, 2);
    await until(() => shown() === "");
    assert.deepEqual(lost, []);
  });

  test("a renewal under way does not shorten what is held for longer", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    await sleep(395);
    keeper.renewDue();
    await keeper.holdFor(10);
    await batch.run([]);
    assert.match(shown(), /valid_lft 10sec/);
  });

  test("what somebody removed is not put back to be held for longer", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    ip("-n", NAMESPACE, "addr", "del", "198.51.100.7/24", "dev", "d0");
    await keeper.holdFor(10);
    assert.equal(shown(), "");
  });

  test("a lease that may have been taken over meanwhile is not held for longer", async () => {
    assert.equal(await keeper.hold(LEASE), null);
    standStill(800); // Beyond the margin, in which the kernel has it still.
    await keeper.holdFor(10);
    assert.match(shown(), /valid_lft [01]sec/);
    await until(() => shown() === "");
  });
});
