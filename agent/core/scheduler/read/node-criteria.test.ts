import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { Condition, Constraint, LocationRules, Resource } from "../../model/index.ts";
import { applyNodeCriteria } from "./node-criteria.ts";
import { readWorking } from "./read-working.ts";

const BANNED = -1_000_000;

/** The scores of a resource by node after all criteria; a node that is no candidate is missing. */
function scores(small: SmallInput, id = "a"): Readonly<Record<string, number>> {
  const working = readWorking(smallInput(small));
  applyNodeCriteria(working);
  const resource = working.byId.get(id);
  assert.ok(resource, id);
  return Object.fromEntries([...resource.allowed.values()].map((x) => [x.node.name, x.score]));
}

function on(resource: string, node: string, score: number, id = `${resource}-${node}`): Constraint {
  return { kind: "location", id, resource, node, score };
}

const ON_BETA: Condition = {
  kind: "attribute",
  attribute: "#uname",
  operation: "eq",
  value: "beta",
  type: null,
  valueSource: "literal",
};

function byRule(
  target: LocationRules["target"],
  score: number | { readonly attribute: string } = 7,
): LocationRules {
  const rule = { kind: "rule", id: "r", combine: "and", conditions: [ON_BETA] } as const;
  return {
    kind: "locationRules",
    id: "l",
    target,
    nodes: { kind: "rules", rules: [{ rule, score, role: null }] },
  };
}

suite("location constraints", () => {
  const resources: readonly Resource[] = [dummy("a"), dummy("ab"), dummy("c")];

  test("scores of one node add up, also with that of the node itself", () => {
    const cib = {
      nodes: [
        { name: "alpha", attributes: {}, score: 5 },
        { name: "beta", attributes: {} },
      ],
    };
    const constraints = [on("a", "alpha", 10, "one"), on("a", "alpha", 1, "two")];
    assert.deepEqual(scores({ resources, constraints, cib: { ...cib, constraints, resources } }), {
      alpha: 16,
      beta: 0,
    });
  });

  test("a ban wins over every wish", () => {
    const constraints = [on("a", "alpha", 1_000_000, "one"), on("a", "alpha", BANNED, "two")];
    assert.deepEqual(scores({ resources, constraints }), { alpha: BANNED, beta: 0 });
  });

  test("in an opt-in cluster only the nodes that a constraint names are candidates", () => {
    const properties = { "symmetric-cluster": "false" };
    assert.deepEqual(scores({ resources, properties, constraints: [on("a", "beta", 3)] }), {
      beta: 3,
    });
  });

  const targets: readonly (readonly [string, LocationRules["target"], readonly number[]])[] = [
    ["one resource", { kind: "resource", resource: "c" }, [0, 0, 7]],
    ["a tag", { kind: "resource", resource: "tagged" }, [7, 0, 7]],
    ["a pattern", { kind: "pattern", pattern: "^a", isInverted: false }, [7, 7, 0]],
    ["all but a pattern", { kind: "pattern", pattern: "^a", isInverted: true }, [0, 0, 7]],
    ["a pattern that is none", { kind: "pattern", pattern: "(", isInverted: false }, [0, 0, 0]],
  ];
  for (const [name, target, expected] of targets) {
    test(`a rule for ${name}`, () => {
      const tags = [{ id: "tagged", members: ["a", "c"] }];
      const small = { resources, constraints: [byRule(target)] };
      const input = { ...small, cib: { tags } };
      const found = ["a", "ab", "c"].map((id) => scores(input, id)["beta"]);
      assert.deepEqual(found, expected);
      assert.equal(scores(input, "c")["alpha"], 0);
    });
  }

  test("a rule can take the score from an attribute whose name the pattern gives", () => {
    const target = { kind: "pattern", pattern: "^(.)b$", isInverted: false } as const;
    const nodeAttributes = { beta: { "score-a": "42" } };
    const constraints = [byRule(target, { attribute: "score-%1" })];
    assert.deepEqual(scores({ resources, constraints, nodeAttributes }, "ab"), {
      alpha: 0,
      beta: 42,
    });
  });

  test("a group gets the score through its first member, a clone through every instance", () => {
    const group = { kind: "group", id: "g", meta: {}, members: [dummy("a"), dummy("b")] } as const;
    const small = { resources: [group], constraints: [on("g", "alpha", 9)] };
    const found = ["g", "a", "b"].map((id) => scores(small, id)["alpha"]);
    assert.deepEqual(found, [9, 9, 0]);
    const clone = { kind: "clone", id: "c", meta: {}, child: dummy("a") } as const;
    const cloned = { resources: [clone], constraints: [on("a", "alpha", 9)] };
    assert.deepEqual(
      ["c", "a:0", "a:1"].map((id) => scores(cloned, id)["alpha"]),
      [9, 9, 9],
    );
  });

  test("a constraint for the promoted role does not count for the place", () => {
    const constraints: readonly Constraint[] = [
      { kind: "location", id: "l", resource: "a", node: "alpha", score: 9, role: "Promoted" },
    ];
    assert.deepEqual(scores({ resources, constraints }), { alpha: 0, beta: 0 });
  });

  test("a resource that is probed on certain nodes only runs nowhere else", () => {
    const constraints: readonly Constraint[] = [
      { kind: "location", id: "l", resource: "a", node: "beta", score: 0, discovery: "exclusive" },
    ];
    assert.deepEqual(scores({ resources, constraints }), { alpha: BANNED, beta: 0 });
  });
});

