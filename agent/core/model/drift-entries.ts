/** What `drift-ignore` may say: entries separated by blanks, each a name or `KIND:NAME`. */
import type { ComparedFact } from "./inspection.ts";

/** The kinds of things that are compared. */
export const COMPARED_KINDS: readonly ComparedFact["kind"][] = [
  "file",
  "link",
  "certificate",
  "key",
  "modules",
  "version",
  "sysctl",
  "unit",
  "hosts",
];

/** Kinds whose names are paths, mostly. */
const KINDS_OF_PATHS: ReadonlySet<string> = new Set(["file", "link", "certificate", "key"]);

const FORM = "expected names or KIND:NAME, separated by blanks; * stands for any characters";

/** The entries of the property, each once, in the order in which they were written. */
export function splitDriftEntries(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter((entry) => entry !== ""))];
}

/** Why an entry can fit nothing that is compared; null: it may. */
export function explainDriftEntry(entry: string): string | null {
  if (/,(?:$|[/*]|[a-z]+:)|;$/.test(entry)) return `no list with commas: ${FORM}`;
  const [, prefix, rest = ""] = /^([A-Za-z]+):(.*)$/.exec(entry) ?? [];
  const kind = COMPARED_KINDS.find((one) => one === prefix);
  if (prefix !== undefined && kind === undefined) {
    return `no kind "${prefix}": kinds are ${COMPARED_KINDS.join(", ")}`;
  }
  const name = kind === undefined ? entry : rest;
  if (name === "") return `names nothing: ${FORM}`;
  if (name.endsWith("/")) return `is a folder: expected the names of files, such as ${name}*`;
  const isPath = kind === undefined ? name.includes("/") : KINDS_OF_PATHS.has(kind);
  if (isPath && !/^[/*]/.test(name) && !/\.so$/.test(name)) {
    return `"${name}" is no whole path: expected one from / on, or * in front of it`;
  }
  return null;
}

/** True for what an entry declares to differ; `*` in it stands for any characters. */
export function fitsDriftEntry(
  entry: string,
  { kind, name }: Pick<ComparedFact, "kind" | "name">,
): boolean {
  return fits(entry, name) || fits(entry, `${kind}:${name}`);
}

/** Without a regular expression: one with many stars would be a way to stop the agent. */
function fits(pattern: string, text: string): boolean {
  const [head = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  const tail = rest.pop() ?? "";
  if (!text.startsWith(head) || text.length < head.length + tail.length) return false;
  if (!text.endsWith(tail)) return false;
  const middle = text.slice(head.length, text.length - tail.length);
  let at = 0;
  for (const part of rest) {
    const found = middle.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}
