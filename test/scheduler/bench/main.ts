// Times the scheduler beside crm_simulate in the same run: `npm run bench:scheduler`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SchedulerInput } from "../../../agent/core/model/index.ts";
import { scheduleTransition } from "../../../agent/core/scheduler/index.ts";
import { readInput } from "../corpus/read-input.ts";
import { buildInput, type WrittenCase } from "../golden-case.ts";
import { renderCib } from "../oracle/render-cib.ts";
import { PRESENT_S } from "../oracle/spec.ts";
import { largeSpec, type Situation } from "./large-spec.ts";

const SIZES = [100, 300, 1000] as const;
const SITUATIONS: readonly Situation[] = ["settled", "start", "move"];

const RATIO_MAX = 0.5;
const GROWTH_MAX = 1.5;
const GUIDE_MS_MAX = 1;

// So long the compiler of the engine may take before calls are timed, and so many are timed.
const WARM_MS = 3000;
const RUNS = 15;
const GUIDE_RUNS = 1000;
const ORACLE_RUNS = 3;

// How crm_simulate is called: `-S` carries the plan out on its document, which takes more than
// linear time, minutes for a thousand actions; `-R` only plans.
type Mode = "-S" | "-R";

function modeFor(situation: Situation, size: number): Mode {
  return situation === "settled" || size === SIZES[0] ? "-S" : "-R";
}

interface Timing {
  readonly size: number;
  readonly mode: Mode;
  readonly ownMs: number;
  readonly oracleMs: number;
  readonly actions: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function timeMs(work: () => unknown): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

/**
 * Medians of several inputs, which take turns: what else the machine does meets them all alike.
 * Before that the scheduler runs for a while with all of them.
 */
function timeOwn(inputs: readonly SchedulerInput[], runs: number): readonly number[] {
  const timeAll = (): readonly number[] =>
    inputs.map((input) => timeMs(() => scheduleTransition(input)));
  for (let warmMs = 0; warmMs < WARM_MS; ) warmMs += timeAll().reduce((a, b) => a + b);
  const rounds = Array.from({ length: runs }, timeAll);
  return inputs.map((_input, index) => median(rounds.map((round) => round[index] ?? 0)));
}

function timeOracle(file: string, mode: Mode): number {
  const call = (): void => {
    const { status, error } = spawnSync("crm_simulate", [mode, "-x", file], { stdio: "ignore" });
    if (error !== undefined || status !== 0) throw new Error(`crm_simulate: ${error ?? status}`);
  };
  return median(Array.from({ length: ORACLE_RUNS }, () => timeMs(call)));
}

function timeSizes(folder: string, situation: Situation): readonly Timing[] {
  const documents = SIZES.map((size) => renderCib(largeSpec(size, situation)));
  const inputs = documents.map((xml) => readInput(xml, PRESENT_S * 1000));
  const ownMs = timeOwn(inputs, RUNS);
  return SIZES.map((size, index) => {
    const file = join(folder, `${situation}-${size}.xml`);
    writeFileSync(file, documents[index] ?? "");
    const mode = modeFor(situation, size);
    const input = inputs[index];
    const actions = input === undefined ? 0 : scheduleTransition(input).actions.length;
    return { size, mode, ownMs: ownMs[index] ?? 0, oracleMs: timeOracle(file, mode), actions };
  });
}

/** Times all sizes; returns the bars that do not hold. */
function benchSituation(folder: string, situation: Situation): readonly string[] {
  const timings = timeSizes(folder, situation);
  const missed: string[] = [];
  for (const { size, mode, ownMs, oracleMs, actions } of timings) {
    const ratio = ownMs / oracleMs;
    const counts = `${String(size).padStart(5)} ${String(actions).padStart(6)} actions`;
    const [own, other] = [ownMs, oracleMs].map((ms) => `${ms.toFixed(1).padStart(8)} ms`);
    const times = `${own} ${other} ${mode}`;
    console.log(`${situation.padEnd(8)}${counts} ${times}  ratio ${ratio.toFixed(2)}`);
    if (mode === "-S" && ratio > RATIO_MAX) {
      missed.push(`${situation}, ${size} primitives: ratio ${ratio.toFixed(2)} > ${RATIO_MAX}`);
    }
  }
  const [first, , last] = timings;
  const linear = (first?.ownMs ?? 0) * ((last?.size ?? 0) / (first?.size ?? 1));
  const growth = (last?.ownMs ?? 0) / linear;
  console.log(`${situation.padEnd(8)}100 to 1000: ${growth.toFixed(2)} times linear growth`);
  if (growth > GROWTH_MAX) {
    missed.push(`${situation}: ${growth.toFixed(2)} times linear growth > ${GROWTH_MAX}`);
  }
  return missed;
}

function benchGuide(): readonly string[] {
  const file = new URL("../guide.json", import.meta.url);
  const guide: WrittenCase = JSON.parse(readFileSync(file, "utf8"));
  const [ms = 0] = timeOwn([buildInput(guide)], GUIDE_RUNS);
  console.log(`the guide's two resources: ${ms.toFixed(3)} ms`);
  return ms <= GUIDE_MS_MAX ? [] : [`the guide's plan: ${ms.toFixed(3)} ms > ${GUIDE_MS_MAX} ms`];
}

function main(): number {
  const folder = mkdtempSync(join(tmpdir(), "scheduler-bench-"));
  try {
    console.log("        primitives             scheduler  crm_simulate");
    const missed = [
      ...SITUATIONS.flatMap((situation) => benchSituation(folder, situation)),
      ...benchGuide(),
    ];
    for (const line of missed) console.log(`missed: ${line}`);
    return missed.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
