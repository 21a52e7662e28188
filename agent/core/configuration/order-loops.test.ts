import assert from "node:assert/strict";
import { dummy, setOf } from "../../../test/configuration/full-cib.ts";
import {
  type Cib,
  type Constraint,
  emptyCib,
  type OrderConstraint,
  type OrderSets,
  type Resource,
  type ResourceSet,
} from "../model/index.ts";
import { checkCib } from "./index.ts";

const NODES = ["ip1", "ip2"];
const DB: Resource = {
  kind: "clone",
  id: "db-clone",
  meta: { promotable: "true" },
  child: dummy("db"),
};
const BASE: Resource = {
  kind: "clone",
  id: "base",
  meta: { interleave: "true" },
  child: { kind: "group", id: "g", meta: {}, members: [dummy("net"), dummy("log")] },
};
const RESOURCES = [DB, BASE, dummy("web"), dummy("ip"), dummy("disk")];

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

function sets(rest: Partial<OrderSets>, ...all: readonly ResourceSet[]): OrderSets {
  return {
    kind: "orderSets",
    id: "sets",
    strength: "Mandatory",
    isSymmetrical: true,
    sets: all,
    ...rest,
  };
}

function loops(constraints: readonly Constraint[], rest: Partial<Cib> = {}): readonly string[] {
  const cib = { ...emptyCib(NODES), resources: RESOURCES, constraints, ...rest };
  return checkCib(cib, NODES).map(({ code, found }) => (code === "order-loop" ? found : code));
}

suite("order loops through clones, promotions and sets", () => {
  const rows: readonly (readonly [string, readonly Constraint[], readonly string[]])[] = [
    [
      "a chain over a promotion is none",
      [
        order("db-clone", "web", { firstAction: "promote" }),
        order("ip", "db-clone", { id: "ip-db", thenAction: "promote" }),
      ],
      [],
    ],
    [
      "what a promotion is awaited by cannot come before the start of the clone",
      [order("db-clone", "web", { firstAction: "promote" }), order("web", "db-clone")],
      [
        "promote db-clone, then start web (db-clone-web), then start db-clone (web-db-clone), " +
          "then promote db-clone (clone db-clone)",
      ],
    ],
    [
      "an order of what is in a clone is one of the clone",
      [order("log", "web"), order("web", "net")],
      ["start base, then start web (log-web), then start base (web-net)"],
    ],
    [
      "two clones may wait for each other no more than two resources",
      [order("base", "db-clone"), order("db-clone", "base")],
      ["start base, then start db-clone (base-db-clone), then start base (db-clone-base)"],
    ],
    [
      "a sequential set goes from one to the next",
      [sets({}, setOf("s", ["web", "ip", "disk"])), order("disk", "web")],
      ["start disk, then start web (disk-web), then start ip (sets), then start disk (sets)"],
    ],
    [
      "in a set that is not sequential nobody waits",
      [sets({}, setOf("s", ["web", "ip"], { isSequential: false })), order("ip", "web")],
      [],
    ],
    [
      "a set waits for all of the one before it",
      [
        sets({}, setOf("s", ["web", "ip"], { isSequential: false }), setOf("t", ["disk"])),
        order("disk", "ip"),
      ],
      ["start disk, then start ip (disk-ip), then start disk (sets)"],
    ],
    [
      "of a set of which one is enough none must wait for what comes after",
      [
        sets(
          {},
          setOf("s", ["web", "ip"], { isSequential: false, needsAll: false }),
          setOf("t", ["disk"]),
        ),
        order("disk", "ip"),
      ],
      [],
    ],
    [
      "a set's own action counts",
      [
        sets({}, setOf("s", ["db-clone"], { action: "promote" }), setOf("t", ["web"])),
        order("web", "db-clone"),
      ],
      [
        "promote db-clone, then start web (sets), then start db-clone (web-db-clone), " +
          "then promote db-clone (clone db-clone)",
      ],
    ],
    [
      "serialized sets have no direction",
      [sets({ strength: "Serialize" }, setOf("s", ["web", "ip"])), order("ip", "web")],
      [],
    ],
    [
      "neither has a serialized set among others",
      [sets({}, setOf("s", ["web", "ip"], { strength: "Serialize" })), order("ip", "web")],
      [],
    ],
    [
      "stops go the other way, unless the sets are not symmetrical",
      [
        sets({ isSymmetrical: false }, setOf("s", ["web", "ip"])),
        order("web", "ip", { firstAction: "stop", thenAction: "stop", isSymmetrical: false }),
      ],
      [],
    ],
  ];
  for (const [name, constraints, expected] of rows) {
    test(name, () => {
      assert.deepEqual(loops(constraints), expected);
    });
  }

  test("a tag stands for its members, and a template for those that use it", () => {
    const template = { ...dummy("small"), id: "small" };
    const { kind: _, ...small } = template;
    const rest: Partial<Cib> = {
      resources: [...RESOURCES, dummy("x", { template: "small" })],
      templates: [small],
      tags: [{ id: "both", members: ["web", "db"] }],
    };
    assert.deepEqual(loops([order("both", "small"), order("x", "db-clone")], rest), [
      "start db-clone, then start x (both-small), then start db-clone (x-db-clone)",
    ]);
    assert.deepEqual(loops([order("both", "web")], rest), []);
  });
});
