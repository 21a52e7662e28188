import type { Figures } from "./recorder.ts";

/** One run of a case: what the client saw, what else was measured, and what was not as promised. */
export interface Outcome {
  readonly figures: Figures;
  readonly notes: readonly string[];
  readonly complaints: readonly string[];
}
