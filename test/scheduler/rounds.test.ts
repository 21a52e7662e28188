import assert from "node:assert/strict";
import { nextRandom, type Random, seededRandom } from "../../agent/core/base/index.ts";
import {
  clearFailures,
  forgetOperation,
  forgetResource,
  recordResult,
} from "../../agent/core/history/index.ts";
import {
  type Action,
  emptyHistory,
  INFINITY_SCORE,
  type NodeHistory,
  type NodeState,
  type SchedulerInput,
  type Transition,
} from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { buildInput, CASE_NOW, type WrittenCase } from "./golden-case.ts";

// Random two-node clusters are planned, the plan is carried out in a copy of the state, and so on
// until a plan is empty. What must hold holds for every plan and for the state at the end.

const SEEDS = 600;
const SEEDS_A_TEST = 100;
const ROUNDS_MAX = 8;
const ON_FAIL = ["restart", "restart", "block", "stop", "ignore", "standby", "fence"] as const;

suite("rounds of planning and carrying out", () => {
  for (let first = 0; first < SEEDS; first += SEEDS_A_TEST) {
    const last = first + SEEDS_A_TEST - 1;
    const seeds = `seeds ${first} to ${last}`;
    test(`plans are safe, come to rest, and end where the constraints hold: ${seeds}`, () => {
      for (let seed = first; seed <= last; seed++) playOut(seed);
    });
  }
});

function playOut(seed: number): void {
  let input = buildInput(randomCase(seededRandom(seed)));
  let transition = scheduleTransition(input);
  for (let round = 0; transition.actions.length > 0; round++) {
    assert.ok(round < ROUNDS_MAX, `seed ${seed}: still planning: ${show(transition)}`);
    checkPlan(input, transition, `seed ${seed} round ${round}: ${show(transition)}`);
    input = carryOut(input, transition);
    transition = scheduleTransition(input);
  }
  checkEnd(input, transition, `seed ${seed}: ${JSON.stringify(transition.decisions)}`);
}

function show({ actions }: Transition): string {
  return JSON.stringify(actions.map((x) => [x.id, x.node, describeTask(x), x.after]));
}

function describeTask({ task }: Action): string {
  return task.kind === "operation" ? `${task.order.operation} ${task.order.resource}` : task.kind;
}

/** No start where nothing may run, and none before every other copy is surely gone. */
function checkPlan(input: SchedulerInput, transition: Transition, words: string): void {
  const byId = new Map(transition.actions.map((action) => [action.id, action]));
  const online = new Set(input.nodes.filter((x) => x.presence === "online").map((x) => x.name));
  for (const action of transition.actions) {
    for (const before of action.after) assert.ok(before < action.id, words);
    const { task, node } = action;
    if (task.kind !== "operation" || task.order.operation !== "start") continue;
    assert.ok(online.has(node), `${words}: start on ${node}`);
    const earlier = [...ancestors(action, byId)];
    const state = transition.states.find((x) => x.resource === task.order.resource);
    for (const other of state?.activeOn ?? []) {
      const isGone = earlier.some((x) => isStopOf(x, task.order.resource, other));
      assert.ok(isGone, `${words}: ${task.order.resource} is still active on ${other}`);
    }
  }
}

function isStopOf({ node, task }: Action, resource: string, on: string): boolean {
  if (node !== on) return false;
  if (task.kind === "fence") return true;
  if (task.kind !== "operation") return false;
  return task.order.operation === "stop" && task.order.resource === resource;
}

function ancestors(action: Action, byId: ReadonlyMap<number, Action>): Set<Action> {
  const seen = new Set<Action>();
  const open = [...action.after];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const before = byId.get(id);
    if (before === undefined || seen.has(before)) continue;
    seen.add(before);
    open.push(...before.after);
  }
  return seen;
}

/** At the end colocations and orders hold for all that is managed and not blocked. */
function checkEnd(input: SchedulerInput, { states, decisions }: Transition, words: string): void {
  const blocked = new Set(decisions.filter((x) => x.isBlocked).map((x) => x.resource));
  const active = new Map(states.map((state) => [state.resource, state.activeOn]));
  const isFree = (id: string) =>
    states.some((state) => state.resource === id && state.isManaged && !blocked.has(id));
  for (const state of states) {
    if (state.isManaged && !blocked.has(state.resource))
      assert.ok(state.activeOn.length < 2, words);
  }
  for (const constraint of input.cib.constraints) {
    if (constraint.kind === "colocation") {
      const { resource, withResource, score } = constraint;
      if (resource === withResource || !isFree(resource) || !isFree(withResource)) continue;
      const [own] = active.get(resource) ?? [];
      const [other] = active.get(withResource) ?? [];
      if (score === INFINITY_SCORE && own !== undefined) assert.equal(own, other, words);
      if (score === -INFINITY_SCORE && own !== undefined) assert.notEqual(own, other, words);
    }
    if (constraint.kind === "order" && constraint.isSymmetrical) {
      const { first, then: second, strength, firstAction, thenAction } = constraint;
      if (firstAction !== "start" || thenAction !== "start") continue;
      if (strength !== "Mandatory" || !isFree(first) || !isFree(second)) continue;
      if ((active.get(second) ?? []).length > 0) {
        assert.ok(
          (active.get(first) ?? []).length > 0,
          `${words}: ${second} runs without ${first}`,
        );
      }
    }
  }
}

function carryOut(input: SchedulerInput, transition: Transition): SchedulerInput {
  let { nodes } = input;
  const histories = new Map(input.histories.map((history) => [history.node, history]));
  for (const action of transition.actions) {
    const history = histories.get(action.node) ?? emptyHistory(action.node);
    if (action.task.kind === "fence") {
      nodes = nodes.map((x) => (x.name === action.node ? { ...x, presence: "offline" } : x));
      histories.delete(action.node);
    } else {
      histories.set(action.node, perform(history, action));
    }
  }
  return { ...input, nodes, histories: [...histories.values()] };
}

