import assert from "node:assert/strict";
import { readdirSync, truncateSync } from "node:fs";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { Host } from "../lab/index.ts";
import {
  configOf,
  formPair,
  must,
  openPair,
  type Pair,
  run,
  startBoth,
  statusOf,
  stopBoth,
  untilQuiet,
  untilStatus,
  untilTrue,
} from "./pair.ts";

const STATE_FOLDER = "/var/lib/lb-cluster";
const CHANGES_EACH = 10;

suite("pair: one configuration on two disks", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    await formPair(pair);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  const fileOf = (host: Host, name: string) => `/proc/${host.initPid}/root${STATE_FOLDER}/${name}`;
  const namesIn = (host: Host) => readdirSync(`/proc/${host.initPid}/root${STATE_FOLDER}`);
  const idsOf = async (host: Host) => (await configOf(host)).resources.map(({ id }) => id);
  const versionOf = async (host: Host) => (await statusOf(host)).cibVersion;
  const attributesOf = async (host: Host, name: string) =>
    (await configOf(host)).nodes.find((node) => node.name === name)?.attributes ?? {};

  /** The same content, in the agents and on the disks. */
  async function assertSame(): Promise<void> {
    const [first, second] = await Promise.all(pair.lab.hosts.map(configOf));
    assert.deepEqual(first, second);
    const [here, there] = pair.lab.hosts.map((host): unknown =>
      JSON.parse(host.readFile(`${STATE_FOLDER}/cib.json`) ?? "null"),
    );
    assert.deepEqual(here, there);
  }

  test("two admins at once: all changes land on both nodes, in one order", async () => {
    const before = Number((await versionOf(pair.first)).split(".")[1]);
    const numbers = Array.from({ length: CHANGES_EACH }, (_, index) => index);
    const results = await Promise.all(
      pair.lab.hosts.flatMap((host) =>
        numbers.map((n) =>
          run(host, `lbctl resource create ${host.name}-${n} ocf:heartbeat:Dummy --disabled`),
        ),
      ),
    );
    for (const { status, stderr } of results) assert.equal(status, 0, stderr);
    await untilQuiet(pair);
    const expected = pair.lab.hosts.flatMap(({ name }) => numbers.map((n) => `${name}-${n}`));
    assert.deepEqual((await idsOf(pair.first)).toSorted(), expected.toSorted());
    await assertSame();
    const after = Number((await versionOf(pair.second)).split(".")[1]);
    assert.equal(after - before, 2 * CHANGES_EACH);
  });

  test("a change that one admin's command refuses leaves the other's alone", async () => {
    const [good, bad] = await Promise.all([
      run(pair.first, "lbctl node attribute ip1 site=left"),
      run(pair.second, "lbctl node attribute ip9 site=right"),
    ]);
    assert.deepEqual([good?.status, bad?.status], [0, 2]);
    for (const host of pair.lab.hosts) {
      assert.equal((await attributesOf(host, "ip1"))["site"], "left");
    }
  });

  test("it is kept over a restart of one node", async () => {
    const before = await configOf(pair.first);
    await must(pair.first, "lbctl cluster stop");
    await must(pair.first, "lbctl cluster start");
    await untilQuiet(pair);
    assert.deepEqual(await configOf(pair.first), before);
    await assertSame();
  });

  test("a node that was away gets what it missed", async () => {
    await must(pair.second, "lbctl cluster stop");
    const answer = await run(pair.first, "lbctl node attribute ip1 missed=yes");
    assert.equal(answer.status, 0, answer.stderr);
    assert.match(answer.stdout + answer.stderr, /Warning: saved on ip1 only: ip2 is not a member/);
    await must(pair.second, "lbctl cluster start");
    await untilQuiet(pair);
    assert.equal((await attributesOf(pair.second, "ip1"))["missed"], "yes");
    await assertSame();
  });

  test("the newer copy wins also when the node that has it starts last", async () => {
    await must(pair.second, "lbctl cluster stop");
    await must(pair.first, "lbctl node attribute ip1 late=yes");
    await must(pair.first, "lbctl cluster stop");
    await must(pair.second, "lbctl cluster start");
    assert.equal((await attributesOf(pair.second, "ip1"))["late"], undefined);
    await must(pair.first, "lbctl cluster start");
    await untilQuiet(pair);
    assert.equal((await attributesOf(pair.second, "ip1"))["late"], "yes");
    await assertSame();
    assert.deepEqual((await statusOf(pair.second)).warnings, []);
  });

  test("cluster stop --all ends both agents; it is kept over a restart of both", async () => {
    const before = await configOf(pair.first);
    await must(pair.second, "lbctl cluster stop --all");
    await untilTrue("no agent is left on either host", () =>
      pair.lab.hosts.every((host) => host.agentPids().length === 0),
    );
    await startBoth(pair);
    assert.deepEqual(await configOf(pair.first), before);
    await assertSame();
  });

  test("it is kept over a crash of both hosts at once", async () => {
    await must(pair.first, "lbctl node attribute ip2 crash=before");
    const before = await configOf(pair.first);
    await Promise.all(pair.lab.hosts.map((host) => host.crash()));
    for (const host of pair.lab.hosts) await host.boot();
    await startBoth(pair);
    assert.deepEqual(await configOf(pair.first), before);
    await assertSame();
  });

  test("a damaged file: the generation before it, then the peer's copy; kept aside", async () => {
    await must(pair.first, "lbctl node attribute ip1 damaged=no");
    const before = await configOf(pair.first);
    await stopBoth(pair);
    truncateSync(fileOf(pair.second, "cib.json"), 200);
    await must(pair.second, "lbctl cluster start");
    const { warnings } = await statusOf(pair.second);
    assert.match(warnings.join("\n"), /cib\.json: .*kept as cib\.damaged-1\.json; cib-1\.json is/);
    assert.equal((await attributesOf(pair.second, "ip1"))["damaged"], undefined);
    assert.equal((await attributesOf(pair.second, "ip1"))["late"], "yes");
    await must(pair.first, "lbctl cluster start");
    await untilQuiet(pair);
    assert.deepEqual(await configOf(pair.second), before);
    await assertSame();
    assert.equal(namesIn(pair.second).filter((name) => name.includes("damaged")).length, 1);
    const log = pair.second.readFile("/var/log/lb-cluster/agent.log") ?? "";
    assert.match(log, /cibDamaged/);
    assert.deepEqual((await statusOf(pair.second)).warnings, []);
  });

  test("changed on both sides of a split: the newer wins, the other is set aside", async () => {
    await pair.lab.cutHosts();
    for (const host of pair.lab.hosts) {
      await untilStatus(host, "alone", ({ nodes }) => nodes.some(({ isOnline }) => !isOnline));
    }
    await must(pair.first, "lbctl node attribute ip1 split=one");
    await must(pair.second, "lbctl node attribute ip1 split=two");
    await must(pair.second, "lbctl node attribute ip1 split=three");
    await pair.lab.healNetwork();
    await untilQuiet(pair);
    await untilTrue("the same on both", async () => {
      const found = await Promise.all(pair.lab.hosts.map((host) => attributesOf(host, "ip1")));
      return found.every((attributes) => attributes["split"] === "three");
    });
    await assertSame();
    const aside = namesIn(pair.first).filter((name) => name.includes("aside"));
    assert.equal(aside.length, 1, namesIn(pair.first).join(" "));
    const kept = pair.first.readFile(`${STATE_FOLDER}/${aside[0]}`) ?? "";
    assert.match(kept, /"split": ?"one"/);
    assert.match(await must(pair.first, "lbctl status"), /other side of a split and set aside/);
    assert.deepEqual(
      namesIn(pair.second).filter((name) => name.includes("aside")),
      [],
    );
  });

  test("what was set aside is named after a restart too, until the file is removed", async () => {
    await must(pair.first, "lbctl cluster stop");
    await must(pair.first, "lbctl cluster start");
    await untilQuiet(pair);
    assert.match(await must(pair.first, "lbctl status"), /other side of a split and set aside/);
    await must(pair.first, `rm ${STATE_FOLDER}/*aside*`);
    await untilStatus(
      pair.first,
      "no word of it",
      ({ warnings }) => !warnings.some((line) => line.includes("aside")),
    );
  });

  test("a change on one side of a split alone is no conflict", async () => {
    await pair.lab.cutHosts();
    await untilStatus(pair.first, "alone", ({ nodes }) => nodes.some(({ isOnline }) => !isOnline));
    await must(pair.first, "lbctl node attribute ip1 side=left");
    await pair.lab.healNetwork();
    await untilQuiet(pair);
    assert.equal((await attributesOf(pair.second, "ip1"))["side"], "left");
    await assertSame();
    assert.deepEqual((await statusOf(pair.second)).warnings, []);
  });

  test("destroy leaves nothing of the cluster on the host", async () => {
    for (const host of pair.lab.hosts) {
      await must(host, "lbctl cluster destroy");
      assert.equal(host.agentPids().length, 0);
      assert.deepEqual(namesIn(host), []);
      assert.equal(host.readFile("/etc/lb-cluster/cluster.yaml"), undefined);
      assert.equal(host.readFile("/etc/lb-cluster/authkey"), undefined);
      assert.equal((await run(host, "lbctl cluster start")).status, 2);
    }
  });
});
