import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Cib } from "../../agent/core/model/index.ts";
import { cibDocument, dummy, pairs, propertySet } from "./example-documents.ts";
import { readCibDocument } from "./read-cib-document.ts";
import type { Note } from "./reading.ts";

function read(document: string): { readonly cib: Cib; readonly notes: readonly Note[] } {
  const found = readCibDocument(document);
  assert.ok(found.kind === "cib", JSON.stringify(found));
  return { cib: found.input.cib, notes: found.notes };
}

function notesOf(document: string, kind: Note["kind"]): readonly string[] {
  return read(document)
    .notes.filter((note) => note.kind === kind)
    .map(({ subject, text }) => `${subject}: ${text}`);
}

suite("properties and defaults", () => {
  test("names of the newest release become those of the model, with a note", () => {
    const options = propertySet({ "fencing-enabled": "NO", "stop-removed-resources": "true" });
    const { cib, notes } = read(cibDocument({ options }));
    assert.deepEqual(cib.properties, {
      "stonith-enabled": "false",
      "stop-orphan-resources": "true",
    });
    assert.equal(notes.filter(({ kind }) => kind === "changed").length, 2);
  });

  test("underscore names and properties that were defaults count in old schemas only", () => {
    const options = propertySet({
      no_quorum_policy: "ignore",
      "default-resource-stickiness": "99999999",
      "default-action-timeout": "30s",
    });
    const old = read(cibDocument({ options, schema: "pacemaker-1.2" })).cib;
    assert.deepEqual(read(cibDocument({ options, schema: "pacemaker-2.10" })).cib, old);
    assert.deepEqual(old.properties, { "no-quorum-policy": "ignore" });
    assert.deepEqual(old.resourceDefaults, { "resource-stickiness": "INFINITY" });
    assert.deepEqual(old.operationDefaults, { timeout: "30s" });
    const later = read(cibDocument({ options })).cib;
    assert.deepEqual(later.resourceDefaults, {});
    assert.equal(later.properties["no_quorum_policy"], "ignore");
  });

  test("the higher score counts first, but cib-bootstrap-options counts before all", () => {
    const set = (id: string, score: number, value: string): string =>
      `<cluster_property_set id="${id}" score="${score}">${pairs(id, { "batch-limit": value })}
      </cluster_property_set>`;
    const two = set("a", 1, "10") + set("b", 5, "20");
    assert.equal(read(cibDocument({ options: two })).cib.properties["batch-limit"], "20");
    const three = two + set("cib-bootstrap-options", 0, "30");
    assert.equal(read(cibDocument({ options: three })).cib.properties["batch-limit"], "30");
  });

  test("of equal scores the first set counts, and of one set the first value", () => {
    const set = (id: string, value: string): string =>
      `<cluster_property_set id="${id}"><nvpair id="${id}1" name="batch-limit" value="${value}"/>
       <nvpair id="${id}2" name="batch-limit" value="99"/></cluster_property_set>`;
    const { cib } = read(cibDocument({ options: set("a", "1") + set("b", "2") }));
    assert.deepEqual(cib.properties, { "batch-limit": "1" });
  });
});

test("the switches of a node are on or absent, unless a rule could turn them on", () => {
  const set = (id: string, values: Readonly<Record<string, string>>, rule = ""): string =>
    `<instance_attributes id="${id}">${rule}${pairs(id, values)}</instance_attributes>`;
  const rule = '<rule id="r"><date_expression id="e" operation="gt" start="2026-01-01"/></rule>';
  const nodes =
    `<node id="1" uname="p1">${set("a", { standby: "YES", maintenance: "false" })}</node>` +
    `<node id="2" uname="p2">${set("b", { standby: "0" })}` +
    `${set("c", { standby: "1" }, rule)}</node>`;
  const { cib } = read(cibDocument({ nodes }));
  assert.deepEqual(
    cib.nodes.map(({ attributes }) => attributes),
    [{ standby: "on" }, { standby: "off" }],
  );
});

