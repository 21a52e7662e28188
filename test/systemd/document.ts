/**
 * Reads the commands of a document for operators. A block that is indented, or fenced as `sh`,
 * holds commands. The paragraph before it says where ("On both hosts:"), or a comment in it does
 * ("# on ip2"). A block that is fenced as `text` is what the command before it prints. All other
 * fences are for reading.
 */

/** Where a command is run; the active host is the one that has the address then. */
export type Place = "ip1" | "ip2" | "both" | "active" | "passive" | "client";

/** One command as it is printed, with its line continuations and here-documents. */
export interface DocumentCommand {
  readonly line: number;
  /** The paragraph or comment that names the place: the active host is found out once for each. */
  readonly naming: number;
  readonly place: Place;
  readonly text: string;
  /** The lines that it has to print, in order, among others; null: any. */
  readonly output: readonly string[] | null;
}

/** A part of a document, from one heading to the next. */
export interface Section {
  readonly title: string;
  readonly commands: readonly DocumentCommand[];
  /** True when it promises that no request of a client fails, `<!-- client: served -->`. */
  readonly keepsServing: boolean;
}

const PLACES: ReadonlyMap<string, Place> = new Map([
  ["ip1", "ip1"],
  ["ip2", "ip2"],
  ["both hosts", "both"],
  ["either host", "ip1"],
  ["the active host", "active"],
  ["the passive host", "passive"],
  ["another machine", "client"],
]);
const NAMED = new RegExp(`\\bon (${[...PLACES.keys()].join("|")})\\b`, "gi");
const SERVED = "<!-- client: served -->";
const INDENT = "    ";

interface Reading {
  readonly sections: { title: string; commands: DocumentCommand[]; keepsServing: boolean }[];
  readonly only: string | null;
  paragraph: string;
  naming: number;
  place: Place | null;
}

/**
 * The sections of a document that hold commands, or the only one with this title. Throws for a
 * command of which it does not say where.
 */
export function readDocument(markdown: string, only: string | null = null): readonly Section[] {
  const lines = markdown.split("\n");
  const first = { title: "", commands: [], keepsServing: false };
  const reading: Reading = { sections: [first], only, paragraph: "", naming: 0, place: null };
  for (let at = 0; at < lines.length; ) at = readOne(reading, lines, at);
  return reading.sections.filter(({ commands }) => commands.length > 0);
}

/** Reads from a line on; returns where to go on. */
function readOne(reading: Reading, lines: readonly string[], at: number): number {
  const line = lines[at] ?? "";
  const section = reading.sections.at(-1);
  if (section === undefined) throw new Error("no section");
  const fence = /^```(\w*)/.exec(line);
  if (fence !== null) return readFence(reading, lines, { at, kind: fence[1] ?? "" });
  if (line.startsWith(INDENT) && lines[at - 1]?.trim() === "") {
    const block = takeWhile(lines, at, (each) => each.startsWith(INDENT) || each.trim() === "");
    const plain = block.map((each) => each.slice(INDENT.length));
    readCommands(reading, plain, at + 1);
    return at + block.length;
  }
  const heading = /^#+ (.*)/.exec(line);
  if (heading !== null) {
    reading.sections.push({ title: heading[1] ?? "", commands: [], keepsServing: false });
    reading.paragraph = "";
    reading.place = null;
  } else if (line === SERVED) section.keepsServing = true;
  else if (line.trim() === "" && !isBlock(lines[at + 1])) reading.paragraph = "";
  else reading.paragraph += ` ${line}`;
  return at + 1;
}

function isBlock(line = ""): boolean {
  return line.startsWith(INDENT) || line.startsWith("```");
}

function readFence(
  reading: Reading,
  lines: readonly string[],
  { at, kind }: { readonly at: number; readonly kind: string },
): number {
  const block = takeWhile(lines, at + 1, (each) => !each.startsWith("```"));
  if (kind === "sh") readCommands(reading, block, at + 2);
  const commands = reading.sections.at(-1)?.commands;
  const last = commands?.pop();
  if (last !== undefined) {
    commands?.push(kind === "text" && last.output === null ? { ...last, output: block } : last);
  }
  return at + block.length + 2;
}

function readCommands(reading: Reading, block: readonly string[], firstLine: number): void {
  if (reading.only !== null && reading.sections.at(-1)?.title !== reading.only) return;
  namePlace(reading, [...reading.paragraph.matchAll(NAMED)].at(-1)?.[1]);
  reading.paragraph = "";
  for (let at = 0; at < block.length; ) {
    const line = block[at] ?? "";
    const isComment = line.startsWith("#");
    if (isComment) namePlace(reading, /^# on (.*)$/.exec(line)?.[1]);
    if (isComment || line.trim() === "") {
      at += 1;
      continue;
    }
    const whole = takeCommand(block, at);
    const text = whole.join("\n");
    const { naming, place } = reading;
    if (place === null) throw new Error(`line ${firstLine + at}: on which host? ${text}`);
    reading.sections
      .at(-1)
      ?.commands.push({ line: firstLine + at, naming, place, text, output: null });
    at += whole.length;
  }
}

/** The lines of one command: as long as a line ends in a backslash or a here-document goes on. */
function takeCommand(block: readonly string[], from: number): readonly string[] {
  const lines: string[] = [];
  let end: string | null = null;
  for (const line of block.slice(from)) {
    lines.push(line);
    if (end === null) end = /<<'?(\w+)'?/.exec(line)?.[1] ?? null;
    else if (line === end) return lines;
    if (end === null && !line.endsWith("\\")) return lines;
  }
  return lines;
}

function takeWhile(
  lines: readonly string[],
  from: number,
  holds: (line: string) => boolean,
): readonly string[] {
  const rest = lines.slice(from);
  const end = rest.findIndex((line) => !holds(line));
  return end < 0 ? rest : rest.slice(0, end);
}

function namePlace(reading: Reading, words: string | undefined): void {
  const place = PLACES.get(words?.toLowerCase() ?? "");
  if (place === undefined) return;
  reading.place = place;
  reading.naming += 1;
}

/**
 * The first line that is not printed, or null. Numbers, keys and widths of columns may differ, the
 * names of the hosts may not; dots at the end of a line stand for its rest.
 */
export function findMissing(expected: readonly string[], printed: string): string | null {
  const seen = printed.split("\n").map(plain);
  let from = 0;
  for (const line of expected) {
    const [begin = "", ...rest] = line.split(/\.\.\.$/);
    if (begin.trim() === "") continue;
    const isIt = (each: string) =>
      rest.length === 0 ? each === plain(line) : each.startsWith(plain(begin));
    const at = seen.findIndex((each, index) => index >= from && isIt(each));
    if (at < 0) return line;
    from = at + 1;
  }
  return null;
}

function plain(line: string): string {
  return line
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/g, "KEY")
    .replace(/(?<!\bip)\d+/g, "0")
    .replace(/\s+/g, " ")
    .trim();
}
