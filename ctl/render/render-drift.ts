/** `lbctl drift`: what differs between the nodes, since when, and how. */
import type { ClusterStatus, DifferenceStatus, DriftStatus } from "../../agent/core/model/index.ts";
import { renderAge } from "./render-readiness.ts";
import { renderWallTime } from "./wall-time.ts";

/** The lines of a comparison of two files, by the name of the file. */
export type Comparisons = ReadonlyMap<string, readonly string[]>;

/** All differences; those of files with what differs in them, where it is known. */
export function renderDriftReport(status: ClusterStatus, comparisons: Comparisons): string {
  const { drift, nodes, nowWallMs } = status;
  const names = nodes.map(({ name }) => name).join(" and ");
  if (drift.comparedAtWallMs === 0) {
    const away = nodes.filter(({ isOnline }) => !isOnline).map(({ name }) => name);
    const why = away.length === 0 ? "not compared yet" : `node ${away.join(", ")} is away`;
    return `Nothing is known about ${names}: ${why}`;
  }
  const age = `compared ${renderAge(drift.comparedAtWallMs, nowWallMs)}`;
  const count = drift.differenceCount;
  const declared = renderIgnored(drift);
  if (count === 0) return [`No differences between ${names}, ${age}`, ...declared].join("\n");
  const noun = count === 1 ? "difference" : "differences";
  const cut = count - drift.differences.length;
  return [
    `${count} ${noun} between ${names}, ${age}`,
    ...drift.differences.flatMap((one) => ["", ...renderDifference(one, comparisons)]),
    ...(cut > 0 ? ["", `${cut} more are not listed`] : []),
    ...(declared.length > 0 ? ["", ...declared] : []),
  ].join("\n");
}

/** One line: what is left alone must not look as if it were alike. */
function renderIgnored({ ignored, ignoredCount }: DriftStatus): readonly string[] {
  if (ignoredCount === 0) return [];
  const counts = new Map<string, number>();
  for (const { entry } of ignored) counts.set(entry, (counts.get(entry) ?? 0) + 1);
  const entries = [...counts].map(([entry, count]) => `${entry} (${count})`).join(", ");
  const words = ignoredCount === 1 ? "difference is" : "differences are";
  return [`${ignoredCount} declared ${words} left alone, by drift-ignore: ${entries}`];
}

function renderDifference(one: DifferenceStatus, comparisons: Comparisons): readonly string[] {
  const { kind, name, resources, sides, sinceWallMs } = one;
  const title = `${kind} ${name} (${resources.join(", ")}), since ${renderWallTime(sinceWallMs)}`;
  const lines = comparisons.get(name) ?? [];
  const values = sides.map(
    ({ node, value }) => `  ${node}: ${value === "" ? "is not there" : value}`,
  );
  return [
    title,
    ...(kind === "file" && lines.length > 0 ? lines.map((line) => `  ${line}`) : values),
  ];
}
