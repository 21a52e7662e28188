import assert from "node:assert/strict";
import fc from "fast-check";
import { EVERY_CHANGE } from "../../../test/configuration/every-change.ts";
import { dummy, FULL_CIB, FULL_CIB_NODES } from "../../../test/configuration/full-cib.ts";
import type { Change, Cib, CloneInput } from "../model/index.ts";
import { renderProblem } from "../model/index.ts";
import { applyChanges, checkCib, parseCib } from "./index.ts";
import { resourcesNamedIn } from "./named-in-constraint.ts";

const CONTEXT = { stamp: { atWallMs: 1, by: "me" }, nodes: FULL_CIB_NODES };

function applied(
  changes: readonly Change[],
  cib: Cib = FULL_CIB,
): { readonly cib: Cib; readonly notes: readonly string[] } {
  const result = applyChanges(cib, changes, CONTEXT);
  if (result.kind === "refused") assert.fail(result.problems.map(renderProblem).join("\n"));
  return result;
}

function refusals(changes: readonly Change[], cib: Cib = FULL_CIB): readonly string[] {
  const result = applyChanges(cib, changes, CONTEXT);
  return result.kind === "refused" ? result.problems.map(renderProblem) : [];
}

function shapes(cib: Cib): readonly string[] {
  const shape = (resource: Cib["resources"][number]): string => {
    if (resource.kind === "primitive") return resource.id;
    const inner = resource.kind === "group" ? resource.members : [resource.child];
    return `${resource.id}(${inner.map(shape).join(" ")})`;
  };
  return cib.resources.map(shape);
}

function clone(id: string, input: Partial<CloneInput> = {}): Change {
  return { kind: "cloneResource", id, clone: { id: null, meta: {}, ...input } };
}

const NOTHING_ELSE = ["fence-1", "fence-2"];

suite("changes of every kind", () => {
  for (const change of Object.values(EVERY_CHANGE)) {
    test(`${change.kind} leaves a configuration that is valid and can be read back`, () => {
      const { cib } = applied([change]);
      assert.deepEqual(checkCib(cib, FULL_CIB_NODES), []);
      assert.deepEqual(parseCib(JSON.parse(JSON.stringify(cib))), { kind: "cib", cib });
    });
  }

  test("any of them after any others leave a valid configuration, or are refused", () => {
    const ids = ["web", "pair", "ip", "db", "db-clone", "base", "base-clone", "log", "fence-1"];
    const id = fc.constantFrom(...ids);
    const change: fc.Arbitrary<Change> = fc.oneof(
      fc.constantFrom(...Object.values(EVERY_CHANGE)),
      id.map((each): Change => clone(each)),
      id.map((each): Change => ({ kind: "uncloneResource", id: each })),
      id.map((each): Change => ({ kind: "deleteResource", id: each })),
      fc.tuple(fc.constantFrom("pair", "base", "new"), id).map(
        ([group, each]): Change => ({
          kind: "groupResources",
          group,
          members: [each],
          before: null,
          after: null,
        }),
      ),
      fc
        .tuple(fc.constantFrom("pair", "base"), fc.subarray(ids))
        .map(([group, members]): Change => ({ kind: "ungroupResources", group, members })),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        let cib = FULL_CIB;
        for (const each of changes) {
          const result = applyChanges(cib, [each], CONTEXT);
          if (result.kind === "refused") continue;
          cib = result.cib;
          assert.deepEqual(checkCib(cib, FULL_CIB_NODES).map(renderProblem), []);
        }
        assert.equal(parseCib(JSON.parse(JSON.stringify(cib))).kind, "cib");
      }),
      { numRuns: 200, seed: 1 },
    );
  }).timeout(60_000);

  test("what could not be read back is refused, whoever asked for it", () => {
    const { rule } = EVERY_CHANGE.addRule.rule;
    const combine: "and" | "or" = JSON.parse('"xor"');
    const bad: Change = {
      ...EVERY_CHANGE.addRule,
      rule: { ...EVERY_CHANGE.addRule.rule, rule: { ...rule, combine } },
    };
    assert.deepEqual(refusals([bad]), [
      'cib.constraints[1].nodes.rules[2].rule.combine: "xor": must be and or or',
    ]);
  });
});

