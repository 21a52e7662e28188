import assert from "node:assert/strict";
import {
  type Cib,
  type Constraint,
  emptyCib,
  type OrderConstraint,
  type Primitive,
  type Resource,
  renderProblem,
} from "../model/index.ts";
import { checkCib, META_ATTRIBUTES, OPERATION_DEFAULTS, PROPERTIES } from "./index.ts";
import { renderNearNames } from "./near-names.ts";
import { normalValue } from "./value-types.ts";

const NODES = ["ip1", "ip2"];

function primitive(id: string, rest: Partial<Primitive> = {}): Primitive {
  const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
  return { kind: "primitive", id, agent, parameters: {}, meta: {}, operations: [], ...rest };
}

function group(id: string, ...members: readonly string[]): Resource {
  return { kind: "group", id, meta: {}, members: members.map((name) => primitive(name)) };
}

function order(first: string, then: string, rest: Partial<OrderConstraint> = {}): OrderConstraint {
  return {
    kind: "order",
    id: `${first}-${then}`,
    first,
    firstAction: "start",
    then,
    thenAction: "start",
    strength: "Mandatory",
    isSymmetrical: true,
    ...rest,
  };
}

function lines(change: Partial<Cib>): readonly string[] {
  return checkCib({ ...emptyCib(NODES), ...change }, NODES).map(renderProblem);
}

function operation(name: string, intervalMs: number, timeoutMs: number | null = null) {
  return { id: `${name}-${intervalMs}`, name, intervalMs, timeoutMs, options: {} };
}

function loops(
  resources: readonly Resource[],
  constraints: readonly Constraint[],
): readonly string[] {
  const cib = { ...emptyCib(NODES), resources, constraints };
  return checkCib(cib, NODES).map(({ code, found }) => (code === "order-loop" ? found : code));
}

suite("checkCib", () => {
  const damaged: readonly (readonly [string, Partial<Cib>, readonly string[]])[] = [
    ["an empty cluster", {}, []],
    [
      "a node of another cluster, listed twice",
      {
        nodes: [
          { name: "ip3", attributes: {} },
          { name: "ip3", attributes: {} },
        ],
      },
      [
        'node "ip3": is not in this cluster; the nodes are ip1, ip2',
        'node "ip3": is not in this cluster; the nodes are ip1, ip2',
        'node "ip3": is listed twice',
      ],
    ],
    [
      "an id that three things bear",
      {
        resources: [primitive("x"), group("g", "x")],
        constraints: [{ kind: "location", id: "x", resource: "g", node: "ip1", score: 1 }],
      },
      [
        'id "x": a resource, a resource, a constraint (location): have the same id; ' +
          "every id must be unique",
      ],
    ],
    [
      "a group without members",
      { resources: [group("g")] },
      ['resource "g": is a group without members; delete it'],
    ],
    [
      "a score that is no whole number within infinity",
      {
        resources: [primitive("x")],
        constraints: [
          { kind: "location", id: "a", resource: "x", node: "ip1", score: 0.5 },
          { kind: "location", id: "b", resource: "x", node: "ip2", score: 1_000_001 },
        ],
      },
      [
        'constraint "a" score: 0.5: must be a whole number from -1000000 to 1000000, ' +
          "INFINITY or -INFINITY",
        'constraint "b" score: 1000001: must be a whole number from -1000000 to 1000000, ' +
          "INFINITY or -INFINITY",
      ],
    ],
    [
      "times that no timer can wait",
      {
        resources: [
          primitive("x", { operations: [operation("monitor", -5, 2 ** 31), operation("stop", 0)] }),
        ],
      },
      [
        'resource "x" operation "monitor" "interval": -5 ms: must be a duration such as 30s, ' +
          "500ms, 1min or 2h, at most 24 days",
        'resource "x" operation "monitor" "timeout": 2147483648 ms: must be a duration such as ' +
          "30s, 500ms, 1min or 2h, at most 24 days",
      ],
    ],
    [
      "an empty value, and a boolean that is not in its normal form",
      { properties: { "stonith-enabled": "no" }, resourceDefaults: { "is-managed": "" } },
      [
        'property "stonith-enabled": "no": must be true or false',
        'resource defaults "is-managed": "": must be true or false',
      ],
    ],
  ];
  for (const [name, change, expected] of damaged) {
    test(`${name}: ${expected.length} problems`, () => {
      assert.deepEqual(lines(change), expected);
    });
  }

  test("an id may have 300 characters, no more", () => {
    assert.deepEqual(lines({ resources: [primitive("x".repeat(300))] }), []);
    assert.equal(lines({ resources: [primitive("x".repeat(301))] }).length, 1);
  });

  test("limits: 200 resources, 32 operations of one, 500 constraints", () => {
    const many = (count: number): readonly Primitive[] =>
      Array.from({ length: count }, (_, index) => primitive(`x${index}`));
    assert.deepEqual(lines({ resources: many(200) }), []);
    assert.deepEqual(lines({ resources: many(201) }), ["resources: 201: at most 200 are possible"]);
    const operations = Array.from({ length: 33 }, (_, index) => operation("monitor", index));
    assert.deepEqual(lines({ resources: [primitive("x", { operations })] }), [
      'resource "x" operations: 33: at most 32 are possible',
    ]);
    const constraints = Array.from({ length: 501 }, (_, index): Constraint => {
      return { kind: "location", id: `c${index}`, resource: "x", node: "ip1", score: 1 };
    });
    assert.deepEqual(lines({ resources: [primitive("x")], constraints }), [
      "constraints: 501: at most 500 are possible",
    ]);
  });

  test("the longest chain of orders that the limits allow is searched", () => {
    const resources = Array.from({ length: 200 }, (_, index) => primitive(`x${index}`));
    const chain = resources.map((_, index) => order(`x${index}`, `x${(index + 1) % 200}`));
    assert.deepEqual(loops(resources, chain.slice(1)), []);
    assert.equal(loops(resources, chain).length, 1);
  });
});

