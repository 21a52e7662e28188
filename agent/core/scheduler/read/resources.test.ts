import assert from "node:assert/strict";
import { dummy, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { Clone, Group, NameValues, Primitive, Resource } from "../../model/index.ts";
import { ROLE, type Working, type WorkingResource } from "../working.ts";
import { parametersOf } from "./attributes.ts";
import { readWorking } from "./read-working.ts";

function read(resources: readonly Resource[], resourceDefaults: NameValues = {}): Working {
  return readWorking(smallInput({ resources, cib: { resourceDefaults } }));
}

function find(working: Working, id: string): WorkingResource {
  const found = working.byId.get(id);
  assert.ok(found, id);
  return found;
}

function group(id: string, meta: NameValues, members: readonly Primitive[]): Group {
  return { kind: "group", id, meta, members };
}

function clone(id: string, meta: NameValues, child: Primitive | Group): Clone {
  return { kind: "clone", id, meta, child };
}

suite("instances of clones", () => {
  const rows = [
    ["one a node", {}, ["c", "a:0", "a:1"]],
    ["clone-max", { "clone-max": "1" }, ["c", "a:0"]],
    [
      "more than one a node",
      { "clone-max": "3", "clone-node-max": "2" },
      "c a:0 a:1 a:2".split(" "),
    ],
    ["none at all leaves one that is an orphan", { "clone-max": "0" }, ["c", "a:0"]],
  ] as const;
  for (const [name, meta, expected] of rows) {
    test(name, () => {
      const working = read([clone("c", meta, dummy("a"))]);
      assert.deepEqual([...working.byId.keys()], expected);
      assert.equal(find(working, "a:0").isOrphan, meta === rows[3][1]);
    });
  }

  test("no more than a thousand are made, whatever clone-max says", () => {
    const working = read([clone("c", { "clone-max": "1000000" }, dummy("a"))]);
    assert.equal(find(working, "c").children.length, 1000);
  });

  test("the members of a cloned group have the number of their group", () => {
    const working = read([clone("c", {}, group("g", {}, [dummy("a"), dummy("b")]))]);
    assert.deepEqual([...working.byId.keys()], ["c", "g:0", "a:0", "b:0", "g:1", "a:1", "b:1"]);
    assert.equal(find(working, "b:1").baseId, "b");
  });

  test("several instances a node make a clone unique if its agent can tell them apart", () => {
    const meta = { "clone-max": "4", "clone-node-max": "2" };
    assert.equal(find(read([clone("c", meta, dummy("a"))]), "a:0").isUnique, true);
    const agent = { standard: "systemd", provider: null, type: "httpd" };
    const forced = find(read([clone("c", meta, { ...dummy("a"), agent })]), "c");
    assert.deepEqual([forced.isUnique, forced.clone?.max, forced.clone?.nodeMax], [false, 2, 1]);
  });

  test("promotable clones promote one instance unless they say more", () => {
    const settings = find(read([clone("c", { promotable: "true" }, dummy("a"))]), "c").clone;
    assert.deepEqual(
      [settings?.isPromotable, settings?.promotedMax, settings?.promotedNodeMax],
      [true, 1, 1],
    );
  });
});

suite("meta attributes", () => {
  test("its own, then the group's, then the clone's, then the defaults", () => {
    const defaults = { priority: "1", "migration-threshold": "9" };
    const members = [dummy("a", { priority: "4" }), dummy("b")];
    const inner = group("g", { priority: "3" }, members);
    const outer = clone("c", { priority: "2", "failure-timeout": "30s" }, inner);
    const working = read([outer, dummy("d")], defaults);
    assert.deepEqual(
      ["a:0", "b:0", "g:0", "c", "d"].map((id) => find(working, id).priority),
      [4, 3, 3, 2, 1],
    );
    assert.equal(find(working, "a:0").failureTimeoutMs, 30_000);
    assert.equal(find(working, "b:1").migrationThreshold, 9);
  });

  test("instances stick a little to their nodes, and defaults replace that", () => {
    const definition = clone("c", {}, dummy("a"));
    const plain = read([definition, dummy("b")]);
    assert.deepEqual(
      ["c", "a:0", "b"].map((id) => find(plain, id).stickiness),
      [0, 1, 0],
    );
    const given = read([definition], { "resource-stickiness": "100" });
    assert.equal(find(given, "a:0").stickiness, 100);
  });

  test("a higher priority comes first in the list; else the order of definition stays", () => {
    const working = read([dummy("a"), dummy("b", { priority: "5" }), dummy("c")]);
    assert.deepEqual(
      working.resources.map(({ id }) => id),
      ["b", "a", "c"],
    );
  });

  test("a target role of Unpromoted means something only in promotable clones", () => {
    const meta = { "target-role": "Unpromoted" };
    const promotable = clone("c", { ...meta, promotable: "true" }, dummy("a"));
    const working = read([promotable, dummy("b", meta), dummy("d", { "target-role": "Stopped" })]);
    assert.deepEqual(
      ["a:0", "b", "d"].map((id) => find(working, id).nextRole),
      [ROLE.unpromoted, ROLE.unknown, ROLE.stopped],
    );
  });

  test("a fence device needs quorum only, others need fencing while it is on", () => {
    const agent = { standard: "stonith", provider: null, type: "fence_xvm" };
    const working = readWorking(
      smallInput({
        properties: { "stonith-enabled": "true" },
        resources: [{ ...dummy("f"), agent }, dummy("a"), dummy("b", { requires: "quorum" })],
      }),
    );
    assert.deepEqual(
      ["f", "a", "b"].map((id) => find(working, id).requires),
      ["quorum", "fencing", "quorum"],
    );
  });
});

suite("templates and parameters", () => {
  test("a template gives agent, operations and values that the primitive does not have", () => {
    const template = {
      ...dummy("t", { priority: "7" }, ["monitor 20s", "start 0s timeout=60"]),
      agent: { standard: "ocf", provider: "heartbeat", type: "apache" },
      parameters: { port: "80", user: "www" },
    };
    const own = { ...dummy("a", {}, ["monitor 10s"]), parameters: { port: "81" }, template: "t" };
    const working = readWorking(smallInput({ resources: [own], cib: { templates: [template] } }));
    const resource = find(working, "a");
    assert.equal(resource.primitive?.agent.type, "apache");
    assert.equal(resource.priority, 7);
    assert.deepEqual(
      resource.primitive?.operations.map(({ name, intervalMs }) => [name, intervalMs]),
      [
        ["monitor", 10_000],
        ["start", 0],
      ],
    );
    assert.deepEqual(parametersOf(working, resource, null), { port: "81", user: "www" });
  });

  test("parameters may differ by node", () => {
    const set = {
      id: "s",
      score: 1,
      values: { ip: "192.0.2.2" },
      rule: {
        kind: "rule",
        id: "r",
        combine: "and",
        conditions: [
          {
            kind: "attribute",
            attribute: "#uname",
            operation: "eq",
            value: "beta",
            type: null,
            valueSource: "literal",
          },
        ],
      },
    } as const;
    const working = read([
      { ...dummy("a"), parameters: { ip: "192.0.2.1" }, parameterSets: [set] },
    ]);
    const found = [...working.nodes, null].map(
      (node) => parametersOf(working, find(working, "a"), node)["ip"],
    );
    assert.deepEqual(found, ["192.0.2.1", "192.0.2.2", "192.0.2.1"]);
  });
});
