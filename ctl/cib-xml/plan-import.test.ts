import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { cibDocument, dummy, pairs, propertySet } from "./example-documents.ts";
import { type ImportPlan, planImport } from "./plan-import.ts";
import { readCibDocument } from "./read-cib-document.ts";

function plan(
  parts: Parameters<typeof cibDocument>[0],
  nodes: readonly string[] | null = ["p1", "p2"],
  map: Readonly<Record<string, string>> = {},
): ImportPlan {
  const read = readCibDocument(cibDocument(parts));
  assert.ok(read.kind === "cib");
  return planImport(read, { nodes, map: new Map(Object.entries(map)) });
}

function linesOf({ lines }: ImportPlan, kind: string): readonly string[] {
  return lines
    .filter((line) => line.kind === kind)
    .map(({ subject, text }) => (text === "" ? subject : `${subject}: ${text}`));
}

function codesOf({ problems }: ImportPlan): readonly string[] {
  return problems.map(({ code }) => code);
}

suite("each thing has a line", () => {
  test("what is carried, with its id", () => {
    const planned = plan({
      options: propertySet({ "stonith-enabled": "false" }),
      resources: `<group id="g">${dummy(
        "d",
        '<operations><op id="d-mon" name="monitor" interval="10s"/></operations>',
      )}</group>`,
      constraints: '<rsc_location id="l" rsc="g" node="p1" score="5"/>',
    });
    assert.deepEqual(planned.problems, []);
    assert.deepEqual(linesOf(planned, "carried"), [
      "property stonith-enabled: false",
      "node p1",
      "node p2",
      "group g",
      "primitive d: ocf:pacemaker:Dummy",
      "operation d-mon",
      "constraint l: g on p1",
    ]);
  });

  const rows: readonly (readonly [string, Parameters<typeof cibDocument>[0], RegExp])[] = [
    [
      "what a cluster says about itself",
      { options: propertySet({ "dc-version": "2.1.5" }) },
      /^property dc-version: is what a cluster says about itself$/,
    ],
    [
      "a property that is not known",
      { options: propertySet({ "stonith-enable": "false" }) },
      /^property stonith-enable: is not known \(its value: "false"\)$/,
    ],
    [
      "a parameter without a value",
      {
        resources: dummy(
          "d",
          `<instance_attributes id="i">${pairs("i", { nic: "" })}</instance_attributes>`,
        ),
      },
      /^parameter nic of resource d: has no value$/,
    ],
    [
      "a meta attribute that is not known",
      {
        resources: dummy(
          "d",
          `<meta_attributes id="m">${pairs("m", { odd: "1" })}</meta_attributes>`,
        ),
      },
      /^meta attribute odd of resource d: is not known/,
    ],
    [
      "a constraint on a resource that is not there",
      { constraints: '<rsc_order id="o" first="gone" then="too"/>' },
      /^constraint o: names gone, which is not there$/,
    ],
    [
      "a constraint on a node that is not there",
      {
        resources: dummy("d"),
        constraints: '<rsc_location id="l" rsc="d" node="p9" score="1"/>',
      },
      /^constraint l: names node p9, which is not there$/,
    ],
    [
      "a fencing level of a device that is not there",
      {
        more: `<fencing-topology><fencing-level id="f" index="1" target="p1" devices="gone"/>
          </fencing-topology>`,
      },
      /^fencing level f: names gone, which is not there$/,
    ],
    [
      "a member of a tag that is not there",
      {
        resources: dummy("d"),
        more: '<tags><tag id="t"><obj_ref id="d"/><obj_ref id="gone"/></tag></tags>',
      },
      /^tag t: names gone, which is not there$/,
    ],
    [
      "a property with a name that every object has",
      { options: propertySet({ ["__proto__"]: "1" }) },
      /^property __proto__: is not known \(its value: "1"\)$/,
    ],
    [
      "what stands in a second section",
      { more: `<resources>${dummy("d")}</resources>` },
      /^primitive d: has no place in a second resources \(line \d+\)$/,
    ],
    [
      "what stands in the wrong section",
      { more: `<tags>${dummy("d")}</tags>` },
      /^primitive d: has no place in tags \(line \d+\)$/,
    ],
    [
      "an attribute of a tag",
      { resources: dummy("d"), more: '<tags><tag id="t" x="1"><obj_ref id="d"/></tag></tags>' },
      /^tag t: x="1" has no place here \(line \d+\)$/,
    ],
    [
      "the second resource of a clone",
      { resources: `<clone id="c">${dummy("d")}${dummy("e")}</clone>` },
      /^primitive e: is the second one in clone c, which holds one resource \(line \d+\)$/,
    ],
    [
      "a role that is none, with a name that every object has",
      {
        resources: dummy("d"),
        constraints: '<rsc_location id="l" rsc="d" node="p1" score="1" role="constructor"/>',
      },
      /^rsc_location l: role="constructor" is no role \(line \d+\)$/,
    ],
    [
      "a discovery that is none",
      {
        resources: dummy("d"),
        constraints:
          '<rsc_location id="l" rsc="d" node="p1" score="1" resource-discovery="seldom"/>',
      },
      /^rsc_location l: resource-discovery="seldom" is none of always, never, exclusive/,
    ],
    [
      "a truth that is neither",
      {
        resources: dummy("d") + dummy("e"),
        constraints: '<rsc_order id="o" first="d" then="e" symmetrical="perhaps"/>',
      },
      /^rsc_order o: symmetrical="perhaps" is neither true nor false/,
    ],
    [
      "a word of a rule that is none",
      {
        resources: dummy("d"),
        constraints: `<rsc_location id="l" rsc="d"><rule id="r" score="1" boolean-op="xor">
          <expression id="e" attribute="a" operation="defined" x="1"/></rule></rsc_location>`,
      },
      /^rule r: boolean-op="xor" is none of and, or/,
    ],
    [
      "an attribute of an expression",
      {
        resources: dummy("d"),
        constraints: `<rsc_location id="l" rsc="d"><rule id="r" score="1">
          <expression id="e" attribute="a" operation="defined" x="1"/></rule></rsc_location>`,
      },
      /^expression e: x="1" has no place here/,
    ],
    ["comments", { resources: "<!-- note -->" }, /^comments: 1 XML comments are not kept$/],
  ];
  for (const [name, parts, line] of rows) {
    test(`${name} is dropped with a line, and the rest is imported`, () => {
      const planned = plan(parts);
      assert.deepEqual(planned.problems, []);
      assert.match(linesOf(planned, "dropped").join("\n"), line);
    });
  }

  test("a constraint that names a bundle goes with it", () => {
    const planned = plan({
      resources: `<bundle id="bu"/>${dummy("d")}`,
      constraints: '<rsc_colocation id="c" rsc="d" with-rsc="bu" score="1"/>',
    });
    assert.deepEqual(planned.problems, []);
    assert.deepEqual(planned.cib.constraints, []);
    assert.deepEqual(linesOf(planned, "outOfScope").length, 1);
  });
});

