import type { OperationOutcome, OperationRecord } from "../../model/index.ts";

/** A failed operation in words: `monitor every 10 s ended with status 7 (not running)`. */
export function renderFailure(record: OperationRecord): string {
  const every = record.intervalMs > 0 ? ` (every ${renderMs(record.intervalMs)})` : "";
  const isProbe = record.operation === "monitor" && record.intervalMs === 0;
  const words = record.reason === "" ? "" : `: ${record.reason}`;
  const name = isProbe ? "probe" : record.operation;
  return `${name}${every} ${renderOutcome(record.outcome)}${words}`;
}

/** Milliseconds as people write them. */
export function renderMs(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: "ok",
  1: "error",
  2: "invalid parameter",
  3: "not implemented",
  4: "insufficient privileges",
  // What the agent says comes after it: a missing interface, a broken configuration.
  5: "cannot run here",
  6: "not configured",
  7: "not running",
  8: "promoted",
  9: "promoted and failed",
  190: "degraded",
  191: "promoted and degraded",
};

function renderOutcome(outcome: OperationOutcome): string {
  switch (outcome.kind) {
    case "exited": {
      const words = STATUS_WORDS[outcome.status];
      return `ended with status ${outcome.status}${words === undefined ? "" : ` (${words})`}`;
    }
    case "timedOut":
      return "timed out";
    case "notSpawned":
      return `could not be run (${outcome.reason})`;
    case "pending":
      return "is under way";
  }
}
