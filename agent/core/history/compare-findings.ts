import type { DeepFinding } from "../model/index.ts";

/**
 * What the other node's finding says of a deep check that failed here. `alike`: it fails there too,
 * so that no move would help; `onlyHere`: the other node fares better; `unknown`: they cannot be
 * compared.
 */
export type DeepComparison = "alike" | "onlyHere" | "unknown";

/**
 * Compares what fails on this node with what fails on the other. The other fares better only if all
 * that fails there fails here as well, and something that fails here does not: with different
 * failures neither is better. Checks are compared where both nodes could make them, else members.
 */
export function compareFindings(here: DeepFinding, there: DeepFinding | null): DeepComparison {
  if (there === null) return "unknown";
  if (here.checks !== null && there.checks !== null) return compareNames(here.checks, there.checks);
  if (here.groups !== null && there.groups !== null) return compareNames(here.groups, there.groups);
  return "unknown";
}

/** Where nothing of a kind fails here, it is not what the checks failed by. */
function compareNames(here: readonly string[], there: readonly string[]): DeepComparison {
  if (here.length === 0) return "unknown";
  const failsHere = new Set(here);
  const failsThere = new Set(there);
  const isWithin = [...failsThere].every((name) => failsHere.has(name));
  return isWithin && failsThere.size < failsHere.size ? "onlyHere" : "alike";
}
