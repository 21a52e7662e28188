/** Writes elements as XML text. */
import type { Problem } from "../../agent/core/model/index.ts";

/** An element to be written. Attributes that are null or undefined are left out. */
export interface XmlTree {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly children: readonly XmlTree[];
}

/** The text of a document, or the values that XML cannot hold. */
export type XmlText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

// What XML 1.0 has no way to write, not even by number (section 2.2), half surrogates included.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** An element in short. */
export function xml(
  name: string,
  attributes: XmlTree["attributes"],
  children: readonly XmlTree[] = [],
): XmlTree {
  return { name, attributes, children };
}

/** The document with this root, two spaces for each depth. */
export function renderXml(root: XmlTree): XmlText {
  const lines: string[] = [];
  const problems: Problem[] = [];
  write(root, "", { lines, problems });
  if (problems.length > 0) return { kind: "refused", problems };
  return { kind: "text", text: `${lines.join("\n")}\n` };
}

function write(
  { name, attributes, children }: XmlTree,
  indent: string,
  out: { readonly lines: string[]; readonly problems: Problem[] },
): void {
  const written = Object.entries(attributes).flatMap(([attribute, value]) => {
    if (value === null || value === undefined) return [];
    const text = String(value);
    if (NOT_IN_XML.test(text)) {
      const path = `${name} ${attributes["id"] ?? ""} ${attribute}`;
      const found = JSON.stringify(text.slice(0, 80));
      const expected = "holds a character that XML cannot hold";
      out.problems.push({ code: "not-in-xml", path, found, expected });
    }
    return [` ${attribute}="${text.replace(/[&<>"\t\n\r]/g, (each) => ESCAPES[each] ?? each)}"`];
  });
  const open = `${indent}<${name}${written.join("")}`;
  if (children.length === 0) {
    out.lines.push(`${open}/>`);
    return;
  }
  out.lines.push(`${open}>`);
  for (const child of children) write(child, `${indent}  `, out);
  out.lines.push(`${indent}</${name}>`);
}
