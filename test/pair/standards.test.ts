import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { Host } from "../lab/index.ts";
import {
  formPair,
  must,
  openPair,
  type Pair,
  placeOf,
  resourceIn,
  run,
  statusOf,
  untilRuns,
  untilStatus,
  untilTrue,
} from "./pair.ts";

/** An init script as they are written: its state is a process, its status that of LSB. */
const INIT_SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides: sleeper
# Short-Description: Sleeps
### END INIT INFO
pid=/run/lsb-sleeper.pid
case "$1" in
start) [ -e "$pid" ] || { setsid sleep 86398 >/dev/null 2>&1 & echo $! > "$pid"; };;
stop) [ ! -e "$pid" ] || kill "$(cat "$pid")"; rm -f "$pid";;
status) [ -e "$pid" ] || exit 3; kill -0 "$(cat "$pid")" 2>/dev/null || exit 1;;
reload) echo reloaded >> /run/lsb-sleeper.told;;
*) exit 3;;
esac
`;

suite("pair: agents of others", function () {
  this.timeout(120_000);
  let pair: Pair;
  suiteSetup(async () => {
    pair = await openPair();
    await formPair(pair);
    for (const host of pair.lab.hosts) {
      await must(host, "mkdir -p /run/disk /run/init.d && mount --bind /run/init.d /etc/init.d");
      await must(host, "cat > /etc/init.d/sleeper && chmod 755 /etc/init.d/sleeper", INIT_SCRIPT);
    }
  });
  suiteTeardown(() => pair?.lab.close());

  const isMounted = async (host: Host) => (await run(host, "mountpoint -q /run/disk")).status === 0;

  async function nodeOf(id: string): Promise<readonly [Host, Host]> {
    const status = await untilStatus(pair.first, `${id} runs`, ({ resources, pending }) => {
      return placeOf(resources.find((each) => each.id === id)) !== "" && pending.length === 0;
    });
    const active = pair.lab.host(placeOf(resourceIn(status, id)));
    return [active, pair.lab.peerOf(active)];
  }

  /** Moves all that runs on a node to the other one and lets it come back. */
  async function failOver(id: string, [from, to]: readonly [Host, Host]): Promise<void> {
    await must(to, `lbctl node standby ${from.name}`);
    await untilRuns(to, id, to.name);
    await must(to, `lbctl node unstandby ${from.name}`);
    await untilStatus(to, "all is quiet", ({ pending }) => pending.length === 0);
  }

  test("Filesystem: mounted on one node, recovered, moved, stopped", async () => {
    await must(
      pair.first,
      "lbctl resource create disk ocf:heartbeat:Filesystem device=tmpfs directory=/run/disk " +
        "fstype=tmpfs op monitor interval=1s timeout=40s",
    );
    await must(pair.first, "lbctl resource meta disk migration-threshold=5");
    const [active, other] = await nodeOf("disk");
    assert.deepEqual([await isMounted(active), await isMounted(other)], [true, false]);
    await must(active, "umount /run/disk");
    await untilTrue("mounted again", () => isMounted(active));
    await failOver("disk", [active, other]);
    assert.deepEqual([await isMounted(active), await isMounted(other)], [false, true]);
    await must(active, "lbctl resource delete disk --wait");
    assert.deepEqual([await isMounted(active), await isMounted(other)], [false, false]);
  });

  test("Delay: waits as it is told, recovered, moved", async () => {
    const delays = "startdelay=1 stopdelay=0 mondelay=0";
    await must(pair.first, `lbctl resource create pause ocf:heartbeat:Delay ${delays}`);
    const [active, other] = await nodeOf("pause");
    const { operations } = await statusOf(active);
    const start = operations.find(
      (each) => each.resource === "pause" && each.operation === "start",
    );
    assert.ok((start?.ranForMs ?? 0) >= 1000, `${start?.ranForMs} ms`);
    await failOver("pause", [active, other]);
    await must(active, "lbctl resource delete pause --wait");
  });

  test("Stateful: promoted on one node, the other takes over", async () => {
    await must(
      pair.first,
      "lbctl resource create role ocf:pacemaker:Stateful op monitor interval=2s role=Promoted " +
        "op monitor interval=3s role=Unpromoted promotable",
    );
    const promoted = async (): Promise<string> => {
      const status = await untilStatus(pair.first, "one is promoted", ({ resources, pending }) => {
        const roles = resources.flatMap(({ places }) => places.map(({ role }) => role));
        const isOne = roles.filter((role) => role === "Promoted").length === 1;
        return isOne && roles.length === 2 && pending.length === 0;
      });
      const places = status.resources.flatMap((each) => each.places);
      return places.find(({ role }) => role === "Promoted")?.node ?? "";
    };
    const active = pair.lab.host(await promoted());
    const other = pair.lab.peerOf(active);
    await must(other, `lbctl node standby ${active.name}`);
    await untilStatus(other, "the other is promoted", ({ resources }) =>
      resources.some(({ places }) =>
        places.some(({ role, node }) => role === "Promoted" && node === other.name),
      ),
    );
    await must(other, `lbctl node unstandby ${active.name}`);
    await promoted();
    await must(other, "lbctl resource delete role-clone --wait");
  });

  test("an init script: started, recovered, reloaded, moved, stopped", async () => {
    await must(
      pair.first,
      "lbctl resource create sleeper lsb:sleeper op monitor interval=1s timeout=15s " +
        "meta migration-threshold=5",
    );
    const pids = async (host: Host) => (await run(host, "pgrep -x -f 'sleep 86398'")).stdout.trim();
    const [active, other] = await nodeOf("sleeper");
    const before = await pids(active);
    assert.deepEqual([before !== "", await pids(other)], [true, ""]);
    await must(active, `kill -9 ${before}`);
    await untilTrue("started again", async () => {
      const now = await pids(active);
      return now !== "" && now !== before;
    });
    await untilStatus(active, "all is quiet", ({ pending }) => pending.length === 0);
    const told = await must(other, "lbctl resource reload sleeper");
    assert.equal(told, `Reloaded sleeper on ${active.name}\n`);
    assert.equal(active.readFile("/run/lsb-sleeper.told"), "reloaded\n");
    await failOver("sleeper", [active, other]);
    assert.deepEqual([await pids(active), (await pids(other)) === ""], ["", false]);
    await must(active, "lbctl resource delete sleeper --wait");
    assert.deepEqual([await pids(active), await pids(other)], ["", ""]);
  });

  test("parameters of any agent are checked: missing, unknown with the nearest, type", async () => {
    const create = async (words: string) => {
      const { status, stderr } = await run(pair.first, `lbctl resource create x ${words}`);
      return `${status} ${stderr}`;
    };
    const name = "ocf:heartbeat:Filesystem";
    assert.match(await create(`${name} device=a`), /^2 .*parameter "directory".*required/);
    const given = "device=a directory=/b fstype=tmpfs";
    assert.match(await create(`${name} ${given} optons=x`), /^2 .*did you mean options\?/);
    const wrong = await create(`${name} ${given} run_fsck=perhaps force_clones=perhaps`);
    assert.match(wrong, /^2 .*force_clones.*true or false/);
    assert.match(await create("ocf:heartbeat:Filesystm a=b"), /^2 .*ocf:heartbeat:Filesystem\?/);
    assert.match(await create("lsb:sleepr"), /^2 .*did you mean lsb:sleeper\?/);
    assert.match(await create("lsb:sleeper a=b"), /^2 .*takes none/);
    // Without systemd a unit cannot be there; whoever knows better says so.
    assert.match(await create("systemd:haproxy"), /^2 .*not been booted with systemd/);
    assert.match(await create("systemd:haproxy --force --disabled"), /^0 /);
    await must(pair.first, "lbctl resource delete x");
  });
});

suite("pair: operations by hand and reloads", function () {
  this.timeout(120_000);
  let pair: Pair;
  suiteSetup(async () => {
    pair = await openPair();
    await formPair(pair);
    await must(pair.first, "lbctl resource create hand ocf:pacemaker:Dummy --disabled --wait");
  });
  suiteTeardown(() => pair?.lab.close());

  test("debug-start, -monitor and -stop run the agent here and say how it ended", async () => {
    await must(pair.first, "lbctl resource unmanage hand");
    const by = async (verb: string, more = "") => {
      return run(pair.first, `lbctl resource debug-${verb} hand ${more}`);
    };
    const before = await by("monitor");
    assert.match(
      before.stdout,
      /^Operation force-check for hand \(ocf:pacemaker:Dummy\) returned 7 \(not running\) after /,
    );
    assert.equal(before.status, 0);
    assert.match(
      (await by("start")).stdout,
      /^Operation force-start .* returned 0 \(ok\) after \S+\n$/,
    );
    assert.match((await by("monitor")).stdout, /returned 0 \(ok\)/);
    assert.match(
      (await by("stop")).stdout,
      /^Operation force-stop .* returned 0 \(ok\) after \S+\n$/,
    );
    const promoted = await by("promote");
    assert.match(promoted.stdout, /returned 3 \(unimplemented\)/);
    assert.equal(promoted.status, 1);
    await must(pair.first, "lbctl resource manage hand");
  });

  test("what an agent says is shown; with --full also each command and the trace", async () => {
    await must(
      pair.first,
      "lbctl resource create wait ocf:heartbeat:Delay startdelay=x --force --disabled",
    );
    const plain = await run(pair.first, "lbctl resource debug-start wait");
    assert.match(plain.stdout, /returned 2 .*\n > {2}stderr: .*parameters are invalid/);
    const full = await run(pair.first, "lbctl resource debug-start wait --full");
    assert.match(
      full.stdout,
      /^ > {2}ran \/usr\/lib\/ocf\/resource.d\/heartbeat\/Delay start: exit/m,
    );
    assert.match(full.stdout, /^ > {2}trace: \+ /m);
    await must(pair.first, "lbctl resource delete wait");
  });

  test("a timeout is told as one", async () => {
    await must(
      pair.first,
      "lbctl resource create slow ocf:pacemaker:Dummy op_sleep=5 op start timeout=1s --disabled",
    );
    const { status, stdout } = await run(pair.first, "lbctl resource debug-start slow");
    assert.match(stdout, /timed out: no result within 1s/);
    assert.equal(status, 1);
    await must(pair.first, "lbctl resource delete slow");
  });

  test("what the cluster manages is warned about, and runs elsewhere refused", async () => {
    await must(pair.first, "lbctl resource enable hand --wait");
    const status = await statusOf(pair.first);
    const active = pair.lab.host(placeOf(resourceIn(status, "hand")));
    const other = pair.lab.peerOf(active);
    const refused = await run(other, "lbctl resource debug-start hand");
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, new RegExp(`not safe .* runs it on ${active.name}`));
    const warned = await run(active, "lbctl resource debug-start hand");
    assert.match(warned.stderr, /^Warning: the cluster manages 'hand'/);
    assert.equal(warned.status, 0);
    const forced = await run(other, "lbctl resource debug-start hand --force");
    assert.equal(forced.status, 0);
    await must(other, "lbctl resource debug-stop hand");
  });

  test("groups and unknown names are refused with what to name instead", async () => {
    await must(pair.first, "lbctl resource create g1 ocf:heartbeat:Dummy --group trio");
    await must(pair.first, "lbctl resource create g2 ocf:heartbeat:Dummy --group trio");
    await must(pair.first, "lbctl resource create c1 ocf:heartbeat:Dummy clone");
    const says = async (words: string) => (await run(pair.first, `lbctl resource ${words}`)).stderr;
    assert.match(await says("debug-start trio"), /debug-start a group, try .* \(g1,g2\)/);
    assert.match(
      await must(pair.first, "lbctl resource debug-monitor c1-clone"),
      /^Operation force-check for c1 \(ocf:heartbeat:Dummy\) returned \d/,
    );
    assert.match(await says("debug-monitor nothing"), /resource id 'nothing' not found/);
    assert.match(await says("reload trio"), /is a group: one of its members: g1, g2/);
    assert.match(await says("reload nothing"), /no resource with this id/);
    await untilStatus(pair.first, "runs twice", ({ resources, pending }) => {
      const nodes = resources.find(({ id }) => id === "c1")?.nodes ?? [];
      return nodes.length === 2 && pending.length === 0;
    });
    const told = await must(pair.first, "lbctl resource reload c1-clone");
    assert.deepEqual(told.trim().split("\n").toSorted(), [
      "Reloaded c1 on ip1",
      "Reloaded c1 on ip2",
    ]);
    await must(pair.first, "lbctl resource disable c1-clone --wait");
    assert.match(await says("reload c1"), /runs on no node/);
  });
});
