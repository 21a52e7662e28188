import { linkSync, readdirSync, readFileSync, unlinkSync } from "node:fs";
import { join } from "node:path";

import { codeOf } from "./durable-files.ts";
import { openRecord } from "./sealed-record.ts";

/** Name of the CIB's file, and the kind in its envelope. */
export const CIB_FILE = "cib.json";
/** Kind of a CIB's record. */
export const CIB_KIND = "lb-cluster-cib";
/** Older contents that are kept, as `cib-1.json` (the newest) to `cib-10.json`. */
export const GENERATIONS_MAX = 10;
const DAMAGED_MAX = 1000;

/** What is on disk. `cib` is unchecked JSON of the right checksum; the configuration checks it. */
export type CibOnDisk =
  | { readonly kind: "absent" }
  | { readonly kind: "found"; readonly cib: unknown }
  | {
      readonly kind: "damaged";
      /** What is wrong, in one line for people, with what was done about it. */
      readonly problem: string;
      /** The newest older generation that is good; null when there is none. */
      readonly recovered: unknown;
      /** The file that `recovered` is from, "" when there is none. */
      readonly from: string;
    };

/** The name of an older generation, 1 being the newest. */
export function generationName(number: number): string {
  return `cib-${number}.json`;
}

/**
 * Reads the CIB at the start. A damaged file is never used and never deleted: it is moved aside as
 * `cib.damaged-N.json`, and the newest good generation is read instead. Throws only when the folder
 * itself cannot be read.
 */
export function readCibFiles(folder: string): CibOnDisk {
  const names = new Set(readdirSync(folder));
  const current = readOne(folder, CIB_FILE);
  if (current.kind === "good") return { kind: "found", cib: current.content };
  const generations = Array.from({ length: GENERATIONS_MAX }, (_, index) =>
    generationName(index + 1),
  ).filter((name) => names.has(name));
  const wasThere = names.has(CIB_FILE);
  if (!wasThere && generations.length === 0) return { kind: "absent" };
  const problems = [
    wasThere
      ? `${CIB_FILE}: ${current.problem}; ${moveAside(folder, CIB_FILE)}`
      : `${CIB_FILE}: missing, but older generations are there`,
  ];
  for (const name of generations) {
    const opened = readOne(folder, name);
    if (opened.kind === "good") {
      problems.push(`${name} is used instead`);
      return {
        kind: "damaged",
        problem: problems.join("; "),
        recovered: opened.content,
        from: name,
      };
    }
    problems.push(`${name}: ${opened.problem}; ${moveAside(folder, name)}`);
  }
  problems.push("no good generation is left");
  return { kind: "damaged", problem: problems.join("; "), recovered: null, from: "" };
}

/** Moves a damaged file to the first free `cib.damaged-N.json`; says in words what became of it. */
export function moveAside(folder: string, name: string): string {
  for (let number = 1; number <= DAMAGED_MAX; number++) {
    const aside = `cib.damaged-${number}.json`;
    try {
      // A link refuses an existing name, a rename would replace another damaged file.
      linkSync(join(folder, name), join(folder, aside));
      unlinkSync(join(folder, name));
      return `kept as ${aside}`;
    } catch (error) {
      if (codeOf(error) === "EEXIST") continue;
      return `not moved aside: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return `not moved aside: ${DAMAGED_MAX} damaged files are kept already`;
}

function readOne(folder: string, name: string): ReturnType<typeof openRecord> {
  try {
    return openRecord(CIB_KIND, readFileSync(join(folder, name), "utf8"));
  } catch (error) {
    const problem = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { kind: "bad", problem };
  }
}
