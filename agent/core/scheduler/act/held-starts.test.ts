import assert from "node:assert/strict";
import { dummy, type SmallInput, smallInput } from "../../../../test/scheduler/small-input.ts";
import type { LeftToOthers, NameValues, Resource, Transition } from "../../model/index.ts";
import { scheduleTransition } from "../index.ts";

const NOTHING: LeftToOthers = { started: [], promoted: [] };
const CONCERNED = /it may be (started|promoted) by alpha, which is lost but not known to be down/;

/** Beta schedules while alpha is held, and leaves to beta what is given. */
function schedule(left: LeftToOthers | null, small: SmallInput): Transition {
  const alpha = { presence: "held", ...(left === null ? {} : { leavesToOthers: left }) } as const;
  return scheduleTransition(smallInput({ ...small, nodes: { alpha, beta: "online" } }));
}

function begun({ actions }: Transition): readonly string[] {
  return actions.flatMap(({ task }) => {
    const isStep = task.kind === "operation" && task.order.intervalMs === 0;
    return isStep ? [`${task.order.operation} ${task.order.resource}`] : [];
  });
}

function clone(meta: NameValues): Resource {
  return { kind: "clone", id: "web-clone", child: dummy("web"), meta };
}

const STOPPED = { alpha: { web: ["probe 7"] }, beta: { web: ["probe 7"] } };
const web = [dummy("web")];

suite("starts while the other node is lost and not known to be down", () => {
  test("where nothing is said only its history counts, as in files", () => {
    const transition = schedule(null, { resources: web, history: STOPPED });
    assert.deepEqual(begun(transition), ["start web"]);
  });

  test("what both may start stays stopped, with a reason", () => {
    const transition = schedule(NOTHING, { resources: web, history: STOPPED });
    assert.deepEqual(begun(transition), []);
    const [decision] = transition.decisions;
    assert.deepEqual([decision?.what, decision?.isBlocked], ["start", true]);
    assert.match(decision?.reason ?? "", CONCERNED);
    assert.match(transition.explanations?.[0]?.waitsFor.join() ?? "", CONCERNED);
  });

  test("so does what its history knows nothing of", () => {
    const transition = schedule(NOTHING, { resources: web, history: { beta: STOPPED.beta } });
    assert.deepEqual(begun(transition), []);
  });

  test("what was here when the ring was lost may start again", () => {
    const left = { started: ["web"], promoted: [] };
    const transition = schedule(left, { resources: web, history: STOPPED });
    assert.deepEqual(begun(transition), ["start web"]);
  });

  test("what is active here is restarted in place", () => {
    const history = { ...STOPPED, beta: { web: ["start 0", "monitor 10s 7"] } };
    const transition = schedule(NOTHING, { resources: web, history });
    assert.deepEqual(begun(transition), ["stop web", "start web"]);
  });

  test("what must run after it waits too", () => {
    const history = { alpha: {}, beta: { web: ["probe 7"], ip: ["probe 7"] } };
    const group: Resource = { kind: "group", id: "g", members: [dummy("ip"), ...web], meta: {} };
    const left = { started: ["web"], promoted: [] };
    assert.deepEqual(begun(schedule(left, { resources: [group], history })), []);
  });

  for (const [meta, begins] of [
    [{}, ["start web"]],
    [{ "clone-max": "1" }, []],
    [{ "globally-unique": "true", "clone-max": "2", "clone-node-max": "2" }, []],
  ] as const) {
    test(`copies of a clone with ${JSON.stringify(meta)}: ${begins.length} may start`, () => {
      const history = { beta: { web: ["probe 7"], "web:0": ["probe 7"], "web:1": ["probe 7"] } };
      const transition = schedule(NOTHING, { resources: [clone(meta)], history });
      assert.deepEqual(
        begun(transition).filter((each) => each.startsWith("start")),
        begins,
      );
    });
  }

  for (const [left, begins] of [
    [NOTHING, []],
    [{ started: [], promoted: ["web"] }, ["promote web"]],
  ] as const) {
    test(`a copy is promoted only where that was its role: ${left.promoted.length}`, () => {
      const history = { alpha: { web: ["probe 0"] }, beta: { web: ["probe 0"] } };
      const resources = [clone({ promotable: "true" })];
      const nodeAttributes = { beta: { "master-web": "10" } };
      const transition = schedule(left, { resources, history, nodeAttributes });
      assert.deepEqual(
        begun(transition).filter((each) => each.startsWith("promote")),
        begins,
      );
    });
  }
});
