/** Why a failure that was supposed did not happen. */
import { withoutNumber } from "../../agent/core/model/index.ts";
import { type Fault, renderFault } from "./fault.ts";
import type { Simulation } from "./run-steps.ts";

/** One line for each failure whose operation was never run. */
export function explainUnused({ unused, steps, next }: Simulation): readonly string[] {
  const all = [...steps.map(({ transition }) => transition), next];
  return unused.map((fault) => {
    const nodes = all.flatMap(({ states }) =>
      states
        .filter(({ resource }) => withoutNumber(resource) === withoutNumber(fault.resource))
        .flatMap(({ activeOn }) => activeOn),
    );
    return `--fail ${renderFault(fault)}: did not happen: ${whyNot(fault, new Set(nodes))}`;
  });
}

function whyNot(
  { resource, operation, intervalMs, node }: Fault,
  nodes: ReadonlySet<string>,
): string {
  const where = nodes.size === 0 ? "nowhere" : `on ${[...nodes].join(" and ")}`;
  if (intervalMs > 0 && !nodes.has(node)) return `${resource} runs ${where}, not on ${node}`;
  return `no ${operation} of ${resource} was run on ${node}`;
}
