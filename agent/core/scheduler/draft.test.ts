import assert from "node:assert/strict";
import type { ActionTask } from "../model/index.ts";
import { addAction, addEdge, createDraft, numberActions } from "./draft.ts";

const TASK: ActionTask = { kind: "clearFailcount", resource: "a" };

suite("drafts of transitions", () => {
  test("actions are numbered so that each waits only for smaller numbers", () => {
    const draft = createDraft();
    const last = addAction(draft, "alpha", TASK);
    const first = addAction(draft, "beta", TASK);
    assert.equal(addEdge(first, last), true);
    const actions = numberActions(draft).map(({ id, node, after }) => [id, node, after]);
    assert.deepEqual(actions, [
      [1, "beta", []],
      [2, "alpha", [1]],
    ]);
  });

  test("an edge that would close a loop is refused", () => {
    const draft = createDraft();
    const [a, b, c] = [1, 2, 3].map(() => addAction(draft, "alpha", TASK));
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.equal(addEdge(a, b), true);
    assert.equal(addEdge(b, c), true);
    assert.equal(addEdge(c, a), false);
    assert.equal(addEdge(a, a), false);
    assert.equal(numberActions(draft).length, 3);
  });
});
