import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import {
  configOf,
  must,
  openPair,
  type Pair,
  run,
  startBoth,
  statusOf,
  untilServedBy,
  untilServing,
} from "./pair.ts";

const OLD_CLUSTERS = join(import.meta.dirname, "../old-clusters");

/** What each of the old clusters has, and how its pair is seen to be the same. */
const PAIRS = [
  {
    name: "corosync and Pacemaker",
    folder: "corosync",
    files: ["corosync.conf", "cib.xml"],
    resources: ["virtual_ip", "webserver"],
    settings: [/^token_timeout_ms: 4000$/m, /"192\.168\.34\.19"\]$/m, /^ {2}wait_for_all: 1$/m],
  },
  {
    name: "cman and Pacemaker, as the guide sets it up",
    folder: "cman",
    files: ["cluster.conf", "sysconfig-cman", "cib.xml"],
    resources: ["virtual_ip", "webserver"],
    settings: [/^transport: udp$/m, /^ {2}quorum_timeout_ms: 0$/m, /"192\.168\.33\.18"\]$/m],
  },
  {
    name: "cman and rgmanager",
    folder: "rgmanager-web",
    files: ["cluster.conf"],
    resources: ["web"],
    settings: [/^transport: udpu$/m, /^token_timeout_ms: 2000$/m, /^ {2}quorum_timeout_ms: 8000$/m],
  },
] as const;

for (const { name, folder, files, resources, settings } of PAIRS) {
  suite(`pair: made from the files of ${name}`, function () {
    this.timeout(120_000);
    let pair: Pair;
    const words = files.map((each) => `/tmp/${each}`).join(" ");

    suiteSetup(async () => {
      pair = await openPair({ secondLink: true });
      for (const each of files) {
        const text = readFileSync(join(OLD_CLUSTERS, folder, each), "utf8");
        await must(pair.first, `cat > /tmp/${each}`, text);
      }
    });
    suiteTeardown(async () => {
      await pair?.lab.close();
    });

    test("without an agent the two files are written, and the other host joins", async () => {
      const { first, second } = pair;
      await must(first, `lbctl cluster import ${words} --dry-run`);
      assert.equal(first.readFile("/etc/lb-cluster/cluster.yaml"), undefined);
      await must(first, `lbctl cluster import ${words}`);
      await must(second, "lbctl cluster join -", await must(first, "lbctl cluster token"));
      const text = first.readFile("/etc/lb-cluster/cluster.yaml") ?? "";
      assert.equal(second.readFile("/etc/lb-cluster/cluster.yaml"), text);
      for (const setting of settings) assert.match(text, setting);
      const again = await run(first, `lbctl cluster import ${words}`);
      assert.equal(again.status, 2);
      assert.match(again.stderr, /cluster\.yaml exists/);
    });

    test("the agents start; the same command brings the resources, which run", async () => {
      const { first } = pair;
      await startBoth(pair);
      const out = await must(first, `lbctl cluster import ${words}`);
      assert.doesNotMatch(out, /stays so while lb-agent runs/);
      const active = await untilServing(pair);
      await untilServedBy(pair, active.name);
      const { warnings, clusterName } = await statusOf(first);
      assert.equal(clusterName, "webcluster");
      assert.deepEqual(warnings, []);
      const config = await configOf(first);
      assert.deepEqual(
        config.resources.map(({ id }) => id),
        resources,
      );
    });

    test("it fails over: the peer serves when the host that served has crashed", async () => {
      const active = await untilServing(pair);
      const survivor = pair.lab.peerOf(active);
      await active.crash();
      await untilServedBy(pair, survivor.name);
    });
  });
}
