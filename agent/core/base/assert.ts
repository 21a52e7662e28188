/**
 * A broken invariant: the state can no longer be trusted, the process must end (STYLE: never
 * caught).
 */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * Ends the process through `InvariantError` when the rule does not hold; stays on in production.
 */
export function assert(holds: boolean, rule: string): asserts holds {
  if (!holds) throw new InvariantError(rule);
}

/** Closes a `switch` over a union: a case that was forgotten does not compile. */
export function assertNever(value: never): never {
  throw new InvariantError(`case not handled: ${JSON.stringify(value)}`);
}
