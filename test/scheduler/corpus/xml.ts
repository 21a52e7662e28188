/** One element of a parsed document: name, attributes and child elements; text is left out. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

/**
 * Reads the XML of the corpus: elements and attributes, the five named entities, comments and
 * declarations skipped. No namespaces, no CDATA: the files have none.
 */
export function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: {}, children: [] };
  const open = [root];
  const skipped = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>/.source;
  const tag = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/.source;
  const pattern = new RegExp(`${skipped}|${tag}`, "g");
  for (const match of text.matchAll(pattern)) {
    const [, closing, name, attributes, empty] = match;
    if (name === undefined) continue;
    if (closing === "/") {
      open.pop();
      continue;
    }
    const element: Element = { name, attributes: readAttributes(attributes ?? ""), children: [] };
    open.at(-1)?.children.push(element);
    if (empty !== "/") open.push(element);
  }
  const [document] = root.children;
  if (document === undefined) throw new Error("document has no element");
  return document;
}

/** The child elements of that name. */
export function childrenOf(element: Element | undefined, name: string): readonly Element[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** All elements below, in document order, that have that name. */
export function descendantsOf(element: Element | undefined, name: string): readonly Element[] {
  if (element === undefined) return [];
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendantsOf(child, name),
  ]);
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const match of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const value = match[2] ?? match[3] ?? "";
    attributes[match[1] ?? ""] = value.replace(/&(\w+);/g, (all, name) => ENTITIES[name] ?? all);
  }
  return attributes;
}
