/**
 * What the scheduler looks at, as the API carries it: JSON, since only programs of this release
 * read it.
 */
import type { SchedulerInput } from "../core/model/index.ts";

/** The text of an input. */
export function encodeSchedulerInput(input: SchedulerInput): string {
  return JSON.stringify(input);
}

/** The input of a text that an agent sent; null when there is none. */
export function decodeSchedulerInput(text: unknown): SchedulerInput | null {
  if (typeof text !== "string" || text === "") return null;
  // The agent of this host is trusted as much as its status is.
  return JSON.parse(text) as SchedulerInput;
}
