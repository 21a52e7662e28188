/** Output kept of each operation, for `status`: its end, where the cause of a failure stands. */
export const OUTPUT_KEPT_MAX_CHARACTERS = 4096;

/** The end of what an operation and its commands wrote. */
export class KeptOutput {
  #text = "";

  /** Adds text as a line of its own; empty text adds nothing. */
  add(text: string): void {
    if (text === "") return;
    const end = text.slice(-OUTPUT_KEPT_MAX_CHARACTERS);
    const line = end.endsWith("\n") ? end : `${end}\n`;
    this.#text = `${this.#text}${line}`.slice(-OUTPUT_KEPT_MAX_CHARACTERS);
  }

  /** All that is kept. */
  get text(): string {
    return this.#text;
  }
}