suite("what a resource did so far", () => {
  const sticky = dummy("a", { "resource-stickiness": "100" });

  test("stickiness counts where it is active, on one node only, and while it is managed", () => {
    const resources = [sticky];
    const alone = { alpha: { a: ["start 0"] } };
    assert.deepEqual(scores({ resources, history: alone }), { alpha: 100, beta: 0 });
    const both = { ...alone, beta: { a: ["start 0"] } };
    assert.deepEqual(scores({ resources, history: both }), { alpha: 0, beta: 0 });
  });

  test("a node that nobody allows any more does not hold anything", () => {
    const properties = { "symmetric-cluster": "false" };
    const history = { alpha: { a: ["start 0"] } };
    const constraints = [on("a", "beta", 0)];
    assert.deepEqual(scores({ resources: [sticky], properties, history, constraints }), {
      beta: 0,
    });
  });

  test("the migration threshold bans the node", () => {
    const resources = [dummy("a", { "migration-threshold": "2" })];
    const small = { resources, failcounts: { alpha: ["a monitor 10s 2"] } };
    assert.deepEqual(scores(small), { alpha: BANNED, beta: 0 });
  });

  test("a failcount that is just being cleared bans nothing", () => {
    const resources = [
      dummy("a", { "migration-threshold": "2", "failure-timeout": "10s" }, ["monitor 10s"]),
    ];
    const small = {
      resources,
      failcounts: { alpha: ["a monitor 10s 2 @20s"] },
      history: { alpha: { a: ["start 0", "monitor 10s 1 @20s"] } },
    };
    const working = readWorking(smallInput(small));
    const [node] = working.nodes;
    const resource = working.byId.get("a");
    assert.ok(node && resource);
    assert.equal(working.clears.length, 1);
    // The failures would still count if nobody was about to forget them.
    resource.failureTimeoutMs = 0;
    applyNodeCriteria(working);
    assert.equal(resource.allowed.get(node)?.score, 0);
  });
});

suite("shutdown locks", () => {
  const small: SmallInput = {
    properties: { "shutdown-lock": "true", "shutdown-lock-limit": "1h" },
    nodeAttributes: { alpha: { shutdown: "1699999000" } },
    resources: [dummy("a")],
    history: { alpha: { a: ["start 0"] } },
  };

  test("a resource waits for the node that shuts down", () => {
    const working = readWorking(smallInput(small));
    applyNodeCriteria(working);
    const resource = working.byId.get("a");
    assert.equal(resource?.lockNode?.name, "alpha");
    assert.equal(resource.lockTimeS, 1_699_999_000);
    assert.equal(resource.allowed.get(working.nodes[1] ?? assert.fail())?.score, BANNED);
    assert.deepEqual(working.rechecks, [working.now + (3600 - 1000 + 1) * 1000]);
  });

  test("a lock over while its resource is being stopped is not planned again and again", () => {
    const nodeAttributes = { alpha: { shutdown: "1699990000" } };
    const working = readWorking(smallInput({ ...small, nodeAttributes }));
    applyNodeCriteria(working);
    assert.equal(working.byId.get("a")?.lockNode?.name, "alpha");
    assert.deepEqual(working.rechecks, []);
  });

  test("clones and fence devices are never kept", () => {
    const plain = dummy("a");
    const device = { ...plain, agent: { standard: "stonith", provider: null, type: "dummy" } };
    const clone = { kind: "clone", id: "c", meta: {}, child: plain } as const;
    for (const resource of [device, clone]) {
      const working = readWorking(smallInput({ ...small, resources: [resource] }));
      applyNodeCriteria(working);
      const locks = [...working.byId.values()].map(({ lockNode }) => lockNode);
      assert.deepEqual(new Set(locks), new Set([null]), resource.kind);
    }
  });

  suite("of a node that is away", () => {
    const away: SmallInput = {
      properties: { "shutdown-lock": "true" },
      nodes: { alpha: "offline", beta: "online" },
      resources: [dummy("a"), dummy("b")],
      history: { alpha: { a: ["stop 0"], b: ["start 0"] } },
    };

    function readAway(parts: SmallInput): readonly string[] {
      const input = smallInput({ ...away, ...parts });
      const histories = input.histories.map((history) => ({
        ...history,
        resources: history.resources.map((entry) =>
          entry.resource === "a" ? { ...entry, lockedSinceS: 1_699_999_000 } : entry,
        ),
      }));
      const working = readWorking({ ...input, histories });
      applyNodeCriteria(working);
      return ["a", "b"].map((id) => {
        const { lockNode, runningOn } = working.byId.get(id) ?? assert.fail(id);
        const places = runningOn.map(({ name }) => name).join(" ");
        return `${lockNode?.name ?? "free"} ${places}`.trim();
      });
    }

    test("only what is kept for it is read out of its history", () => {
      assert.deepEqual(readAway({}), ["alpha", "free"]);
    });

    test("nothing is, without shutdown-lock", () => {
      assert.deepEqual(readAway({ properties: {} }), ["free", "free"]);
    });

    test("a history of Pacemaker is read as a whole", () => {
      assert.deepEqual(readAway({ isForeign: true }), ["alpha", "free alpha"]);
    });
  });

  test("when the limit is over the history is forgotten", () => {
    const input = smallInput({ ...small, nodeAttributes: {}, history: {} });
    const history = { resource: "a", records: [], repairs: 0, lockedSinceS: 1_699_990_000 };
    const histories = input.histories.map((x) => ({
      ...x,
      resources: x.node === "alpha" ? [history] : [],
    }));
    const working = readWorking({ ...input, histories });
    assert.deepEqual(
      working.demands.map(({ task, node }) => `${task} on ${node.name}`),
      ["delete on alpha"],
    );
    assert.equal(working.byId.get("a")?.lockNode, null);
  });
});
