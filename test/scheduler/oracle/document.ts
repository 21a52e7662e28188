// XML for the oracle's parsers, by the product's own reader of documents.

import { childrenOf, parseXml, type XmlElement } from "../../../ctl/cib-xml/xml-document.ts";

export { childrenOf, type XmlElement } from "../../../ctl/cib-xml/xml-document.ts";

/** The root of a document that must be well-formed, since a program wrote it. */
export function readDocument(text: string): XmlElement {
  const parsed = parseXml(text);
  if (parsed.kind === "document") return parsed.root;
  const [problem] = parsed.problems;
  throw new Error(`${problem?.path} ${problem?.expected}`);
}

/** The first child element of that name, and null below a missing element. */
export function childOf(element: XmlElement | null, name: string): XmlElement | null {
  return childrenOf(element, name)[0] ?? null;
}
