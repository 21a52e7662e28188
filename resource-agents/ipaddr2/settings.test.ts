import assert from "node:assert/strict";
import type { AgentContext } from "../contract.ts";
import { readIpSettings } from "./settings.ts";

suite("parameters of IPaddr2", () => {
  for (const [parameters, expected] of [
    [{ ip: "192.0.2.10" }, { ip: "192.0.2.10", nic: null, prefixLength: null, announceCount: 5 }],
    [{ ip: "2001:DB8:0:0::A" }, { ip: "2001:db8::a" }],
    [{ ip: "192.0.2.10", nic: "" }, { nic: null }],
    [
      { ip: "192.0.2.10", nic: "eth0:1", iflabel: "x" },
      { nic: "eth0", label: "1" },
    ],
    [
      { ip: "192.0.2.10", nic: "eth0", iflabel: "x" },
      { nic: "eth0", label: "x" },
    ],
    [{ ip: "192.0.2.10", cidr_netmask: "32" }, { prefixLength: 32 }],
    [{ ip: "2001:db8::a", cidr_netmask: "128" }, { prefixLength: 128 }],
    [{ ip: "192.0.2.10", arp_count: "0", arp_interval: "50" }, { announceCount: 0 }],
    [{ ip: "2001:db8::a", preferred_lft: "0" }, { isPreferredSource: false }],
    [{ ip: "192.0.2.10", noprefixroute: "yes" }, { hasPrefixRoute: false }],
    [{ ip: "192.0.2.10", cidr_netmask: "255.255.255.0" }, { prefixLength: 24 }],
    [{ ip: "192.0.2.10", cidr_netmask: "255.255.255.255" }, { prefixLength: 32 }],
    [{ ip: "192.0.2.10", run_arping: "true", nodad: "true", arp_bg: "true" }, { ignored: [] }],
    [
      { ip: "192.0.2.10", arp_sender: "send_arp", arp_bg: "no", flush_routes: "false", mac: "y" },
      {
        ignored: [
          'arp_bg "no": ignored, a start never waits for its announcements',
          'arp_sender "send_arp": ignored, packets go by arping and ndptool, or by the kernel',
          'mac "y": ignored, it is of addresses that are shared by a clone',
        ],
      },
    ],
    [{ ip: "192.0.2.10", clusterip_hash: "sourceip-sourceport" }, { ip: "192.0.2.10" }],
    [{ ip: "192.0.2.10", lvs_support: "false", clusterip_hash: "" }, { ip: "192.0.2.10" }],
  ] as const) {
    test(`${JSON.stringify(parameters)} is accepted`, () => {
      const result = readIpSettings(context(parameters));
      assert.ok(result.kind === "settings");
      assert.deepEqual({ ...result.settings, ...expected }, result.settings);
    });
  }

  for (const [parameters, problem] of [
    [{}, "ip missing: expected an IPv4 or IPv6 address without a prefix length"],
    [{ ip: "192.0.2.10/24" }, 'ip "192.0.2.10/24": expected an IPv4 or IPv6 address'],
    [{ ip: "192.0.2.300" }, 'ip "192.0.2.300"'],
    [{ ip: "fe80::1%eth0" }, 'ip "fe80::1%eth0"'],
    [{ ip: "192.0.2.10", cidr_netmask: "33" }, 'cidr_netmask "33": expected a number from 1 to 32'],
    [{ ip: "192.0.2.10", cidr_netmask: "255.0.255.0" }, "expected ones and then zeros"],
    [{ ip: "192.0.2.10", cidr_netmask: "0.0.0.0" }, "expected ones and then zeros"],
    [{ ip: "2001:db8::a", cidr_netmask: "255.255.255.0" }, "expected a number from 1 to 128"],
    [{ ip: "192.0.2.10", arp_sender: "x" }, 'arp_sender "x": expected one of send_arp, '],
    [{ ip: "192.0.2.10", run_arping: "x" }, 'run_arping "x": expected true or false'],
    [{ ip: "192.0.2.10", cidr_netmask: "0" }, "expected a number from 1 to 32"],
    [{ ip: "2001:db8::a", cidr_netmask: "129" }, "expected a number from 1 to 128"],
    [{ ip: "192.0.2.10", broadcast: "x" }, 'broadcast "x": expected an IPv4 address, + or -'],
    [{ ip: "192.0.2.10", nic: "eth0", iflabel: "a b" }, 'iflabel "a b"'],
    [{ ip: "192.0.2.10", nic: "eth0", iflabel: "elevenchars" }, "expected at most 15 characters"],
    [{ ip: "192.0.2.10", arp_count: "-1" }, 'arp_count "-1": expected a number from 0 to 100'],
    [{ ip: "192.0.2.10", preferred_lft: "60" }, 'preferred_lft "60": expected forever or 0'],
    [{ ip: "192.0.2.10", noprefixroute: "x" }, 'noprefixroute "x": expected true or false'],
    [{ ip: "192.0.2.10", clusterip_hash: "sourceip" }, 'clusterip_hash "sourceip": not supported'],
    [{ ip: "192.0.2.10", network_namespace: "x" }, 'network_namespace "x": not supported'],
    [{ ip: "192.0.2.10", lvs_support: "true" }, 'lvs_support "true": not supported'],
    [{ ip: "192.0.2.10", unique_clone_address: "1" }, "unique_clone_address"],
  ] as const) {
    test(`${JSON.stringify(parameters)} is refused in words`, () => {
      const result = readIpSettings(context(parameters));
      assert.ok(result.kind === "refused");
      assert.equal(result.problems.length, 1);
      assert.ok(result.problems[0]?.includes(problem), result.problems[0]);
    });
  }
});

function context(parameters: Record<string, string>): AgentContext {
  const unused = (): never => assert.fail("parameters are read without looking at the host");
  return {
    resource: "vip",
    parameters,
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 1000,
    isSupervised: false,
    signal: new AbortController().signal,
    addresses: {
      list: unused,
      nics: unused,
      hold: unused,
      release: unused,
      whoHas: unused,
      announce: unused,
    },
    run: unused,
    wait: unused,
    log: unused,
    runFolder: "/nonexistent",
  };
}
