// What needs no oracle: random cases of both mixes, planned, carried out, and planned again.

import assert from "node:assert/strict";
import fc from "fast-check";
import { suite, test } from "mocha";
import type { SchedulerInput, Transition } from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { carryOut } from "./carry-out.ts";
import { keyOf } from "./corpus/answer.ts";
import { readPlan } from "./corpus/plan-answer.ts";
import { readInput } from "./corpus/read-input.ts";
import { randomSpec } from "./oracle/random-spec.ts";
import { renderCib } from "./oracle/render-cib.ts";
import { type Mix, PRESENT_S, type Spec } from "./oracle/spec.ts";
import {
  contradictsItself,
  findBrokenConstraints,
  findCycle,
  findForbiddenStarts,
  findIdleMonitors,
  findSecondCopies,
  findStartsBeforeFencing,
  findTooManyCopies,
  type PlannedCase,
} from "./properties-checks.ts";

const RUNS = Number(process.env["LB_PROPERTY_RUNS"] ?? 150);
const FIRST_SEED = 20_000;
const SEEDS = 1_000_000;
const ROUNDS_MAX = 8;
const TIMEOUT_MS = 60_000;

const PLAN_RULES = [
  { rule: "no plan has a cycle", find: findCycle },
  { rule: "nothing starts where it may not", find: findForbiddenStarts },
  { rule: "nothing starts while a copy of it is active", find: findSecondCopies },
  { rule: "nothing starts before a node is fenced", find: findStartsBeforeFencing },
  { rule: "nothing is monitored that does not run", find: findIdleMonitors },
] as const;

function inputOf(spec: Spec): SchedulerInput {
  return readInput(renderCib(spec), PRESENT_S * 1000);
}

function forRandomCases(mix: Mix, check: (spec: Spec) => void): void {
  const seeds = fc.integer({ min: FIRST_SEED, max: FIRST_SEED + SEEDS });
  const property = fc.property(seeds, (seed) => check(randomSpec(seed, mix)));
  // A failing seed has no smaller relatives.
  fc.assert(property, { seed: 1, numRuns: RUNS, endOnFailure: true });
}

/** Plans and carries out until a plan is empty; every plan on the way keeps the rules. */
function comeToRest(first: Spec): PlannedCase & { readonly rounds: number } {
  let spec = first;
  for (let rounds = 0; ; rounds++) {
    const input = inputOf(spec);
    const transition = scheduleTransition(input);
    const broken = PLAN_RULES.flatMap(({ find }) => find({ spec, transition }));
    assert.deepEqual(broken, [], `round ${rounds}: ${describe(transition)}`);
    if (!isBusy(transition) || rounds === ROUNDS_MAX) return { spec, transition, rounds };
    spec = carryOut(spec, readPlan(input, transition));
  }
}

function isBusy({ actions }: Transition): boolean {
  return actions.some(({ task }) => task.kind !== "point");
}

function describe({ actions }: Transition): string {
  const words = actions.flatMap(({ node, task }) => {
    if (task.kind === "point") return [];
    if (task.kind !== "operation") return [`${task.kind} ${node}`];
    return [`${task.order.operation} ${task.order.resource} ${node}`];
  });
  return words.join(", ");
}

/** What a plan says, whatever its actions are numbered like. */
function answerOf(input: SchedulerInput): object {
  const transition = scheduleTransition(input);
  const { actions, order } = readPlan(input, transition);
  const names = actions.map((action) => `${keyOf(action)} ${action.detail}`);
  const pairs = order.flatMap((earlier, later) =>
    earlier.map((each) => `${names[each]} < ${names[later]}`),
  );
  const { placements, scores, states, nodeStates } = transition;
  const byName = (nodeStates ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const byResource = states.toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  return {
    actions: names.sort(),
    pairs: pairs.sort(),
    placements,
    scores,
    states: byResource,
    nodeStates: byName,
  };
}

/** The same facts with every list turned whose order says nothing. */
function turned(input: SchedulerInput, mix: Mix): SchedulerInput {
  // With clones and sets the constraints are taken in their order, as Pacemaker does.
  const hasOrder = mix === "B";
  const histories = input.histories.map((history) => ({
    ...history,
    attributes: Object.fromEntries(Object.entries(history.attributes).reverse()),
    failcounts: history.failcounts.toReversed(),
  }));
  return {
    ...input,
    cib: {
      ...input.cib,
      nodes: input.cib.nodes.toReversed(),
      constraints: hasOrder ? input.cib.constraints : input.cib.constraints.toReversed(),
    },
    nodes: input.nodes.toReversed(),
    histories: isTold(input) ? histories : histories.toReversed(),
  };
}

/**
 * True where the order of the histories tells something: which copy of several is the first one,
 * and how the instances of a clone are numbered.
 */
function isTold(input: SchedulerInput): boolean {
  const { states } = scheduleTransition(input);
  const hasClone = input.cib.resources.some(({ kind }) => kind === "clone");
  return hasClone || states.some(({ activeOn }) => activeOn.length > 1);
}

for (const mix of ["A", "B"] as const) {
  suite(`properties of the scheduler, mix ${mix}`, function () {
    this.timeout(TIMEOUT_MS);

    // All rules look at the same cases, which are planned once.
    const plans = new Map<number, Transition>();
    const planOf = (spec: Spec): Transition => {
      const transition = plans.get(spec.seed) ?? scheduleTransition(inputOf(spec));
      plans.set(spec.seed, transition);
      return transition;
    };

    for (const { rule, find } of PLAN_RULES) {
      test(rule, () => {
        forRandomCases(mix, (spec) => {
          const transition = planOf(spec);
          assert.deepEqual(find({ spec, transition }), [], describe(transition));
        });
      });
    }

    test("the order of lists without meaning changes nothing", () => {
      forRandomCases(mix, (spec) => {
        const input = inputOf(spec);
        const [plan, other] = [input, turned(input, mix)].map((each) => answerOf(each));
        assert.deepEqual(other, plan);
      });
    });

    test("planning comes to rest, with as many copies as wanted, and constraints hold", () => {
      forRandomCases(mix, (spec) => {
        if (contradictsItself(spec)) return;
        const end = comeToRest(spec);
        assert.ok(end.rounds < ROUNDS_MAX, `still planning: ${describe(end.transition)}`);
        assert.deepEqual([...findTooManyCopies(end), ...findBrokenConstraints(end)], []);
      });
    });
  });
}
