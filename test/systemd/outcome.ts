import type { Figures } from "./recorder.ts";

/** One run of a case: what the client saw, what else was measured, and what was not as promised. */
export interface Outcome {
  readonly figures: Figures;
  readonly notes: readonly string[];
  readonly complaints: readonly string[];
}

/** What stands in a line of `renderOutcome`. */
export const HEAD = "case: failed of requests, outages ms, no owner ms, two owners ms, owners";

/** One line for people. */
export function renderOutcome(name: string, { figures, notes, complaints }: Outcome): string {
  const { failed, requests, outagesMs, noOwnerMs, doubleOwnerMs, owners, served } = figures;
  const outages = outagesMs.length === 0 ? "0" : outagesMs.map((ms) => ms ?? "not back").join("+");
  const verdict = complaints.length === 0 ? "good" : `NOT GOOD: ${complaints.join("; ")}`;
  return (
    `${name}: failed ${failed} of ${requests}, outage ${outages} ms, ` +
    `no owner ${noOwnerMs} ms, two owners ${doubleOwnerMs} ms, owners ${owners.join(" > ")}, ` +
    `served by ${served}; ${notes.join("; ")}${notes.length > 0 ? "; " : ""}${verdict}`
  );
}
