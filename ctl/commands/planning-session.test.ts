import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { applyChanges } from "../../agent/core/configuration/index.ts";
import type { ClusterStatus, SchedulerInput } from "../../agent/core/model/index.ts";
import { exampleInput } from "../../test/what-if/example.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { readPaths } from "../paths.ts";
import { runProgram } from "../program.ts";
import { EXAMPLE_STATUS } from "../render/example-status.ts";

/** A status with the nodes of the example. */
const WITH_BOTH: ClusterStatus = {
  ...EXAMPLE_STATUS,
  localNode: "ip1",
  nodes: EXAMPLE_STATUS.nodes.map((node, index) => ({ ...node, name: `ip${index + 1}` })),
};

// An agent that has the configuration of the example, and counts what is done to it.
class FakeAgent {
  made = 0;
  input: SchedulerInput = exampleInput();
  /** The answers to `getStatus`, one after the other; the last one again and again. */
  statuses: ClusterStatus[] = [];

  client(): AgentClient {
    const { nodes } = this.input;
    const unused = () => assert.fail("not asked for here");
    return {
      getRelease: unused,
      getStatus: async () => {
        const status = this.statuses.length > 1 ? this.statuses.shift() : this.statuses[0];
        return status ?? { ...EXAMPLE_STATUS, localNode: "ip1" };
      },
      getCib: async () => this.input.cib,
      apply: async (changes, { isDryRun = false } = {}) => {
        const result = applyChanges(this.input.cib, changes, {
          stamp: { by: "test", atWallMs: 1 },
          nodes: nodes.map(({ name }) => name),
        });
        if (result.kind === "refused") assert.fail(JSON.stringify(result.problems));
        if (!isDryRun) this.made += 1;
        const input = { ...this.input, cib: result.cib };
        return { cibVersion: "", notes: result.notes, savedOn: [], decisions: [], input };
      },
      runCommand: async () => {
        this.made += 1;
        return [];
      },
      readFiles: unused,
      watchStatus: unused,
      inspectNow: async () => {},
      close: () => {},
    };
  }

  async run(
    line: string,
  ): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
    const [out, err]: [string[], string[]] = [[], []];
    const status = await runProgram(line.split(" "), {
      paths: readPaths({}),
      terminal: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
      withAgent: (use) => use(this.client()),
    });
    return { status, out: out.join("\n"), err: err.join("\n") };
  }
}

suite("--plan", () => {
  const rows = [
    ["resource disable web --plan", "stops server on ip1"],
    ["resource ban web ip1 --plan", "moves server from ip1 to ip2"],
    ["resource delete server --plan", "stops server on ip1"],
    ["resource restart server --plan", "restarts server on ip1"],
    ["resource cleanup --plan", "changes nothing that runs"],
    ["property set stop-all-resources=true --plan", "stops gateway on ip2"],
    ["property unset no-quorum-policy --plan", "changes nothing that runs"],
    ["constraint location web avoids ip1 --plan", "moves address from ip1 to ip2"],
    ["resource meta web resource-stickiness=5 --plan", "changes nothing that runs"],
    ["cluster stop --plan", "moves server from ip1 to ip2"],
  ] as const;
  for (const [line, says] of rows) {
    test(`${line}: says what it would do, and does nothing`, async () => {
      const agent = new FakeAgent();
      const { status, out, err } = await agent.run(line);
      assert.equal(status, 0, err);
      assert.equal(agent.made, 0);
      assert.ok(out.startsWith("Plan"), out);
      assert.ok(out.includes(says), out);
    });
  }

  test("a restart that was asked for says so, and what comes with it", async () => {
    const { out } = await new FakeAgent().run("resource restart address --plan");
    assert.match(out, /restarts address on ip1 .*: its restart was asked for\n/);
    assert.match(out, /restarts server on ip1 .*: start of address is required/);
  });

  test("disable --safe refuses what would stop others, and disables what would not", async () => {
    const agent = new FakeAgent();
    const { status, err } = await agent.run("resource disable address --safe");
    assert.deepEqual([status, agent.made], [1, 0]);
    assert.match(err, /^Error: not disabled, since that has an effect on other resources$/m);
    assert.match(err, /^Error: it also stops server on ip1/m);
    assert.equal((await agent.run("resource safe-disable web")).status, 0);
    assert.equal(agent.made, 1);
    const { out } = await agent.run("resource disable web --simulate");
    assert.match(out, /^Plan/);
    assert.equal(agent.made, 1);
  });

  const refusals = [
    ["resource restart nosuch --plan", /^Error: resource "nosuch": no resource with this id/],
    ["resource refresh nosuch --plan", /^Error: resource "nosuch": no resource with this id/],
    ["resource failcount reset nosuch --plan", /^Error: resource "nosuch": no resource with/],
  ] as const;
  for (const [line, says] of refusals) {
    test(`${line}: refused, as without --plan`, async () => {
      const agent = new FakeAgent();
      const { status, out, err } = await agent.run(line);
      assert.deepEqual([status, out, agent.made], [2, "", 0]);
      assert.match(err, says);
    });
  }

  test("attributes until the restart are planned on their own node alone", async () => {
    const agent = new FakeAgent();
    agent.statuses = [WITH_BOTH];
    const here = await agent.run("node attribute ip1 a=1 --transient --plan");
    assert.deepEqual([here.status, agent.made], [0, 0], here.err);
    const there = await agent.run("node attribute ip2 a=1 --transient --plan");
    assert.deepEqual([there.status, agent.made], [1, 0]);
    assert.match(there.err, /^Error: attributes of ip2: set them on that node; this is ip1$/);
  });

  test("what else would be removed is told", async () => {
    const agent = new FakeAgent();
    const home = '<rsc_location id="home" rsc="server" node="ip1" score="50"/>';
    agent.input = exampleInput({ constraints: home });
    const { out } = await agent.run("resource delete server --plan");
    assert.match(out, /^Would remove constraint: home$/m);
  });

  test("as JSON, with the notes of the change", async () => {
    const agent = new FakeAgent();
    const { out } = await agent.run("resource delete server --plan --output-format json");
    const plan: unknown = JSON.parse(out);
    assert.ok(typeof plan === "object" && plan !== null && "effects" in plan && "notes" in plan);
    assert.equal(agent.made, 0);
  });

  test("without it the change is made", async () => {
    const agent = new FakeAgent();
    assert.equal((await agent.run("resource disable web")).status, 0);
    assert.equal(agent.made, 1);
  });
});

