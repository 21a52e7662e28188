import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { type Host, VIRTUAL_IP } from "../lab/index.ts";
import {
  formPair,
  holds,
  httpdPids,
  must,
  openPair,
  type Pair,
  resourceIn,
  statusOf,
  untilQuiet,
  untilRuns,
  untilServedBy,
  untilStatus,
  untilTrue,
} from "./pair.ts";
import { installRoleAgent } from "./role-agent.ts";

const stateFile = (id: string) => `/run/lb-cluster/Dummy-${id}.state`;

/** Waits until a host says that the resource has these roles, such as `ip1 Promoted`. */
function untilRoles(host: Host, id: string, roles: readonly string[]): Promise<ClusterStatus> {
  return untilStatus(host, `${id}: ${roles.join(", ")}`, (status) => {
    const places = resourceIn(status, id).places.map(({ node, role }) => `${node} ${role}`);
    return places.join(", ") === roles.join(", ") && status.pending.length === 0;
  });
}

const IDS = ["part:0", "part:1", "part:2"];
const BOTH = ["ip1 Started", "ip2 Started"];

suite("pair: clones", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    for (const host of pair.lab.hosts) await installRoleAgent(host);
    await formPair(pair);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("a clone runs and is watched on both nodes", async () => {
    await must(
      pair.first,
      "lbctl resource create web ocf:heartbeat:Dummy op monitor interval=2s clone",
    );
    const { operations } = await untilRoles(pair.second, "web", BOTH);
    const watched = operations.filter(
      (each) => each.resource === "web" && each.intervalMs === 2000,
    );
    assert.deepEqual(watched.map(({ node }) => node).sort(), ["ip1", "ip2"]);
    for (const host of pair.lab.hosts) {
      assert.notEqual(host.readFile(stateFile("web")), undefined);
      assert.match(
        await must(host, "lbctl status"),
        /\* Clone Set: web-clone \[web\]:\n {4}\* Started: \[ ip1 ip2 \]\n/,
      );
    }
  });

  test("an instance that fails is recovered where it was, the other is left alone", async () => {
    const before = lastStart(await statusOf(pair.first), "ip1");
    await must(pair.second, `rm ${stateFile("web")}`);
    await untilTrue("it runs again", () => pair.second.readFile(stateFile("web")) !== undefined);
    const status = await untilRoles(pair.first, "web", BOTH);
    assert.deepEqual(
      status.failcounts.map(({ resource, node, count }) => [resource, node, count]),
      [["web", "ip2", 1]],
    );
    assert.equal(lastStart(status, "ip1"), before);
  });

  test("cleanup takes the id of the clone or of what is in it", async () => {
    for (const id of ["web", "web-clone"]) {
      await must(pair.second, `rm ${stateFile("web")}`);
      await untilStatus(pair.first, "it has failed", ({ failcounts }) => failcounts.length > 0);
      await must(pair.first, `lbctl resource cleanup ${id}`);
      await untilStatus(pair.first, "no failure", ({ failcounts }) => failcounts.length === 0);
      await untilRoles(pair.first, "web", BOTH);
    }
    await must(pair.first, "lbctl resource refresh web-clone");
    await untilRoles(pair.first, "web", BOTH);
    await must(pair.first, "lbctl resource restart web-clone");
    const { operations } = await untilRoles(pair.first, "web", BOTH);
    const stopped = operations.filter(({ operation }) => operation === "stop");
    assert.deepEqual(stopped.map(({ node }) => node).sort(), ["ip1", "ip2"]);
    assert.match(await must(pair.first, "lbctl resource status web-clone"), /\[ ip1 ip2 \]/);
  });

  test("standby stops one instance only", async () => {
    const before = lastStart(await statusOf(pair.first), "ip2");
    await must(pair.first, "lbctl node standby ip1");
    const status = await untilRoles(pair.second, "web", ["ip2 Started"]);
    assert.equal(lastStart(status, "ip2"), before);
    assert.equal(pair.first.readFile(stateFile("web")), undefined);
    assert.match(
      await must(pair.first, "lbctl status"),
      /\[web\]:\n {4}\* Started: \[ ip2 \]\n {4}\* Stopped: \[ ip1 \]\n/,
    );
    await must(pair.first, "lbctl node unstandby ip1");
    await untilRoles(pair.first, "web", BOTH);
  });

  test("an agent that is killed finds its instance again, and nothing is stopped", async () => {
    const before = lastStart(await statusOf(pair.second), "ip2");
    await must(pair.first, "kill -9 $(cat /run/lb-cluster/agent.pid); lbctl cluster start");
    await untilQuiet(pair);
    const status = await untilRoles(pair.second, "web", BOTH);
    assert.equal(lastStart(status, "ip2"), before);
    await must(pair.first, "lbctl resource delete web-clone");
    await untilStatus(pair.first, "it is gone", ({ resources }) => resources.length === 0);
  });

  test("instances that differ have a number each", async () => {
    const meta = "globally-unique=true clone-max=3 clone-node-max=2";
    await must(pair.first, `lbctl resource create part ocf:heartbeat:Dummy clone ${meta}`);
    const status = await untilStatus(pair.first, "three instances", (now) =>
      IDS.every((id) => now.resources.find((each) => each.id === id)?.nodes.length === 1),
    );
    assert.equal(status.resources.length, 3);
    await must(pair.first, "kill -9 $(cat /run/lb-cluster/agent.pid); lbctl cluster start");
    await untilQuiet(pair);
    for (const id of IDS) {
      await untilTrue(`${id} runs once`, () => {
        const path = stateFile(id.replace(":", "_"));
        return pair.lab.hosts.filter((host) => host.readFile(path) !== undefined).length === 1;
      });
    }
    assert.deepEqual(
      (await statusOf(pair.second)).resources.map(({ id }) => id),
      IDS,
    );
    await must(pair.first, "lbctl resource cleanup part");
    await must(pair.first, "lbctl resource delete part-clone");
    await untilStatus(pair.first, "it is gone", ({ resources }) => resources.length === 0);
  });

  test("a group in a clone is one thing", async () => {
    for (const id of ["one", "two"]) {
      await must(pair.first, `lbctl resource create ${id} ocf:heartbeat:Dummy --group stack`);
    }
    await must(pair.first, "lbctl resource clone stack interleave=true");
    await untilRoles(pair.first, "one", BOTH);
    await untilRoles(pair.first, "two", BOTH);
    const shown = await must(pair.first, "lbctl status");
    assert.match(shown, /\* Clone Set: stack-clone \[stack\]:\n {4}\* Started: \[ ip1 ip2 \]\n/);
    await must(pair.first, "lbctl node standby ip2");
    await untilRoles(pair.first, "two", ["ip1 Started"]);
    await must(pair.first, "lbctl node unstandby ip2");
    await untilRoles(pair.first, "two", BOTH);
    await must(pair.first, "lbctl resource refresh stack-clone");
    await untilRoles(pair.first, "one", BOTH);
    await must(pair.first, "lbctl resource delete stack-clone");
    await untilStatus(pair.first, "it is gone", ({ resources }) => resources.length === 0);
  });

  test("with a server on both nodes, only the address moves", async () => {
    for (const line of WARM_STANDBY) await must(pair.first, line);
    await untilRoles(pair.first, "webserver", BOTH);
    await untilRuns(pair.first, "virtual_ip", "ip1");
    await untilServedBy(pair, "ip1");
    const pids = httpdPids(pair.second);
    assert.ok(pids.length > 0);
    await must(pair.second, "lbctl node standby ip1");
    await untilServedBy(pair, "ip2");
    await untilRuns(pair.second, "virtual_ip", "ip2");
    assert.equal(await holds(pair.first), false);
    assert.ok(
      httpdPids(pair.second).some((pid) => pids.includes(pid)),
      "httpd was restarted",
    );
    await must(pair.second, "lbctl node unstandby ip1");
    await untilRoles(pair.first, "webserver", BOTH);
    for (const id of ["virtual_ip", "webserver-clone"]) {
      await must(pair.first, `lbctl resource delete ${id}`);
    }
    await untilStatus(pair.first, "all gone", ({ resources }) => resources.length === 0);
  });

  test("one instance of a promotable clone is promoted, by its promotion score", async () => {
    await must(
      pair.first,
      "lbctl resource create db ocf:test:Role" +
        " op monitor interval=2s role=Promoted monitor interval=3s role=Unpromoted" +
        " promotable notify=true",
    );
    await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Unpromoted"]);
    await must(pair.first, "lbctl node attribute ip2 master-db=10 --transient");
    assert.equal(await must(pair.first, "lbctl node attribute ip2 master-db"), "10\n");
    const status = await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Promoted"]);
    assert.deepEqual(status.failures, []);
    assert.equal(pair.second.readFile("/run/role-db")?.trim(), "promoted");
    assert.match(
      await must(pair.first, "lbctl status"),
      /\[db\] \(promotable\):\n {4}\* Promoted: \[ ip2 \]\n {4}\* Unpromoted: \[ ip1 \]\n/,
    );
    const told = pair.first.readFile("/run/role-db.told") ?? "";
    assert.match(told, /^post promote db:\d ip2$/m);
    assert.doesNotMatch(told, /notify_key/, "what the scheduler keeps for itself");
  });

  test("a promoted instance that fails is recovered in its role", async () => {
    await must(pair.second, "echo failed > /run/role-db");
    await untilStatus(pair.first, "it has failed", ({ failures }) => failures.length > 0);
    await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Promoted"]);
    await must(pair.first, "lbctl resource cleanup db-clone");
    await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Promoted"]);
  });

  test("when its node leaves, the other is promoted", async () => {
    await must(pair.first, "lbctl node attribute ip1 master-db=5 --transient");
    await must(pair.second, "lbctl node standby ip2");
    await untilRoles(pair.first, "db", ["ip1 Promoted"]);
    assert.equal(pair.second.readFile("/run/role-db"), undefined);
    // Its score is still the higher one.
    await must(pair.second, "lbctl node unstandby ip2");
    await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Promoted"]);
  });

  test("a parameter that the agent can take while it runs is given to it", async () => {
    const { operations } = await statusOf(pair.first);
    const started = (all: ClusterStatus["operations"]) =>
      all.filter(({ operation }) => operation === "promote").map(({ atWallMs }) => atWallMs);
    await must(pair.first, "lbctl resource update db state=blue");
    await untilTrue("both have reloaded", () =>
      pair.lab.hosts.every((host) => host.readFile("/run/role-db.told")?.includes("reload blue")),
    );
    const status = await untilRoles(pair.first, "db", ["ip1 Unpromoted", "ip2 Promoted"]);
    assert.deepEqual(started(status.operations), started(operations));
    await must(pair.first, "lbctl resource delete db-clone");
    await untilStatus(pair.first, "it is gone", ({ resources }) => resources.length === 0);
  });

  test("an agent sets its promotion score as with Pacemaker", async () => {
    await must(pair.first, "lbctl resource create own ocf:test:Role score=7 promotable");
    const status = await untilStatus(
      pair.first,
      "one is promoted",
      ({ resources, pending }) =>
        resources.some(({ places }) => places.some(({ role }) => role === "Promoted")) &&
        pending.length === 0,
    );
    assert.deepEqual(
      status.nodes.map(({ attributes }) => attributes["master-own"]),
      ["7", "7"],
    );
    await must(pair.first, "lbctl resource delete own-clone");
    await untilStatus(pair.first, "the scores are gone", ({ nodes }) =>
      nodes.every(({ attributes }) => attributes["master-own"] === undefined),
    );
  });

  test("a resource that may migrate is moved without a stop in between", async () => {
    await must(pair.first, "lbctl resource create m ocf:test:Role meta allow-migrate=true");
    await untilRuns(pair.first, "m", "ip1");
    await must(pair.first, "lbctl resource move-with-constraint m ip2");
    await untilRuns(pair.first, "m", "ip2");
    assert.equal(pair.first.readFile("/run/role-m.told"), "migrate_to ip1 ip2\n");
    assert.equal(pair.second.readFile("/run/role-m.told"), "migrate_from ip1 ip2\n");
    const { operations, failures } = await statusOf(pair.first);
    assert.deepEqual(failures, []);
    const own = operations.filter(({ resource, node }) => resource === "m" && node === "ip2");
    assert.equal(
      own.some(({ operation }) => operation === "start"),
      false,
    );
  });
});

const WARM_STANDBY = [
  "lbctl resource create webserver ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf" +
    ' statusurl="http://localhost/server-status" op monitor interval=30s clone interleave=true',
  `lbctl resource create virtual_ip ocf:heartbeat:IPaddr2 ip=${VIRTUAL_IP} nic=eth0` +
    " cidr_netmask=32 op monitor interval=30s",
  "lbctl constraint colocation add virtual_ip with webserver-clone",
  "lbctl constraint order webserver-clone then virtual_ip",
] as const;

/** When the instance on a node was started last. */
function lastStart({ operations }: ClusterStatus, node: string): number {
  const own = operations.filter(
    (each) => each.resource === "web" && each.operation === "start" && each.node === node,
  );
  return own[0]?.atWallMs ?? 0;
}
