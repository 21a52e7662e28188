/** The name of a cluster member, as in `cluster.yaml`. */
export type NodeName = string;

/** The id of a resource (primitive or group); unique in the CIB together with all other ids. */
export type ResourceId = string;

/** The id of a primitive without the number of an instance behind it: `web` of `web:1`. */
export function withoutNumber(id: ResourceId): ResourceId {
  return id.replace(/:\d+$/, "");
}

/** Infinity of scores and failcounts: sums saturate here. */
export const INFINITY_SCORE = 1_000_000;

/** One mistake of a person: where, what was found, what was expected. Printed one a line. */
export interface Problem {
  /** Stable code that programs read, `kebab-case`; listed in docs/operations.md. */
  readonly code: string;
  /** Path or name of the thing, such as `resource "web"`. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}

/** The line that people read: subject, value found, what was expected. */
export function renderProblem(problem: Problem): string {
  const found = problem.found === "" ? "" : ` ${problem.found}:`;
  return `${problem.path}:${found} ${problem.expected}`;
}
