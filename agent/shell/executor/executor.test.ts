import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setup, suite, teardown, test } from "mocha";

import { runCommand } from "../../../resource-agents/child-process.ts";
import {
  type AddressTable,
  type AgentContext,
  type AgentResult,
  OCF,
  type ResourceAgent,
  type Watch,
} from "../../../resource-agents/contract.ts";
import type { OperationOrder } from "../../core/model/index.ts";
import type { OperationReport } from "../../ports/index.ts";
import { type Executor, openExecutor } from "./executor.ts";

const DONE: AgentResult = { status: OCF.SUCCESS, reason: "" };

const ABSENT: AgentResult = { status: OCF.NOT_RUNNING, reason: "no\n file" };
/** What a monitor of what runs answers, by its parameter `deep`. */
const DEEP: Readonly<Record<string, AgentResult>> = {
  fails: { status: OCF.ERR_GENERIC, reason: "page", deep: { checks: ["page"], groups: null } },
};

/** A small real agent: started means that its file exists; `do` says what else each action does. */
function fileAgent(folder: string, trace: string[], withRepair: boolean): ResourceAgent {
  const fileOf = (context: AgentContext): string => join(folder, context.resource);
  const act =
    (name: string, then: (context: AgentContext) => AgentResult) =>
    async (context: AgentContext): Promise<AgentResult> => {
      trace.push(`${context.resource} ${name}`);
      const todo = context.parameters[name] ?? "";
      if (todo.startsWith("throw")) throw new Error(todo);
      if (todo.startsWith("wait")) await context.wait(Number(todo.slice(5)));
      if (todo.startsWith("ignore")) await sleep(Number(todo.slice(7)));
      if (todo.startsWith("run ")) await context.run("/bin/sh", ["-c", todo.slice(4)]);
      trace.push(`${context.resource} ${name} ends`);
      return then(context);
    };
  const agent: ResourceAgent = {
    metadata: {
      standard: "ocf",
      provider: "test",
      type: "File",
      version: "1",
      shortDescription: "",
      longDescription: "",
      parameters: [],
      actions: [],
    },
    start: act("start", (context) => {
      writeFileSync(fileOf(context), "");
      return DONE;
    }),
    stop: act("stop", (context) => {
      if (existsSync(fileOf(context))) unlinkSync(fileOf(context));
      return DONE;
    }),
    monitor: act("monitor", (context) =>
      existsSync(fileOf(context)) ? (DEEP[context.parameters["deep"] ?? ""] ?? DONE) : ABSENT,
    ),
    validate: act("validate", () => DONE),
    watches: async () => [{ kind: "address", ip: "10.0.0.1", nic: "eth0" }],
  };
  const repair = act("repair", (context) => {
    if (context.parameters["canRepair"] === "no") return { status: 1, reason: "no" };
    writeFileSync(fileOf(context), "");
    return DONE;
  });
  return withRepair ? { ...agent, repair } : agent;
}

