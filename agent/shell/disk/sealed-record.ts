import { createHash } from "node:crypto";

import { canonicalJson } from "../../core/base/index.ts";

/** Version of the envelope; a file of another one is not read. */
const FORMAT_VERSION = 1;

/** What a file holds: the content, or why it cannot be trusted. */
export type OpenedRecord =
  | { readonly kind: "good"; readonly content: unknown }
  | { readonly kind: "bad"; readonly problem: string };

/** The text of a file that can be checked: its kind, a SHA-256 of the content, and the content. */
export function sealRecord(kind: string, content: unknown): string {
  const sha256 = digestOf(kind, content);
  return `${JSON.stringify({ kind, formatVersion: FORMAT_VERSION, sha256, content }, null, 1)}\n`;
}

/** Reads what `sealRecord` wrote. Every text that differs in one meaningful byte is bad. */
export function openRecord(kind: string, text: string): OpenedRecord {
  if (text.trim() === "") return { kind: "bad", problem: "empty" };
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch {
    return { kind: "bad", problem: `not JSON, or cut off after ${text.length} characters` };
  }
  if (typeof envelope !== "object" || envelope === null || !("content" in envelope)) {
    return { kind: "bad", problem: "not a record of lb-cluster" };
  }
  const found = { kind: "", formatVersion: 0, sha256: "", ...envelope };
  if (found.kind !== kind) return { kind: "bad", problem: `kind "${found.kind}", not "${kind}"` };
  if (found.formatVersion !== FORMAT_VERSION) {
    const problem = `format version ${found.formatVersion}, this release reads ${FORMAT_VERSION}`;
    return { kind: "bad", problem };
  }
  const { content } = envelope;
  const isSame = found.sha256 === digestOf(kind, content);
  return isSame
    ? { kind: "good", content }
    : { kind: "bad", problem: "checksum does not fit the content" };
}

function digestOf(kind: string, content: unknown): string {
  return createHash("sha256").update(`${kind}\n`).update(canonicalJson(content)).digest("hex");
}
