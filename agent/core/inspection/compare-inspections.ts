import { compareText, sortedText } from "../base/index.ts";
import type { ComparedFact, Difference, Inspection, ResourceId } from "../model/index.ts";

/** The value of a fact that a node could not find out (`NOT_KNOWN` of the agents' contract). */
const NOT_KNOWN = "?";

interface Sides {
  readonly kind: ComparedFact["kind"];
  readonly name: string;
  readonly resources: readonly ResourceId[];
  readonly here: string;
  readonly there: string;
}

/**
 * What differs between the two nodes, by kind and name; what several resources need is listed once.
 * Resources that only one of the nodes has looked at are left out: nothing can be said of them.
 */
export function compareInspections(
  here: Inspection,
  there: Inspection,
  ignored: string,
): readonly Difference[] {
  const known = new Set(there.resources.map(({ resource }) => resource));
  const both = here.resources.map(({ resource }) => resource).filter((id) => known.has(id));
  const sides = new Map<string, Sides>();
  for (const side of ["here", "there"] as const) {
    const { resources } = side === "here" ? here : there;
    for (const { resource, facts } of resources) {
      if (!both.includes(resource)) continue;
      for (const fact of facts) addFact(sides, fact, { side, resource });
    }
  }
  return [...sides.values()]
    .filter((one) => isDifferent(one) && !isIgnored(one, ignored))
    .sort((a, b) => compareText(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`));
}

/** What a node could not find out at the moment differs from nothing. */
function isDifferent({ here, there }: Sides): boolean {
  return here !== there && here !== NOT_KNOWN && there !== NOT_KNOWN;
}

function addFact(
  sides: Map<string, Sides>,
  { kind, name, value }: ComparedFact,
  { side, resource }: { readonly side: "here" | "there"; readonly resource: ResourceId },
): void {
  const key = `${kind} ${name}`;
  const found = sides.get(key) ?? { kind, name, resources: [], here: "", there: "" };
  const resources = sortedText(new Set([...found.resources, resource]));
  sides.set(key, { ...found, resources, [side]: value });
}

/**
 * True for what a person declared to differ: `patterns` are separated by blanks, each is a name or
 * `KIND:NAME`, in which `*` stands for any characters.
 */
export function isIgnored(
  { kind, name }: Pick<ComparedFact, "kind" | "name">,
  patterns: string,
): boolean {
  const words = patterns.split(/\s+/).filter((word) => word !== "");
  return words.some((word) => fits(word, name) || fits(word, `${kind}:${name}`));
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
