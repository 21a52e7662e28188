import assert from "node:assert/strict";
import { test } from "mocha";
import { cibDocument, dummy, pairs, propertySet } from "./example-documents.ts";
import { readCibDocument } from "./read-cib-document.ts";
import { renderPcsScript } from "./render-pcs-script.ts";

/** The lines of the script between its head and its end. */
function linesFor(parts: Parameters<typeof cibDocument>[0]): readonly string[] {
  const read = readCibDocument(cibDocument(parts));
  assert.ok(read.kind === "cib");
  const script = renderPcsScript(read.input.cib);
  assert.ok(script.kind === "text");
  const body = script.text.split("\n# Cluster properties\n")[1] ?? "";
  return (body.split("\nif [ $# -eq 0 ]")[0] ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace('pcs -f "$CIB" ', ""));
}

test("properties are set at once; what a cluster says about itself is left to it", () => {
  const options = propertySet({
    "stonith-enabled": "false",
    "dc-version": "2",
    "no-quorum-policy": "ignore",
  });
  assert.deepEqual(linesFor({ options }).slice(0, 2), [
    "# Not for people to set: dc-version.",
    "property set stonith-enabled=false no-quorum-policy=ignore --force",
  ]);
});

test("a primitive is one command, with ids of its operations and words quoted", () => {
  const resources = dummy(
    "d",
    `<instance_attributes id="i">${pairs("i", { state: "/a b" })}</instance_attributes>
     <operations><op id="d-mon" name="monitor" interval="10s" timeout="5s" on-fail="block"/>
     </operations>`,
  );
  assert.deepEqual(linesFor({ resources }).slice(1), [
    "resource create d ocf:pacemaker:Dummy 'state=/a b' op monitor interval=10s timeout=5s " +
      "on-fail=block id=d-mon --force --no-default-ops",
  ]);
});

test("the monitor that pcs would make by itself is taken away again", () => {
  assert.deepEqual(linesFor({ resources: dummy("d") }).slice(1), [
    "resource create d ocf:pacemaker:Dummy op monitor interval=60s id=d-spare-monitor " +
      "--force --no-default-ops",
    "resource op delete d-spare-monitor",
  ]);
});

test("a promotable clone is made together with its primitive, a group after its members", () => {
  const operations = (id: string): string =>
    `<operations><op id="${id}-m" name="monitor" interval="10s"/></operations>`;
  const meta = `<meta_attributes id="m">${pairs("m", { promotable: "true" })}</meta_attributes>`;
  const resources =
    `<clone id="c">${meta}${dummy("d", operations("d"))}</clone>` +
    `<group id="g">${dummy("e", operations("e"))}${dummy("f", operations("f"))}</group>`;
  const lines = linesFor({ resources }).slice(1);
  assert.match(lines[0] ?? "", / id=d-m clone c promotable=true --force/);
  assert.deepEqual(
    lines.slice(1).map((line) => line.split(" ").slice(0, 3).join(" ")),
    ["resource create e", "resource create f", "resource group add"],
  );
  assert.equal(lines.at(-1), "resource group add g e f");
});

const CONSTRAINTS: readonly (readonly [string, string])[] = [
  [
    '<rsc_location id="l" rsc="d" node="p1" score="-INFINITY"/>',
    "constraint location add l d p1 -INFINITY --force",
  ],
  [
    '<rsc_location id="l" rsc="d"><rule id="r" score="5" boolean-op="or"><expression id="e1" ' +
      'attribute="pingd" operation="lt" type="integer" value="1"/><expression id="e2" ' +
      'attribute="pingd" operation="not_defined"/></rule></rsc_location>',
    "constraint location d rule id=r constraint-id=l score=5 pingd lt integer 1 or " +
      "not_defined pingd --force",
  ],
  [
    '<rsc_colocation id="c" rsc="d" with-rsc="e" with-rsc-role="Promoted" score="7"/>',
    "constraint colocation add d with Promoted e 7 id=c --force",
  ],
  [
    '<rsc_order id="o" first="d" then="e" kind="Optional" symmetrical="false"/>',
    "constraint order start d then start e id=o kind=Optional symmetrical=false --force",
  ],
  [
    '<rsc_order id="o"><resource_set id="s" sequential="false"><resource_ref id="d"/>' +
      '<resource_ref id="e"/></resource_set></rsc_order>',
    "constraint order set d e sequential=false setoptions id=o kind=Mandatory --force",
  ],
];
for (const [xml, command] of CONSTRAINTS) {
  test(command, () => {
    const lines = linesFor({ resources: dummy("d") + dummy("e"), constraints: xml });
    assert.equal(lines.at(-1), command);
  });
}

