import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentContext, ResourceAgent } from "../contract.ts";
import { findAgent, ipCommandTable, loadExternalAgent, runCommand, waitMs } from "../index.ts";

/** A complete OCF agent in a few lines; `state` is its file, `fail` makes its start fail. */
const AGENT = `#!/bin/sh
case "$1" in
meta-data) cat <<'END'
<?xml version="1.0"?>
<resource-agent name="Toy" version="0.2"><version>0.2</version>
<longdesc lang="en">A &lt;toy&gt;</longdesc><shortdesc lang="en">Toy</shortdesc>
<parameters><parameter name="state" unique="1" required="1">
<longdesc lang="en">file</longdesc><shortdesc lang="en">file</shortdesc>
<content type="string" default="a&amp;b"/></parameter></parameters>
<actions><action name="start" timeout="5s"/><action name="monitor" depth="0" interval="1min"
 timeout="500ms"/></actions></resource-agent>
END
;;
start) [ -z "$OCF_RESKEY_fail" ] || { echo "ocf-exit-reason:told to fail" >&2; exit 5; }
  echo "$OCF_ROOT $OCF_RESOURCE_INSTANCE $OCF_CHECK_LEVEL" > "$OCF_RESKEY_state";;
stop) rm -f "$OCF_RESKEY_state";;
monitor) [ "$OCF_RESKEY_CRM_meta_interval" != 0 ] || [ -n "$OCF_RESKEY_state" ] || exit 2
  [ -e "$OCF_RESKEY_state" ] || exit 7;;
validate-all) kill -9 $$;;
*) exit 3;;
esac
`;

suite("agents that are not built in", function () {
  this.timeout(20_000);
  let root: string;
  let toy: ResourceAgent;
  suiteSetup(async () => {
    root = mkdtempSync(join(tmpdir(), "lb-ocf-root-"));
    mkdirSync(join(root, "resource.d", "test"), { recursive: true });
    writeFileSync(join(root, "resource.d", "test", "Toy"), AGENT);
    chmodSync(join(root, "resource.d", "test", "Toy"), 0o755);
    toy = await load("ocf:test:Toy", root);
  });
  suiteTeardown(() => rmSync(root, { recursive: true, force: true }));

  test("metadata is what the executable prints", () => {
    const { parameters, actions, longDescription, version } = toy.metadata;
    assert.equal(longDescription, "A <toy>");
    assert.equal(version, "0.2");
    assert.deepEqual(
      parameters.map((p) => [p.name, p.isRequired, p.isUnique, p.defaultValue]),
      [["state", true, true, "a&b"]],
    );
    assert.deepEqual(actions, [
      { name: "start", timeoutMs: 5000, intervalMs: 0 },
      { name: "monitor", timeoutMs: 500, intervalMs: 60_000, depth: 0 },
    ]);
  });

  test("actions get the parameters as OCF_RESKEY_ and their statuses are passed on", async () => {
    const context = makeContext({ state: join(root, "state") });
    assert.equal((await toy.monitor({ ...context, isProbe: true })).status, 7);
    assert.deepEqual(await toy.start(context), { status: 0, reason: "" });
    assert.equal((await toy.monitor(context)).status, 0);
    assert.equal((await toy.stop(context)).status, 0);
    assert.equal(toy.reload, undefined);
  });

  test("the reason is the agent's own; a death by a signal is a failure", async () => {
    const context = makeContext({ state: join(root, "state"), fail: "1" });
    assert.deepEqual(await toy.start(context), { status: 5, reason: "told to fail" });
    const killed = await toy.validate(context);
    assert.deepEqual(killed, { status: 1, reason: "exit status 137" });
  });

  test("a missing agent and a name that leads elsewhere are unavailable, in words", async () => {
    for (const name of [
      "ocf:test:None",
      "ocf:..:Toy",
      "ocf:test:../test/Toy",
      "lsb:x",
      "ocf:Toy",
    ]) {
      const result = await loadExternalAgent(name, runCommand, root);
      assert.equal(result.kind, "unavailable", name);
    }
  });

  test("every agent of the resource-agents package can be read", async () => {
    for (const name of ["IPaddr2", "apache", "nginx", "Filesystem", "pgsql", "portblock"]) {
      const agent = await load(`ocf:heartbeat:${name}`, "/usr/lib/ocf");
      assert.equal(agent.metadata.type, name);
      assert.ok(
        agent.metadata.actions.some((action) => action.name === "monitor"),
        name,
      );
    }
  });

  test("every parameter of the shell agent is known to the built-in one of its name", async () => {
    for (const name of ["ocf:heartbeat:IPaddr2", "ocf:heartbeat:apache", "ocf:heartbeat:Dummy"]) {
      const own = new Set(findAgent(name)?.metadata.parameters.map((each) => each.name));
      const { parameters } = (await load(name, "/usr/lib/ocf")).metadata;
      assert.deepEqual(
        parameters.map((each) => each.name).filter((each) => !own.has(each)),
        [],
        name,
      );
    }
  });

  test("a systemd unit that is not there is not installed, with the reason", async () => {
    const agent = await load("systemd:no-such-unit", root);
    const { status, reason } = await agent.start(makeContext({}));
    assert.equal(status, 5);
    assert.match(reason, /no-such-unit/);
  });
});

async function load(name: string, root: string): Promise<ResourceAgent> {
  const result = await loadExternalAgent(name, runCommand, root);
  assert.ok(result.kind === "loaded", result.kind === "unavailable" ? result.reason : "");
  return result.agent;
}

function makeContext(parameters: Record<string, string>): AgentContext {
  const signal = new AbortController().signal;
  return {
    resource: "toy",
    parameters,
    isProbe: false,
    checkLevel: 0,
    timeoutMs: 5000,
    isSupervised: false,
    signal,
    addresses: ipCommandTable({ log: () => {} }),
    run: runCommand,
    wait: waitMs,
    log: () => {},
    runFolder: tmpdir(),
  };
}
