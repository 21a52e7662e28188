/** Everything that is wrong or dangerous in a configuration. */
import { checkCib } from "../../agent/core/configuration/index.ts";
import { type Problem, renderProblem, type SchedulerInput } from "../../agent/core/model/index.ts";
import type { Finding } from "./finding.ts";
import { verifyColocations } from "./verify-colocations.ts";
import { verifyPlacement } from "./verify-placement.ts";
import { verifyResources } from "./verify-resources.ts";

/**
 * Errors first, then warnings, each kind in the order of the configuration; each once. `known`:
 * what was found wrong before, as by an import.
 */
export function verifyInput(
  input: SchedulerInput,
  known: readonly Problem[] = [],
): readonly Finding[] {
  const { cib } = input;
  const nodes = input.nodes.map(({ name }) => name);
  const refused = [...known, ...checkCib(cib, nodes)].map(
    (problem): Finding => ({ severity: "error", ...problem }),
  );
  const findings = [
    ...refused,
    ...verifyColocations(cib),
    ...verifyResources(cib),
    // The scheduler is for configurations that hold together.
    ...(refused.length === 0 ? verifyPlacement(input) : []),
  ];
  const once = new Map(findings.map((finding) => [renderProblem(finding), finding]));
  const all = [...once.values()];
  const having = (severity: Finding["severity"]): readonly Finding[] =>
    all.filter((finding) => finding.severity === severity);
  return [...having("error"), ...having("warning")];
}
