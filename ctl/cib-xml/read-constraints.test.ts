import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Constraint } from "../../agent/core/model/index.ts";
import { cibDocument } from "./example-documents.ts";
import { readCibDocument } from "./read-cib-document.ts";

function read(constraints: string): readonly Constraint[] {
  const found = readCibDocument(cibDocument({ constraints }));
  assert.ok(found.kind === "cib");
  return found.input.cib.constraints;
}

const UNAME = '<expression id="e" attribute="#uname" operation="eq" value="p1"/>';

suite("location constraints", () => {
  test("node and score, with a role and discovery", () => {
    const text =
      '<rsc_location id="l" rsc="d" node="p1" score="-INFINITY" role="Master" ' +
      'resource-discovery="never"/>';
    assert.deepEqual(read(text), [
      {
        kind: "location",
        id: "l",
        resource: "d",
        node: "p1",
        score: -1_000_000,
        role: "Promoted",
        discovery: "never",
      },
    ]);
  });

  test("a rule that asks for the name of one node is a plain location", () => {
    const rule = `<rule id="r" score="50" role="Promoted">${UNAME}</rule>`;
    assert.deepEqual(read(`<rsc_location id="l" rsc="d">${rule}</rsc_location>`), [
      { kind: "location", id: "l", role: "Promoted", resource: "d", node: "p1", score: 50 },
    ]);
  });

  const kept: readonly (readonly [string, string])[] = [
    ["two rules", `<rule id="r" score="1">${UNAME}</rule><rule id="s" score="2">${UNAME}</rule>`],
    ["the score of an attribute", `<rule id="r" score-attribute="a">${UNAME}</rule>`],
    ["another comparison", `<rule id="r" score="1">${UNAME.replace("eq", "ne")}</rule>`],
    ["two expressions", `<rule id="r" score="1">${UNAME}${UNAME.replace('"e"', '"f"')}</rule>`],
  ];
  for (const [name, rules] of kept) {
    test(`${name}: stays a location by rules`, () => {
      const [constraint] = read(`<rsc_location id="l" rsc="d">${rules}</rsc_location>`);
      assert.equal(constraint?.kind, "locationRules");
    });
  }

  test("a pattern with ! in front is inverted", () => {
    const [constraint] = read('<rsc_location id="l" rsc-pattern="!^d" node="p1" score="1"/>');
    assert.ok(constraint?.kind === "locationRules");
    assert.deepEqual(constraint.target, { kind: "pattern", pattern: "^d", isInverted: true });
    assert.deepEqual(constraint.nodes, { kind: "node", node: "p1", score: 1 });
  });

  test("one without node and rule says nothing and is dropped", () => {
    assert.deepEqual(read('<rsc_location id="l" rsc="d" score="1"/>'), []);
  });
});

suite("orders", () => {
  const rows: readonly (readonly [string, object])[] = [
    ["", { strength: "Mandatory", isSymmetrical: true, firstAction: "start" }],
    ['score="0"', { strength: "Optional" }],
    ['score="INFINITY"', { strength: "Mandatory" }],
    ['kind="serialize"', { strength: "Serialize", isSymmetrical: false }],
    ['kind="foo"', { strength: "Mandatory" }],
    ['first-action="promote"', { firstAction: "promote", thenAction: "promote" }],
    ['then-action="stop"', { firstAction: "start", thenAction: "stop" }],
    ['symmetrical="false"', { isSymmetrical: false }],
    ['require-all="false"', { needsAll: false }],
  ];
  for (const [attributes, wanted] of rows) {
    test(`${attributes || "without attributes"}: ${JSON.stringify(wanted)}`, () => {
      const [order] = read(`<rsc_order id="o" first="a" then="b" ${attributes}/>`);
      const found = Object.fromEntries(
        Object.entries(order ?? {}).filter(([name]) => name in wanted),
      );
      assert.deepEqual(found, wanted);
    });
  }

  test("sets are read with what differs in them", () => {
    const sets =
      '<resource_set id="s1" sequential="false" require-all="false" action="promote">' +
      '<resource_ref id="a"/><resource_ref id="b"/></resource_set>' +
      '<resource_set id="s2"><resource_ref id="c"/></resource_set>';
    const [order] = read(`<rsc_order id="o" kind="Optional">${sets}</rsc_order>`);
    assert.ok(order?.kind === "orderSets");
    assert.deepEqual(
      order.sets.map(({ resources, isSequential, saysSequential, needsAll, action }) => [
        resources,
        isSequential,
        saysSequential,
        needsAll,
        action,
      ]),
      [
        [["a", "b"], false, undefined, false, "promote"],
        [["c"], true, false, true, null],
      ],
    );
  });
});

test("a colocation keeps roles, influence and the node attribute", () => {
  const text =
    '<rsc_colocation id="c" rsc="a" with-rsc="b" score="INFINITY" rsc-role="Started" ' +
    'with-rsc-role="Slave" influence="false" node-attribute="site"/>';
  assert.deepEqual(read(text), [
    {
      kind: "colocation",
      id: "c",
      influence: false,
      nodeAttribute: "site",
      resource: "a",
      withResource: "b",
      score: 1_000_000,
      role: "Started",
      withRole: "Unpromoted",
    },
  ]);
});

function notesOf(constraints: string): readonly string[] {
  const found = readCibDocument(cibDocument({ constraints }));
  assert.ok(found.kind === "cib");
  return found.notes.map(({ subject, text }) => `${subject}: ${text}`);
}

suite("what of a constraint counts for nothing", () => {
  const sets = '<resource_set id="s"><resource_ref id="d"/></resource_set>';
  const rows = [
    [
      `<rsc_location id="l" rsc="d" node="p1" score="5"><rule id="r" score="9">${UNAME}</rule>
        </rsc_location>`,
      'rule r: stands beside node="p1" in rsc_location l, which counts alone',
    ],
    [
      `<rsc_order id="o" first="d" then="d">${sets}</rsc_order>`,
      'rsc_order o: then="d" stands beside resource sets, which count alone',
    ],
    [
      '<rsc_location id="l" rsc="d" node="p1" score="5">not now</rsc_location>',
      'rsc_location l: holds the text "not now", which has no place in a CIB',
    ],
  ] as const;
  for (const [constraint, says] of rows) {
    test(says, () => {
      const notes = notesOf(constraint);
      assert.ok(notes.includes(says), notes.join("\n"));
    });
  }
});
