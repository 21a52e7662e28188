// Shows everything about one case: what differs, and the two answers side by side.

import type { Answer, AnswerAction } from "./answer.ts";
import { LEVELS } from "./expectation.ts";
import { directPredecessors } from "./precedence.ts";
import type { CaseResult } from "./run-case.ts";

/** The case in full, for people. */
export function explainCase(result: CaseResult): string {
  const { expected, own, levels, remarks } = result;
  const differences = LEVELS.flatMap((level) => [
    `${level}: ${levels[level].length === 0 ? "agrees" : "differs"}${noteOn(result, level)}`,
    ...levels[level].map((line) => `    ${line}`),
  ]);
  return [
    `${result.name} [${result.tier}], ${result.tookMs.toFixed(1)} ms`,
    ...differences,
    ...section("remarks", remarks),
    ...section("a cycle", own?.stuck ?? []),
    ...section("decisions expected", expected?.decisions ?? []),
    ...section("decisions made", own?.decisions ?? []),
    ...section("scores expected", expected?.scores ?? []),
    ...section("scores computed", own?.scores ?? []),
    ...section("actions expected", expected === null ? [] : listActions(expected)),
    ...section("actions planned", own === null ? [] : listActions(own)),
  ].join("\n");
}

function noteOn({ agreed }: CaseResult, level: (typeof LEVELS)[number]): string {
  return agreed.has(level) ? "" : " (2.1.5 differs from the expectation here)";
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `    ${line}`)];
}

/** Each action with those directly before it. */
function listActions({ actions, order }: Answer): readonly string[] {
  return actions.map((action, index) => {
    const direct = directPredecessors(order, index);
    const waits = direct.length === 0 ? "" : ` after ${direct.join(" ")}`;
    return `${index}: ${show(action)}${waits}`;
  });
}

function show({ op, rsc, node, interval, detail }: AnswerAction): string {
  const every = interval === null ? "" : ` ${interval}`;
  const about = detail === "" ? "" : ` (${detail})`;
  return `${op}${rsc === null ? "" : ` ${rsc}`}${every}${about} on ${node}`;
}
