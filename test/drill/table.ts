import { type RunFigures, spreadOf } from "./measure.ts";

/** One finished scenario with its runs. */
export interface FaultReport {
  readonly scenario: string;
  readonly token_ms: number;
  readonly runs: readonly RunFigures[];
  readonly outage_ms: { readonly min: number; readonly median: number; readonly max: number };
  readonly heal_outage_ms?: { readonly min: number; readonly median: number; readonly max: number };
}

/** Sums the runs of a scenario up. The spread leaves out runs whose service never came back. */
export function reportOf(
  scenario: string,
  tokenMs: number,
  runs: readonly RunFigures[],
): FaultReport {
  const outages = runs.map((run) => run.outage_ms).filter((ms) => ms !== null);
  const heals = runs.map((run) => run.heal_outage_ms).filter((ms) => typeof ms === "number");
  return {
    scenario,
    token_ms: tokenMs,
    runs,
    outage_ms: spreadOf(outages),
    ...(heals.length === 0 ? {} : { heal_outage_ms: spreadOf(heals) }),
  };
}

const HEADINGS = [
  "scenario",
  "outage ms",
  "after heal ms",
  "one owner after heal ms",
  "two owners ms",
  "failed",
  "answered",
  "announced (first, times)",
] as const;

/** One table of all scenarios, as people read it. */
export function renderTable(reports: readonly FaultReport[]): string {
  const rows = [[...HEADINGS], ...reports.map(rowOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const tokens = [...new Set(reports.map(({ token_ms }) => `${token_ms} ms`))].join(", ");
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  const legend = reports.some(({ runs }) => runs.length > 1)
    ? `token ${tokens}; several runs: min / median / max`
    : `token ${tokens}`;
  return [legend, "", ...lines].join("\n");
}

function rowOf(report: FaultReport): string[] {
  const { scenario, runs, outage_ms, heal_outage_ms } = report;
  const singles = runs
    .map((run) => run.heal_single_owner_ms)
    .filter((ms) => typeof ms === "number");
  return [
    runs.length > 1 ? `${scenario} (${runs.length} runs)` : scenario,
    showSpread(outage_ms, runs.length),
    heal_outage_ms === undefined ? "-" : showSpread(heal_outage_ms, runs.length),
    singles.length === 0 ? "-" : showSpread(spreadOf(singles), runs.length),
    showSpread(spreadOf(runs.map((run) => run.double_owner_ms)), runs.length),
    showSpread(spreadOf(runs.map((run) => run.failed)), runs.length),
    [...new Set(runs.map(({ before, after }) => `${before ?? "-"} > ${after ?? "-"}`))].join(", "),
    runs.length === 1 ? announced(runs[0]) : firstAnnounced(runs),
  ];
}

/** "min / median / max", or the one value there is. */
export function showSpread(spread: FaultReport["outage_ms"], runs: number): string {
  if (Number.isNaN(spread.median)) return "never back";
  const whole = (value: number) => String(Math.round(value));
  if (runs === 1) return whole(spread.median);
  return `${whole(spread.min)} / ${whole(spread.median)} / ${whole(spread.max)}`;
}

function announced(run: RunFigures | undefined): string {
  const nodes = [...new Set(run?.announced.map(({ node }) => node))];
  const parts = nodes.map((node) => {
    const times = run?.announced.filter((one) => one.node === node) ?? [];
    return `${node} +${times[0]?.at_ms} (${times.length})`;
  });
  return parts.join(", ") || "nobody";
}

/** The first announcement of each run, whoever made it. */
function firstAnnounced(runs: readonly RunFigures[]): string {
  const firsts = runs.map((run) => run.announced[0]?.at_ms).filter((ms) => ms !== undefined);
  if (firsts.length === 0) return "nobody";
  const nodes = new Set(runs.flatMap((run) => run.announced.slice(0, 1).map(({ node }) => node)));
  return `${[...nodes].join(" or ")} +${showSpread(spreadOf(firsts), runs.length)}`;
}
