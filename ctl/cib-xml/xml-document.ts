/** Parses XML into elements with their line. Knows nothing of CIBs. */
import { SaxesParser } from "saxes";
import type { Problem } from "../../agent/core/model/index.ts";

/** Longest document that is read, in UTF-16 units. */
export const DOCUMENT_LENGTH_MAX = 64 * 1024 * 1024;

/** Deepest nesting of elements that is read. A CIB needs about ten. */
export const DEPTH_MAX = 100;

/** How much is parsed at a time: what cannot be read is not parsed to its end. */
const CHUNK_LENGTH = 64 * 1024;

/** One element: its attributes, child elements in order, and where its tag begins. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly line: number;
  /** What stands between its tags besides elements and blanks, cut short; absent: nothing. */
  readonly text?: string;
}

/** The root element and how many comments the document has, or why it cannot be read. */
export type ParsedXml =
  | { readonly kind: "document"; readonly root: XmlElement; readonly comments: number }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text?: string;
}

/** More of a text is not kept: it is only shown. */
const TEXT_SHOWN_MAX = 40;

/**
 * Reads a whole document. A CIB has no text between elements: it is kept to be pointed out. A
 * document type is refused, whatever is in it: entities of its own could make a small file huge.
 */
export function parseXml(text: string): ParsedXml {
  if (text.length > DOCUMENT_LENGTH_MAX) {
    return refuse(`document of ${text.length} characters`, `at most ${DOCUMENT_LENGTH_MAX}`);
  }
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: OpenElement[] = [];
  let root: OpenElement | null = null;
  let problem: Problem | null = null;
  let comments = 0;
  let line = 1;
  const report = (expected: string): void => {
    problem ??= badXml(`line ${parser.line}, column ${parser.column}`, expected);
  };
  parser.on("error", (error) => {
    report(`is not XML: ${error.message.replace(/^[\d:]*\s*/, "").replace(/\.$/, "")}`);
  });
  parser.on("doctype", () => report("has a document type, which must not be there"));
  parser.on("comment", () => {
    comments++;
  });
  const keepText = (words: string): void => {
    const element = open.at(-1);
    const shown = words.trim();
    if (element === undefined || shown === "") return;
    element.text = `${element.text ?? ""}${shown}`.slice(0, TEXT_SHOWN_MAX);
  };
  parser.on("text", keepText);
  parser.on("cdata", keepText);
  parser.on("opentagstart", () => {
    // The parser has read the character after the name, which may be the end of the line.
    line = parser.column === 0 ? parser.line - 1 : parser.line;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element: OpenElement = { name, attributes, children: [], line };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
    if (open.length > DEPTH_MAX) report(`is nested deeper than ${DEPTH_MAX} elements`);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  // A byte order mark is no part of the text.
  const begin = text.startsWith("\uFEFF") ? 1 : 0;
  for (let at = begin; at < text.length && problem === null; at += CHUNK_LENGTH) {
    parser.write(text.slice(at, at + CHUNK_LENGTH));
  }
  if (problem === null) parser.close();
  if (problem !== null) return { kind: "refused", problems: [problem] };
  if (root === null) return refuse("document", "is empty");
  return { kind: "document", root, comments };
}

/**
 * The value of an attribute; null when the element does not have it. Only for names that the schema
 * has, none of which every object bears.
 */
export function attributeOf(element: XmlElement, name: string): string | null {
  return element.attributes[name] ?? null;
}

/** The child elements of that name, in order. */
export function childrenOf(element: XmlElement | null, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The first child element of that name; null when there is none. */
export function childOf(element: XmlElement | null, name: string): XmlElement | null {
  return element?.children.find((child) => child.name === name) ?? null;
}

function refuse(path: string, expected: string): ParsedXml {
  return { kind: "refused", problems: [badXml(path, expected)] };
}

function badXml(path: string, expected: string): Problem {
  return { code: "bad-xml", path, found: "", expected };
}
