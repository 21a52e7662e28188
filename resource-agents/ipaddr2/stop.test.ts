// A host in memory whose leases are renewed, as the daemon's are: conformance/ has none.

import assert from "node:assert/strict";
import type { AddressTable, AgentContext, KernelAddress } from "../contract.ts";
import { IPADDR2_AGENT } from "./index.ts";

const ON_ETH0 = { ip: "192.0.2.10", prefixLength: 24, nic: "eth0", remainingMs: 900 };

interface HostInMemory {
  readonly nics: readonly string[];
  readonly addresses: readonly KernelAddress[];
  /** What the heartbeat process answers to the end of a renewal. */
  readonly renewalProblem?: string;
}

async function stop(nic: string | null, host: HostInMemory, isSupervised = true) {
  const released: string[] = [];
  const gone = new Set<string>();
  const addresses: AddressTable = {
    list: async () => host.addresses.filter((each) => !gone.has(each.nic)),
    nics: async () => host.nics.map((name) => ({ name, isUp: true })),
    hold: async () => "not asked for here",
    release: async (address) => {
      released.push(`${address.ip} ${address.nic}`);
      gone.add(address.nic);
      return host.renewalProblem ?? null;
    },
    whoHas: async () => null,
    announce: () => {},
  };
  const context: AgentContext = {
    resource: "vip",
    parameters: { ip: "192.0.2.10", ...(nic === null ? {} : { nic }) },
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 1000,
    isSupervised,
    signal: new AbortController().signal,
    addresses,
    run: async () => ({ kind: "notSpawned", reason: "nothing is run here" }),
    wait: async () => {},
    log: () => {},
    runFolder: "/nonexistent",
  };
  const { status, reason } = await IPADDR2_AGENT.stop(context);
  return { status, reason, released };
}

suite("IPaddr2: a stop ends the renewal wherever it may go on", () => {
  const released = ["192.0.2.10 eth0"];
  const here = { nics: ["lo", "eth0"], addresses: [ON_ETH0] };
  const elsewhere = { ...ON_ETH0, nic: "eth1" };
  for (const [name, nic, host, expected] of [
    ["an address that is there", "eth0", here, released],
    ["an address that has expired", "eth0", { ...here, addresses: [] }, released],
    ["an address whose NIC has gone", "eth0", { nics: ["lo"], addresses: [] }, released],
    [
      "an address on another NIC than the configured one, which has gone",
      "eth0",
      { nics: ["lo", "eth1"], addresses: [elsewhere] },
      ["192.0.2.10 eth1", "192.0.2.10 eth0"],
    ],
    ["no NIC configured and none that fits", null, { nics: ["lo"], addresses: [] }, []],
  ] as const) {
    test(name, async () => {
      const stopped = await stop(nic, host);
      assert.deepEqual(stopped, { status: 0, reason: "", released: expected });
    });
  }

  test("a renewal that may go on is no stop, although the address is gone", async () => {
    const { status, reason } = await stop("eth0", { ...here, renewalProblem: "no answer" });
    assert.deepEqual([status, reason], [1, "no answer"]);
  });

  test("as an OCF executable there is no renewal to end", async () => {
    const stopped = await stop("eth0", { nics: ["lo"], addresses: [] }, false);
    assert.deepEqual(stopped, { status: 0, reason: "", released: [] });
  });
});