suite("order loops", () => {
  const abc = ["a", "b", "c"].map((id) => primitive(id));
  const rows: readonly (readonly [
    string,
    readonly Resource[],
    readonly OrderConstraint[],
    readonly string[],
  ])[] = [
    ["a chain is none", abc, [order("a", "b"), order("b", "c"), order("a", "c")], []],
    [
      "three in a circle",
      abc,
      [order("b", "c"), order("c", "a"), order("a", "b")],
      ["start a, then start b (a-b), then start c (b-c), then start a (c-a)"],
    ],
    [
      "optional orders count, serialized ones do not",
      abc,
      [
        order("a", "b", { strength: "Optional" }),
        order("b", "a"),
        order("b", "c"),
        order("c", "b", { strength: "Serialize" }),
      ],
      ["start a, then start b (a-b), then start a (b-a)"],
    ],
    [
      "one that only stopping has",
      abc,
      [
        order("a", "b", { firstAction: "stop", thenAction: "stop", isSymmetrical: false }),
        order("a", "b", { id: "two" }),
      ],
      ["stop a, then stop b (a-b), then stop a (two)"],
    ],
    [
      "starting one and stopping the other is none",
      abc,
      [order("a", "b", { thenAction: "stop" }), order("b", "a", { isSymmetrical: false })],
      [],
    ],
    [
      "the order within a group counts",
      [group("g", "a", "b")],
      [order("b", "a")],
      ["start a, then start b (group g), then start a (b-a)"],
    ],
    [
      "a group stops in the reverse order",
      [group("g", "a", "b")],
      [order("a", "b", { firstAction: "stop", thenAction: "stop", isSymmetrical: false })],
      ["stop a, then stop b (a-b), then stop a (group g)"],
    ],
    [
      "a resource that waits for the group and that the group waits for",
      [group("g", "a", "b"), primitive("x")],
      [order("g", "x"), order("x", "a")],
      [
        "start a, then start b (group g), then all of g started (group g), then start x (g-x), " +
          "then start a (x-a)",
      ],
    ],
    [
      "two circles are both told",
      ["a", "b", "c", "d"].map((id) => primitive(id)),
      [order("a", "b"), order("b", "a"), order("c", "d"), order("d", "c")],
      [
        "start a, then start b (a-b), then start a (b-a)",
        "start c, then start d (c-d), then start c (d-c)",
      ],
    ],
    ["a resource with itself is told as that", abc, [order("a", "a")], ["self-constraint"]],
    [
      "a member with its group is told as that",
      [group("g", "a")],
      [order("g", "a")],
      ["self-constraint"],
    ],
  ];
  for (const [name, resources, orders, expected] of rows) {
    test(name, () => {
      assert.deepEqual(loops(resources, orders), expected);
    });
  }

  test("at most five loops are told at once", () => {
    const resources = Array.from({ length: 12 }, (_, index) => primitive(`x${index}`));
    const pairs = Array.from({ length: 6 }, (_, index) => [`x${2 * index}`, `x${2 * index + 1}`]);
    const orders = pairs.flatMap(([a = "", b = ""]) => [order(a, b), order(b, a)]);
    assert.equal(loops(resources, orders).length, 5);
  });
});

suite("tables of names", () => {
  test("every default is a value of its type, and every name is described", () => {
    const free = ["requires", "on-fail"];
    const all = [...PROPERTIES, ...META_ATTRIBUTES, ...OPERATION_DEFAULTS];
    for (const { name, type, default: value, description } of all) {
      assert.ok(description.length > 0, name);
      if (value === "" || free.includes(name)) continue;
      assert.equal(normalValue(type, value), value, name);
    }
  });

  test("properties are in order, each once", () => {
    const names = PROPERTIES.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)].sort());
  });

  test("near names begin with the most similar, a swap of letters is one mistake", () => {
    assert.equal(renderNearNames("wbe", ["b", "ip", "web"]), "web, b, ip");
    assert.equal(renderNearNames("x", []), "");
    const many = Array.from({ length: 13 }, (_, index) => `n${index}`);
    assert.equal(renderNearNames("n12", many), "n12, n1, n10, n11, n2 and 8 more");
    assert.equal(renderNearNames("web", many), "13 others, none of them like it");
    assert.equal(renderNearNames("y", many.slice(0, 12)).split(", ").length, 12);
  });
});