suite("clones", () => {
  test("a clone stands where its resource stood, and constraints name it", () => {
    const { cib, notes } = applied([clone("pair", { meta: { interleave: "yes" } })]);
    assert.deepEqual(shapes(cib).slice(0, 2), ["web", "pair-clone(pair(ip disk))"]);
    const [, made] = cib.resources;
    assert.deepEqual(made?.meta, { interleave: "true" });
    assert.deepEqual(notes, [
      "Constraint l4 names pair-clone in place of pair",
      "Constraint c2 names pair-clone in place of pair",
    ]);
    assert.equal(cib.constraints.flatMap(resourcesNamedIn).includes("pair"), false);
    assert.deepEqual(cib.tags, [{ id: "both", members: ["web", "pair-clone"] }]);
  });

  test("an id that is taken gets a number, one that was chosen is refused", () => {
    const { cib } = applied([clone("web"), { ...EVERY_CHANGE.createTag, id: "pair-clone" }]);
    assert.equal(shapes(cib)[0], "web-clone(web)");
    assert.equal(shapes(applied([clone("pair")], cib).cib)[1], "pair-clone-1(pair(ip disk))");
    assert.deepEqual(refusals([clone("web", { id: "pair" })]), [
      'resource "pair": id is already used by a group; choose another id for the clone',
    ]);
    assert.match(
      refusals([clone("web", { id: "web" })])[0] ?? "",
      /^resource "web": id is already used by the resource that it holds/,
    );
  });

  const uncloneable: readonly (readonly [string, string])[] = [
    ["db-clone", 'resource "db-clone": is a clone already'],
    ["db", 'resource "db": is in clone "db-clone" already'],
    ["log", 'resource "log": is in clone "base-clone" already'],
    ["ip", 'resource "ip": is in group "pair"; clone the group, or take it out first'],
  ];
  for (const [id, expected] of uncloneable) {
    test(`${id} cannot be cloned`, () => {
      assert.deepEqual(refusals([clone(id)]), [expected]);
    });
  }

  test("the options of a clone are its meta attributes", () => {
    assert.deepEqual(refusals([clone("web", { meta: { "clone-mx": "2", notify: "maybe" } })]), [
      'resource "web-clone" meta "clone-mx": is not a known meta attribute; known: clone-max, ' +
        "clone-min and 21 more",
      'resource "web-clone" meta "notify": "maybe": must be true or false',
    ]);
    const older = applied([clone("web", { meta: { "master-max": "1", promotable: "1" } })]);
    assert.deepEqual(older.cib.resources[0]?.meta, { "promoted-max": "1", promotable: "true" });
  });

  test("what is in a clone is released where the clone stood", () => {
    const { cib, notes } = applied([{ kind: "uncloneResource", id: "log" }]);
    assert.deepEqual(shapes(cib), [
      "web",
      "pair(ip disk)",
      "db-clone(db)",
      "base(net log)",
      ...NOTHING_ELSE,
    ]);
    assert.deepEqual(notes, [
      "Constraint c2 names base in place of base-clone",
      "Constraint o2 names base in place of base-clone",
    ]);
  });

  test("constraints that ask for a promotion go with the clone", () => {
    const { cib, notes } = applied([{ kind: "uncloneResource", id: "db-clone" }]);
    assert.equal(shapes(cib)[2], "db");
    assert.deepEqual(notes, [
      "Removing constraint: l1",
      "Removing constraint: l2",
      "Removing constraint: c1",
      "Removing constraint: o1",
    ]);
    assert.deepEqual(refusals([{ kind: "uncloneResource", id: "web" }]), [
      'resource "web": is not in a clone',
    ]);
  });

  for (const id of ["base-clone", "base"]) {
    test(`deleting ${id} deletes the clone and what it holds, with every mention`, () => {
      const { cib, notes } = applied([{ kind: "deleteResource", id }]);
      assert.deepEqual(shapes(cib), ["web", "pair(ip disk)", "db-clone(db)", ...NOTHING_ELSE]);
      assert.deepEqual(notes, [
        "Removing set c2-set-1",
        "Removing set o2-set",
        "Deleting resource: log",
        "Deleting resource: net",
        "Deleting group: base",
        "Deleting clone: base-clone",
      ]);
    });
  }

  test("a set loses what is deleted and keeps the others", () => {
    const { cib } = applied([{ kind: "deleteResource", id: "web" }]);
    const sets = cib.constraints.find(({ id }) => id === "c2");
    assert.ok(sets?.kind === "colocationSets");
    assert.deepEqual(
      sets.sets.map(({ resources }) => resources),
      [["pair"], ["base-clone"]],
    );
  });

  test("a clone goes with the last member of its group", () => {
    const one = applied([{ kind: "deleteResource", id: "log" }]).cib;
    assert.equal(shapes(one)[3], "base-clone(base(net))");
    const { cib, notes } = applied([{ kind: "deleteResource", id: "net" }], one);
    assert.equal(shapes(cib)[3], "fence-1");
    assert.deepEqual(notes, [
      "Removing set c2-set-1",
      "Removing set o2-set",
      "Removing group: base",
      "Removing clone: base-clone",
      "Deleting resource: net",
    ]);
  });

  test("what is deleted leaves its tags and fencing levels, which go when nothing is left", () => {
    const { cib, notes } = applied([
      { kind: "deleteResource", id: "web" },
      { kind: "deleteResource", id: "pair" },
      { kind: "deleteResource", id: "fence-1" },
    ]);
    assert.deepEqual(
      notes.filter((note) => /tag|level/.test(note)),
      [
        "Removing web from tag: both",
        "Removing pair from tag: both",
        "Removing tag: both",
        "Removing fencing level: f3",
      ],
    );
    assert.equal("tags" in cib, false);
    assert.deepEqual(
      cib.fencingLevels?.map(({ devices }) => devices),
      [["fence-2"], ["fence-2"]],
    );
  });

  test("a member leaves a cloned group for the place behind the clone", () => {
    const out: Change = { kind: "ungroupResources", group: "base", members: ["log"] };
    const { cib } = applied([out]);
    assert.deepEqual(shapes(cib).slice(3, 5), ["base-clone(base(net))", "log"]);
    const { cib: last, notes } = applied(
      [{ kind: "ungroupResources", group: "base", members: [] }],
      cib,
    );
    assert.deepEqual(shapes(last).slice(3, 5), ["base-clone(net)", "log"]);
    assert.deepEqual(notes, ["Removing group: base"]);
  });

  test("a cloned group of several cannot be dissolved", () => {
    assert.deepEqual(refusals([{ kind: "ungroupResources", group: "base", members: [] }]), [
      'group "base": is in clone "base-clone", which cannot hold 2 resources; unclone the group ' +
        "first, or take all but one out",
    ]);
  });

  const grouping: readonly (readonly [string, string, string, readonly string[]])[] = [
    [
      "what is cloned by itself",
      "pair",
      "db",
      ['resource "db": is in clone "db-clone"; unclone it first'],
    ],
    [
      "a clone",
      "pair",
      "db-clone",
      ['resource "db-clone": is a clone; a group has only resources in it'],
    ],
    [
      "anything into a clone",
      "db-clone",
      "web",
      ['resource "db-clone": is a clone, not a group; choose another id for the group'],
    ],
  ];
  for (const [name, group, id, expected] of grouping) {
    test(`${name} cannot be put into a group`, () => {
      const change: Change = {
        kind: "groupResources",
        group,
        members: [id],
        before: null,
        after: null,
      };
      assert.deepEqual(refusals([change]), expected);
    });
  }

  test("a resource may go into a cloned group, and out of it into another", () => {
    const move = (group: string, id: string): Change => ({
      kind: "groupResources",
      group,
      members: [id],
      before: null,
      after: null,
    });
    const { cib } = applied([move("base", "web"), move("pair", "net")]);
    assert.deepEqual(shapes(cib).slice(0, 3), [
      "pair(ip disk net)",
      "db-clone(db)",
      "base-clone(base(log web))",
    ]);
  });

  test("parameters given to a clone are its meta attributes, a group has none", () => {
    const update = (id: string, parameters: Record<string, string>): Change => ({
      kind: "updateResource",
      id,
      parameters,
      meta: {},
      operations: [],
    });
    const { cib } = applied([update("base-clone", { "clone-max": "1", interleave: "" })]);
    assert.deepEqual(cib.resources[3]?.meta, { "clone-max": "1" });
    assert.deepEqual(refusals([update("base", { a: "1" })]), [
      'resource "base": is a group and has no agent: only meta attributes can be set',
    ]);
  });

  test("a meta attribute of clones on what is none is accepted with a warning", () => {
    const change: Change = {
      kind: "setResourceMeta",
      ids: ["db", "db-clone"],
      values: { interleave: "true" },
    };
    const { cib, notes } = applied([change]);
    assert.deepEqual(notes, ["Warning: interleave counts for clones only, and db is none"]);
    const [, , made] = cib.resources;
    assert.ok(made?.kind === "clone");
    assert.deepEqual(made.child.meta, { interleave: "true" });
  });

  test("a tag stands for the resources that it names", () => {
    const { cib } = applied([
      { kind: "setResourceMeta", ids: ["both", "web"], values: { "target-role": "Stopped" } },
    ]);
    assert.deepEqual(
      cib.resources.slice(0, 3).map(({ meta }) => meta["target-role"]),
      ["Stopped", "Stopped", undefined],
    );
  });

  test("a new resource may begin as a clone, but not in a group too", () => {
    const { cib } = applied([EVERY_CHANGE.createResource]);
    assert.equal(shapes(cib).at(-1), "new-clone(new)");
    assert.deepEqual(refusals([{ ...EVERY_CHANGE.createResource, group: "pair" }]), [
      'resource "new": cannot be in a group and a clone of its own; clone the group',
    ]);
    assert.deepEqual(
      refusals([{ ...EVERY_CHANGE.createResource, clone: { id: "web", meta: {} } }])[0],
      'resource "web": id is already used by a resource; choose another id for the clone',
    );
  });

  test("operations of what is in a clone are changed where it is", () => {
    const { cib } = applied([{ ...EVERY_CHANGE.addOperation, id: "log" }]);
    const [, , , made] = cib.resources;
    assert.ok(made?.kind === "clone" && made.child.kind === "group");
    assert.deepEqual(made.child.members[1], {
      ...dummy("log"),
      operations: [
        {
          id: "log-monitor-interval-7s",
          name: "monitor",
          intervalMs: 7000,
          timeoutMs: null,
          options: {},
        },
      ],
    });
  });
});
