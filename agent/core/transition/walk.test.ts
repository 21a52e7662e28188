import assert from "node:assert/strict";
import type { Action, Transition } from "../model/index.ts";
import { abortWalk, beginWalk, isWalkOver, markBegun, markEnded, readyActions } from "./walk.ts";

function action(id: number, after: readonly number[]): Action {
  return { id, node: "ip1", task: { kind: "clearFailcount", resource: `r${id}` }, after };
}

function walkOf(actions: readonly Action[]) {
  const nothing = { decisions: [], states: [], placements: {}, scores: {}, recheckAt: null };
  const transition: Transition = { actions, ...nothing };
  return beginWalk(7, transition);
}

suite("walk over a transition", () => {
  const chain = walkOf([action(1, []), action(2, [1]), action(3, [])]);

  test("what waits for nothing begins together", () => {
    assert.deepEqual(
      readyActions(chain).map((each) => each.id),
      [1, 3],
    );
  });

  test("an action begins when all that it waits for has ended well", () => {
    const begun = markBegun(chain, readyActions(chain));
    assert.deepEqual(readyActions(begun), []);
    assert.deepEqual(
      readyActions(markEnded(begun, 1, true)).map((each) => each.id),
      [2],
    );
  });

  test("after a failure nothing begins, and the walk is over when nothing is under way", () => {
    const failed = markEnded(markBegun(chain, readyActions(chain)), 1, false);
    assert.deepEqual(readyActions(failed), []);
    assert.equal(isWalkOver(failed), false, "action 3 is under way");
    assert.equal(isWalkOver(markEnded(failed, 3, true)), true);
  });

  test("an aborted walk waits for what is under way", () => {
    const aborted = abortWalk(markBegun(chain, readyActions(chain)));
    assert.equal(isWalkOver(aborted), false);
    const ended = markEnded(markEnded(aborted, 1, true), 3, true);
    assert.equal(isWalkOver(ended), true);
  });

  test("the end of an action that never began changes nothing", () => {
    assert.equal(markEnded(chain, 1, true), chain);
  });
});
