/** What became of each thing of an import, one line each. */
import type { ImportLine } from "../cib-xml/index.ts";
import { visibleLine } from "../visible-text.ts";

/** How the kinds of lines are told apart; the widest word says how wide the column is. */
const WORDS: Readonly<Record<ImportLine["kind"], string>> = {
  carried: "carried",
  changed: "changed",
  dropped: "dropped",
  outOfScope: "out of scope",
};

const WORD_WIDTH = WORDS.outOfScope.length;

/** One line for each thing: its kind, its name, what there is to say. */
export function renderImportLines(lines: readonly ImportLine[]): readonly string[] {
  return lines.map(({ kind, subject, text }) => {
    const rest = visibleLine(text === "" ? subject : `${subject}: ${text}`);
    return `${WORDS[kind].padEnd(WORD_WIDTH)}  ${rest}`;
  });
}

/** How many things of each kind there were. */
export function renderImportCounts(lines: readonly ImportLine[]): string {
  return Object.entries(WORDS)
    .map(([kind, word]) => `${lines.filter((line) => line.kind === kind).length} ${word}`)
    .join(", ");
}
