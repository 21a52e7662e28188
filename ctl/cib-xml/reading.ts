/** What all parts of the reading share: the notes, the index of ids, the age of the document. */
import { attributeOf, type XmlElement } from "./xml-document.ts";

/**
 * What became of something that is not carried over as it stands. `changed`: another form of the
 * same meaning; `dropped`: this cluster manager has no place for it; `outOfScope`: a kind of thing
 * (remote node, bundle, ticket, access list, alert) that it does not have at all.
 */
export interface Note {
  readonly kind: "changed" | "dropped" | "outOfScope";
  /** Element and id, such as `rsc_location loc-1`. */
  readonly subject: string;
  readonly text: string;
  /** Line of the element in the document. */
  readonly line: number;
}

/** The state of one reading. Notes are added as things are met, in document order. */
export interface Reading {
  readonly notes: Note[];
  readonly byId: ReadonlyMap<string, XmlElement>;
  /** True when the document was written for a schema before pacemaker-3.0, with its old names. */
  readonly isOldSchema: boolean;
}

/** Begins the reading of a document: indexes the ids that references may name. */
export function beginReading(root: XmlElement): Reading {
  const byId = new Map<string, XmlElement>();
  for (const section of root.children) {
    // The ids of the status section are not unique, and nothing refers to them.
    if (section.name !== "status") indexIds(section, byId);
  }
  const notes: Note[] = [];
  const reading = { notes, byId, isOldSchema: isOldSchema(attributeOf(root, "validate-with")) };
  noteTexts(reading, root);
  return reading;
}

/** Text is nothing that a CIB can hold: whoever wrote it meant something else. */
function noteTexts(reading: Reading, element: XmlElement): void {
  if (element.text !== undefined) {
    const text = `holds the text "${element.text}", which has no place in a CIB`;
    note(reading, element, { kind: "dropped", text });
  }
  for (const child of element.children) noteTexts(reading, child);
}

/** Adds a note about an element. */
export function note(
  reading: Reading,
  element: XmlElement,
  what: { readonly kind: Note["kind"]; readonly text: string; readonly subject?: string },
): void {
  const { kind, text, subject = subjectOf(element) } = what;
  reading.notes.push({ kind, subject, text, line: element.line });
}

/** Element and id, as people find it in the document. */
export function subjectOf(element: XmlElement): string {
  const id = attributeOf(element, "id") ?? attributeOf(element, "uname");
  return id === null ? element.name : `${element.name} ${id}`;
}

/**
 * The element itself, or the one that its `id-ref` names, with the attributes of both (those of the
 * referring one count first). Null, with a note, when there is none of that id and name.
 */
export function resolve(reading: Reading, element: XmlElement): XmlElement | null {
  const reference = attributeOf(element, "id-ref");
  if (reference === null) return element;
  const target = reading.byId.get(reference);
  if (target === undefined || target.name !== element.name) {
    const text = `refers to "${reference}", which is no ${element.name}`;
    note(reading, element, { kind: "dropped", text });
    return null;
  }
  const { "id-ref": _, ...own } = element.attributes;
  return { ...target, attributes: { ...target.attributes, ...own } };
}

/** The elements of that name below, references followed. */
export function resolvedChildren(
  reading: Reading,
  element: XmlElement,
  name: string,
): readonly XmlElement[] {
  return element.children.flatMap((child) => {
    if (child.name !== name) return [];
    const resolved = resolve(reading, child);
    return resolved === null ? [] : [resolved];
  });
}

/** Notes every attribute and child element that the caller does not read. */
export function noteUnread(
  reading: Reading,
  element: XmlElement,
  read: { readonly attributes: ReadonlySet<string>; readonly children: ReadonlySet<string> },
): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (read.attributes.has(name) || name.startsWith("xmlns")) continue;
    note(reading, element, { kind: "dropped", text: `${name}="${value}" has no place here` });
  }
  for (const child of element.children) {
    if (read.children.has(child.name)) continue;
    const text = `has no place in ${subjectOf(element)}`;
    note(reading, child, { kind: "dropped", text });
  }
}

/** Notes attributes that name single resources where sets do, which count alone. */
export function noteBesideSets(
  reading: Reading,
  element: XmlElement,
  names: readonly string[],
): void {
  for (const name of names) {
    const value = attributeOf(element, name);
    if (value === null) continue;
    const text = `${name}="${value}" stands beside resource sets, which count alone`;
    note(reading, element, { kind: "dropped", text });
  }
}

function indexIds(element: XmlElement, byId: Map<string, XmlElement>): void {
  const id = attributeOf(element, "id");
  if (id !== null && !byId.has(id)) byId.set(id, element);
  for (const child of element.children) indexIds(child, byId);
}

// Schemas are named pacemaker-MAJOR.MINOR; `none` and missing names ask for no translation.
function isOldSchema(name: string | null): boolean {
  const [, major] = /^pacemaker-(\d+)\./.exec(name ?? "") ?? [];
  return major !== undefined && Number(major) < 3;
}
