import assert from "node:assert/strict";
import { type Cib, emptyCib, type Primitive } from "../model/index.ts";
import {
  cloneOf,
  expandResource,
  findPrimitive,
  instanceIds,
  isAnonymousInstance,
  isForEveryNode,
} from "./clone-instances.ts";

function primitive(id: string): Primitive {
  const agent = { standard: "ocf", provider: "heartbeat", type: "Dummy" };
  return { kind: "primitive", id, agent, parameters: {}, meta: {}, operations: [] };
}

const CIB: Cib = {
  ...emptyCib(["a", "b"]),
  resources: [
    primitive("ip"),
    { kind: "clone", id: "web-clone", meta: {}, child: primitive("web") },
    { kind: "clone", id: "db-clone", meta: { promotable: "true" }, child: primitive("db") },
    {
      kind: "clone",
      id: "part-clone",
      meta: { "globally-unique": "true", "clone-max": "3" },
      child: primitive("part"),
    },
    { kind: "clone", id: "few-clone", meta: { "clone-max": "1" }, child: primitive("few") },
    {
      kind: "clone",
      id: "stack-clone",
      meta: {},
      child: { kind: "group", id: "stack", meta: {}, members: [primitive("s1"), primitive("s2")] },
    },
  ],
};

suite("ids of instances", () => {
  const EXPANDED = [
    ["ip", ["ip"]],
    ["web", ["web"]],
    ["web-clone", ["web"]],
    ["web:1", ["web"]],
    ["part", ["part:0", "part:1", "part:2"]],
    ["part-clone", ["part:0", "part:1", "part:2"]],
    ["part:2", ["part:2"]],
    ["stack-clone", ["s1", "s2"]],
    ["stack", ["s1", "s2"]],
    ["s2", ["s2"]],
    ["none", []],
    ["none:0", []],
  ] as const;
  for (const [id, ids] of EXPANDED) {
    test(`"${id}" stands for ${ids.join(" ") || "nothing"}`, () => {
      assert.deepEqual(expandResource(CIB, id), ids);
    });
  }

  test("an instance belongs to its primitive and clone", () => {
    assert.equal(findPrimitive(CIB, "part:2")?.id, "part");
    assert.equal(findPrimitive(CIB, "none"), null);
    assert.equal(cloneOf(CIB, "s1")?.clone.id, "stack-clone");
    assert.equal(cloneOf(CIB, "ip"), null);
    assert.deepEqual(instanceIds(CIB, primitive("web")), ["web"]);
  });

  test("more than one instance on a node makes them differ", () => {
    const child = primitive("x");
    const resources = [
      { kind: "clone", id: "x-clone", meta: { "clone-node-max": "2" }, child },
    ] as const;
    assert.deepEqual(instanceIds({ ...CIB, resources }, child), ["x:0", "x:1"]);
  });

  test("which clones have a copy for every node, and which copies are alike", () => {
    const ids = ["ip", "web", "db", "few", "part:0", "s1"];
    assert.deepEqual(
      ids.filter((id) => isForEveryNode(CIB, id)),
      ["web", "db", "s1"],
    );
    assert.deepEqual(
      ids.filter((id) => isAnonymousInstance(CIB, id)),
      ["web", "db", "few", "s1"],
    );
  });
});
