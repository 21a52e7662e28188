import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import type { AddressTable } from "../../../resource-agents/contract.ts";
import { openAgentCatalogue } from "./agent-catalogue.ts";

/** A host with one interface in one subnet. */
const ADDRESSES: AddressTable = {
  list: async () => [
    { ip: "192.168.33.18", prefixLength: 24, nic: "eth0", remainingMs: null },
    { ip: "127.0.0.1", prefixLength: 8, nic: "lo", remainingMs: null },
  ],
  nics: async () => [
    { name: "lo", isUp: true },
    { name: "eth0", isUp: true },
  ],
  hold: async () => "not in this test",
  release: async () => "not in this test",
  whoHas: async () => null,
  announce: () => {},
};

suite("resource agents of this node", () => {
  let ocfRoot = "";
  setup(() => {
    ocfRoot = mkdtempSync(join(tmpdir(), "lb-ocf-"));
    const folder = join(ocfRoot, "resource.d", "own");
    mkdirSync(folder, { recursive: true });
    for (const name of ["Thing", ".hidden", "ocf-lib", "helper.sh"]) {
      writeFileSync(join(folder, name), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    }
  });
  teardown(() => rmSync(ocfRoot, { recursive: true, force: true }));

  const open = (root = ocfRoot) =>
    openAgentCatalogue({ addresses: ADDRESSES, runFolder: ocfRoot, folders: { ocfRoot: root } });

  test("built-in agents first, then the executables of the host", async () => {
    const names = (await open().list()).map(({ name }) => name);
    assert.ok(names[0]?.startsWith("ocf:heartbeat:"));
    const own = names.filter((name) => name.startsWith("ocf:own:"));
    assert.deepEqual(own, ["ocf:own:Thing"]);
  });

  test("a host without OCF agents has the built-in ones", async () => {
    const names = (await open(join(ocfRoot, "none")).list()).map(({ name }) => name);
    const ocf = names.filter((name) => name.startsWith("ocf:"));
    assert.ok(ocf.includes("ocf:heartbeat:IPaddr2"));
    assert.ok(!ocf.includes("ocf:own:Thing"));
  });

  const rows = [
    [{ ip: "192.168.33.20", nic: "eth0", cidr_netmask: "32" }, 0, /^$/],
    [{ ip: "10.1.1.1", nic: "eth0" }, 2, /10\.1\.1\.1.*eth0/],
    [{ ip: "192.168.33.20", nic: "eth7" }, 2, /eth7/],
    [{ ip: "nonsense" }, 2, /nonsense/],
  ] as const;
  for (const [parameters, isRefused, reason] of rows) {
    test(`the address agent's own check of ${JSON.stringify(parameters)}`, async () => {
      const catalogue = open();
      const agent = await catalogue.find("ocf:heartbeat:IPaddr2");
      assert.ok(typeof agent !== "string");
      const result = await catalogue.validate(agent, { resource: "vip", parameters });
      assert.equal(result.status === 0, isRefused === 0, result.reason);
      assert.match(result.reason, reason);
    });
  }

  test("an agent that is not there is a reason", async () => {
    assert.equal(typeof (await open().find("ocf:own:Nothing")), "string");
  });
});