function perform(history: NodeHistory, { task }: Action): NodeHistory {
  switch (task.kind) {
    case "operation": {
      const { order } = task;
      const callId =
        1 + Math.max(0, ...history.resources.flatMap((x) => x.records.map((y) => y.callId)));
      const record = {
        operation: order.operation,
        intervalMs: order.intervalMs,
        callId,
        outcome: { kind: "exited" as const, status: order.expectedStatus ?? 7 },
        expectedStatus: order.expectedStatus,
        digest: order.digest,
        changedAt: CASE_NOW,
        changedAtWallMs: 0,
        ranForMs: 10,
        reason: "",
      };
      return recordResult(history, order.resource, record, {
        isStartFailureFatal: true,
        onFail: order.onFail,
        call: order,
      });
    }
    case "cancel":
      return forgetOperation(history, task.resource, task);
    case "clearFailcount":
      return clearFailures(history, task.resource);
    case "deleteHistory":
      return forgetResource(history, task.resource);
    case "fence":
    case "shutdown":
    case "point":
      return history;
  }
}

class Dice {
  #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  roll(limit: number): number {
    const [value, next] = nextRandom(this.#random, limit);
    this.#random = next;
    return value;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.roll(values.length)] ?? values[0];
  }
}

function randomCase(random: Random): WrittenCase {
  const dice = new Dice(random);
  const ids = ["a", "b", "c", "d"].slice(0, 2 + dice.roll(3));
  const isGrouped = dice.roll(3) === 0;
  const primitives = ids.map((id) => ({
    id,
    operations: [`monitor 10s on-fail=${dice.pick(ON_FAIL)}`],
    meta: randomMeta(dice),
  }));
  const hasFencing = dice.roll(3) === 0;
  const resources = isGrouped
    ? [{ group: "g", members: primitives.slice(0, 2) }, ...primitives.slice(2)]
    : primitives;
  const device = { id: "fencer", agent: "stonith:fence_test" };
  const targets = isGrouped ? ["g", ...ids.slice(2)] : ids;
  const beta = dice.pick<NodeState["presence"]>([
    "online",
    "online",
    "online",
    "offline",
    "unclean",
    "held",
  ]);
  return {
    rule: "",
    properties: {
      "stonith-enabled": String(hasFencing),
      "no-quorum-policy": dice.pick(["ignore", "stop", "freeze"]),
    },
    resourceDefaults: {
      "resource-stickiness": dice.pick(["0", "1", "100", "INFINITY"]),
      "migration-threshold": dice.pick(["0", "1", "3", "INFINITY"]),
      "multiple-active": dice.pick([
        "stop_start",
        "stop_start",
        "stop_only",
        "block",
        "stop_unexpected",
      ]),
      "failure-timeout": dice.pick(["0", "60s"]),
    },
    nodes: { alpha: "online", beta },
    nodeAttributes: {
      alpha: dice.roll(6) === 0 ? { standby: "on" } : {},
      beta: dice.roll(8) === 0 ? { maintenance: "on" } : {},
    },
    resources: hasFencing ? [...resources, device] : resources,
    constraints: withoutContradiction(
      Array.from({ length: dice.roll(5) }, () => randomConstraint(dice, targets)),
    ),
    history: { alpha: randomHistory(dice, ids), beta: randomHistory(dice, ids) },
    failcounts: {
      alpha:
        dice.roll(3) === 0 ? [`${ids[0]} monitor 10s ${dice.pick(["1", "3", "INFINITY"])}`] : [],
    },
    isQuorate: dice.roll(6) > 0,
  };
}

function randomMeta(dice: Dice): Record<string, string> {
  return dice.pick<Record<string, string>>([
    {},
    {},
    {},
    { "target-role": "Stopped" },
    { "is-managed": "false" },
    { priority: "5" },
  ]);
}

/** Those who demand both, to be together and to be apart, get what they ask for: a see-saw. */
function withoutContradiction(constraints: readonly string[]): readonly string[] {
  const isApart = constraints.some((text) => / with .* -/.test(text));
  return constraints.filter((text) => !isApart || !/ with .* (INFINITY|100)$/.test(text));
}

function randomConstraint(dice: Dice, targets: readonly string[]): string {
  const first = targets[dice.roll(targets.length)] ?? "a";
  const second = targets[dice.roll(targets.length)] ?? "b";
  const node = dice.pick(["alpha", "beta"]);
  return dice.pick([
    `${first} on ${node} ${dice.pick(["INFINITY", "-INFINITY", "50", "-5"])}`,
    `${first} with ${second} ${dice.pick(["INFINITY", "-INFINITY", "100", "-100"])}`,
    `${first} then ${second}${dice.pick(["", "", " Optional", " Serialize", " asymmetrical"])}`,
    `stop ${first} then ${dice.pick(["start", "stop"])} ${second}`,
  ]);
}

function randomHistory(dice: Dice, ids: readonly string[]): Record<string, string | string[]> {
  const entries = ids.map((id): [string, string | string[]] => [
    id,
    dice.pick<string | string[]>([
      "stopped",
      "stopped",
      "stopped",
      "started",
      "started",
      [],
      ["probe 7", "start 0", "monitor 10s 7 @5s"],
      ["probe 7", "start 0", "monitor 10s 7 @90s"],
      ["probe 7", "start 1"],
      ["probe 1"],
      ["probe 5"],
      ["start 0 changed", "monitor 10s 0"],
      ["start 0", "stop timeout"],
    ]),
  ]);
  return Object.fromEntries(entries);
}
