/** What `lbctl verify` finds, beside the problems that would be refused. */
import type { Problem } from "../../agent/core/model/index.ts";

/** `error`: it cannot work as written. `warning`: it works, and is dangerous or left over. */
export interface Finding extends Problem {
  readonly severity: "error" | "warning";
}

/** Something that cannot work as it is written. */
export function errorOf(code: string, { path, found = "", expected }: Told): Finding {
  return { severity: "error", code, path, found, expected };
}

/** Something that works, and should be looked at. */
export function warningOf(code: string, { path, found = "", expected }: Told): Finding {
  return { severity: "warning", code, path, found, expected };
}

interface Told {
  readonly path: string;
  readonly found?: string;
  readonly expected: string;
}
