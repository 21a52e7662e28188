// Many seeds, shared among worker processes.

import { type ChildProcess, fork } from "node:child_process";

import { RunFailure, type RunResult, runSeed } from "./random-run.ts";

const MS_IN_HOUR = 3_600_000;

/** What a batch did. */
export interface BatchResult {
  seeds: number;
  virtualMs: number;
  skippedMs: number;
  events: number;
  checks: number;
  requests: number;
  readonly faults: Map<string, number>;
  /** The first failures in full. */
  readonly failures: string[];
}

/** Which seeds are to be run: from `first` on, until one of the two is reached. */
export interface BatchOrder {
  readonly first: number;
  readonly last: number | null;
  readonly hours: number | null;
  readonly tokenTimeoutMs: number | null;
  readonly workers: number;
}

/** What a worker says of one seed. */
export type WorkerReport =
  | { readonly kind: "done"; readonly result: RunResult }
  | { readonly kind: "failed"; readonly seed: number; readonly text: string };

/** An empty sum. */
export function emptyBatch(): BatchResult {
  return {
    seeds: 0,
    virtualMs: 0,
    skippedMs: 0,
    events: 0,
    checks: 0,
    requests: 0,
    faults: new Map(),
    failures: [],
  };
}

/** Runs one seed to a report; only broken checks and crashes of the core become one. */
export function reportSeed(seed: number, tokenTimeoutMs: number | null): WorkerReport {
  try {
    const settings = { seed, tokenTimeoutMs, onLine: null, skipsQuiet: true } as const;
    return { kind: "done", result: runSeed(settings) };
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    return { kind: "failed", seed, text: error.message };
  }
}

/** Adds one report to the sum. */
export function addReport(batch: BatchResult, report: WorkerReport): void {
  batch.seeds += 1;
  if (report.kind === "failed") {
    batch.failures.push(report.text);
    return;
  }
  const { result } = report;
  batch.virtualMs += result.virtualMs;
  batch.skippedMs += result.skippedMs;
  batch.events += result.events;
  batch.checks += result.checks;
  batch.requests += result.requests;
  for (const [name, count] of Object.entries(result.faults)) {
    batch.faults.set(name, (batch.faults.get(name) ?? 0) + count);
  }
}

/** True when the order is carried out, or enough has failed. */
export function isEnough(batch: BatchResult, order: BatchOrder, nextSeed: number): boolean {
  if (batch.failures.length >= FAILURES_MAX) return true;
  if (order.last !== null && nextSeed > order.last) return true;
  return order.hours !== null && batch.virtualMs >= order.hours * MS_IN_HOUR;
}

/** Failures after which a batch ends early. */
const FAILURES_MAX = 5;

/** Runs a batch in worker processes, each of which gets the next seed when it is free. */
export function runBatch(order: BatchOrder, scriptPath: string): Promise<BatchResult> {
  const batch = emptyBatch();
  let nextSeed = order.first;
  const runWorker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = fork(scriptPath, { execArgv: [] });
      const hand = (): void => {
        if (isEnough(batch, order, nextSeed)) worker.disconnect();
        else worker.send({ seed: nextSeed++, tokenTimeoutMs: order.tokenTimeoutMs });
      };
      worker.on("message", (message) => {
        addReport(batch, readReport(message));
        hand();
      });
      worker.on("error", reject);
      worker.on("exit", (status) => {
        if (status === 0) resolve();
        else reject(new Error(`worker of seed ${nextSeed - 1}: ended with status ${status}`));
      });
      hand();
    });
  const workers = Array.from({ length: order.workers }, runWorker);
  return Promise.all(workers).then(() => batch);
}

/** The worker's side: a seed comes, its report goes back. */
export function serveAsWorker(parent: NodeJS.Process | ChildProcess): void {
  parent.on("message", (message: unknown) => {
    const { seed, tokenTimeoutMs } = readOrder(message);
    process.send?.(reportSeed(seed, tokenTimeoutMs));
  });
}

interface SeedOrder {
  readonly seed: number;
  readonly tokenTimeoutMs: number | null;
}

function readOrder(message: unknown): SeedOrder {
  const text = JSON.stringify(message);
  const order: SeedOrder = JSON.parse(text);
  return order;
}

function readReport(message: unknown): WorkerReport {
  const text = JSON.stringify(message);
  const report: WorkerReport = JSON.parse(text);
  return report;
}
