import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus } from "../../agent/core/model/index.ts";
import { type Host, killQuietly, VIRTUAL_IP } from "../lab/index.ts";
import {
  configOf,
  formGuidePair,
  holds,
  httpdPids,
  must,
  openPair,
  type Pair,
  placeOf,
  resourceIn,
  statusOf,
  untilRuns,
  untilServedBy,
  untilServing,
  untilStatus,
  untilTrue,
  whoServes,
} from "./pair.ts";

/** How long a thing must not happen, to count as not happening. */
const QUIET_MS = 3_000;

const stateFile = (id: string) => `/run/lb-cluster/Dummy-${id}.state`;

/** Call ids of the last run of an operation on each of these resources, in this order. */
function callIds(status: ClusterStatus, operation: string, ids: readonly string[]): number[] {
  return ids.map((id) => {
    const own = status.operations.filter(
      (each) => each.resource === id && each.operation === operation,
    );
    return Math.max(...own.map(({ callId }) => callId));
  });
}

/** Fails, with the agent's last words, when httpd runs again within `QUIET_MS`. */
async function httpdStaysDead(host: Host) {
  const since = Date.now();
  await untilTrue("httpd stays dead", async () => {
    const said = host.readFile("/var/log/lb-cluster/agent.log") ?? "";
    assert.deepEqual(httpdPids(host), [], said.split("\n").slice(-20).join("\n"));
    return Date.now() - since > QUIET_MS;
  });
}

/** Kills all of httpd; returns when the killed processes are gone. */
async function killHttpd(host: Host): Promise<void> {
  const killed = httpdPids(host);
  for (const pid of killed) killQuietly(pid);
  await untilTrue("the killed are gone", () =>
    httpdPids(host).every((pid) => !killed.includes(pid)),
  );
}

