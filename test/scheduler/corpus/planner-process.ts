// Entry of the process that plans: see planner.ts.

import { scheduleTransition } from "../../../agent/core/scheduler/index.ts";
import { namingOf, readPlan } from "./plan-answer.ts";
import type { Planned, PlanRequest } from "./planner.ts";
import { readInput } from "./read-input.ts";

/** Reads a document and plans it; what goes wrong is told, never thrown. */
function planDocument({ xml, nowMs }: PlanRequest): Planned {
  let anonymous: readonly string[] = [];
  let tookMs = 0;
  try {
    const input = readInput(xml, nowMs);
    anonymous = [...namingOf(input.cib).anonymous];
    const startedAt = performance.now();
    const transition = scheduleTransition(input);
    tookMs = performance.now() - startedAt;
    return { own: readPlan(input, transition), crash: "", tookMs, anonymous };
  } catch (error) {
    const lines = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const crash = lines
      .split("\n")
      .slice(0, 4)
      .map((line) => line.trim());
    return { own: null, crash: crash.join(" "), tookMs, anonymous };
  }
}

process.on("message", (text: string) => {
  process.send?.(JSON.stringify(planDocument(JSON.parse(text))));
});
process.on("disconnect", () => process.exit());
