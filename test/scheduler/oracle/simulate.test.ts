// The two parsers, on what crm_simulate says of one small cluster.

import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { coreKeyOf, keyOf } from "../corpus/answer.ts";
import { emptySpec } from "./random-spec.ts";
import { readGraph } from "./read-graph.ts";
import { readSimulation } from "./read-simulation.ts";
import { renderCib } from "./render-cib.ts";
import { askOracle, closeWorkplace, openWorkplace } from "./simulate.ts";
import { piece, type Spec, type SpecPrimitive } from "./spec.ts";

const PRIMITIVE: SpecPrimitive = {
  kind: "primitive",
  id: "a1",
  agent: "ocf:pacemaker:Dummy",
  template: null,
  parameters: {},
  meta: {},
  utilization: {},
  operations: [{ name: "monitor", intervalS: 10, options: {} }],
  sets: [],
};

function clonedSpec(): Spec {
  const child = { ...PRIMITIVE, id: "c1" };
  const clone = { kind: "clone", id: "c1-clone", meta: {}, child } as const;
  return { ...emptySpec(1, "B"), resources: [PRIMITIVE, { ...clone, meta: {} }] };
}

const baseOf = (resource: string): string => resource.replace(/:\d+$/, "");

const GRAPH = `<transition_graph>
  <synapse id="0"><action_set>
    <rsc_op id="1" operation="stop" on_node="n1"><primitive id="c1" long-id="c1:0"/>
      <attributes CRM_meta_timeout="20000"/></rsc_op>
  </action_set><inputs/></synapse>
  <synapse id="1"><action_set>
    <pseudo_event id="2" operation="one-or-more:order"/>
  </action_set><inputs>
    <trigger><rsc_op id="1"/></trigger><trigger><crm_event id="3"/></trigger>
  </inputs></synapse>
  <synapse id="2"><action_set>
    <crm_event id="3" operation="stonith" on_node="n2">
      <attributes CRM_meta_stonith_action="off"/></crm_event>
  </action_set><inputs/></synapse>
  <synapse id="3"><action_set>
    <rsc_op id="4" operation="monitor" on_node="n1"><primitive id="b"/>
      <attributes CRM_meta_interval="5000"/></rsc_op>
  </action_set><inputs>
    <trigger><pseudo_event id="2"/></trigger><trigger><crm_event id="3"/></trigger>
  </inputs></synapse>
</transition_graph>`;

suite("answers of crm_simulate", () => {
  test("a graph is read with its points contracted", () => {
    const { actions, order } = readGraph(GRAPH, (id) => id);
    assert.deepEqual(actions.map(coreKeyOf), ["stop c1:0 n1", "fence n2 off", "monitor b n1 5000"]);
    assert.deepEqual(order, [[], [], [1]]);
  });

  test("states are read in the words of the corpus", () => {
    const text = `warning before it
      <pacemaker-result><cluster_status><nodes>
        <node name="n1" online="true" standby="true" resources_running="1"/>
        <node name="n2" online="false" unclean="true"/>
      </nodes><resources><clone id="c"><resource id="c1:0" role="Started" managed="true">
        <node name="n1"/></resource><resource id="c1:1" role="Stopped" managed="true"/></clone>
        <resource id="d" role="Stopped" pending="Starting" managed="true" failed="true">
        <node name="n1"/></resource></resources>
      </cluster_status><status code="1" message="bad"/></pacemaker-result>`;
    const { before, code } = readSimulation(text, baseOf);
    assert.equal(code, 1);
    assert.deepEqual(before, {
      nodes: { n1: "standby (with active resources)", n2: "UNCLEAN (offline)" },
      resources: { c1: { Started: ["n1"] }, d: { Starting: ["n1"] } },
      flags: { d: ["failed"] },
    });
  });

  test("the program answers a case", async () => {
    const workplace = openWorkplace();
    const oracle = await askOracle(renderCib(clonedSpec()), baseOf, workplace);
    closeWorkplace(workplace);
    assert.ok(oracle.kind === "answer");
    const { before, after, actions, order } = oracle.answer;
    assert.deepEqual(before.resources, { a1: {}, c1: {} });
    assert.deepEqual(after.resources, {
      a1: { Started: ["node1"] },
      c1: { Started: ["node1", "node2"] },
    });
    const keys = actions.map(keyOf);
    assert.ok(keys.includes("start a1 node1"));
    assert.deepEqual(keys.filter((key) => key.startsWith("start c1")).sort(), [
      "start c1 node1",
      "start c1 node2",
    ]);
    const start = keys.indexOf("start c1 node1");
    const probe = keys.indexOf("monitor c1 node2 0");
    assert.ok(order[start]?.includes(probe), "a clone starts after all its probes");
  });

  test("a document that it refuses is unusable", async () => {
    const workplace = openWorkplace();
    const unknown = piece("rsc_location", { rsc: "nobody", node: "node1", score: "1" });
    const spec = { ...clonedSpec(), constraints: [unknown] };
    const oracle = await askOracle(renderCib(spec), baseOf, workplace);
    closeWorkplace(workplace);
    assert.equal(oracle.kind, "unusable");
  });
});