const EXPRESSIONS: readonly (readonly [xml: string, words: string | null])[] = [
  ['<date_expression id="e" operation="gt" start="2026-01-01"/>', "date gt 2026-01-01"],
  ['<date_expression id="e" operation="lt" end="2026-02-01"/>', "date lt 2026-02-01"],
  [
    '<date_expression id="e" operation="in_range" start="2026-01-01" end="2026-02-01"/>',
    "date in_range 2026-01-01 to 2026-02-01",
  ],
  [
    '<date_expression id="e" operation="in_range" start="2026-01-01">' +
      '<duration id="f" months="2"/></date_expression>',
    "date in_range 2026-01-01 to duration months=2",
  ],
  [
    '<date_expression id="e" operation="date_spec"><date_spec id="f" hours="9-16"/>' +
      "</date_expression>",
    "date-spec hours=9-16",
  ],
  [
    '<rule id="r2"><expression id="e" attribute="a" operation="defined"/></rule>',
    "'(' defined a ')'",
  ],
  [
    '<expression id="e" attribute="a" operation="gte" type="number" value="1.5"/>',
    "a gte number 1.5",
  ],
  ['<expression id="e" attribute="a" operation="eq" type="integer" value="x"/>', null],
  ['<expression id="e" attribute="a" operation="eq" type="number" value="x"/>', null],
  ['<expression id="e" attribute="a" operation="eq" value="two words"/>', null],
  ['<expression id="e" attribute="a" operation="eq" value="x" value-source="param"/>', null],
];
for (const [xml, words] of EXPRESSIONS) {
  test(`a rule ${words ?? "that pcs cannot say is XML"}: ${xml}`, () => {
    const constraints = `<rsc_location id="l" rsc="d"><rule id="r" score="1">${xml}</rule>
      </rsc_location>`;
    const lines = linesFor({ resources: dummy("d"), constraints });
    const command = `constraint location d rule id=r constraint-id=l score=1 ${words} --force`;
    assert.equal(lines.at(-1), words === null ? "XML" : command);
  });
}

test("fence devices and their levels have commands of their own", () => {
  const resources = `<primitive id="f" class="stonith" type="fence_x"><operations>
    <op id="f-mon" name="monitor" interval="60s"/></operations></primitive>`;
  const more = `<fencing-topology><fencing-level id="fl" index="2" target-pattern="^p"
    devices="f"/></fencing-topology>`;
  assert.deepEqual(linesFor({ resources, more }).slice(1, 3), [
    "stonith create f fence_x op monitor interval=60s id=f-mon --force",
    "stonith level add 2 'regexp%^p' f --force",
  ]);
});

test("nodes get their attributes and capacities; what rules give them is XML", () => {
  const inner = `<instance_attributes id="a">${pairs("a", { standby: "true", site: "x" })}
    </instance_attributes><utilization id="u">${pairs("u", { cpu: "4" })}</utilization>`;
  const nodes = `<node id="1" uname="p1">${inner}</node><node id="2" uname="p2" score="5"/>`;
  assert.deepEqual(linesFor({ nodes }).slice(0, 4), [
    "node attribute p1 standby=on site=x --force",
    "node utilization p1 cpu=4",
    "# Node p2",
    "# pcs has no words for all of this.",
  ]);
});

test("what pcs has no words for goes into the file as XML, with a comment", () => {
  const xml = '<rsc_location id="l" rsc="d" node="p1" score="5" role="Started"/>';
  const lines = linesFor({ resources: dummy("d"), constraints: xml });
  assert.deepEqual(lines.slice(-4), [
    "# pcs has no words for all of this.",
    "push constraints <<'XML'",
    '<rsc_location id="l" rsc="d" role="Started" node="p1" score="5"/>',
    "XML",
  ]);
});

test("no name of a property or node becomes a command of its own", () => {
  const name = "x&#10;touch /tmp/owned;";
  const lines = linesFor({
    options: propertySet({ [name]: "1" }),
    nodes: `<node id="1" uname="${name}" score="5"/>`,
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith("touch")),
    ["touch /tmp/owned;' <<'XML'"],
  );
  assert.ok(lines.includes("# Node x\\ntouch /tmp/owned;"), lines.join("\n"));
});

test("a name that pcs would take for an option goes into the file as XML", () => {
  const attributes = pairs("a", { "--force": "1" });
  const nodes = `<node id="1" uname="p1">
    <instance_attributes id="a">${attributes}</instance_attributes></node>`;
  const resources = dummy(
    "d",
    `<instance_attributes id="i">${pairs("i", { "--group": "g" })}</instance_attributes>`,
  );
  const lines = linesFor({ nodes, resources });
  assert.ok(!lines.some((line) => line.includes("--force=") || line.includes(" --group=")));
});
