import assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import {
  configOf,
  formPair,
  must,
  openPair,
  type Pair,
  run,
  statusOf,
  untilStatus,
} from "./pair.ts";

const DOCUMENT = `<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" admin_epoch="9"
  epoch="99" num_updates="0">
  <configuration>
    <crm_config><cluster_property_set id="cib-bootstrap-options">
      <nvpair id="o1" name="fencing-enabled" value="false"/>
      <nvpair id="o2" name="no-quorum-policy" value="ignore"/>
      <nvpair id="o3" name="dc-version" value="3.0.2"/>
    </cluster_property_set></crm_config>
    <nodes><node id="1" uname="web-a"/><node id="2" uname="web-b"/></nodes>
    <resources>
      <group id="service">
        <primitive id="one" class="ocf" provider="heartbeat" type="Dummy">
          <operations><op id="one-monitor" name="monitor" interval="10s"/></operations>
        </primitive>
        <primitive id="two" class="ocf" provider="heartbeat" type="Dummy"/>
      </group>
    </resources>
    <constraints>
      <rsc_location id="prefers" rsc="service"><rule id="r" score="100">
        <expression id="e" attribute="#uname" operation="eq" value="web-b"/></rule></rsc_location>
      <rsc_ticket id="t" rsc="service" ticket="T"/>
    </constraints>
  </configuration>
  <status/>
</cib>
`;

suite("pair: the configuration of a Pacemaker cluster", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    await formPair(pair);
    await must(pair.first, "lbctl resource create before ocf:heartbeat:Dummy");
    await must(pair.first, "cat > /tmp/pacemaker.xml", DOCUMENT);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("is refused while its nodes are not mapped, and nothing changes", async () => {
    const result = await run(pair.first, "lbctl cib import /tmp/pacemaker.xml");
    assert.equal(result.status, 2);
    assert.match(result.stderr, /--map web-a=ip1/);
    assert.deepEqual(
      (await configOf(pair.first)).resources.map(({ id }) => id),
      ["before"],
    );
  });

  test("takes the place of what was configured: it runs, what it lacks is stopped", async () => {
    const map = "--map web-a=ip1 --map web-b=ip2";
    const out = await must(pair.first, `lbctl cib import /tmp/pacemaker.xml ${map}`);
    assert.match(out, /^out of scope {2}rsc_ticket t: /m);
    assert.match(out, /^dropped {7}property dc-version: /m);
    await untilStatus(pair.first, "service on ip2 and nothing else", ({ resources }) => {
      const active = resources.filter(({ nodes }) => nodes.length > 0);
      const places = active.map(({ id, nodes }) => `${id} ${nodes.join(" ")}`);
      return places.sort().join(", ") === "one ip2, two ip2";
    });
    const [first, second] = await Promise.all(pair.lab.hosts.map(configOf));
    assert.deepEqual(first, second);
    assert.deepEqual(first?.properties, {
      "stonith-enabled": "false",
      "no-quorum-policy": "ignore",
    });
    // The cluster goes on counting where it was.
    assert.equal((await statusOf(pair.first)).cibVersion.split(".")[0], "0");
  });

  test("comes out again as it went in, and changes nothing when it is imported again", async () => {
    await must(pair.second, "lbctl cib export > /tmp/exported.xml");
    const before = (await statusOf(pair.second)).cibVersion;
    const out = await must(pair.second, "lbctl cib import /tmp/exported.xml");
    assert.match(out, /0 changed, 0 dropped, 0 out of scope/);
    assert.equal((await statusOf(pair.second)).cibVersion, before);
    await must(pair.first, "lbctl cib export --format pcs | bash -n");
  });
});
