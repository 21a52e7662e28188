import assert from "node:assert/strict";
import type { AgentContext } from "../contract.ts";
import { readPingSettings } from "./settings.ts";

suite("parameters of ping", () => {
  for (const [parameters, expected] of [
    [
      { host_list: "10.0.0.1" },
      { hosts: ["10.0.0.1"], name: "pingd", multiplier: 1, dampenMs: 5000, attempts: 3 },
    ],
    [{ host_list: "10.0.0.1" }, { timeoutMs: 2000, failureScore: null, verbosity: 0 }],
    [{ host_list: " gw.lan  fe80::1%eth0 " }, { hosts: ["gw.lan", "fe80::1%eth0"] }],
    [{ host_list: "a", pidfile: "/run/x" }, { stateFile: "/run/x" }],
    [{ host_list: "a" }, { stateFile: "/run/t/ping-ping_0" }],
    [
      { host_list: "a", dampen: "500ms", timeout: "3s" },
      { dampenMs: 500, timeoutMs: 3000 },
    ],
    [{ host_list: "a", options: "-s 8  -t 4" }, { options: ["-s", "8", "-t", "4"] }],
    [{ host_list: "a", debug: "verbose", failure_score: "1000" }, { verbosity: 2 }],
  ] as const) {
    test(`${JSON.stringify(parameters)} is accepted`, () => {
      const result = readPingSettings(context(parameters));
      assert.ok(result.kind === "settings", JSON.stringify(result));
      assert.deepEqual({ ...result.settings, ...expected }, result.settings);
    });
  }

  for (const [parameters, problem] of [
    [{}, "host_list missing: expected hosts to ping"],
    [{ host_list: "-f" }, 'host_list "-f": expected a name or an IP address'],
    [{ host_list: "a $(id)" }, 'host_list "$(id)": expected a name or an IP address'],
    [{ host_list: "a", name: "a b" }, 'name "a b": expected letters'],
    [{ host_list: "a", name: "-D" }, 'name "-D": expected letters'],
    [{ host_list: "a", multiplier: "x" }, 'multiplier "x": expected a number from 0'],
    [{ host_list: "a", attempts: "0" }, 'attempts "0": expected a number from 1 to 100'],
    [{ host_list: "a", timeout: "500ms" }, 'timeout "500ms": expected 1 to 300 s'],
    [{ host_list: "a", dampen: "soon" }, 'dampen "soon": expected 0 to 3600 s'],
    [{ host_list: "a", pidfile: "x" }, 'pidfile "x": expected an absolute path'],
    [{ host_list: "a", debug: "loud" }, 'debug "loud": expected false, true or verbose'],
  ] as const) {
    test(`${JSON.stringify(parameters)} is refused in words`, () => {
      const result = readPingSettings(context(parameters));
      assert.ok(result.kind === "refused");
      assert.equal(result.problems.length, 1, result.problems.join("; "));
      assert.ok(result.problems[0]?.includes(problem), result.problems[0]);
    });
  }
});

function context(parameters: Record<string, string>): AgentContext {
  const never = () => assert.fail("settings are read without looking at the host");
  return {
    resource: "ping:0",
    parameters,
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 20_000,
    isSupervised: false,
    signal: new AbortController().signal,
    addresses: {
      list: never,
      nics: never,
      hold: never,
      release: never,
      whoHas: never,
      announce: never,
    },
    run: never,
    wait: never,
    log: never,
    runFolder: "/run/t",
  };
}
