/** A drill that cannot go on: the message says what was waited for and what was found instead. */
export class DrillError extends Error {
  override readonly name = "DrillError";
}