suite("--wait", () => {
  const operation = {
    resource: "server",
    node: "ip1",
    operation: "stop",
    intervalMs: 0,
    outcome: "ok",
    status: 0,
    callId: 90,
    atWallMs: 1,
    ranForMs: 300,
  };
  const before: ClusterStatus = {
    ...EXAMPLE_STATUS,
    pending: [],
    failures: [],
    operations: [{ ...operation, callId: 50 }],
  };

  test("tells what was done meanwhile", async () => {
    const agent = new FakeAgent();
    const busy = { ...before, operations: [{ ...operation, outcome: "pending" }] };
    agent.statuses = [before, busy, busy, busy, { ...before, operations: [operation] }];
    const { status, out } = await agent.run("resource disable web --wait=5");
    assert.equal(status, 0);
    assert.equal(out.split("\n").at(-1), "stopped server on ip1 (300ms)");
  });

  test("fails when something failed meanwhile", async () => {
    const agent = new FakeAgent();
    const failure = {
      ...operation,
      operation: "start",
      outcome: "error",
      status: 1,
      reason: "no file",
    };
    agent.statuses = [before, { ...before, failures: [failure] }];
    const { status, err } = await agent.run("resource enable web --wait=5");
    assert.equal(status, 1);
    assert.equal(err, "Error: start of server on ip1 failed: error: no file");
  });

  test("fails when it is not stable in time", async () => {
    const agent = new FakeAgent();
    agent.statuses = [before, { ...before, pending: ["stop of server on ip1"] }];
    const { status, err } = await agent.run("resource disable web --wait=0");
    assert.equal(status, 1);
    assert.equal(err, "Error: not done within 0 s: stop of server on ip1");
  });

  test("a cluster without a DC is not at rest: nothing is planned yet", async () => {
    const agent = new FakeAgent();
    agent.statuses = [before, { ...before, dc: "" }];
    const { status, err } = await agent.run("resource enable web --wait=0");
    assert.deepEqual(
      [status, err],
      [1, "Error: not done within 0 s: the nodes have not agreed on a DC yet"],
    );
  });

  test("waits for attributes until the restart too", async () => {
    const agent = new FakeAgent();
    agent.statuses = [{ ...before, nodes: WITH_BOTH.nodes }];
    const { status, out } = await agent.run("node attribute ip1 a=1 --transient --wait=5");
    assert.equal(status, 0);
    assert.equal(out.split("\n").at(-1), "Nothing had to be stopped, started or moved");
  });

  test("says so when nothing had to be done", async () => {
    const agent = new FakeAgent();
    agent.statuses = [before];
    const { status, out } = await agent.run("resource meta web resource-stickiness=5 --wait=5");
    assert.equal(status, 0);
    assert.equal(out.split("\n").at(-1), "Nothing had to be stopped, started or moved");
  });
});
