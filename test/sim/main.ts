// `npm run sim`: repeats a seed, or runs many until so many virtual cluster-hours have passed.

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import { Command, InvalidArgumentError } from "commander";
import { buildSync } from "esbuild";

import { type BatchResult, runBatch } from "./batch.ts";
import { RunFailure, type RunResult, runSeed } from "./random-run.ts";

const MS_IN_HOUR = 3_600_000;
const SEED_FIRST = 1;
const HOURS_DEFAULT = 20;

interface Options {
  readonly seed?: number;
  readonly seeds?: readonly [number, number];
  readonly hours?: number;
  readonly token?: number;
  readonly workers: number;
  readonly trace: boolean;
  readonly skip: boolean;
}

/** Runs what the command line asks for; sets the exit status. */
async function main(): Promise<void> {
  const program = new Command("sim")
    .description("Runs simulated clusters: the production core, virtual time, faults from a seed.")
    .option("--seed <n>", "repeat one run and print the hash of its trace", wholeNumber)
    .option("--seeds <a-b>", "run these seeds", seedRange)
    .option("--hours <n>", "run seeds until so many virtual cluster-hours have passed", wholeNumber)
    .option("--token <ms>", "token timeout of every run (default: from the seed)", wholeNumber)
    .option("--workers <n>", "worker processes", wholeNumber, availableParallelism())
    .option("--trace", "print the trace of the run", false)
    .option("--no-skip", "step every round of tokens, also in quiet time");
  const options: Options = program.parse().opts();
  if (options.seed !== undefined) return repeat(options.seed, options);
  await runMany(options);
}

function repeat(seed: number, { token, trace, skip }: Options): void {
  const onLine = trace ? (line: string): void => console.log(line) : null;
  try {
    const settings = { seed, tokenTimeoutMs: token ?? null, onLine, skipsQuiet: skip };
    printRun(runSeed(settings));
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    console.log(error.message);
    process.exitCode = 1;
  }
}

function printRun(result: RunResult): void {
  const { seed, hash, virtualMs, events, checks, requests, faults } = result;
  console.log(`seed ${seed}: trace ${hash}`);
  console.log(`${minutes(virtualMs)} virtual minutes, ${events} events, ${checks} checks`);
  console.log(`${requests} requests; faults: ${listFaults(Object.entries(faults))}`);
}

async function runMany({ seeds, hours, token, workers }: Options): Promise<void> {
  const startedAtMs = performance.now();
  const [first, last] = seeds ?? [SEED_FIRST, null];
  const isBounded = last !== null || hours !== undefined;
  const order = {
    first,
    last,
    hours: isBounded ? (hours ?? null) : HOURS_DEFAULT,
    tokenTimeoutMs: token ?? null,
    workers: Math.max(1, workers),
  };
  const bundle = bundleWorker();
  try {
    const batch = await runBatch(order, bundle.path);
    printBatch(batch, performance.now() - startedAtMs);
    if (batch.failures.length > 0) process.exitCode = 1;
  } finally {
    bundle.remove();
  }
}

/** The sources as one file: a third faster than module by module, and loaded once. */
function bundleWorker(): { readonly path: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "lb-sim-"));
  const path = join(folder, "worker.cjs");
  buildSync({
    entryPoints: ["test/sim/worker.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    outfile: path,
    logLevel: "error",
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function printBatch(batch: BatchResult, wallMs: number): void {
  for (const failure of batch.failures) console.log(`${failure}\n`);
  const { seeds, virtualMs, skippedMs, events, checks, requests, faults, failures } = batch;
  const wallMinutes = wallMs / 60_000;
  const hours = virtualMs / MS_IN_HOUR;
  const total = [...faults.values()].reduce((sum, count) => sum + count, 0);
  const quiet = Math.round((100 * skippedMs) / Math.max(1, virtualMs));
  console.log(`${hours.toFixed(1)} cluster-hours in ${seeds} seeds, ${failures.length} failed`);
  console.log(`${events} events, ${checks} checks, ${requests} requests`);
  console.log(`${total} faults: ${listFaults([...faults])}`);
  console.log(`${quiet} % of the time was quiet and skipped round by round`);
  console.log(
    `${(wallMs / 1000).toFixed(1)} s of wall time: ` +
      `${Math.round(hours / wallMinutes)} cluster-hours a minute`,
  );
}

function listFaults(faults: readonly (readonly [string, number])[]): string {
  const sorted = [...faults].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(1);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("expected a whole number");
  return Number(text);
}

function seedRange(text: string): readonly [number, number] {
  const [, first, last] = /^(\d{1,9})-(\d{1,9})$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw new InvalidArgumentError("expected two numbers such as 1-100");
  }
  return [Number(first), Number(last)];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
