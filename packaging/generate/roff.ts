/** Text for manual pages in the macros of man(7). */

/** What every page says of itself. */
export interface PageHead {
  readonly name: string;
  readonly section: 5 | 7 | 8;
  readonly summary: string;
  /** Day of the page, as 2026-11-21. */
  readonly day: string;
  readonly release: string;
}

/** The first lines of a page, up to the section NAME. */
export function pageHead({ name, section, summary, day, release }: PageHead): readonly string[] {
  return [
    '.\\" Made from the sources of lb-cluster when its packages are built.',
    `.TH "${name}" "${section}" "${day}" "lb-cluster ${release}" "lb-cluster"`,
    ".SH NAME",
    `${escapeText(name)} \\- ${escapeText(summary)}`,
  ];
}

/** A section with its lines. */
export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** Paragraphs of plain text, one an argument. */
export function paragraphs(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text, index) => [...(index === 0 ? [] : [".PP"]), escapeText(text)]);
}

/** An entry of a list: what it is about in bold, and texts about it. */
export function entry(term: string, ...texts: readonly string[]): readonly string[] {
  const [first = "", ...more] = texts.filter((text) => text !== "");
  return [
    ".TP",
    `\\fB${escapeText(term)}\\fR`,
    escapeText(first === "" ? "-" : first),
    ...more.flatMap((text) => [".sp", escapeText(text)]),
  ];
}

/** Lines that stay as they are. */
export function verbatim(text: string): readonly string[] {
  return [".nf", ...text.trimEnd().split("\n").map(escapeText), ".fi"];
}

/** The last section: other pages, each in bold. */
export function seeAlso(...pages: readonly (readonly [string, number])[]): readonly string[] {
  const lines = pages.map(([name, number], index) => {
    const comma = index === pages.length - 1 ? "" : ",";
    return `.BR ${escapeText(name)} (${number})${comma}`;
  });
  return section('"SEE ALSO"', lines);
}

/** A text of one line or more as roff takes it: nothing in it is a request or an escape. */
export function escapeText(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1")
    .trim();
}
