/** Tells the kinds of files apart by what is in them. */
import type { Problem } from "../../agent/core/model/index.ts";
import { parseXml, type XmlElement } from "../cib-xml/index.ts";
import { type CorosyncSection, parseCorosync } from "./parse-corosync.ts";

/** A file as what it is, with its content as far as parsed. */
export type OldFile =
  | { readonly kind: "cib"; readonly text: string }
  | { readonly kind: "clusterConf"; readonly root: XmlElement; readonly comments: number }
  | { readonly kind: "corosync"; readonly root: CorosyncSection }
  | { readonly kind: "cmanSettings"; readonly text: string }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** What people call each kind. */
export const KIND_NAMES: Readonly<Record<Exclude<OldFile["kind"], "refused">, string>> = {
  cib: "CIB of Pacemaker",
  clusterConf: "cluster.conf of cman",
  corosync: "corosync.conf",
  cmanSettings: "settings of cman's init script",
};

const EXPECTED =
  "must be cluster.conf (cman), corosync.conf, a CIB of Pacemaker or /etc/sysconfig/cman";

/** Longest cluster.conf and settings file, in UTF-16 units. */
const LENGTH_MAX = 1024 * 1024;

/**
 * The kind of a text, by its first line that says something. A byte order mark is a blank to
 * `trim`, and no part of the document to the parser of XML.
 */
export function recognizeFile(text: string): OldFile {
  if (text.includes("\0")) return refuse("file", "holds NUL bytes", EXPECTED);
  const first = firstLine(text);
  if (first === null) return refuse("file", "empty", EXPECTED);
  if (first.text.startsWith("<")) return recognizeXml(text);
  // Of any other file that long nothing more is looked at.
  if (/^[A-Z][A-Z0-9_]*=/.test(first.text) && text.length <= LENGTH_MAX) {
    return { kind: "cmanSettings", text };
  }
  if (/^[\w.-]+\s*(?:\{|:)/.test(first.text) || first.text.startsWith("}")) {
    const parsed = parseCorosync(text);
    return parsed.kind === "refused" ? parsed : { kind: "corosync", root: parsed.root };
  }
  return refuse(`line ${first.line}`, `"${first.text.slice(0, 40)}"`, EXPECTED);
}

function recognizeXml(text: string): OldFile {
  // A CIB has a reader and limits of its own.
  if (firstElement(text) === "cib") return { kind: "cib", text };
  if (text.length > LENGTH_MAX) {
    return refuse("file", `${text.length} characters`, `cluster.conf has at most ${LENGTH_MAX}`);
  }
  const parsed = parseXml(text);
  if (parsed.kind === "refused") return parsed;
  const { root, comments } = parsed;
  if (root.name === "cluster") return { kind: "clusterConf", root, comments };
  return refuse(`line ${root.line}`, `element ${root.name}`, EXPECTED);
}

/** What stands before the first element, by how it begins and ends. */
const PROLOGUE = [
  ["<?", "?>"],
  ["<!--", "-->"],
] as const;

/** The name of the first element; whatever is wrong before it is found by the parser. */
function firstElement(text: string): string {
  let at = text.indexOf("<");
  for (;;) {
    const part = PROLOGUE.find(([begin]) => text.startsWith(begin, at));
    if (part === undefined) return /^[\w.:-]*/.exec(text.slice(at + 1, at + 41))?.[0] ?? "";
    const end = text.indexOf(part[1], at);
    const next = end === -1 ? -1 : text.indexOf("<", end);
    if (next === -1) return "";
    at = next;
  }
}

function firstLine(text: string): { readonly text: string; readonly line: number } | null {
  let line = 0;
  for (let at = 0; at <= text.length; ) {
    line++;
    const end = text.indexOf("\n", at);
    const content = text.slice(at, end === -1 ? text.length : end).trim();
    if (content !== "" && !content.startsWith("#")) return { text: content, line };
    if (end === -1) return null;
    at = end + 1;
  }
  return null;
}

function refuse(path: string, found: string, expected: string): OldFile {
  return { kind: "refused", problems: [{ code: "bad-old-config", path, found, expected }] };
}
