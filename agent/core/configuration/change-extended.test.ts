import assert from "node:assert/strict";
import { EVERY_CHANGE } from "../../../test/configuration/every-change.ts";
import { FULL_CIB, FULL_CIB_NODES, isEqual, ruleOf } from "../../../test/configuration/full-cib.ts";
import type { Change, Cib, Constraint, ResourceSetInput } from "../model/index.ts";
import { renderProblem } from "../model/index.ts";
import { applyChanges } from "./index.ts";

const CONTEXT = { stamp: { atWallMs: 1, by: "me" }, nodes: FULL_CIB_NODES };

function applied(...changes: readonly Change[]): {
  readonly cib: Cib;
  readonly notes: readonly string[];
} {
  const result = applyChanges(FULL_CIB, changes, CONTEXT);
  if (result.kind === "refused") assert.fail(result.problems.map(renderProblem).join("\n"));
  return result;
}

function refusals(...changes: readonly Change[]): readonly string[] {
  const result = applyChanges(FULL_CIB, changes, CONTEXT);
  return result.kind === "refused" ? result.problems.map(renderProblem) : [];
}

function added({ cib }: { readonly cib: Cib }): readonly Constraint[] {
  return cib.constraints.filter((each) => !FULL_CIB.constraints.includes(each));
}

type Row = readonly [name: string, change: Change, expected: readonly string[]];

function checkRefusals(rows: readonly Row[]): void {
  for (const [name, change, expected] of rows) {
    test(`refused: ${name}`, () => {
      assert.deepEqual(refusals(change), expected);
    });
  }
}

