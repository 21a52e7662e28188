import { type Problem, renderProblem } from "../agent/core/model/index.ts";
import { visibleLine } from "./visible-text.ts";

/** Exit codes of `lbctl`, as docs/operations.md lists them. */
export const EXIT = { done: 0, failed: 1, refused: 2, unreachable: 3, amiss: 4 } as const;

/**
 * What ends a command: lines for standard error, each printed after `Error: `, and an exit code.
 */
export class CtlError extends Error {
  readonly exitCode: number;
  readonly lines: readonly string[];

  constructor(exitCode: number, ...lines: readonly string[]) {
    super(lines.join("; "));
    this.exitCode = exitCode;
    this.lines = lines;
  }
}

/** The cluster or this host could not do it. */
export function failed(...lines: readonly string[]): CtlError {
  return new CtlError(EXIT.failed, ...lines);
}

/** A mistake in what was asked for. */
export function refused(...lines: readonly string[]): CtlError {
  return new CtlError(EXIT.refused, ...lines);
}

/** Mistakes that were found elsewhere: one a line. */
export function refusedBy(problems: readonly Problem[]): CtlError {
  return new CtlError(EXIT.refused, ...problems.map((each) => visibleLine(renderProblem(each))));
}

/** No agent, no permission, no connection, another version. */
export function unreachable(...lines: readonly string[]): CtlError {
  return new CtlError(EXIT.unreachable, ...lines);
}

/** The code of a system error such as `ENOENT`; "" for anything else. */
export function systemCode(error: unknown): string {
  const isSystem = error instanceof Error && "code" in error && typeof error.code === "string";
  return isSystem ? String(error.code) : "";
}
