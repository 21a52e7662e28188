// The one place where the judges read a CIB of Pacemaker: by the product's own reader.

import type { SchedulerInput } from "../../../agent/core/model/index.ts";
import { readCibDocument } from "../../../ctl/cib-xml/index.ts";

/** Reads a CIB document as input of the scheduler, at that wall-clock time. Throws when refused. */
export function readInput(text: string, nowMs: number): SchedulerInput {
  const document = readCibDocument(text, { now: nowMs / 1000 });
  if (document.kind === "cib") return document.input;
  const [problem] = document.problems;
  throw new Error(`refused: ${problem?.path} ${problem?.found} ${problem?.expected}`);
}