suite("locations by patterns and rules", () => {
  const rule: Change & { readonly kind: "addLocationRule" } = {
    ...EVERY_CHANGE.addLocationRule,
    id: null,
    resource: "web",
    rule: { rule: ruleOf("", isEqual("a", "1")), score: null, scoreAttribute: null, role: null },
    discovery: null,
  };
  const pattern = EVERY_CHANGE.addLocation;

  test("a pattern and a node replace what was said of the same two", () => {
    const { cib, notes } = applied(pattern, { ...pattern, score: "7" });
    assert.deepEqual(added({ cib }), [
      {
        kind: "locationRules",
        id: "location--web-ip1-7",
        target: { kind: "pattern", pattern: "^web", isInverted: false },
        nodes: { kind: "node", node: "ip1", score: 7 },
        discovery: "never",
      },
    ]);
    assert.deepEqual(notes, [
      "Removing constraint: location--web-ip1-5 (replaced by location--web-ip1-7)",
    ]);
    const { cib: same } = applied(pattern, pattern);
    assert.equal(added({ cib: same }).length, 1);
  });

  test("ids of constraint, rule and rules in it are made in one piece", () => {
    const inner = ruleOf("", isEqual("b", "1"));
    const { cib } = applied({
      ...rule,
      rule: { ...rule.rule, rule: ruleOf("", inner, inner), role: "Master" },
    });
    const [made] = added({ cib });
    assert.ok(made?.kind === "locationRules" && made.nodes.kind === "rules");
    const [first] = made.nodes.rules;
    assert.equal(made.id, "location-web");
    assert.equal(first?.rule.id, "location-web-rule");
    assert.deepEqual(
      first.rule.conditions.map((condition) => condition.kind === "rule" && condition.id),
      ["location-web-rule-rule", "location-web-rule-rule-1"],
    );
    assert.deepEqual([first.score, first.role], [1_000_000, "Promoted"]);
  });

  test("a role that the resource never takes is a warning", () => {
    const { notes } = applied({ ...rule, rule: { ...rule.rule, role: "Promoted" } });
    assert.deepEqual(notes, ["Warning: web is never promoted: it is no promotable clone"]);
    assert.deepEqual(applied({ ...rule, resource: "db-clone" }).notes, []);
  });

  test("a rule joins the rules of its constraint, and leaves them by its id", () => {
    const { cib } = applied(EVERY_CHANGE.addRule, {
      kind: "deleteConstraints",
      ids: ["l2-rule", "l2-rule-2"],
    });
    const [changed] = added({ cib });
    assert.ok(changed?.kind === "locationRules" && changed.nodes.kind === "rules");
    assert.deepEqual(
      changed.nodes.rules.map(({ rule: { id }, score }) => [id, score]),
      [["l2-rule-1", { attribute: "pingd" }]],
    );
  });

  test("a constraint goes with its last rule", () => {
    const { cib, notes } = applied({ kind: "deleteConstraints", ids: ["l2-rule", "l2-rule-2"] });
    assert.equal(
      cib.constraints.some(({ id }) => id === "l2"),
      false,
    );
    assert.deepEqual(notes, ["Removing constraint: l2"]);
  });

  checkRefusals([
    [
      "what is in a clone",
      { ...rule, resource: "log" },
      ['resource "log": is in clone "base-clone"; name the clone in constraints'],
    ],
    [
      "a role and a discovery that are none",
      { ...rule, rule: { ...rule.rule, role: "Boss" }, discovery: "seldom" },
      [
        'location of "web" role: "Boss": must be one of Started, Stopped, Promoted, Unpromoted',
        'location of "web" resource-discovery: "seldom": must be one of always, never, exclusive',
      ],
    ],
    [
      "a score and an attribute for it",
      { ...rule, rule: { ...rule.rule, score: "x", scoreAttribute: "a" } },
      [
        'location of "web" score: "x": must be a whole number from -1000000 to 1000000, ' +
          "INFINITY or -INFINITY",
        'location of "web": either score or score-attribute may be given, not both',
      ],
    ],
    [
      "ids that are used",
      { ...rule, id: "l1", rule: { ...rule.rule, rule: ruleOf("l2-rule", isEqual("a", "1")) } },
      [
        'location of "web": id "l1" is already used by a constraint (location); choose another id',
        'location of "web": id "l2-rule" is already used by a rule of constraint l2; choose ' +
          "another id",
      ],
    ],
    [
      "a pattern that is none",
      { ...pattern, resource: "we(" },
      [
        'constraint "location-we--ip1-5" pattern: "we(": must be a regular expression of at ' +
          "most 500 characters",
      ],
    ],
    [
      "a rule for a constraint without rules",
      { ...EVERY_CHANGE.addRule, constraint: "l1" },
      ['constraint "l1": has no rules; make a location with a rule'],
    ],
    [
      "a rule for no constraint",
      { ...EVERY_CHANGE.addRule, constraint: "l9" },
      ['constraint "l9": does not exist; there are l1, l2, l3, l4, c1, c2, o1, o2'],
    ],
  ]);
});

