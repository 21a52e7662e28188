import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { exampleInput, nodeStatus } from "../../test/what-if/example.ts";
import { renderExplanation } from "../render/render-explanation.ts";
import { explainCluster } from "./explain-cluster.ts";
import { explainFacts } from "./explain-resource.ts";

const RESOURCES = `<clone id="db-clone">
  <meta_attributes id="db-m"><nvpair id="db-mp" name="promotable" value="true"/></meta_attributes>
  <primitive id="gateway" class="ocf" provider="pacemaker" type="ping"/></clone>`;

const BAN = `<rsc_location id="cli-ban-db-clone-on-ip2" rsc="db-clone" role="Promoted" node="ip2"
  score="-INFINITY"/>`;

const ADDRESS = `<primitive id="address" class="ocf" provider="heartbeat" type="IPaddr2">
  <instance_attributes id="address-ia"><nvpair id="address-ip" name="ip" value="192.0.2.7"/>
  </instance_attributes></primitive>`;

const BESIDE_ADDRESS = `<rsc_colocation id="beside" rsc="db-clone" rsc-role="Promoted"
  with-rsc="address" score="INFINITY"/>
  <rsc_location id="away" rsc="db-clone" node="ip2" score="-INFINITY"/>`;

/** Promoted on ip1, unpromoted on ip2; the agent's scores as given, "" for none. */
function inputWith(scores: readonly [string, string], constraints = "") {
  const said = (score: string) => (score === "" ? {} : { "master-gateway": score });
  const status =
    nodeStatus(
      "ip1",
      { gateway: ["start 0", "promote 0"], address: ["start 0"] },
      said(scores[0]),
    ) + nodeStatus("ip2", { gateway: ["start 0"] }, said(scores[1]));
  return exampleInput({ resources: RESOURCES + ADDRESS, constraints, status });
}

function explain(scores: readonly [string, string], constraints = ""): string {
  const input = inputWith(scores, constraints);
  const found = explainFacts(input, "db-clone") ?? assert.fail("not known");
  const cluster = explainCluster(input, null);
  return renderExplanation({ explanation: found.explanation, cluster, recheckAt: null });
}

suite("why an instance is promoted", () => {
  test("the scores that the agents set, for the one that is promoted and the other", () => {
    const text = explain(["10", "5"]);
    assert.match(text, /^Why promoted on ip1: the agent's promotion score on ip1 is 10\.$/m);
    assert.match(
      text,
      /^Why not promoted on ip2: gateway:0 on ip1 has 10, more than 5 here; for it: the agent's /m,
    );
    assert.match(text, /^ {4}lbctl resource move db-clone ip2 --promoted {3}/m);
  });

  test("a ban of the role speaks against the promotion, not against the place", () => {
    const text = explain(["10", "5"], BAN);
    assert.match(
      text,
      /^Why not ip2: it could run on ip2, but instance gateway:1 has that node\.$/m,
    );
    assert.match(text, /^Why not promoted on ip2: a person banned its promotion on ip2 \(constr/m);
    assert.match(text, /^ {4}lbctl resource clear db-clone {3}/m);
  });

  test("a colocation of the role speaks for and against the promotion, not the place", () => {
    const text = explain(["10", "5"], BESIDE_ADDRESS);
    assert.match(text, /^Why ip1: it is on ip1, since resource-stickiness 1 keeps it there\.$/m);
    assert.match(
      text,
      /^Why promoted on ip1: .*; what is promoted must run beside address, which/m,
    );
    assert.match(
      text,
      /^Why not ip2: it is, and must not be, on ip2: constraint away forbids ip2\.$/m,
    );
    assert.doesNotMatch(text, /lbctl constraint delete beside/);
  });

  test("an agent that has set no score", () => {
    const text = explain(["10", ""]);
    assert.match(text, /^Why not promoted on ip2: the agent has set no promotion score on ip2\./m);
  });

  test("as values", () => {
    const found = explainFacts(inputWith(["10", "5"]), "db-clone") ?? assert.fail("not known");
    const [pair] = found.explanation.parts;
    const told = pair?.parts.map(({ promotion }) => [promotion?.isPromoted, promotion?.score]);
    assert.deepEqual(told, [
      [true, 10],
      [false, 5],
    ]);
    assert.deepEqual(scheduleTransition(inputWith(["10", "5"])).promotions, {
      "gateway:0": { node: "ip1", score: 10 },
      "gateway:1": { node: "ip2", score: 5 },
    });
  });
});