suite("sets with rules", () => {
  const set = (id: string, score: string, rule: boolean, value: string): string => {
    const when = `<rule id="${id}-r"><expression id="${id}-e" attribute="x" operation="defined"/>
      </rule>`;
    const inside = (rule ? when : "") + pairs(id, { "resource-stickiness": value });
    return `<meta_attributes id="${id}" score="${score}">${inside}</meta_attributes>`;
  };

  const rows: readonly (readonly [string, string, string | undefined, readonly string[]])[] = [
    ["no rules: one plain value", set("a", "5", false, "1") + set("b", "9", false, "2"), "2", []],
    [
      "a rule with a score comes before the plain values",
      set("a", "0", false, "1") + set("b", "5", true, "2"),
      "1",
      ["b"],
    ],
    [
      "a rule without a score comes after the plain values",
      set("a", "0", true, "1") + set("b", "5", false, "2"),
      "2",
      ["a"],
    ],
    [
      "a plain set that stands before a rule with a score stays a set",
      set("a", "5", false, "1") + set("b", "3", true, "2"),
      undefined,
      ["a", "b"],
    ],
    [
      "a plain set that stands after a rule without a score stays a set",
      set("a", "0", true, "1") + set("b", "0", false, "2"),
      undefined,
      ["a", "b"],
    ],
  ];
  for (const [name, sets, value, ids] of rows) {
    test(name, () => {
      const [primitive] = read(cibDocument({ resources: dummy("d", sets) })).cib.resources;
      assert.ok(primitive?.kind === "primitive");
      assert.equal(primitive.meta["resource-stickiness"], value);
      assert.deepEqual(
        (primitive.metaSets ?? []).map(({ id }) => id),
        ids,
      );
    });
  }

  test("a set whose rule refers to nothing is dropped, since it would hold always", () => {
    const broken = `<meta_attributes id="m"><rule id-ref="gone"/>${pairs("m", { priority: "9" })}
      </meta_attributes>`;
    const document = cibDocument({ resources: dummy("d", broken) });
    const [primitive] = read(document).cib.resources;
    assert.ok(primitive?.kind === "primitive");
    assert.deepEqual([primitive.meta, primitive.metaSets], [{}, undefined]);
    assert.match(notesOf(document, "dropped").join(), /refers to "gone", which is no rule/);
  });

  test("all kinds of expressions are read", () => {
    const rule = `<rule id="r" boolean-op="or">
      <expression id="e" attribute="size" operation="gte" value="3" type="integer"
        value-source="param"/>
      <date_expression id="d" operation="in_range" start="2026-01-01">
        <duration id="u" months="2"/></date_expression>
      <rule id="r2"><date_expression id="d2" operation="date_spec">
        <date_spec id="s" hours="9-16" weekdays="1-5"/></date_expression></rule>
      <rsc_expression id="x" class="ocf" type="Dummy"/>
      <op_expression id="o" name="monitor" interval="10s"/></rule>`;
    const more = `<op_defaults><meta_attributes id="m">${rule}${pairs("m", { timeout: "9s" })}
      </meta_attributes></op_defaults>`;
    const [first] = read(cibDocument({ more })).cib.operationDefaultSets ?? [];
    assert.deepEqual(first?.rule?.conditions, [
      {
        kind: "attribute",
        attribute: "size",
        operation: "gte",
        value: "3",
        type: "integer",
        valueSource: "param",
      },
      {
        kind: "date",
        operation: "in_range",
        start: "2026-01-01",
        end: null,
        duration: { months: "2" },
        spec: null,
      },
      {
        kind: "rule",
        id: "r2",
        combine: "and",
        conditions: [
          {
            kind: "date",
            operation: "date_spec",
            start: null,
            end: null,
            duration: null,
            spec: { hours: "9-16", weekdays: "1-5" },
          },
        ],
      },
      { kind: "resource", standard: "ocf", provider: null, type: "Dummy" },
      { kind: "operation", name: "monitor", intervalMs: 10_000 },
    ]);
  });
});