suite("pair: what people do with resources", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    await formGuidePair(pair);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("disable stops a resource and keeps it stopped, enable starts it", async () => {
    const active = await untilServing(pair);
    await must(pair.second, "lbctl resource disable webserver");
    await untilRuns(pair.first, "webserver", "");
    assert.deepEqual(httpdPids(active), []);
    assert.equal(await holds(active), true);
    assert.match(await must(pair.first, "lbctl status"), /webserver.*Stopped \(disabled\)/);
    await must(pair.second, "lbctl resource enable webserver --wait=30");
    await untilServedBy(pair, active.name);
  });

  test("restart stops and starts where it is", async () => {
    const active = await untilServing(pair);
    const before = httpdPids(active);
    const text = await must(pair.second, "lbctl resource restart webserver");
    assert.match(text, /webserver successfully restarted/);
    const after = httpdPids(active);
    assert.notEqual(after.length, 0);
    assert.ok(after.every((pid) => !before.includes(pid)));
    assert.equal((await untilServing(pair)).name, active.name);
  });

  test("move takes what is colocated along", async () => {
    const active = await untilServing(pair);
    const other = pair.lab.peerOf(active);
    const text = await must(active, `lbctl resource move virtual_ip ${other.name}`);
    assert.match(text, /Location constraint to move resource 'virtual_ip' has been created/);
    await untilServedBy(pair, other.name);
    assert.equal((await untilServing(pair)).name, other.name);
    assert.equal(await holds(active), false);
    await must(active, "lbctl resource clear virtual_ip");
  });

  test("ban forbids a node, and clear allows it again", async () => {
    const active = await untilServing(pair);
    const other = pair.lab.peerOf(active);
    await must(active, "lbctl resource ban virtual_ip");
    await untilRuns(active, "webserver", other.name);
    assert.match(
      await must(active, "lbctl constraint --full"),
      new RegExp(`cli-ban-virtual_ip-on-${active.name}`),
    );
    await must(active, `lbctl resource ban virtual_ip ${other.name}`);
    const stopped = await untilRuns(active, "webserver", "");
    assert.equal(resourceIn(stopped, "virtual_ip").nodes.length, 0);
    assert.equal(await whoServes(pair), "");
    await must(active, "lbctl resource clear virtual_ip");
    const { constraints } = await configOf(active);
    assert.deepEqual(
      constraints.filter(({ id }) => id.startsWith("cli-")),
      [],
    );
    await untilServing(pair);
  });

  test("in maintenance nothing is touched; afterwards it is put right", async () => {
    const active = await untilServing(pair);
    await must(pair.first, "lbctl property set maintenance-mode=true");
    await untilStatus(pair.second, "maintenance", ({ isMaintenance }) => isMaintenance);
    assert.match(await must(pair.first, "lbctl status"), /Resource management is DISABLED/);
    await killHttpd(active);
    await httpdStaysDead(active);
    assert.equal(await holds(active), true);
    assert.equal(await holds(pair.lab.peerOf(active)), false);
    await must(pair.second, "lbctl property set maintenance-mode=");
    await untilServedBy(pair, active.name);
    await must(pair.first, "lbctl resource cleanup webserver");
    await untilServing(pair);
  });

  test("an unmanaged resource is left as it is", async () => {
    const active = await untilServing(pair);
    await must(pair.first, "lbctl resource unmanage webserver");
    await untilStatus(active, "unmanaged", (status) => !resourceIn(status, "webserver").isManaged);
    await killHttpd(active);
    await httpdStaysDead(active);
    assert.match(await must(active, "lbctl status"), /webserver.*\(.*unmanaged.*\)/);
    await must(pair.first, "lbctl resource manage webserver");
    await untilServedBy(pair, active.name);
    await must(pair.first, "lbctl resource cleanup webserver");
    await untilServing(pair);
  });

  test("httpd killed until the migration threshold: restarted in place, then moved", async () => {
    const active = await untilServing(pair);
    const other = pair.lab.peerOf(active);
    await must(pair.first, "lbctl resource meta webserver migration-threshold=2");
    await untilServing(pair);
    await killHttpd(active);
    await untilStatus(active, "the failure is counted", ({ failcounts }) =>
      failcounts.some(({ resource, count }) => resource === "webserver" && count === 1),
    );
    await untilServedBy(pair, active.name);
    assert.equal((await untilServing(pair)).name, active.name);
    await killHttpd(active);
    await untilServedBy(pair, other.name);
    assert.equal((await untilServing(pair)).name, other.name);
    const shown = await must(pair.second, "lbctl resource failcount show webserver");
    assert.equal(shown, `Failcounts for resource 'webserver'\n  ${active.name}: 2\n`);
    const text = await must(pair.first, "lbctl status");
    assert.match(text, /Failed Resource Actions:\n {2}\* webserver .*monitor on ip[12] returned/);
    assert.match(await must(pair.first, "lbctl status --full"), /webserver: .*fail-count=2/);
  });

  test("failcount reset and cleanup forget, and are the same on both nodes", async () => {
    await must(pair.second, "lbctl resource failcount reset webserver");
    for (const host of pair.lab.hosts) {
      await untilStatus(host, "no failcount", ({ failcounts }) =>
        failcounts.every(({ count }) => count === 0),
      );
    }
    await must(pair.first, "lbctl resource cleanup webserver");
    for (const host of pair.lab.hosts) {
      await untilStatus(host, "no failures", ({ failures }) => failures.length === 0);
    }
    await must(pair.first, "lbctl resource meta webserver migration-threshold=10");
    await untilServing(pair);
  });

  test("an update of a parameter takes effect: the address changes", async () => {
    const active = await untilServing(pair);
    await must(pair.second, "lbctl resource update virtual_ip ip=192.168.33.21");
    await untilServedBy(pair, active.name, "192.168.33.21");
    await untilTrue("the old address is gone", async () => !(await holds(active)));
    await must(pair.second, `lbctl resource update virtual_ip ip=${VIRTUAL_IP}`);
    await untilServedBy(pair, active.name);
    assert.equal(await holds(active, "192.168.33.21"), false);
    await untilServing(pair);
  });

  test("standby --all stops everything, unstandby --all starts it", async () => {
    await must(pair.first, "lbctl node standby --all");
    const status = await untilRuns(pair.second, "virtual_ip", "");
    assert.deepEqual(
      status.nodes.map(({ state }) => state),
      ["standby", "standby"],
    );
    assert.equal(resourceIn(status, "webserver").nodes.length, 0);
    await must(pair.second, "lbctl node unstandby --all");
    await untilServing(pair);
  });

  test("the members of a group start in order and stop in reverse, on one node", async () => {
    const ids = ["g1", "g2", "g3"];
    for (const id of ids) {
      await must(pair.first, `lbctl resource create ${id} ocf:heartbeat:Dummy --group trio`);
    }
    assert.match(await must(pair.second, "lbctl resource group list"), /^trio: g1 g2 g3$/m);
    await must(pair.first, "lbctl resource disable trio --wait=30");
    await must(pair.first, "lbctl resource enable trio --wait=30");
    const up = await untilStatus(pair.first, "all three on one node", ({ resources }) => {
      const places = resources.filter(({ id }) => ids.includes(id)).map(placeOf);
      return new Set(places).size === 1 && !places.includes("");
    });
    const starts = callIds(up, "start", ids);
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
    await must(pair.second, "lbctl resource disable trio --wait=30");
    const down = await untilRuns(pair.first, "g1", "");
    const stops = callIds(down, "stop", ids);
    assert.deepEqual(
      stops,
      stops.toSorted((a, b) => b - a),
    );
    for (const host of pair.lab.hosts) {
      for (const id of ids) assert.equal(host.readFile(stateFile(id)), undefined);
    }
    await must(pair.second, "lbctl resource delete trio");
    await untilStatus(pair.first, "gone", ({ resources }) => resources.length === 2);
  });

  test("delete stops the resource and removes its constraints", async () => {
    await must(pair.first, "lbctl resource create d1 ocf:heartbeat:Dummy");
    await must(pair.first, "lbctl constraint location d1 prefers ip2=100");
    await untilRuns(pair.first, "d1", "ip2");
    assert.notEqual(pair.second.readFile(stateFile("d1")), undefined);
    await must(pair.first, "lbctl resource delete d1");
    await untilStatus(pair.second, "gone", ({ resources }) =>
      resources.every(({ id }) => id !== "d1"),
    );
    await untilTrue("stopped", () => pair.second.readFile(stateFile("d1")) === undefined);
    const { constraints } = await configOf(pair.second);
    assert.ok(!JSON.stringify(constraints).includes('"d1"'));
  });

  test("a start that fails on one node succeeds on the other, and status shows why", async () => {
    await must(pair.first, "lbctl resource create f1 ocf:pacemaker:Dummy fail_start_on=ip1");
    await must(pair.first, "lbctl constraint location f1 prefers ip1=100");
    await must(pair.first, "lbctl resource restart f1").catch(() => "");
    await untilRuns(pair.second, "f1", "ip2");
    const { failures } = await untilStatus(pair.second, "the failed start", (status) =>
      status.failures.some(({ resource }) => resource === "f1"),
    );
    const failure = failures.find(({ resource }) => resource === "f1");
    assert.deepEqual([failure?.operation, failure?.node], ["start", "ip1"]);
    assert.match(await must(pair.second, "lbctl status"), /f1 start on ip1 returned 'error'/);
    await must(pair.first, "lbctl resource delete f1");
    await untilStatus(pair.second, "gone with its failures", (status) => {
      const isThere = [...status.resources.map(({ id }) => id)].includes("f1");
      return !isThere && status.failures.every(({ resource }) => resource !== "f1");
    });
  });

  test("a start that takes too long is ended, named as timed out, and stopped", async () => {
    await must(
      pair.first,
      "lbctl resource create slow ocf:pacemaker:Dummy op_sleep=2 op start timeout=1s " +
        "op monitor interval=60s timeout=20s op stop timeout=20s",
    );
    await untilStatus(pair.first, "timed out on both nodes", ({ failures }) => {
      const own = failures.filter(({ resource }) => resource === "slow");
      return own.length === 2 && own.every(({ outcome }) => outcome === "Timed Out");
    });
    await untilRuns(pair.second, "slow", "");
    assert.match(await must(pair.first, "lbctl status"), /slow start on ip[12] .*Timed Out/);
    await must(pair.first, "lbctl resource delete slow");
    await untilStatus(pair.first, "gone", (status) => {
      return status.pending.length === 0 && status.resources.length === 2;
    });
  });

  test("an OCF agent of others: started, watched, recovered, moved, stopped", async () => {
    await must(
      pair.first,
      "lbctl resource create sleeper ocf:heartbeat:anything binfile=/usr/bin/sleep " +
        "cmdline_options=86399 pidfile=/run/sleeper.pid op monitor interval=1s timeout=20s",
    );
    const sleepers = (host: Host) =>
      host.processes().filter(({ command }) => command.includes("86399"));
    const isActual = (host: Host) => sleepers(host).some(({ name }) => name === "sleep");
    const status = await untilStatus(pair.first, "runs", ({ resources, pending }) => {
      const place = resources.find(({ id }) => id === "sleeper");
      return placeOf(place) !== "" && pending.length === 0;
    });
    const active = pair.lab.host(placeOf(resourceIn(status, "sleeper")));
    const other = pair.lab.peerOf(active);
    assert.deepEqual([isActual(active), isActual(other)], [true, false]);
    await must(pair.first, "lbctl resource meta sleeper migration-threshold=5");
    const before = sleepers(active).map(({ pid }) => pid);
    for (const pid of before) killQuietly(pid);
    await untilTrue("started again", () =>
      sleepers(active).some(({ pid, name }) => name === "sleep" && !before.includes(pid)),
    );
    await must(pair.first, `lbctl node standby ${active.name}`);
    await untilRuns(pair.second, "sleeper", other.name);
    assert.deepEqual([isActual(active), isActual(other)], [false, true]);
    await must(pair.first, `lbctl node unstandby ${active.name}`);
    await must(pair.first, "lbctl resource delete sleeper");
    await untilTrue("stopped", () => !isActual(active) && !isActual(other));
  });

  test("list and describe know the agents", async () => {
    const list = await must(pair.first, "lbctl resource list");
    for (const name of ["IPaddr2", "apache", "Dummy"]) {
      assert.match(list, new RegExp(`ocf:heartbeat:${name}\\b`));
    }
    assert.match(await must(pair.first, "lbctl resource describe ocf:heartbeat:IPaddr2"), /nic/);
    assert.match(await must(pair.first, "lbctl resource config"), /cidr_netmask=32/);
  });

  test("after all this the guide's pair still serves, and nothing is left over", async () => {
    const active = await untilServing(pair);
    await untilServedBy(pair, active.name);
    const status = await statusOf(active);
    assert.deepEqual(status.resources.map(({ id }) => id).toSorted(), ["virtual_ip", "webserver"]);
    assert.deepEqual(status.warnings, []);
  });
});
