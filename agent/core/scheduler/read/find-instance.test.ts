import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { Clone, NameValues } from "../../model/index.ts";
import type { Working } from "../working.ts";
import { readWorking } from "./read-working.ts";

const THREE = { alpha: "online", beta: "online", gamma: "online" } as const;

function cloneOf(meta: NameValues, child: Clone["child"] = dummy("a")): Clone {
  return { kind: "clone", id: "c", meta, child };
}

function read(definition: Clone, small: SmallInput): Working {
  return readWorking(smallInput({ nodes: THREE, ...small, resources: [definition] }));
}

/** Where each instance of `a` is; `!` for an orphan. */
function places(working: Working): readonly string[] {
  return [...working.byId.values()]
    .filter((x) => x.baseId === "a")
    .map(({ id, runningOn, isOrphan }) => {
      const nodes = runningOn.map(({ name }) => name).join(" ");
      return `${id}${isOrphan ? "!" : ""} ${nodes}`.trim();
    });
}

suite("instances of anonymous clones", () => {
  test("numbers are given in the order of the nodes", () => {
    const history = { gamma: { a: ["start 0"] }, beta: { a: ["start 0"] } };
    assert.deepEqual(places(read(cloneOf({}), { history })), ["a:0 beta", "a:1 gamma", "a:2"]);
  });

  test("a history with a number of its own belongs to whichever instance is free", () => {
    const history = { beta: { "a:2": ["start 0"] } };
    const working = read(cloneOf({}), { history });
    assert.deepEqual(places(working), ["a:0 beta", "a:1", "a:2"]);
    assert.equal(working.byId.get("a:0")?.historyId, "a:2");
  });

  test("one instance more than there may be is an orphan", () => {
    const history = { alpha: { a: ["start 0"] }, beta: { a: ["start 0"] } };
    const working = read(cloneOf({ "clone-max": "1" }), { history });
    assert.deepEqual(places(working), ["a:0 alpha", "a:1! beta"]);
  });

  test("a second active instance on one node is one too many", () => {
    const history = { alpha: { "a:0": ["start 0"], "a:1": ["start 0"] } };
    const working = read(cloneOf({}), { history });
    assert.deepEqual(places(working), ["a:0 alpha", "a:1", "a:2", "a:3! alpha"]);
  });

  test("the members of a group on one node belong to one instance", () => {
    const members = [dummy("a"), dummy("b")];
    const group = { kind: "group", id: "g", meta: {}, members } as const;
    const history = {
      alpha: { b: ["start 0"] },
      beta: { a: ["start 0"], b: ["start 0"] },
      gamma: { a: ["probe 7"], b: ["start 0"] },
    };
    const working = read(cloneOf({}, group), { history });
    assert.deepEqual(places(working), ["a:0", "a:1 beta", "a:2"]);
    assert.deepEqual(
      [...working.byId.values()].flatMap(({ baseId, runningOn }) =>
        baseId === "b" ? runningOn.map(({ name }) => name) : [],
      ),
      ["alpha", "beta", "gamma"],
    );
  });

  test("an instance on a lost node uses up no number when nothing waits for its fencing", () => {
    const nodes = {
      alpha: { presence: "unclean", isMember: false },
      beta: "online",
      gamma: "online",
    } as const;
    const history = { alpha: { a: ["start 0"] }, beta: { a: ["start 0"] } };
    const properties = { "stonith-enabled": "true" };
    const how = { nodes, history, properties, isForeign: true };
    const waits = read(cloneOf({ "clone-max": "2" }), how);
    assert.deepEqual(places(waits), ["a:0 alpha", "a:1 beta"]);
    const meta = { "clone-max": "2", requires: "quorum" };
    assert.deepEqual(places(read(cloneOf(meta), how)), ["a:0 beta", "a:1", "a:2! alpha"]);
  });
});

suite("instances of unique clones", () => {
  test("a history belongs to the instance of its number, and to no other", () => {
    const meta = { "globally-unique": "true", "clone-max": "2" };
    const history = { alpha: { "a:1": ["start 0"], "a:5": ["start 0"] } };
    const working = read(cloneOf(meta), { history });
    assert.deepEqual(places(working), ["a:0", "a:1 alpha"]);
    assert.equal(working.byId.get("a:5")?.isOrphan, true);
  });
});