suite("resources", () => {
  test("a master is a promotable clone, its roles and names those of today", () => {
    const meta = `<meta_attributes id="m">${pairs("m", { "master-max": "1" })}
      <nvpair id="m2" name="target-role" value="master"/></meta_attributes>`;
    const document = cibDocument({ resources: `<master id="ms">${meta}${dummy("d")}</master>` });
    const [clone] = read(document).cib.resources;
    assert.ok(clone?.kind === "clone");
    assert.deepEqual(clone.meta, {
      "promoted-max": "1",
      "target-role": "Promoted",
      promotable: "true",
    });
    assert.ok(notesOf(document, "changed").some((line) => line.startsWith("master ms: ")));
  });

  test("a primitive takes the agent of its template and keeps the reference", () => {
    const template = '<template id="t" class="ocf" provider="heartbeat" type="IPaddr2"/>';
    const document = cibDocument({ resources: `${template}<primitive id="p" template="t"/>` });
    const [primitive] = read(document).cib.resources;
    assert.ok(primitive?.kind === "primitive");
    assert.equal(primitive.template, "t");
    assert.equal(primitive.agent.type, "IPaddr2");
  });

  test("an operation takes its options from its attributes, then its meta attributes", () => {
    const op = `<operations><op id="o" name="monitor" interval="5" timeout="20" on-fail="block">
      <meta_attributes id="om">${pairs("om", { "on-fail": "ignore", enabled: "0" })}
      </meta_attributes><instance_attributes id="oi">
      ${pairs("oi", { OCF_CHECK_LEVEL: "10", depth: "2" })}</instance_attributes></op>
      </operations>`;
    const [primitive] = read(cibDocument({ resources: dummy("d", op) })).cib.resources;
    assert.ok(primitive?.kind === "primitive");
    assert.deepEqual(primitive.operations, [
      {
        id: "o",
        name: "monitor",
        intervalMs: 5000,
        timeoutMs: 20_000,
        options: { OCF_CHECK_LEVEL: "10", "on-fail": "block", enabled: "false" },
        parameters: { depth: "2" },
      },
    ]);
  });

  test("references to sets, pairs and operations are followed, operations get own ids", () => {
    const first = dummy(
      "a",
      `<instance_attributes id="ia">${pairs("ia", { x: "1" })}</instance_attributes>
       <operations id="ops"><op id="a-mon" name="monitor" interval="10s"/></operations>`,
    );
    const second = dummy(
      "b",
      `<instance_attributes id="ib"><nvpair id-ref="ia-x" name="y"/></instance_attributes>
       <operations id-ref="ops"/>`,
    );
    const third = dummy("c", '<instance_attributes id-ref="ia"/>');
    const { resources } = read(cibDocument({ resources: first + second + third })).cib;
    const [, b, c] = resources;
    assert.ok(b?.kind === "primitive" && c?.kind === "primitive");
    assert.deepEqual(b.parameters, { y: "1" });
    assert.deepEqual(c.parameters, { x: "1" });
    assert.deepEqual(
      b.operations.map(({ id, intervalMs }) => [id, intervalMs]),
      [["b-monitor-interval-10000ms", 10_000]],
    );
  });
});

suite("what has no place is named", () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ["a bundle", cibDocument({ resources: '<bundle id="bu"/>' }), /^bundle bu: /],
    [
      "a remote node's connection",
      cibDocument({
        resources: '<primitive id="r" class="ocf" provider="pacemaker" type="remote"/>',
      }),
      /^primitive r: .*remote node/,
    ],
    [
      "a guest node",
      cibDocument({
        resources: dummy(
          "vm",
          `<meta_attributes id="m">${pairs("m", { "remote-node": "g1" })}</meta_attributes>`,
        ),
      }),
      /^primitive vm: .*guest node g1/,
    ],
    ["a remote node", cibDocument({ nodes: '<node id="r" uname="r" type="remote"/>' }), /^node r/],
    [
      "a ticket constraint",
      cibDocument({ constraints: '<rsc_ticket id="tk" rsc="d" ticket="T"/>' }),
      /^rsc_ticket tk: /,
    ],
    ["an access list", cibDocument({ more: '<acls><acl_role id="ro"/></acls>' }), /^acl_role ro: /],
    ["an alert", cibDocument({ more: '<alerts><alert id="al"/></alerts>' }), /^alert al: /],
  ];
  for (const [name, document, line] of rows) {
    test(`${name} is out of scope`, () => {
      assert.match(notesOf(document, "outOfScope").join("\n"), line);
    });
  }

  test("an attribute and an element that are not read have a line each", () => {
    const document = cibDocument({ resources: dummy("d", "<odd/>", 'description="mine"') });
    assert.deepEqual(notesOf(document, "dropped"), [
      'primitive d: description="mine" has no place here',
      "odd: has no place in primitive d",
    ]);
  });
});
