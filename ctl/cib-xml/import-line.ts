/** One thing of the document and what became of it. */
export interface ImportLine {
  readonly kind: "carried" | "changed" | "dropped" | "outOfScope";
  readonly subject: string;
  /** What there is to say about it; empty for a thing that is simply carried. */
  readonly text: string;
}
