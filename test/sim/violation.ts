/** A check that broke: what the cluster did against a rule, and when. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly atMs: number;

  constructor(rule: string, atMs: number) {
    super(rule);
    this.atMs = atMs;
  }
}
