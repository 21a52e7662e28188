import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import type { ClusterStatus, ReadinessStatus } from "../../agent/core/model/index.ts";
import { formGuidePair, must, openPair, type Pair, untilStatus } from "./pair.ts";

const CONF = "/etc/httpd/conf/httpd.conf";

function readinessOf(status: ClusterStatus, node: string): ReadinessStatus | undefined {
  return status.readiness.find((one) => one.node === node);
}

suite("pair: the standby is known to be good", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    await formGuidePair(pair);
  });

  suiteTeardown(() => pair?.lab.close());

  /** Waits, longer than the nodes wait between two looks, until a node is in this state. */
  const untilReadiness = (node: string, state: ReadinessStatus["state"]) =>
    untilStatus(
      pair.first,
      `${node} is ${state}`,
      (status) => readinessOf(status, node)?.state === state,
      60_000,
    );

  test("a pair that was just made is ready, and both hosts are alike", async () => {
    const status = await untilReadiness("ip2", "ready");
    assert.deepEqual(readinessOf(status, "ip2")?.findings, []);
    const compared = await untilStatus(
      pair.first,
      "both were compared",
      ({ drift }) => drift.comparedAtWallMs > 0,
    );
    assert.deepEqual(compared.drift.differences, []);
    assert.match(
      await must(pair.first, "lbctl status"),
      /^Failover readiness: ip2 ready, checked/m,
    );
  });

  test("a configuration that is broken on the standby is found, and named on both", async () => {
    await must(pair.second, `cp ${CONF} /tmp/good.conf && echo NoSuchDirective >>${CONF}`);
    const status = await untilReadiness("ip2", "notReady");
    const [finding] = readinessOf(status, "ip2")?.findings ?? [];
    assert.equal(finding?.resource, "webserver");
    assert.match(finding?.problem ?? "", /NoSuchDirective/);
    assert.match(await must(pair.second, "lbctl status"), /^Failover readiness: ip2 NOT READY/m);
    assert.match((await must(pair.first, "lbctl mon -s || true")).trim(), /standby not ready: ip2/);
  });

  test("drift names the file, and shows what differs", async () => {
    await untilStatus(pair.first, "the file differs", ({ drift }) => drift.differenceCount > 0);
    const text = await must(pair.first, "lbctl drift || test $? = 4");
    assert.match(text, new RegExp(`^file ${CONF} \\(webserver\\), since`, "m"));
    assert.match(text, /^ {2}\+NoSuchDirective$/m);
    assert.match(await must(pair.second, "lbctl drift || test $? = 4"), /^ {2}\+NoSuchDirective$/m);
  });

  test("mended, it is ready again and alike", async () => {
    await must(pair.second, `cp /tmp/good.conf ${CONF}`);
    assert.match(
      await must(pair.first, "lbctl resource check"),
      /^Failover readiness: ip2 ready, checked [0-3] s ago$/m,
    );
    assert.match(
      await must(pair.second, "lbctl drift --now"),
      /^No differences between ip1 and ip2/,
    );
  });
});
