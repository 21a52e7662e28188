import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentContext, ResourceAgent } from "../contract.ts";
import {
  findAgent,
  ipCommandTable,
  knownAgents,
  loadExternalAgent,
  runCommand,
  waitMs,
} from "../index.ts";

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

/** Does what a promotable agent that can migrate does, and writes down what it was told. */
const PROMOTABLE = `#!/bin/sh
case "$1" in
meta-data) cat <<'END'
<resource-agent name="Role" version="1.1"><version>1.1</version><parameters>
<parameter name="size" reloadable="1"><content type="integer"/></parameter>
<parameter name="place"><content type="string"/></parameter></parameters><actions>
<action name="reload-agent" timeout="5s"/><action name="promote" timeout="5s"/>
<action name="demote" timeout="5s"/><action name="notify" timeout="5s"/>
<action name="migrate_to" timeout="5s"/><action name="migrate_from" timeout="5s"/>
<action name="monitor" role="Master" timeout="5s" interval="10s"/></actions></resource-agent>
END
;;
monitor) exit "$OCF_RESKEY_place";;
*) echo "action=$1"; env | grep -E '^(OCF_RESKEY_CRM_meta|HA_SBIN_DIR|PATH)' | sort;;
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
    writeFileSync(join(root, "resource.d", "test", "Role"), PROMOTABLE, { mode: 0o755 });
    toy = await load("ocf:test:Toy", root);
  });
  suiteTeardown(() => rmSync(root, { recursive: true, force: true }));

  test("metadata is what the executable prints", () => {
    const { parameters, actions, longDescription, version } = toy.metadata;
    assert.equal(longDescription, "A <toy>");
    assert.equal(version, "0.2");
    assert.deepEqual(
      parameters.map((p) => [p.name, p.isRequired, p.isUnique, p.defaultValue]),
      [
        ["state", true, true, "a&b"],
        ["trace_ra", false, false, "0"],
        ["trace_dir", false, false, ""],
      ],
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

  test("promote, demote, notify and migrations reach an agent that advertises them", async () => {
    const role = await load("ocf:test:Role", root);
    const said: string[] = [];
    const context: AgentContext = {
      ...makeContext({}),
      node: "ip1",
      toolsFolder: "/opt/tools",
      meta: {
        CRM_meta_clone: "1",
        CRM_meta_notify_promote_resource: "db:0",
        CRM_meta_notify_key_type: "pre",
        "CRM_meta_with-dash": "x",
      },
      migration: { source: "ip1", target: "ip2" },
      run: async (command, args, options) => {
        const result = await runCommand(command, args, options);
        if (result.kind === "exited") said.push(result.stdout);
        return result;
      },
    };
    const { promote, demote, notify, migrateTo, migrateFrom, reload } = role;
    for (const act of [promote, demote, notify, migrateTo, migrateFrom, reload]) {
      assert.deepEqual(await act?.(context), { status: 0, reason: "" });
    }
    assert.deepEqual(
      said.map((text) => text.split("\n")[0]),
      ["promote", "demote", "notify", "migrate_to", "migrate_from", "reload-agent"].map(
        (name) => `action=${name}`,
      ),
    );
    assert.deepEqual(said[2]?.trimEnd().split("\n").slice(1), [
      "HA_SBIN_DIR=/opt/tools",
      "OCF_RESKEY_CRM_meta_clone=1",
      "OCF_RESKEY_CRM_meta_interval=0",
      "OCF_RESKEY_CRM_meta_migrate_source=ip1",
      "OCF_RESKEY_CRM_meta_migrate_target=ip2",
      "OCF_RESKEY_CRM_meta_name=notify",
      "OCF_RESKEY_CRM_meta_notify_promote_resource=db:0",
      "OCF_RESKEY_CRM_meta_on_node=ip1",
      "OCF_RESKEY_CRM_meta_timeout=5000",
      "OCF_RESKEY_CRM_meta_with_dash=x",
      `PATH=/opt/tools:${process.env["PATH"]}`,
    ]);
    assert.deepEqual(role.reloadableParameters, ["size"]);
    assert.equal(role.metadata.actions.at(-1)?.role, "Promoted");
    assert.equal(toy.promote, undefined);
  });

  test("statuses of promoted and of degraded resources are passed on", async () => {
    const role = await load("ocf:test:Role", root);
    const rows = [
      ["8", 8],
      ["9", 9],
      ["190", 190],
      ["191", 191],
      ["11", 1],
    ] as const;
    for (const [place, status] of rows) {
      const context = makeContext({ place });
      assert.equal((await role.monitor({ ...context, intervalMs: 5000 })).status, status);
    }
    assert.equal((await role.monitor(makeContext({ place: "8" }))).reason, "");
  });

  test("a missing agent and a name that leads elsewhere are unavailable, in words", async () => {
    for (const name of [
      "ocf:test:None",
      "ocf:..:Toy",
      "ocf:test:../test/Toy",
      "lsb:../x",
      "systemd:a/b",
      "systemd:getty@",
      "service:x y",
      "ocf:Toy",
    ]) {
      const result = await loadExternalAgent(name, runCommand, { ocfRoot: root });
      assert.equal(result.kind, "unavailable", name);
    }
  });

  test("every OCF agent of this host's packages can be read", async () => {
    const names = await knownAgents().names({ standard: "ocf" });
    assert.ok(names.length > 130, `${names.length} agents`);
    for (const name of names) {
      // The built-in ones take the places of their like.
      const agent = await load(name, "/usr/lib/ocf").catch((error: unknown) => {
        if (findAgent(name) === null) throw error;
        return null;
      });
      if (agent === null) continue;
      const { type, actions, parameters } = agent.metadata;
      assert.equal(`ocf:${name.split(":")[1]}:${type}`, name);
      assert.equal(new Set(parameters.map((each) => each.name)).size, parameters.length, name);
      const known = new Set(actions.map((action) => action.name));
      for (const action of ["start", "stop", "monitor"] as const)
        assert.ok(known.has(action), name);
      assert.ok(
        actions.every(({ timeoutMs }) => timeoutMs > 0),
        name,
      );
    }
  });

  test("every parameter of the shell agent is known to the built-in one of its name", async () => {
    for (const name of ["ocf:heartbeat:IPaddr2", "ocf:heartbeat:apache", "ocf:heartbeat:Dummy"]) {
      const own = new Set(findAgent(name)?.metadata.parameters.map((each) => each.name));
      const { parameters } = (await load(name, "/usr/lib/ocf")).metadata;
      assert.deepEqual(
        parameters
          .filter(({ isAdvanced }) => isAdvanced !== true)
          .map((each) => each.name)
          .filter((each) => !own.has(each)),
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
  const result = await loadExternalAgent(name, runCommand, { ocfRoot: root });
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