suite("colocations and orders of clones and sets", () => {
  const sets = (...inputs: readonly ResourceSetInput[]): Change => ({
    ...EVERY_CHANGE.addColocationSets,
    sets: inputs,
  });

  test("sets get ids, and the settings that were not given", () => {
    const [made] = added(applied(EVERY_CHANGE.addOrderSets));
    assert.deepEqual(made, {
      kind: "orderSets",
      id: "order_set_wbprbe",
      strength: "Optional",
      isSymmetrical: true,
      sets: [
        {
          id: "order_set_wbprbe_set",
          resources: ["web", "pair"],
          isSequential: false,
          needsAll: true,
          action: "start",
          role: null,
          score: null,
          ordering: null,
          strength: null,
        },
        {
          id: "order_set_wbprbe_set-1",
          resources: ["base-clone"],
          isSequential: true,
          saysSequential: false,
          needsAll: true,
          action: null,
          role: null,
          score: null,
          ordering: null,
          strength: null,
        },
      ],
    });
  });

  test("the same two resources may be colocated once in each role", () => {
    const colocation = EVERY_CHANGE.addColocation;
    const { cib } = applied(colocation, { ...colocation, withRole: "Slave" });
    assert.deepEqual(
      added({ cib }).map((each) => each.kind === "colocation" && each.withRole),
      ["Promoted", "Unpromoted"],
    );
    const { role: _, ...withoutRole } = colocation;
    assert.deepEqual(refusals(colocation, withoutRole), [
      'colocation of "pair" with "db-clone": already exists as ' +
        "colocation-pair-db-clone-INFINITY (score INFINITY); delete that one first",
    ]);
  });

  test("promotions of what is never promoted are warned of", () => {
    const { notes } = applied({ ...EVERY_CHANGE.addOrder, first: "base-clone" });
    assert.deepEqual(notes.slice(1), [
      "Warning: base-clone is never promoted: it is no promotable clone",
    ]);
  });

  test("a resource leaves the sets of orders, and single orders whole", () => {
    const { cib, notes } = applied({ kind: "removeFromOrders", resources: ["web", "base-clone"] });
    assert.deepEqual(notes, ["Removing set o2-set", "Removing constraint: o1"]);
    assert.deepEqual(
      cib.constraints.map(({ id }) => id),
      ["l1", "l2", "l3", "l4", "c1", "c2", "o2"],
    );
  });

  checkRefusals([
    [
      "sets of one resource",
      sets({ resources: ["nosuch"], options: {} }),
      ["colocation of sets: needs at least two resources"],
    ],
    [
      "set options that are none",
      sets({
        resources: ["web", "log"],
        options: { sequential: "maybe", role: "Boss", order: "1", score: "x", kind: "y" },
      }),
      [
        'resource "log": is in clone "base-clone"; name the clone in constraints',
        'colocation of sets set "web log" "order": is not a set option; known: ordering, ' +
          "role, score, kind, action, sequential, require-all",
        'colocation of sets set "web log" sequential: "maybe": must be true or false',
        'colocation of sets set "web log" role: "Boss": must be one of Started, Stopped, ' +
          "Promoted, Unpromoted",
        'colocation of sets set "web log" score: "x": must be a whole number from -1000000 to ' +
          "1000000, INFINITY or -INFINITY",
        'colocation of sets set "web log" kind: "y": must be one of Mandatory, Optional, ' +
          "Serialize",
      ],
    ],
    [
      "an order of sets in a loop",
      {
        ...EVERY_CHANGE.addOrderSets,
        sets: [
          { resources: ["web"], options: {} },
          { resources: ["db-clone"], options: {} },
        ],
      },
      [
        "order constraints: promote db-clone, then start web (o1), then start db-clone " +
          "(order_set_wbde), then promote db-clone (clone db-clone): this is a loop in which " +
          "nothing could start; leave out one of these constraints",
      ],
    ],
    [
      "an order of a clone and what is in it",
      { ...EVERY_CHANGE.addOrder, first: "db" },
      ['resource "db": is in clone "db-clone"; name the clone in constraints'],
    ],
    [
      "a resource that no order names",
      { kind: "removeFromOrders", resources: ["ip"] },
      ['resource "ip": is named by no order'],
    ],
  ]);
});

