import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";

import type { AddressRequest } from "../../../resource-agents/contract.ts";
import { type OpenAddressTable, openAddressTable } from "./address-table.ts";

const NAMESPACE = `lbt-table-${process.pid}`;
const V4: AddressRequest = {
  ip: "10.77.0.5",
  prefixLength: 24,
  nic: "v0",
  broadcast: "10.77.0.255",
  label: "v0:vip",
};
const V6: AddressRequest = {
  ...V4,
  ip: "FD77:0::0005",
  prefixLength: 64,
  broadcast: null,
  label: null,
};

function ip(...words: readonly string[]): string {
  return execFileSync("ip", ["netns", "exec", NAMESPACE, "ip", ...words], {
    encoding: "utf8",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
}

suite("address table, on a real NIC in a namespace", () => {
  const path = process.env["PATH"];
  const folder = mkdtempSync(join(tmpdir(), "lbt-table-"));
  const asked: string[] = [];
  let leaseProblem: string | null = null;
  let table: OpenAddressTable;

  const open = (): OpenAddressTable =>
    openAddressTable({
      // The heartbeat process's part, done by the kernel itself with a lifetime.
      holdLease: async (request) => {
        asked.push(`hold ${request.ip}`);
        const cidr = `${request.ip}/${request.prefixLength}`;
        const words = ["addr", "replace", cidr, "dev", request.nic];
        ip(...words, "valid_lft", "60", "preferred_lft", "60");
        return null;
      },
      releaseLease: async (address, nic) => {
        asked.push(`release ${address} ${nic}`);
        return leaseProblem;
      },
      whoHas: async () => null,
      announce: () => {},
      log: ({ event }) => asked.push(event),
    });

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
    table = open();
  });

  suiteTeardown(() => {
    table.close();
    process.env["PATH"] = path;
    execFileSync("ip", ["netns", "del", NAMESPACE]);
    rmSync(folder, { recursive: true });
  });

  teardown(() => {
    asked.length = 0;
    leaseProblem = null;
  });

  const shown = async (text: string) => (await table.list()).filter((each) => each.ip === text);

  test("lists NICs with their carrier", async () => {
    const nics = new Map((await table.nics()).map(({ name, isUp }) => [name, isUp]));
    assert.deepEqual([nics.get("v0"), nics.get("lo"), nics.has("v9")], [true, false, false]);
  });

  test("a permanent address is there, once, until it is released", async () => {
    assert.equal(await table.hold(V4, { lease: false }), null);
    assert.equal(await table.hold(V4, { lease: false }), null);
    assert.deepEqual(await shown("10.77.0.5"), [
      { ip: "10.77.0.5", prefixLength: 24, nic: "v0", remainingMs: null },
    ]);
    assert.match(ip("addr", "show", "v0"), /10\.77\.0\.5\/24 brd 10\.77\.0\.255 .* v0:vip/);
    assert.equal(await table.release(V4), null);
    assert.deepEqual(await shown("10.77.0.5"), []);
    assert.equal(await table.release(V4), null);
  });

  test("an IPv6 address in another spelling, usable at once", async () => {
    assert.equal(await table.hold(V6, { lease: false }), null);
    assert.doesNotMatch(ip("addr", "show", "v0"), /fd77::5.*tentative/);
    assert.equal(await table.release(V6), null);
    assert.deepEqual(await shown("fd77::5"), []);
  });

  test("release removes the address whatever its prefix length and lifetime", async () => {
    ip("addr", "add", "10.77.0.5/32", "dev", "v0", "valid_lft", "50", "preferred_lft", "50");
    ip("addr", "add", "10.77.0.5/16", "dev", "v0");
    assert.equal(await table.release(V4), null);
    assert.deepEqual(await shown("10.77.0.5"), []);
    assert.deepEqual(asked, [], "it was no lease of ours");
  });

  test("a lease is asked for again each time and ended by its holder", async () => {
    assert.equal(await table.hold(V4, { lease: true }), null);
    assert.equal(await table.hold(V4, { lease: true }), null);
    const [found] = await shown("10.77.0.5");
    assert.ok((found?.remainingMs ?? 0) > 50_000, `remaining ${found?.remainingMs} ms`);
    assert.equal(await table.release(V4), null);
    assert.deepEqual(asked, ["hold 10.77.0.5", "hold 10.77.0.5", "release 10.77.0.5 v0"]);
    assert.deepEqual(await shown("10.77.0.5"), []);
  });

  test("a lease is ended although its NIC has gone", async () => {
    ip("link", "add", "v2", "type", "veth", "peer", "name", "v3");
    const request = { ...V4, nic: "v2", label: null };
    assert.equal(await table.hold(request, { lease: true }), null);
    ip("link", "del", "v2");
    assert.equal(await table.release(request), null);
    assert.deepEqual(asked, ["hold 10.77.0.5", "release 10.77.0.5 v2"]);
  });

  test("a lease that may still be renewed is not released", async () => {
    assert.equal(await table.hold(V4, { lease: true }), null);
    leaseProblem = "no answer";
    assert.equal(await table.release(V4), "no answer");
    assert.deepEqual(await shown("10.77.0.5"), [], "removed at least once");
    leaseProblem = null;
    assert.equal(await table.release(V4), null, "the second release asks again");
  });

  test("a lease becomes permanent only after its renewal has ended", async () => {
    assert.equal(await table.hold(V4, { lease: true }), null);
    leaseProblem = "no answer";
    assert.equal(await table.hold(V4, { lease: false }), "no answer");
    leaseProblem = null;
    assert.equal(await table.hold(V4, { lease: false }), null);
    assert.equal((await shown("10.77.0.5"))[0]?.remainingMs, null);
    assert.equal(await table.release(V4), null);
  });

  const refused = [
    [{ ...V4, nic: "v9" }, /address 10\.77\.0\.5 on v9: Cannot find device "v9"/],
    [{ ...V4, ip: "10.77.0" }, /"10\.77\.0": not an IP address/],
    [{ ...V4, nic: "v0; addr flush dev v0" }, /not a name of an interface/],
    [{ ...V4, label: "v0\naddr flush dev v0" }, /not a label/],
    [{ ...V4, broadcast: "10.77.0.255 dev v1" }, /not IPv4/],
    [{ ...V4, prefixLength: 40 }, /prefix length 40, expected 0 to 32/],
  ] as const;
  for (const [request, message] of refused) {
    test(`refused: ${JSON.stringify(Object.values(request))}`, async () => {
      assert.match((await table.hold(request, { lease: false })) ?? "held", message);
      assert.deepEqual(await shown(request.ip), []);
    });
  }

  test("answers stay with their questions, asked all at once", async () => {
    const requests = Array.from({ length: 50 }, (_, index) => ({
      ...V4,
      ip: `10.78.0.${index + 1}`,
      nic: index % 2 === 0 ? "v0" : "v9",
      broadcast: null,
      label: null,
    }));
    const held = await Promise.all(requests.map((each) => table.hold(each, { lease: false })));
    assert.deepEqual(
      held.map((problem) => problem === null),
      requests.map(({ nic }) => nic === "v0"),
    );
    await Promise.all(requests.map((each) => table.release(each)));
    assert.equal((await table.list()).filter((each) => each.ip.startsWith("10.78")).length, 0);
  });

  test("a child that was killed is replaced", async () => {
    const other = open();
    await other.list();
    const children = execFileSync("ps", ["--ppid", String(process.pid), "-o", "pid=,args="], {
      encoding: "utf8",
    });
    const line = children.split("\n").findLast((each) => /\/ip -json -force -batch/.test(each));
    const pid = Number(line?.trim().split(" ")[0]);
    process.kill(pid, "SIGSTOP");
    const first = other.list();
    first.catch(() => {}); // It is awaited only after the kill.
    await new Promise((resolve) => setImmediate(resolve)); // Asked at once, they would be one.
    const second = other.list();
    process.kill(pid, "SIGKILL");
    // The first may have been the cause, so only those behind it are asked again.
    await assert.rejects(first, /ip: SIGKILL/);
    assert.ok((await second).length > 0);
    while (!asked.includes("ipCommandFailed"))
      await new Promise((resolve) => setImmediate(resolve));
    assert.ok((await other.list()).length > 0);
    other.close();
    assert.equal(await other.hold(V4, { lease: false }), "ip: closed");
  });
});
