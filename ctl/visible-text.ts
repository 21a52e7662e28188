/** Texts from elsewhere, made fit to be shown: what is in them cannot steer a terminal. */

// Control characters, of which terminals take orders (those of ISO 8859 too), the separators of
// lines and paragraphs, and the marks that turn the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
const STEERING = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

const NAMES: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** The text as one line: what would steer a terminal or end the line is written as an escape. */
export function visibleLine(text: string): string {
  return text.replace(STEERING, escapeOf);
}

/** The same for a text of several lines, which may be indented by tabs. */
export function visibleText(text: string): string {
  return text.replace(STEERING, (each) => (each === "\n" || each === "\t" ? each : escapeOf(each)));
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return NAMES.get(character) ?? `\\u${code.padStart(4, "0")}`;
}
