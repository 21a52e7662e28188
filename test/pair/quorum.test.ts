import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import {
  formPair,
  must,
  openPair,
  type Pair,
  placeOf,
  refused,
  resourceIn,
  startBoth,
  statusOf,
  stopBoth,
  untilQuiet,
  untilRuns,
  untilStatus,
} from "./pair.ts";

/** Longer than any test waits: the lone node has to be released by something else. */
const LONG_WAIT_MS = 300_000;

suite("pair: votes, and nodes that start alone", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  /** Both hosts anew, with one resource that could run anywhere, and then both stopped. */
  async function prepare(words: string): Promise<void> {
    await Promise.all(pair.lab.hosts.map((host) => must(host, "lbctl cluster destroy")));
    await formPair(pair, `ip1 ip2 ${words}`);
    await must(pair.first, "lbctl resource create dummy ocf:heartbeat:Dummy");
    await untilQuiet(pair);
    await stopBoth(pair);
  }

  const isRunning = async () => {
    const { resources } = await statusOf(pair.first);
    return resources.some((resource) => placeOf(resource) !== "");
  };

  test("a lone node waits, says for how long, and starts when it is told to", async () => {
    await prepare(`--quorum-timeout ${LONG_WAIT_MS}`);
    await must(pair.first, "lbctl cluster start");
    const status = await untilStatus(pair.first, "waits", ({ quorum }) => quorum.isWaiting);
    assert.equal(status.quorum.isQuorate, false);
    assert.match(
      status.warnings.join("\n"),
      /waiting for \d+ s more for node ip2 before anything is started; "lbctl quorum unblock"/,
    );
    const text = await must(pair.first, "lbctl status");
    assert.match(text, /WITHOUT quorum/);
    assert.match(text, /waiting for \d+ s more for node ip2/);
    assert.match(await must(pair.first, "lbctl quorum status"), /ip1/);
    assert.equal(await isRunning(), false);
    const said = await must(pair.first, "lbctl quorum unblock");
    assert.match(said, /Waiting for nodes canceled/);
    const after = await untilRuns(pair.first, "dummy", "ip1");
    assert.equal(after.quorum.isQuorate, true);
    assert.equal(after.quorum.isWaiting, false);
  });

  test("unblock when nobody waits is refused or changes nothing", async () => {
    const before = await statusOf(pair.first);
    await must(pair.first, "lbctl quorum unblock").catch(() => "");
    assert.deepEqual((await statusOf(pair.first)).resources, before.resources);
  });

  test("the node that comes later joins, and nothing moves", async () => {
    await must(pair.second, "lbctl cluster start");
    await untilQuiet(pair);
    assert.equal(placeOf(resourceIn(await statusOf(pair.second), "dummy")), "ip1");
    await stopBoth(pair);
  });

  test("the peer's coming ends the wait as well", async () => {
    await must(pair.first, "lbctl cluster start");
    await untilStatus(pair.first, "waits", ({ quorum }) => quorum.isWaiting);
    await must(pair.second, "lbctl cluster start");
    await untilStatus(pair.first, "runs somewhere", ({ resources, quorum }) => {
      return quorum.isQuorate && resources.some((resource) => placeOf(resource) !== "");
    });
    await stopBoth(pair);
  });

  test("--quorum-timeout 0 (CMAN_QUORUM_TIMEOUT=0): a lone node starts at once", async () => {
    await prepare("--quorum-timeout 0");
    await must(pair.first, "lbctl cluster start");
    const status = await untilRuns(pair.first, "dummy", "ip1");
    assert.equal(status.quorum.isWaiting, false);
    await stopBoth(pair);
  });

  test("a short --quorum-timeout ends by itself", async () => {
    await prepare("--quorum-timeout 3000");
    await must(pair.first, "lbctl cluster start");
    await untilStatus(pair.first, "waits", ({ quorum }) => quorum.isWaiting);
    await untilRuns(pair.first, "dummy", "ip1");
    await stopBoth(pair);
  });

  test("--wait-for-all: a lone node waits without end, and says so", async () => {
    await prepare("--wait-for-all");
    await must(pair.first, "lbctl cluster start");
    const status = await untilStatus(pair.first, "waits", ({ quorum }) => quorum.isWaiting);
    assert.equal(status.quorum.waitsForAll, true);
    assert.match(status.warnings.join("\n"), /waiting for node ip2 before anything is started/);
    assert.equal(await isRunning(), false);
    await must(pair.second, "lbctl cluster start");
    await untilQuiet(pair);
    // Both were seen: from here on one vote is enough.
    const place = placeOf(resourceIn(await statusOf(pair.first), "dummy"));
    assert.notEqual(place, "");
    await pair.second.crash();
    const alone = await untilRuns(pair.first, "dummy", "ip1");
    assert.equal(alone.quorum.isQuorate, true);
    await pair.second.boot();
    await must(pair.first, "lbctl cluster stop");
  });

  test("no-quorum-policy never starts what waits: ignore means the count only", async () => {
    await startBoth(pair);
    await must(pair.first, "lbctl property set no-quorum-policy=ignore");
    await stopBoth(pair);
    await must(pair.first, "lbctl cluster start");
    const status = await untilStatus(pair.first, "waits", ({ quorum }) => quorum.isWaiting);
    assert.match(status.warnings.join("\n"), /waiting for node ip2/);
    assert.equal(await isRunning(), false);
    for (const policy of ["stop", "freeze", "demote", "suicide", "ignore"]) {
      await must(pair.first, `lbctl property set no-quorum-policy=${policy}`);
    }
    await refused(pair.first, "lbctl property set no-quorum-policy=go", {
      status: 2,
      says: ['"go"'],
    });
    assert.equal(await isRunning(), false);
    await must(pair.first, "lbctl quorum unblock");
    await untilRuns(pair.first, "dummy", "ip1");
  });
});
