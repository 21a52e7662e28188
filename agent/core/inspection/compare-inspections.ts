import { compareText, sortedText } from "../base/index.ts";
import {
  type ComparedFact,
  type Difference,
  fitsDriftEntry,
  type Inspection,
  type ResourceId,
  splitDriftEntries,
} from "../model/index.ts";

/** The value of a fact that a node could not find out (`NOT_KNOWN` of the agents' contract). */
const NOT_KNOWN = "?";

interface Sides {
  readonly kind: ComparedFact["kind"];
  readonly name: string;
  readonly resources: readonly ResourceId[];
  readonly here: string;
  readonly there: string;
}

/** What differs, and what of it a person declared to differ. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly ignored: readonly IgnoredDifference[];
}

/** A difference that is left alone, and the first entry of `drift-ignore` that says so. */
export interface IgnoredDifference extends Pick<Difference, "kind" | "name"> {
  readonly entry: string;
}

/**
 * What differs between the two nodes, by kind and name; what several resources need is listed once.
 * Resources that only one of the nodes has looked at are left out: nothing can be said of them.
 * `declared` is the property `drift-ignore`.
 */
export function compareInspections(
  here: Inspection,
  there: Inspection,
  declared: string,
): Comparison {
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
  const entries = splitDriftEntries(declared);
  const sorted = [...sides.values()]
    .filter(isDifferent)
    .sort((a, b) => compareText(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`))
    .map((one) => ({ one, entry: entries.find((entry) => fitsDriftEntry(entry, one)) }));
  return {
    differences: sorted.flatMap(({ one, entry }) => (entry === undefined ? [one] : [])),
    ignored: sorted.flatMap(({ one: { kind, name }, entry }) =>
      entry === undefined ? [] : [{ kind, name, entry }],
    ),
  };
}

/** Entries of `drift-ignore` that fit nothing of what the nodes have looked at. */
export function listUnusedEntries(
  inspections: readonly Inspection[],
  declared: string,
): readonly string[] {
  const facts = inspections.flatMap(({ resources }) => resources.flatMap((one) => one.facts));
  return splitDriftEntries(declared).filter(
    (entry) => !facts.some((fact) => fitsDriftEntry(entry, fact)),
  );
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