test("what names a thing that is there stays", () => {
  const planned = plan({
    resources: dummy("d"),
    more: `<tags><tag id="t"><obj_ref id="d"/></tag></tags><fencing-topology>
      <fencing-level id="f" index="1" target="p1" devices="d"/></fencing-topology>`,
    constraints: '<rsc_location id="l" rsc="t" node="p1" score="1"/>',
  });
  assert.deepEqual(linesOf(planned, "dropped"), []);
  assert.equal(planned.cib.constraints.length, 1);
  assert.equal(planned.cib.fencingLevels?.length, 1);
});

suite("nodes", () => {
  const location = '<rsc_location id="l" rsc="d" node="old1" score="5"/>';
  const rule =
    '<rsc_location id="r" rsc="d"><rule id="ru" score="1"><expression id="e" ' +
    'attribute="#uname" operation="ne" value="old2"/></rule></rsc_location>';
  const old = {
    nodes: '<node id="1" uname="old1"/><node id="2" uname="old2"/>',
    resources: dummy("d"),
    constraints: location + rule,
  };

  test("other names have to be mapped, and the line says how", () => {
    const planned = plan(old);
    assert.deepEqual(codesOf(planned), ["unmapped-node", "unmapped-node"]);
    assert.match(planned.problems[0]?.expected ?? "", /--map old1=p1/);
    assert.match(planned.problems[1]?.expected ?? "", /--map old2=p2/);
  });

  test("mapped names take their place in nodes, constraints and rules", () => {
    const planned = plan(old, ["p1", "p2"], { old1: "p2", old2: "p1" });
    assert.deepEqual(planned.problems, []);
    assert.deepEqual(
      planned.cib.nodes.map(({ name }) => name),
      ["p2", "p1"],
    );
    const text = JSON.stringify(planned.cib.constraints);
    assert.match(text, /"node":"p2"/);
    assert.match(text, /"value":"p1"/);
    assert.doesNotMatch(text, /old/);
    assert.deepEqual(linesOf(planned, "changed"), [
      "node old1: is node p2 here",
      "node old2: is node p1 here",
    ]);
  });

  test("a node of the cluster that the document lacks is there without attributes", () => {
    const planned = plan({ nodes: '<node id="1" uname="p1"/>' });
    assert.deepEqual(planned.problems, []);
    assert.deepEqual(planned.cib.nodes.at(-1), { name: "p2", attributes: {} });
  });

  test("a map that names no node of the document or of the cluster is refused", () => {
    assert.deepEqual(codesOf(plan({}, ["p1", "p2"], { x: "p1" })), ["bad-node-map"]);
    assert.ok(codesOf(plan(old, ["p1", "p2"], { old1: "p3" })).includes("bad-node-map"));
  });

  test("where the cluster is not known, the document's own nodes are taken, at most two", () => {
    assert.deepEqual(codesOf(plan(old, null)), []);
    const three = `${old.nodes}<node id="3" uname="old3"/>`;
    assert.deepEqual(codesOf(plan({ ...old, nodes: three }, null)), ["unmapped-node"]);
  });

  test("a parameter of a fence device that names an old node is pointed out", () => {
    const device = `<primitive id="f" class="stonith" type="fence_x">
      <instance_attributes id="fi">${pairs("fi", { pcmk_host_list: "old1,old2" })}
      </instance_attributes></primitive>`;
    const parts = { ...old, resources: old.resources + device };
    const planned = plan(parts, ["p1", "p2"], { old1: "p1", old2: "p2" });
    assert.match(linesOf(planned, "carried").join("\n"), /pcmk_host_list .*still names node old1/);
  });
});

test("a configuration that the checks refuse is not imported", () => {
  const planned = plan({ options: propertySet({ "batch-limit": "many" }) });
  assert.deepEqual(codesOf(planned), ["bad-value"]);
});