suite("sets of defaults, utilization, tags and fencing levels", () => {
  test("a set of defaults gets an id that the plain ones lack, and ids for its rules", () => {
    const { cib } = applied(EVERY_CHANGE.createDefaultSet, {
      ...EVERY_CHANGE.createDefaultSet,
      score: null,
    });
    assert.deepEqual(
      cib.operationDefaultSets?.slice(2).map(({ id, score, rule }) => [id, score, rule?.id]),
      [
        ["op_defaults-meta_attributes-1", 5, "op_defaults-meta_attributes-1-rule"],
        ["op_defaults-meta_attributes-2", 0, "op_defaults-meta_attributes-2-rule"],
      ],
    );
  });

  test("values of a set are set and removed, and the last set leaves nothing behind", () => {
    const values = { priority: "5", "migration-threshold": "" };
    const { cib } = applied({ ...EVERY_CHANGE.updateDefaultSet, values });
    assert.deepEqual(cib.resourceDefaultSets?.[0]?.values, { priority: "5" });
    const gone = applied({ kind: "deleteDefaultSets", owner: "resource", ids: ["d1"] }).cib;
    assert.equal("resourceDefaultSets" in gone, false);
  });

  test("the last value of a utilization leaves nothing behind", () => {
    const { cib } = applied(EVERY_CHANGE.setResourceUtilization, EVERY_CHANGE.setNodeUtilization, {
      kind: "setNodeUtilization",
      node: "ip1",
      values: { cpu: "" },
    });
    const [web] = cib.resources;
    assert.equal(web !== undefined && "utilization" in web, false);
    assert.deepEqual(
      cib.nodes.map(({ utilization }) => utilization),
      [undefined, { cpu: "4" }],
    );
  });

  test("members of a tag are added at a place, moved and removed", () => {
    const update = EVERY_CHANGE.updateTag;
    const { cib } = applied(update, { ...update, remove: [], add: ["pair"], before: "db-clone" });
    assert.deepEqual(cib.tags, [{ id: "both", members: ["pair", "db-clone"] }]);
  });

  test("levels are removed by index, target and devices, and all when none is named", () => {
    const remove = (rest: Partial<Change & { readonly kind: "removeFencingLevels" }>): Change => ({
      kind: "removeFencingLevels",
      index: null,
      target: null,
      devices: [],
      ...rest,
    });
    const left = (change: Change): unknown =>
      applied(change).cib.fencingLevels?.map(({ id }) => id);
    assert.deepEqual(left(remove({ index: "2" })), ["f1", "f3"]);
    assert.deepEqual(left(remove({ devices: ["fence-2"] })), ["f1", "f3"]);
    assert.deepEqual(left(remove({ target: { kind: "pattern", pattern: "^ip.$" } })), ["f1", "f3"]);
    assert.equal(left(remove({})), undefined);
    assert.deepEqual(refusals(remove({ index: "1", target: { kind: "node", node: "ip2" } })), [
      'fencing level 1 for "ip2": does not exist',
    ]);
  });

  checkRefusals([
    [
      "a set of defaults under an id that is used",
      { ...EVERY_CHANGE.createDefaultSet, id: "d1", score: "high", values: { tmeout: "5s" } },
      [
        'operation defaults: id "d1" is already used by a set of resource defaults; choose ' +
          "another id",
        'operation defaults score: "high": must be a whole number from -1000000 to 1000000, ' +
          "INFINITY or -INFINITY",
      ],
    ],
    [
      "a set of defaults that does not exist",
      { ...EVERY_CHANGE.updateDefaultSet, id: "d9" },
      ['resource defaults set "d9": does not exist; there are d1'],
    ],
    [
      "sets of defaults to be deleted that do not exist",
      { kind: "deleteDefaultSets", owner: "operation", ids: ["d1", "d2"] },
      ['operation defaults set "d1": does not exist; there are d2, d3'],
    ],
    [
      "utilization of a group",
      { kind: "setResourceUtilization", id: "pair", values: { cpu: "1" } },
      ['resource "pair": is a group and has no utilization of its own; set its members\''],
    ],
    [
      "utilization that is no number",
      { ...EVERY_CHANGE.setNodeUtilization, values: { cpu: "all" } },
      ['node "ip2" utilization "cpu": "all": must be a whole number from 0'],
    ],
    [
      "a tag under an id that is used",
      { ...EVERY_CHANGE.createTag, id: "web" },
      ['tag "web": id "web" is already used by a resource; choose another id'],
    ],
    [
      "members of a tag that are there, or not",
      { ...EVERY_CHANGE.updateTag, add: ["pair"], remove: ["ip"], before: null },
      ['tag "both": does not hold "ip"', 'tag "both": holds "pair" already'],
    ],
    [
      "a place of a tag that is none",
      { ...EVERY_CHANGE.updateTag, before: "ip" },
      ['tag "both": "ip" is no other member of the tag'],
    ],
    [
      "a tag without members",
      { ...EVERY_CHANGE.updateTag, add: [], remove: ["web", "pair"], before: null },
      ['tag "both": would be empty; remove it with "lbctl tag remove both"'],
    ],
    [
      "tags that do not exist",
      { kind: "deleteTags", ids: ["bth", "both"] },
      ['tag "bth": does not exist; there are both'],
    ],
    [
      "a level that is no number",
      { ...EVERY_CHANGE.addFencingLevel, index: "first" },
      ['fencing level: "first": must be a whole number from 1 to 9'],
    ],
  ]);
});
