import assert from "node:assert/strict";
import type { CommandResult } from "../contract.ts";
import { parseUnitState, showUnit, tellSystemd } from "./systemctl.ts";
import { isUnitName } from "./systemd-unit.ts";
import { overridePath, overrideText } from "./unit-override.ts";

suite("what systemd says and is told", () => {
  test("the state of a unit is read by name, in any order", () => {
    const state = parseUnitState(
      "ActiveState=active\nLoadState=loaded\nSubState=running\nNeedDaemonReload=no\n" +
        "CanReload=yes\nFragmentPath=/lib/x.service\nDropInPaths=/etc/a.conf /run/b.conf\n" +
        "Id=x.service\nUnitFileState=disabled\nResult=success\n",
    );
    assert.deepEqual(state, {
      kind: "unit",
      id: "x.service",
      load: "loaded",
      active: "active",
      sub: "running",
      result: "success",
      fileState: "disabled",
      canReload: true,
      needsDaemonReload: false,
      files: ["/lib/x.service", "/etc/a.conf", "/run/b.conf"],
    });
    assert.deepEqual(parseUnitState("").files, []);
  });

  const answers: readonly (readonly [CommandResult, number, RegExp])[] = [
    [{ kind: "notSpawned", reason: "ENOENT" }, 5, /systemctl: ENOENT/],
    [{ kind: "timedOut", stdout: "", stderr: "" }, 1, /unit "x": .* no answer in time/],
    [
      {
        kind: "exited",
        status: 1,
        stdout: "",
        stderr: "System has not been booted with systemd as init system",
      },
      5,
      /not been booted/,
    ],
    [{ kind: "exited", status: 1, stdout: "", stderr: "Failed to connect to bus" }, 1, /to bus/],
  ];
  for (const [result, status, reason] of answers) {
    test(`an answer that is none: ${reason}`, async () => {
      const state = await showUnit({ run: async () => result }, "x");
      assert.ok(state.kind === "unknown");
      assert.equal(state.status, status);
      assert.match(state.reason, reason);
    });
  }

  test("a command that fails is told with its words", async () => {
    const failing = {
      kind: "exited",
      status: 4,
      stdout: "",
      stderr: "Unit x not found.\n",
    } as const;
    const told = await tellSystemd({ run: async () => failing }, ["start", "--", "x"]);
    assert.equal(told, "systemctl start -- x: Unit x not found.");
    const silent = { ...failing, stderr: "" };
    assert.match((await tellSystemd({ run: async () => silent }, ["stop"])) ?? "", /status 4/);
  });

  for (const [name, isOne] of [
    ["haproxy", true],
    ["haproxy.service", true],
    ["worker@1", true],
    ["dev-disk-by\\x2dlabel", true],
    ["worker@a@b", false],
    ["", false],
    ["a/b", false],
    ["a b", false],
    ["--help", true], // Passed behind `--`.
  ] as const) {
    test(`"${name}" is ${isOne ? "" : "not "}the name of a unit`, () => {
      assert.equal(isUnitName(name), isOne);
    });
  }

  test("the drop-in forbids systemd's own restarts, of services alone, and orders the unit", () => {
    assert.equal(overridePath("x.service", "/f"), "/f/x.service.d/50-lb-cluster.conf");
    assert.match(
      overrideText("x.service"),
      /\[Unit\]\nBefore=lb-agent.service\n\[Service\]\nRestart=no\n$/,
    );
    assert.doesNotMatch(overrideText("x.socket"), /Service/);
  });
});
