/** What of a CIB document becomes the configuration of this cluster, and what is said about it. */
import {
  checkCib,
  META_ATTRIBUTES,
  OPERATION_DEFAULTS,
  PROPERTIES,
  type ValueDefinition,
} from "../../agent/core/configuration/index.ts";
import type { Cib, NodeName, Problem } from "../../agent/core/model/index.ts";
import { dropDangling } from "./drop-dangling.ts";
import type { ImportLine } from "./import-line.ts";
import { listCarried } from "./list-carried.ts";
import { mapNodes, type NodeMap } from "./map-nodes.ts";
import { mapValues, type ValueMapper } from "./map-values.ts";
import { OWN_PROPERTIES } from "./old-names.ts";
import type { CibDocument } from "./read-cib-document.ts";

/** The configuration and a line for each thing, or what has to be put right first. */
export interface ImportPlan {
  readonly cib: Cib;
  readonly lines: readonly ImportLine[];
  /** Empty: it may become the configuration. */
  readonly problems: readonly Problem[];
}

/** The parts of a document that an import is about. */
export type ReadDocument = Pick<
  Extract<CibDocument, { readonly kind: "cib" }>,
  "input" | "notes" | "comments"
>;

/**
 * Plans the import for a cluster of these nodes; null: not known, then the document's own nodes are
 * taken for them. `map` renames nodes of the document.
 */
export function planImport(
  document: ReadDocument,
  target: { readonly nodes: readonly NodeName[] | null; readonly map: NodeMap },
): ImportPlan {
  const lines: ImportLine[] = document.notes.map(({ kind, subject, text, line }) => ({
    kind,
    subject,
    text: `${text} (line ${line})`,
  }));
  if (document.comments > 0) {
    const text = `${document.comments} XML comments are not kept`;
    lines.push({ kind: "dropped", subject: "comments", text });
  }
  const tell = (line: ImportLine): void => {
    lines.push(line);
  };
  const mapped = mapNodes(document.input.cib, { ...target, tell });
  const known = mapValues(mapped.cib, knownValues(tell));
  const cib = dropDangling(known, tell);
  const nodes = target.nodes ?? cib.nodes.map(({ name }) => name);
  // A node without a place here is told of once.
  const unmapped = new Set(mapped.problems.map(({ path }) => path.replaceAll('"', "")));
  const others = checkCib(cib, nodes).filter(({ path }) => !unmapped.has(path.replaceAll('"', "")));
  const problems = [...mapped.problems, ...others];
  return { cib, lines: [...listCarried(cib), ...lines], problems };
}

/** Leaves out names that this release does not know and values that say nothing. */
function knownValues(tell: (line: ImportLine) => void): ValueMapper {
  const tables: Readonly<Record<string, ReadonlySet<string>>> = {
    property: namesOf(PROPERTIES),
    "meta attribute": namesOf(META_ATTRIBUTES),
    "operation option": namesOf(OPERATION_DEFAULTS, ["description"]),
  };
  return (values, { noun, owner }) => {
    const known = tables[noun];
    const kept = Object.entries(values).filter(([name, value]) => {
      const subject = `${noun} ${name}${owner === "" ? "" : ` of ${owner}`}`;
      const reason = reasonToDrop({ name, value, isKnown: known?.has(name) ?? true });
      if (reason !== null) tell({ kind: "dropped", subject, text: reason });
      return reason === null;
    });
    return Object.fromEntries(kept);
  };
}

function reasonToDrop(pair: {
  readonly name: string;
  readonly value: string;
  readonly isKnown: boolean;
}): string | null {
  if (OWN_PROPERTIES.includes(pair.name)) return "is what a cluster says about itself";
  if (!pair.isKnown) return `is not known (its value: "${pair.value}")`;
  return pair.value === "" ? "has no value" : null;
}

function namesOf(
  definitions: readonly ValueDefinition[],
  more: readonly string[] = [],
): ReadonlySet<string> {
  return new Set([...definitions.map(({ name }) => name), ...more]);
}
