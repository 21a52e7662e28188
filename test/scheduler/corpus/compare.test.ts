import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Answer, AnswerAction } from "./answer.ts";
import { compareAnswers } from "./compare.ts";
import { LEVELS, type Level } from "./expectation.ts";
import { closePairs } from "./precedence.ts";

function action(text: string): AnswerAction {
  const [op = "", rsc = "", node = "", last] = text.split(" ");
  const bare = { op, rsc, node, interval: null, detail: "" };
  if (op === "monitor") return { ...bare, interval: Number(last) };
  if (op === "fence") return { ...bare, rsc: null, node: rsc, detail: node };
  return { ...bare, detail: last ?? "" };
}

interface Written extends Partial<Omit<Answer, "actions" | "order">> {
  readonly actions?: readonly string[];
  readonly pairs?: readonly (readonly [number, number])[];
}

function answer({ actions = [], pairs = [], ...more }: Written = {}): Answer {
  const state = { nodes: { n1: "online" }, resources: { web: { Started: ["n1"] } }, flags: {} };
  return {
    before: state,
    after: state,
    decisions: [],
    scores: [],
    ...more,
    actions: actions.map(action),
    order: closePairs(actions.length, pairs),
  };
}

function state(
  resources: Answer["before"]["resources"],
  more: Partial<Answer["before"]> = {},
): Answer["before"] {
  return { nodes: { n1: "online" }, resources, flags: {}, ...more };
}

function failing(expected: Answer, own: Answer): readonly Level[] {
  const { levels } = compareAnswers(expected, own);
  return LEVELS.filter((level) => levels[level].length > 0);
}

const MOVE = ["stop web n1", "start web n2", "monitor web n2 10000", "fence n1 reboot"];

interface Row {
  readonly rule: string;
  readonly expected: Answer;
  readonly own: Answer;
  readonly fails: readonly Level[];
}

const ROWS: readonly Row[] = [
  { rule: "equal answers agree", expected: answer(), own: answer(), fails: [] },
  {
    rule: "a node that stands otherwise fails the state",
    expected: answer(),
    own: answer({ before: state({ web: { Started: ["n1"] } }, { nodes: { n1: "standby" } }) }),
    fails: ["state"],
  },
  {
    rule: "another role fails the state",
    expected: answer(),
    own: answer({ before: state({ web: { Promoted: ["n1"] } }) }),
    fails: ["state"],
  },
  {
    rule: "one instance too few fails the state",
    expected: answer({ before: state({ web: { Started: ["n1", "n1"] } }) }),
    own: answer(),
    fails: ["state"],
  },
  {
    rule: "a flag too many fails the state",
    expected: answer(),
    own: answer({ before: state({ web: { Started: ["n1"] } }, { flags: { web: ["blocked"] } }) }),
    fails: ["state"],
  },
  {
    rule: "what is stopped may be left out",
    expected: answer({ after: state({ web: { Started: ["n1"] }, gone: { Started: [] } }) }),
    own: answer(),
    fails: [],
  },
  {
    rule: "Started and Unpromoted are one for a failed resource",
    expected: answer({
      before: state({ web: { Started: ["n1"] } }, { flags: { web: ["failed"] } }),
    }),
    own: answer({
      before: state({ web: { Unpromoted: ["n1"] } }, { flags: { web: ["failed"] } }),
    }),
    fails: [],
  },
  {
    rule: "Started and Unpromoted differ for any other",
    expected: answer({
      before: state({ web: { Started: ["n1"] } }, { flags: { web: ["blocked"] } }),
    }),
    own: answer({
      before: state({ web: { Unpromoted: ["n1"] } }, { flags: { web: ["blocked"] } }),
    }),
    fails: ["state"],
  },
  {
    rule: "another place afterwards fails the placement",
    expected: answer({ after: state({ web: { Started: ["n2"] } }) }),
    own: answer(),
    fails: ["placement"],
  },
  {
    rule: "nodes and flags afterwards fail nothing",
    expected: answer(),
    own: answer({
      after: state({ web: { Started: ["n1"] } }, { nodes: {}, flags: { web: ["x"] } }),
    }),
    fails: [],
  },
  {
    rule: "a missing monitor fails all actions alone",
    expected: answer({ actions: MOVE }),
    own: answer({ actions: MOVE.filter((text) => !text.startsWith("monitor")) }),
    fails: ["all_actions"],
  },
  {
    rule: "another interval fails all actions",
    expected: answer({ actions: ["monitor web n2 10000"] }),
    own: answer({ actions: ["monitor web n2 20000"] }),
    fails: ["all_actions"],
  },
  {
    rule: "a missing stop fails both kinds of actions",
    expected: answer({ actions: MOVE }),
    own: answer({ actions: MOVE.slice(1) }),
    fails: ["core_actions", "all_actions"],
  },
  {
    rule: "an action twice is not the action once",
    expected: answer({ actions: ["start web n1", "start web n1"] }),
    own: answer({ actions: ["start web n1"] }),
    fails: ["core_actions", "all_actions"],
  },
  {
    rule: "another kind of fencing fails the core actions",
    expected: answer({ actions: ["fence n1 reboot"] }),
    own: answer({ actions: ["fence n1 off"] }),
    fails: ["core_actions"],
  },
  {
    rule: "the order of the list means nothing",
    expected: answer({ actions: MOVE }),
    own: answer({ actions: MOVE.toReversed() }),
    fails: [],
  },
  {
    rule: "a missing pair fails the order",
    expected: answer({ actions: MOVE, pairs: [[0, 1]] }),
    own: answer({ actions: MOVE }),
    fails: ["order"],
  },
  {
    rule: "a pair that follows from others is there",
    expected: answer({ actions: MOVE, pairs: [[0, 2]] }),
    own: answer({
      actions: MOVE,
      pairs: [
        [0, 1],
        [1, 2],
      ],
    }),
    fails: [],
  },
  {
    rule: "an extra pair fails nothing",
    expected: answer({ actions: MOVE }),
    own: answer({ actions: MOVE, pairs: [[0, 1]] }),
    fails: [],
  },
  {
    rule: "of instances that look alike as many pairs have to hold",
    expected: answer({
      actions: ["stop web n1", "start web n2", "start web n2"],
      pairs: [
        [0, 1],
        [0, 2],
      ],
    }),
    own: answer({ actions: ["stop web n1", "start web n2", "start web n2"], pairs: [[0, 1]] }),
    fails: ["order"],
  },
  {
    rule: "notifications are told apart by what they are about",
    expected: answer({
      actions: ["notify web n1 pre", "start web n2", "notify web n1 post"],
      pairs: [
        [0, 1],
        [1, 2],
      ],
    }),
    own: answer({
      actions: ["notify web n1 pre", "start web n2", "notify web n1 post"],
      pairs: [
        [2, 1],
        [1, 0],
      ],
    }),
    fails: ["order"],
  },
];

suite("comparison of answers", () => {
  for (const { rule, expected, own, fails } of ROWS) {
    test(rule, () => {
      assert.deepEqual(failing(expected, own), fails);
    });
  }

  test("extra pairs and later flags are told", () => {
    const { remarks } = compareAnswers(
      answer({ actions: MOVE }),
      answer({
        actions: MOVE,
        pairs: [[0, 1]],
        after: state({ web: { Started: ["n1"] } }, { flags: { web: ["blocked"] } }),
      }),
    );
    assert.deepEqual(remarks, [
      "after: + web is blocked",
      "extra order: stop web n1 < start web n2",
    ]);
  });
});
