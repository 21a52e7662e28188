import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { WorkingNode } from "../working.ts";
import { readWorking } from "./read-working.ts";

function readAlpha(small: SmallInput): WorkingNode {
  const node = readWorking(smallInput(small)).nodeByName.get("alpha");
  assert.ok(node);
  return node;
}

suite("how nodes stand", () => {
  test("transient attributes count before permanent ones", () => {
    const input = smallInput({ nodeAttributes: { alpha: { standby: "on", site: "a" } } });
    const transient = input.histories.map((x) => ({ ...x, attributes: { standby: "off" } }));
    const node = readWorking({ ...input, histories: transient }).nodeByName.get("alpha");
    assert.equal(node?.isStandby, false);
    assert.equal(node?.attributes.get("site"), "a");
    assert.equal(node?.attributes.get("#uname"), "alpha");
  });

  test("names that count alike have one order, whoever lists them", () => {
    for (const nodes of [
      { n1: "online", n01: "online" } as const,
      { n01: "online", n1: "online" } as const,
    ]) {
      const working = readWorking(smallInput({ nodes }));
      assert.deepEqual(
        working.nodes.map(({ name }) => name),
        ["n01", "n1"],
      );
    }
  });

  test("a shutdown attribute makes a node leave", () => {
    assert.equal(readAlpha({ nodeAttributes: { alpha: { shutdown: "0" } } }).isLeaving, false);
    const leaving = readAlpha({ nodeAttributes: { alpha: { shutdown: "1700000000" } } });
    assert.equal(leaving.isLeaving, true);
    assert.equal(leaving.standbyReason, "it is leaving the cluster");
  });

  test("a lost node is held where it cannot be fenced, and must be fenced where it can", () => {
    const nodes = { alpha: "unclean", beta: "online" } as const;
    assert.equal(readAlpha({ nodes }).isHeld, true);
    const fenced = readAlpha({ nodes, properties: { "stonith-enabled": "true" } });
    assert.deepEqual([fenced.isHeld, fenced.isUnclean, fenced.isOnline], [false, true, false]);
  });

  test("in a CIB of Pacemaker a lost node without fencing is no more than unclean", () => {
    const nodes = { alpha: { presence: "unclean", isMember: false }, beta: "online" } as const;
    const node = readAlpha({ nodes });
    assert.deepEqual([node.isHeld, node.isUnclean, node.history], [false, true, null]);
  });

  test("an unclean node can still be a member", () => {
    const nodes = { alpha: { presence: "unclean", isMember: true }, beta: "online" } as const;
    const node = readAlpha({ nodes, properties: { "stonith-enabled": "true" } });
    assert.deepEqual([node.isOnline, node.isUnclean], [true, true]);
  });

  test("a pending node runs nothing", () => {
    const nodes = { alpha: { presence: "online", isPending: true }, beta: "online" } as const;
    assert.equal(readAlpha({ nodes }).isStandby, true);
  });
});

suite("health of nodes", () => {
  const rows = [
    ["migrate-on-red", "red", -1_000_000],
    ["migrate-on-red", "yellow", 0],
    ["only-green", "yellow", -1_000_000],
    ["progressive", "green", 15],
    ["progressive", "yellow", -15],
    ["custom", "-7", -7],
    ["none", "red", 0],
  ] as const;
  for (const [strategy, value, expected] of rows) {
    test(`${strategy}: ${value} counts ${expected}`, () => {
      const node = readAlpha({
        properties: {
          "node-health-strategy": strategy,
          "node-health-base": "10",
          "node-health-green": "5",
          "node-health-yellow": "-25",
        },
        nodeAttributes: { alpha: { "#health-disk": value } },
      });
      assert.equal(node.healthScore, expected);
    });
  }

  test("a resource that is allowed on unhealthy nodes does not mind a bad one", () => {
    const working = readWorking(
      smallInput({
        properties: { "node-health-strategy": "migrate-on-red" },
        nodeAttributes: { alpha: { "#health-disk": "red" } },
        resources: [dummy("a"), dummy("b", { "allow-unhealthy-nodes": "true" })],
      }),
    );
    assert.deepEqual(
      working.locations.map(({ resource }) => resource.id),
      ["a"],
    );
  });
});