suite("executor", () => {
  let folder: string;
  let executor: Executor;
  let reports: OperationReport[];
  let trace: string[];
  let watched: (readonly [string, readonly Watch[]])[];
  let announced: string[];
  let addresses: { ip: string; prefixLength: number; nic: string; remainingMs: null }[];

  setup(() => {
    folder = mkdtempSync(join(tmpdir(), "lbt-executor-"));
    reports = [];
    trace = [];
    watched = [];
    announced = [];
    addresses = [];
    const table: AddressTable = {
      list: async () => addresses,
      nics: async () => [],
      hold: async () => null,
      release: async () => null,
      whoHas: async () => null,
      announce: ({ ip, prefixLength }, { count }) =>
        announced.push(`${ip}/${prefixLength} ${count}`),
    };
    executor = openExecutor({
      findAgent: (name) => {
        if (name === "ocf:test:File") return fileAgent(folder, trace, false);
        if (name === "ocf:test:Repaired") return fileAgent(folder, trace, true);
        if (name === "ocf:test:Broken") throw new Error("cannot be loaded");
        return null;
      },
      addresses: table,
      runCommand,
      report: (report) => reports.push(report),
      watch: (resource, watches) => watched.push([resource, watches]),
      log: ({ event, fields }) => trace.push(`log ${event} ${fields["operation"] ?? ""}`),
      runFolder: folder,
    });
  });

  teardown(async () => {
    await executor.close();
    rmSync(folder, { recursive: true });
  });

  function order(resource: string, operation: string, more: object = {}): OperationOrder {
    return {
      resource,
      agent: { standard: "ocf", provider: "test", type: "File" },
      operation,
      intervalMs: 0,
      timeoutMs: 5000,
      parameters: {},
      digest: "",
      expectedStatus: 0,
      checkLevel: 0,
      onFail: "restart",
      ...more,
    };
  }

  async function until(what: () => boolean): Promise<void> {
    const deadlineAt = performance.now() + 4000;
    while (!what()) {
      assert.ok(performance.now() < deadlineAt, JSON.stringify({ reports, trace }));
      await sleep(1);
    }
  }

  const outcomes = () =>
    reports.map(({ orderId, outcome, wasRepaired }) => {
      const text = outcome.kind === "exited" ? String(outcome.status) : outcome.kind;
      return `${orderId}: ${text}${wasRepaired ? " repaired" : ""}`;
    });

  test("operations of one resource run one at a time in order, of others beside them", async () => {
    executor.run(1, order("a", "start", { parameters: { start: "wait 60" } }));
    executor.run(2, order("a", "monitor"));
    executor.run(3, order("a", "stop"));
    executor.run(4, order("b", "start"));
    assert.equal(reports.length, 0, "nothing is reported from inside run");
    await until(() => reports.length === 4);
    assert.deepEqual(outcomes(), ["4: 0", "1: 0", "2: 0", "3: 0"]);
    assert.ok((reports[1]?.ranForMs ?? 0) >= 59);
    const ofA = trace.filter((line) => line.startsWith("a "));
    const pairs = ["a start", "a monitor", "a stop"].flatMap((name) => [name, `${name} ends`]);
    assert.deepEqual(ofA, pairs);
  });

  test("a probe of what is not there reports 7 with its reason on one line", async () => {
    executor.run(1, order("a", "monitor"));
    await until(() => reports.length === 1);
    assert.deepEqual(reports[0]?.outcome, { kind: "exited", status: 7 });
    assert.equal(reports[0]?.reason, "no file");
  });

  test("unknown agents, missing actions and agents that throw are results", async () => {
    const other = (type: string) => ({ agent: { standard: "ocf", provider: "test", type } });
    executor.run(1, order("a", "start", other("Nothing")));
    executor.run(2, order("b", "promote"));
    executor.run(3, order("c", "start", { parameters: { start: "throw up" } }));
    executor.run(4, order("d", "start", other("Broken")));
    await until(() => reports.length === 4);
    assert.deepEqual(outcomes().sort(), ["1: 5", "2: 3", "3: 1", "4: 1"]);
    const reasons = new Map(reports.map(({ orderId, reason }) => [orderId, reason]));
    assert.deepEqual(
      [1, 2, 3, 4].map((id) => reasons.get(id)),
      [
        "agent ocf:test:Nothing: not installed",
        'agent ocf:test:File: has no action "promote"',
        "throw up",
        "agent ocf:test:Broken: cannot be loaded",
      ],
    );
  });

  for (const operation of ["promote", "demote", "migrate_to", "migrate_from"]) {
    test(`${operation} ends the recurring monitors, a notification does not`, async () => {
      executor.run(1, order("a", "start"));
      executor.run(2, order("a", "monitor", { intervalMs: 20 }));
      await until(() => reports.length === 2);
      executor.run(3, order("a", "notify"));
      await until(() => reports.length === 3);
      const before = trace.length;
      await until(() => trace.length > before + 2);
      executor.run(4, order("a", operation));
      await until(() => reports.length === 4);
      assert.deepEqual(outcomes().slice(2), ["3: 3", "4: 3"]);
      const after = trace.length;
      await sleep(60);
      assert.equal(trace.length, after, "nothing is watched");
    });
  }

  test("a timeout ends the whole process group and is told as unknown", async () => {
    const pidFile = join(folder, "pids");
    const script = `echo begun; sleep 50 & echo $! $$ > ${pidFile}; wait`;
    executor.run(
      1,
      order("a", "start", { timeoutMs: 150, parameters: { start: `run ${script}` } }),
    );
    executor.run(2, order("a", "monitor"));
    await until(() => reports.length === 2);
    assert.equal(outcomes()[0], "1: timedOut");
    assert.equal(reports[0]?.reason, "no result within 150 ms");
    assert.ok((reports[0]?.ranForMs ?? 0) < 400, `${reports[0]?.ranForMs} ms`);
    const pids = readFileSync(pidFile, "utf8").trim().split(" ");
    const left = execFileSync("/bin/sh", ["-c", `ps -o stat= -p ${pids.join(",")} || true`]);
    assert.doesNotMatch(left.toString("utf8"), /[RSD]/, "nothing of it is left");
    assert.equal(
      executor.outputs().find(({ operation }) => operation === "start")?.text,
      "begun\n",
    );
  });

  test("an agent that does not listen to its timeout is left behind", async function () {
    this.timeout(4000);
    executor.run(1, order("a", "start", { timeoutMs: 50, parameters: { start: "ignore 2500" } }));
    executor.run(2, order("a", "stop"));
    await until(() => reports.length === 2);
    assert.deepEqual(outcomes(), ["1: timedOut", "2: 0"]);
    assert.ok(trace.includes("log operationAbandoned start"));
  });

  test("a recurring monitor reports its first result and every change, no more", async () => {
    executor.run(1, order("a", "start"));
    executor.run(2, order("a", "monitor", { intervalMs: 10 }));
    await until(() => trace.filter((line) => line === "a monitor ends").length >= 5);
    assert.deepEqual(outcomes(), ["1: 0", "2: 0"]);
    unlinkSync(join(folder, "a"));
    await until(() => reports.length === 3);
    const ran = trace.length;
    await until(() => trace.length >= ran + 6);
    writeFileSync(join(folder, "a"), "");
    await until(() => reports.length === 4);
    assert.deepEqual(outcomes(), ["1: 0", "2: 0", "2: 7", "2: 0"]);
  });

  test("deep checks that fail are reported each time, with what of them fails", async () => {
    executor.run(1, order("a", "start"));
    executor.run(2, order("a", "monitor", { intervalMs: 5, parameters: { deep: "fails" } }));
    await until(() => reports.length === 4);
    assert.deepEqual(outcomes(), ["1: 0", "2: 1", "2: 1", "2: 1"]);
    assert.deepEqual(reports[3]?.deep, { checks: ["page"], groups: null });
    unlinkSync(join(folder, "a"));
    await until(() => outcomes().at(-1) === "2: 7");
    assert.equal(reports.at(-1)?.deep, undefined);
  });

  test("a recurring monitor runs again its interval after it ended", async () => {
    executor.run(1, order("a", "monitor", { intervalMs: 60, parameters: { monitor: "wait 60" } }));
    const startedAtMs = performance.now();
    await until(() => trace.filter((line) => line === "a monitor").length === 3);
    const tookMs = performance.now() - startedAtMs;
    assert.ok(tookMs >= 235 && tookMs < 400, `${tookMs} ms`);
  });

  test("a stop ends recurring monitors, a running one without a report", async () => {
    executor.run(1, order("a", "start"));
    const slow = { intervalMs: 5, parameters: { monitor: "wait 3000" } };
    executor.run(2, order("a", "monitor", slow));
    await until(() => trace.includes("a monitor"));
    const startedAtMs = performance.now();
    executor.run(3, order("a", "stop"));
    await until(() => reports.length === 2);
    assert.ok(performance.now() - startedAtMs < 100);
    assert.deepEqual(outcomes(), ["1: 0", "3: 0"]);
    await sleep(30);
    assert.equal(trace.filter((line) => line === "a monitor").length, 1);
  });

  test("a cancelled monitor says nothing more; unknown ones are ignored", async () => {
    executor.run(1, order("a", "monitor", { intervalMs: 10 }));
    await until(() => reports.length === 1);
    executor.cancel("a", "monitor", 10);
    executor.cancel("a", "monitor", 99);
    executor.cancel("b", "monitor", 10);
    writeFileSync(join(folder, "a"), "");
    await sleep(40);
    assert.deepEqual(outcomes(), ["1: 7"]);
  });

  test("a hint runs the monitor at once, many hints once", async () => {
    executor.run(1, order("a", "start"));
    executor.run(2, order("a", "monitor", { intervalMs: 60_000 }));
    await until(() => reports.length === 2);
    await sleep(5);
    unlinkSync(join(folder, "a"));
    const ran = trace.filter((line) => line === "a monitor").length;
    const startedAtMs = performance.now();
    for (let count = 0; count < 20; count++) executor.hint("a");
    await until(() => reports.length === 3);
    assert.ok(performance.now() - startedAtMs < 30);
    await sleep(30);
    assert.equal(trace.filter((line) => line === "a monitor").length, ran + 1);
    executor.hint("unknown");
  });

  test("a hint while the monitor runs makes it run once more", async () => {
    const slow = { intervalMs: 60_000, parameters: { monitor: "wait 40" } };
    executor.run(1, order("a", "monitor", slow));
    await until(() => trace.includes("a monitor"));
    for (let count = 0; count < 20; count++) executor.hint("a");
    await sleep(150);
    assert.equal(trace.filter((line) => line === "a monitor").length, 2);
  });

  const repaired = { agent: { standard: "ocf", provider: "test", type: "Repaired" } };

  test("a repair is reported as a success and looked at again, twelve times a minute", async () => {
    executor.run(1, order("a", "start", repaired));
    executor.run(2, order("a", "monitor", { ...repaired, intervalMs: 60_000 }));
    await until(() => reports.length === 2);
    for (let count = 0; count < 13; count++) {
      await sleep(5);
      unlinkSync(join(folder, "a"));
      executor.hint("a");
      await until(() => reports.length === 3 + count);
    }
    const repairs = Array.from({ length: 12 }, () => "2: 0 repaired");
    assert.deepEqual(outcomes(), ["1: 0", "2: 0", ...repairs, "2: 7"]);
    assert.equal(reports[2]?.reason, "no file");
    const [before, after] = [trace.indexOf("a repair ends"), trace.lastIndexOf("a repair")];
    assert.ok(trace.slice(before, after).includes("a monitor"), "looked at after the repair");
  });

  test("a failed repair is the failure that the monitor found", async () => {
    const more = { ...repaired, intervalMs: 60_000, parameters: { canRepair: "no" } };
    executor.run(1, order("a", "monitor", more));
    await until(() => reports.length === 1);
    assert.deepEqual(outcomes(), ["1: 7"]);
    assert.equal(reports[0]?.reason, "no file");
  });

  test("a probe is never repaired", async () => {
    executor.run(1, order("a", "monitor", repaired));
    await until(() => reports.length === 1);
    assert.ok(!trace.includes("a repair"));
    assert.deepEqual(outcomes(), ["1: 7"]);
  });

  test("what to watch is asked after each success and taken back by a stop", async () => {
    executor.run(1, order("a", "start"));
    await until(() => watched.length === 2);
    executor.run(2, order("a", "monitor"));
    await until(() => watched.length === 3);
    executor.run(3, order("a", "stop"));
    await until(() => reports.length === 3);
    assert.deepEqual(
      watched.map(([resource, watches]) => `${resource} ${watches.length}`),
      ["a 0", "a 1", "a 1", "a 0"],
    );
  });

  test("addresses that are here are announced again, those of a stopped resource not", async () => {
    executor.run(1, order("a", "start"));
    await until(() => watched.length === 2);
    executor.announceAgain(["a"]);
    await sleep(5);
    assert.deepEqual(announced, [], "it is not on this host");
    addresses = [{ ip: "10.0.0.1", prefixLength: 24, nic: "eth0", remainingMs: null }];
    executor.announceAgain(["b"]);
    executor.announceAgain(["a"]);
    await sleep(5);
    assert.deepEqual(announced, ["10.0.0.1/24 5"]);
    executor.run(2, order("a", "stop"));
    await until(() => reports.length === 2);
    executor.announceAgain(["a"]);
    await sleep(5);
    assert.equal(announced.length, 1);
  });

  test("too many waiting operations are refused, each with a report", async () => {
    for (let id = 1; id <= 70; id++) executor.run(id, order("a", "monitor"));
    await until(() => reports.length === 70);
    assert.equal(reports.filter(({ outcome }) => outcome.kind === "notSpawned").length, 6);
  });

  test("output is bounded to its end", async () => {
    const script = "run seq 1 5000";
    executor.run(1, order("a", "start", { parameters: { start: script } }));
    await until(() => reports.length === 1);
    const [output] = executor.outputs();
    assert.equal(output?.text.length, 4096);
    assert.ok(output?.text.endsWith("4999\n5000\n"));
  });

  test("nothing is reported after close", async () => {
    executor.run(1, order("a", "start", { parameters: { start: "wait 3000" } }));
    await sleep(5);
    const startedAtMs = performance.now();
    await executor.close();
    assert.ok(performance.now() - startedAtMs < 100);
    executor.run(2, order("a", "monitor"));
    await sleep(10);
    assert.deepEqual(reports, []);
  });
});
