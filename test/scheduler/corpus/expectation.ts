// Reads `NAME.expected.json`.

import { readFileSync } from "node:fs";
import type { Answer, AnswerAction, ClusterState } from "./answer.ts";
import { closePairs } from "./precedence.ts";

/** The five things that are compared, each of which a case passes or does not. */
export const LEVELS = ["state", "placement", "core_actions", "all_actions", "order"] as const;

/** One of the five. */
export type Level = (typeof LEVELS)[number];

/** A case as it is expected to end. */
export interface Expectation {
  readonly name: string;
  readonly tier: string;
  /** Wall-clock milliseconds since 1970 to evaluate at. */
  readonly nowMs: number;
  readonly answer: Answer;
  /** Levels on which Pacemaker 2.1.5 gives the same answer. */
  readonly agreed: ReadonlySet<Level>;
}

/** Later than every time in an input whose result does not depend on the time. */
const LATE_MS = Date.parse("2035-01-01T00:00:00Z");

interface WrittenAction {
  readonly op: string;
  readonly rsc?: string;
  readonly node?: string;
  readonly interval?: number;
  readonly action?: string;
  readonly about?: string;
}

interface WrittenDecision {
  readonly do: string;
  readonly rsc?: string;
  readonly node?: string;
  readonly what?: string;
  readonly reason?: string;
  readonly blocked?: boolean;
}

interface Written {
  readonly name?: string;
  readonly tier?: string;
  readonly now?: number | string | null;
  readonly expected: {
    readonly before: ClusterState;
    readonly after: ClusterState;
    readonly summary?: readonly WrittenDecision[];
    readonly actions: readonly WrittenAction[];
    readonly edges?: readonly (readonly [number, number])[];
    readonly scores?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  readonly pacemaker215?: Readonly<Record<string, boolean>> | null;
}

/** Reads the expectation of one case. Throws on a file that has no such content. */
export function readExpectation(folder: string, name: string): Expectation {
  const written: Written = JSON.parse(readFileSync(`${folder}/${name}.expected.json`, "utf8"));
  const { expected } = written;
  const actions = expected.actions.map(readAction);
  return {
    name,
    tier: written.tier ?? "?",
    nowMs: readNow(written.now ?? null),
    answer: {
      before: expected.before,
      after: expected.after,
      actions,
      order: closePairs(actions.length, expected.edges ?? []),
      decisions: (expected.summary ?? []).map(renderDecision),
      scores: renderScores(expected.scores ?? {}),
    },
    agreed: readAgreed(written.pacemaker215 ?? null),
  };
}

function readAction({ op, rsc, node, interval, action, about }: WrittenAction): AnswerAction {
  return {
    op,
    rsc: rsc ?? null,
    node: node ?? "",
    interval: interval ?? null,
    detail: action ?? about ?? "",
  };
}

function readAgreed(parts: Readonly<Record<string, boolean>> | null): ReadonlySet<Level> {
  const partOf: Readonly<Record<Level, string>> = {
    state: "before",
    placement: "after",
    core_actions: "actions",
    all_actions: "actions",
    order: "edges",
  };
  return new Set(LEVELS.filter((level) => parts?.[partOf[level]] === true));
}

function renderDecision({ do: what, rsc, node, what: change, reason, blocked }: WrittenDecision) {
  const words = [what.toLowerCase(), rsc ?? node ?? "", change ?? ""];
  const remarks = [reason === undefined ? "" : `(${reason})`, blocked === true ? "(blocked)" : ""];
  return [...words, ...remarks].filter((word) => word !== "").join(" ");
}

function renderScores(
  kinds: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): readonly string[] {
  return Object.entries(kinds).flatMap(([kind, resources]) =>
    Object.entries(resources).map(
      ([resource, nodes]) => `${kind} ${resource}: ${JSON.stringify(nodes).replaceAll('"', "")}`,
    ),
  );
}

/** A number is in seconds; a text is ISO 8601, also `YYYY-DDD` with or without a time, in UTC. */
export function readNow(now: number | string | null): number {
  if (now === null) return LATE_MS;
  if (typeof now === "number") return now * 1000;
  const [, year, day, time] = /^(\d{4})-(\d{3})(?:[T ](.*))?$/.exec(now) ?? [];
  const text = year === undefined ? now.replace(" ", "T") : `${year}-01-01T${time ?? "00:00:00"}`;
  const hasTime = text.includes("T");
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text);
  const start = Date.parse(hasTime && !hasZone ? `${text}Z` : text);
  return start + (Number(day ?? 1) - 1) * 86_400_000;
}
