/** Parses the text of corosync.conf into sections with their lines (corosync.conf(5)). */
import type { Problem } from "../../agent/core/model/index.ts";

/** Longest text that is read, in UTF-16 units, and longest line of it. */
export const COROSYNC_LENGTH_MAX = 1024 * 1024;
const LINE_LENGTH_MAX = 1024;
/** Deepest nesting of sections and most lines; a real file needs 2 and some dozens. */
const DEPTH_MAX = 8;
const LINES_MAX = 20_000;
/** Without one of these it is no corosync.conf. */
const SECTIONS: ReadonlySet<string> = new Set(["totem", "nodelist", "quorum"]);

/** One `name: value`. */
export interface CorosyncEntry {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

/** One `name { ... }`, or the whole file, whose name is empty. */
export interface CorosyncSection {
  readonly name: string;
  readonly line: number;
  readonly entries: readonly CorosyncEntry[];
  readonly sections: readonly CorosyncSection[];
}

/** The file, or the first thing that is wrong with it. */
export type ParsedCorosync =
  | { readonly kind: "sections"; readonly root: CorosyncSection }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

interface OpenSection extends CorosyncSection {
  readonly entries: CorosyncEntry[];
  readonly sections: OpenSection[];
}

/**
 * Reads the whole text. As with corosync itself a brace is the last character of its line and a
 * comment has a line of its own. Release 1 has a setting outside of sections, `compatibility`.
 */
export function parseCorosync(text: string): ParsedCorosync {
  if (text.length > COROSYNC_LENGTH_MAX) {
    return refuse("file", `${text.length} characters`, `at most ${COROSYNC_LENGTH_MAX}`);
  }
  const lines = text.split("\n", LINES_MAX + 1);
  if (lines.length > LINES_MAX) return refuse("file", "too many lines", `at most ${LINES_MAX}`);
  const root = section("", 1);
  const open: OpenSection[] = [root];
  for (const [index, given] of lines.entries()) {
    const problem = readLine(open, given.trim(), index + 1);
    if (problem !== null) return { kind: "refused", problems: [problem] };
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined && unclosed !== root) {
    return refuse(`line ${unclosed.line}`, `${unclosed.name} {`, "has no closing brace");
  }
  if (!root.sections.some(({ name }) => SECTIONS.has(name))) {
    return refuse("file", "no totem { }", "must be cluster.conf, corosync.conf or a CIB");
  }
  return { kind: "sections", root };
}

/** Adds what a line says to the innermost open section; returns what is wrong with it. */
function readLine(open: OpenSection[], text: string, line: number): Problem | null {
  if (text === "" || text.startsWith("#")) return null;
  const wrong = (expected: string): Problem => bad(`line ${line}`, cut(text), expected);
  if (text.length > LINE_LENGTH_MAX) return wrong(`is longer than ${LINE_LENGTH_MAX} characters`);
  const inside = open.at(-1);
  if (inside === undefined) return wrong("closes nothing");
  if (text.endsWith("{")) {
    const name = text.slice(0, -1).trim();
    if (!/^[\w.-]+$/.test(name)) return wrong("must be NAME { to open a section");
    if (open.length > DEPTH_MAX) return wrong(`is nested deeper than ${DEPTH_MAX} sections`);
    const opened = section(name, line);
    inside.sections.push(opened);
    open.push(opened);
    return null;
  }
  if (text === "}") {
    if (open.length === 1) return wrong("closes a section that is not open");
    open.pop();
    return null;
  }
  const [, name = "", value = ""] = /^([^:{}]+?)\s*:\s*(.*)$/.exec(text) ?? [];
  if (!/^[\w.-]+$/.test(name)) return wrong("must be NAME {, NAME: VALUE, } or a comment");
  inside.entries.push({ name, value, line });
  return null;
}

function section(name: string, line: number): OpenSection {
  return { name, line, entries: [], sections: [] };
}

function refuse(path: string, found: string, expected: string): ParsedCorosync {
  return { kind: "refused", problems: [bad(path, found, expected)] };
}

function bad(path: string, found: string, expected: string): Problem {
  return { code: "bad-old-config", path, found, expected };
}

/** Enough of a line to find it again; a key may be in it, so its value is not shown. */
function cut(text: string): string {
  const shown = text.replace(/:.*/, ":").slice(0, 40);
  return `"${shown}"`;
}
