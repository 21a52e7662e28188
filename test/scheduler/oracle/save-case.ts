// Writes a case in the form of the corpus, so that it runs without crm_simulate.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, AnswerAction } from "../corpus/answer.ts";
import { directPredecessors } from "../corpus/precedence.ts";
import { describeLeft } from "./left-features.ts";
import { renderCib } from "./render-cib.ts";
import { PRESENT_S, type Spec } from "./spec.ts";

/** Writes `mixA-seed17.xml` and `mixA-seed17.expected.json`; returns the name. */
export function saveCase(folder: string, spec: Spec, expected: Answer): string {
  const name = `mix${spec.mix}-seed${spec.seed}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.xml`), renderCib(spec));
  const text = JSON.stringify(renderExpectation(name, spec, expected), null, 1);
  writeFileSync(join(folder, `${name}.expected.json`), `${text}\n`);
  return name;
}

function renderExpectation(name: string, spec: Spec, expected: Answer): object {
  const { before, after, actions, order } = expected;
  return {
    name,
    tier: spec.mix,
    now: PRESENT_S,
    features: describeLeft(spec),
    expected: {
      before,
      summary: [],
      actions: actions.map(renderAction),
      implied: [],
      edges: actions.flatMap((_action, later) =>
        directPredecessors(order, later).map((earlier) => [earlier, later]),
      ),
      weakEdges: [],
      after,
      scores: {},
    },
    // The flags of crm_simulate's XML are not those of its text, so the state is left out.
    pacemaker215: { before: false, after: true, actions: true, scores: true, edges: true },
  };
}

function renderAction({ op, rsc, node, interval, detail }: AnswerAction): object {
  return {
    op,
    ...(rsc === null ? {} : { rsc }),
    node,
    ...(interval === null ? {} : { interval }),
    ...(op === "fence" ? { action: detail } : {}),
    ...(op === "notify" ? { about: detail } : {}),
  };
}
