// A host in memory whose leases are renewed, as the daemon's are: conformance/ has none.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressTable, AgentContext, KernelAddress } from "../contract.ts";
import { IPADDR2_AGENT } from "./index.ts";

const ON_ETH0 = { ip: "192.0.2.10", prefixLength: 24, nic: "eth0", remainingMs: 900 };

interface HostInMemory {
  readonly nics: readonly string[];
  readonly addresses: readonly KernelAddress[];
  /** What the heartbeat process answers to the end of a renewal. */
  readonly renewalProblem?: string;
}

const CONTEXT: Omit<AgentContext, "addresses"> = {
  resource: "vip",
  parameters: { ip: "192.0.2.10" },
  isProbe: false,
  checkLevel: 0,
  timeoutMs: 1000,
  isSupervised: true,
  signal: new AbortController().signal,
  run: async () => ({ kind: "notSpawned", reason: "nothing is run here" }),
  wait: async () => {},
  log: () => {},
  runFolder: "/nonexistent",
};

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
  const parameters = { ip: "192.0.2.10", ...(nic === null ? {} : { nic }) };
  const context = { ...CONTEXT, parameters, isSupervised, addresses };
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

suite("IPaddr2: a stop that ends a planned move", () => {
  let runFolder: string;
  setup(() => {
    runFolder = mkdtempSync(join(tmpdir(), "lb-handover-"));
  });
  teardown(() => rmSync(runFolder, { recursive: true, force: true }));

  for (const [name, timeoutMs, laterMs] of [
    ["falls silent for a whole number of milliseconds", 3, 0],
    ["is one still when the clock was set meanwhile", 4, 3_600_000],
  ] as const) {
    test(name, async () => {
      const rules = await rulesOfStop(timeoutMs, laterMs);
      // Half of the stop's time, and as long as the address is kept at least.
      assert.match(rules.join(), new RegExp(`timeout ${Math.floor(timeoutMs / 2) + 250}ms `));
    });
  }

  /** What nft is told by the stop after a `migrate_to`, the clock set forward in between. */
  async function rulesOfStop(timeoutMs: number, laterMs: number): Promise<readonly string[]> {
    const rules: string[] = [];
    const run: AgentContext["run"] = async (_command, _args, options) => {
      rules.push(options?.input ?? "");
      return { kind: "exited", status: 0, stdout: "", stderr: "" };
    };
    let held = [ON_ETH0];
    const addresses: AddressTable = {
      list: async () => held,
      nics: async () => [{ name: "eth0", isUp: true }],
      hold: async () => null,
      release: async () => {
        held = [];
        return null;
      },
      whoHas: async () => null,
      announce: () => {},
    };
    const parameters = { ip: "192.0.2.10", nic: "eth0" };
    const context = { ...CONTEXT, parameters, timeoutMs, addresses, run, runFolder };
    assert.equal((await IPADDR2_AGENT.migrateTo?.(context))?.status, 0);
    const now = Date.now;
    Date.now = () => now() + laterMs;
    try {
      assert.equal((await IPADDR2_AGENT.stop(context)).status, 0);
    } finally {
      Date.now = now;
    }
    return rules;
  }
});

suite("IPaddr2: how long a start asks for another owner", () => {
  for (const [name, followsStop, waitMs] of [
    ["as long as it takes when nothing is known", undefined, 20],
    ["shorter when the cluster has let go of it just now", true, 5],
  ] as const) {
    test(name, async () => {
      const waits: number[] = [];
      const own = { ip: "192.0.2.2", prefixLength: 24, nic: "eth0", remainingMs: null };
      let held: readonly KernelAddress[] = [own];
      const addresses: AddressTable = {
        list: async () => held,
        nics: async () => [{ name: "eth0", isUp: true }],
        hold: async () => {
          held = [own, ON_ETH0];
          return null;
        },
        release: async () => null,
        whoHas: async (_ip, _nic, ms) => {
          waits.push(ms);
          return null;
        },
        announce: () => {},
      };
      const parameters = { ip: "192.0.2.10", nic: "eth0" };
      const told = followsStop === undefined ? {} : { followsStop };
      const { status, reason } = await IPADDR2_AGENT.start({
        ...CONTEXT,
        ...told,
        parameters,
        addresses,
      });
      assert.deepEqual([status, reason, waits], [0, "", [waitMs]]);
    });
  }
});
