/**
 * An element of a small XML document. `text` is that of the element itself, its children's left
 * out.
 */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const DEPTH_MAX = 64;
/** Comment, CDATA, instruction, document type, end tag, start tag with attributes, text. */
const TOKEN = [
  /<!--[\s\S]*?-->/,
  /<!\[CDATA\[([\s\S]*?)\]\]>/,
  /<\?[\s\S]*?\?>/,
  /<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>/,
  /<\/([^\s>]+)\s*>/,
  /<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/,
  /([^<]+)/,
]
  .map(({ source }) => source)
  .join("|");
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Parses a well-formed XML document without namespaces and without entities of its own: enough for
 * the metadata of resource agents. Text before the first element is skipped, as some agents print
 * it. Null when the document is not well-formed.
 */
export function parseXml(document: string): XmlElement | null {
  const start = document.search(/<[?!a-zA-Z]/);
  if (start < 0) return null;
  const top: OpenElement = { name: "", attributes: {}, children: [], text: "" };
  const open: OpenElement[] = [top];
  const token = new RegExp(TOKEN, "y");
  token.lastIndex = start;
  while (token.lastIndex < document.length) {
    const match = token.exec(document);
    if (match === null || !takeToken(match, open)) return null;
  }
  return open.length === 1 && top.children.length === 1 ? (top.children[0] ?? null) : null;
}

/** All children of an element that have the name. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

function takeToken(match: RegExpExecArray, open: OpenElement[]): boolean {
  const [, cdata, closed, opened, attributes, selfClosed, text] = match;
  const current = open.at(-1);
  if (current === undefined) return false;
  if (closed !== undefined) {
    const parent = open.at(-2);
    if (current.name !== closed || parent === undefined) return false;
    open.pop();
    parent.children.push(current);
  } else if (opened !== undefined) {
    const element = {
      name: opened,
      attributes: readAttributes(attributes),
      children: [],
      text: "",
    };
    if (selfClosed === "/") current.children.push(element);
    else open.push(element);
  } else {
    current.text += cdata ?? decodeEntities(text ?? "");
  }
  return open.length <= DEPTH_MAX;
}

function readAttributes(text: string | undefined): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, doubleQuoted, singleQuoted] of (text ?? "").matchAll(ATTRIBUTE)) {
    if (name !== undefined) attributes[name] = decodeEntities(doubleQuoted ?? singleQuoted ?? "");
  }
  return attributes;
}

function decodeEntities(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(#x[0-9a-f]{1,6}|#[0-9]{1,7}|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return named[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
