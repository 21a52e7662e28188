import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { NameValues } from "../../model/index.ts";
import { scheduleTransition } from "../index.ts";

/** Beta has found its copy in an unknown role, and could not stop it. */
const STUCK = {
  alpha: { db: ["probe 7"] },
  beta: { db: ["probe 1", "stop 1"] },
};

function promotions(parts: Partial<SmallInput>, meta: NameValues = {}): readonly string[] {
  const clone = {
    kind: "clone",
    id: "db-clone",
    child: dummy("db"),
    meta: { promotable: "true", ...meta },
  } as const;
  const attributes = { "master-db": "10" };
  const { actions } = scheduleTransition(
    smallInput({
      nodes: { alpha: "online", beta: "online" },
      resources: [clone],
      nodeAttributes: { alpha: attributes, beta: attributes },
      history: STUCK,
      ...parts,
    }),
  );
  return actions.flatMap(({ task, node }) =>
    task.kind === "operation" && task.order.operation === "promote" ? [node] : [],
  );
}

suite("promotion beside a copy that could not be stopped", () => {
  test("nothing is promoted: that copy may be the promoted one", () => {
    assert.deepEqual(promotions({}), []);
  });

  test("a copy that was stopped is in nobody's way", () => {
    const history = { ...STUCK, beta: { db: ["probe 1", "stop 0"] } };
    assert.equal(promotions({ history }).length, 1);
  });

  test("where both may be promoted it does not matter", () => {
    assert.deepEqual(promotions({}, { "promoted-max": "2" }), ["alpha"]);
  });

  test("of a history of Pacemaker the last result counts", () => {
    assert.deepEqual(promotions({ isForeign: true }), ["alpha"]);
  });
});
