// Runs one case of a corpus folder.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Answer } from "./answer.ts";
import { type Comparison, compareAnswers } from "./compare.ts";
import { type Expectation, LEVELS, type Level, readExpectation } from "./expectation.ts";
import type { PlanAnswer } from "./plan-answer.ts";
import type { Planner } from "./planner.ts";

/** How a case ended; `levels` holds what differs, nothing where it agrees. */
export interface CaseResult extends Comparison {
  readonly name: string;
  readonly tier: string;
  readonly agreed: ReadonlySet<Level>;
  /** Null: the case could not be run, as every level says. */
  readonly expected: Answer | null;
  readonly own: PlanAnswer | null;
  /** How long the scheduler took, reading and comparing not counted. */
  readonly tookMs: number;
}

/** The names of the cases of a folder, sorted: every NAME.xml and NAME.expected.json. */
export function listCases(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".expected.json"))
    .map((file) => file.slice(0, -".expected.json".length))
    .sort();
}

/** Runs a case and compares. Never throws: what goes wrong fails every level with its text. */
export async function runCase(planner: Planner, folder: string, name: string): Promise<CaseResult> {
  const expectation = readOrNull(folder, name);
  const file = `${folder}/${name}.xml`;
  if (!existsSync(file)) return brokenCase(name, expectation, `input ${name}.xml: not found`);
  if (expectation === null) return brokenCase(name, null, "the expectation cannot be read");
  const { tier, nowMs, answer, agreed } = expectation;
  const { own, crash, tookMs } = await planner.plan({ xml: readFileSync(file, "utf8"), nowMs });
  if (own === null) return { ...brokenCase(name, expectation, crash), tookMs };
  const { levels, remarks } = compareAnswers(answer, own);
  const contradictions = own.contradictions.map((line) => `its own plan leads to: ${line}`);
  const all = [...contradictions, ...remarks];
  return { name, tier, agreed, expected: answer, own, tookMs, levels, remarks: all };
}

function readOrNull(folder: string, name: string): Expectation | null {
  try {
    return readExpectation(folder, name);
  } catch {
    return null;
  }
}

function brokenCase(name: string, expectation: Expectation | null, text: string): CaseResult {
  const line = [text];
  return {
    name,
    tier: expectation?.tier ?? "?",
    agreed: expectation?.agreed ?? new Set(),
    expected: expectation?.answer ?? null,
    own: null,
    tookMs: 0,
    levels: { state: line, placement: line, core_actions: line, all_actions: line, order: line },
    remarks: [],
  };
}

/** The levels that a case does not pass. */
export function failedLevels({ levels }: Comparison): readonly Level[] {
  return LEVELS.filter((level) => levels[level].length > 0);
}
