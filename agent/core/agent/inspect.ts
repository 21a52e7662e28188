/**
 * What the nodes have found out about what their resources need. Each looks at itself again and
 * again and tells the other: all of it when something has changed, otherwise only that it looked.
 */
import { canonicalJson, type Instant } from "../base/index.ts";
import { type Comparison, compareInspections, listUnusedEntries } from "../inspection/index.ts";
import {
  type Cib,
  type Difference,
  type Inspection,
  listPrimitives,
  type OperationOrder,
  type ResourceInspection,
  type ShownFile,
} from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import type { Asker } from "./asker.ts";
import { answer, inTurn, log, nothing, perform, send } from "./effects.ts";
import type { Inspections } from "./inspections.ts";
import { type AgentState, type AgentStep, hasPeer, isMeetingOver } from "./state.ts";

/** Questions for files that may wait for the disk. */
const QUESTIONS_MAX = 16;
/** Names in one line of the log. */
const NAMES_LOGGED = 5;

/** A new ring: what the peer says of itself now is what counts. */
export function forgetPeerInspection(inspections: Inspections): Inspections {
  return { ...inspections, there: null, isShared: false };
}

/** True while operations, a transition or the survey are under way. */
export function isWorkUnderWay(state: AgentState): boolean {
  const isRunning = [...state.orders.values()].some(({ order }) => order.intervalMs === 0);
  return isRunning || state.walk !== null || state.survey !== "done";
}

/** The resources that this node should look at now; null: it is too busy. */
export function inspectedResources(state: AgentState): readonly OperationOrder[] | null {
  if (isWorkUnderWay(state)) return null;
  return listPrimitives(state.cib).flatMap(({ id }) => {
    const order = planOperation(state.cib, id, "probe");
    return order === null ? [] : [order];
  });
}

/** This node has looked at itself. */
export function acceptInspection(
  state: AgentState,
  { inspection, wallMs }: { readonly inspection: Inspection; readonly wallMs: number },
  now: Instant,
): AgentStep {
  const { here, isShared } = state.inspections;
  const isSame = here !== null && canonicalJson(here.inspection) === canonicalJson(inspection);
  const known = { inspection, atWallMs: wallMs };
  const noted = withInspections(state, { here: known, isShared: isSame && isShared });
  return inTurn(noted, [
    (next) => (isSame ? nothing(next) : logReadiness(next, here?.inspection ?? null, inspection)),
    (next) => (isSame && isShared ? tellPeer(next, null, now) : shareInspection(next, now)),
    (next) => noteDifferences(next, wallMs),
  ]);
}

/** Tells the peer of this ring what it does not know yet. */
export function shareInspection(state: AgentState, now: Instant): AgentStep {
  const { here, isShared } = state.inspections;
  if (here === null || isShared || !hasPeer(state) || !isMeetingOver(state)) return nothing(state);
  return tellPeer(withInspections(state, { isShared: true }), here.inspection, now);
}

/** The peer has looked at itself; null: it found what it found before. */
export function acceptPeerInspection(
  state: AgentState,
  inspection: Inspection | null,
  now: Instant,
): AgentStep {
  const found = inspection ?? state.inspections.there?.inspection;
  if (found === undefined) return nothing(state);
  const atWallMs = now + state.wallAheadMs;
  const noted = withInspections(state, { there: { inspection: found, atWallMs } });
  return noteDifferences(noted, atWallMs);
}

/** What differs between the nodes; null: it is not known of both. */
export function compareNodes(state: AgentState): Comparison | null {
  const { here, there } = state.inspections;
  if (here === null || there === null) return null;
  const ignored = state.cib.properties["drift-ignore"] ?? "";
  return compareInspections(here.inspection, there.inspection, ignored);
}

/** A warning about entries of `drift-ignore` that are new and fit nothing that is compared now. */
export function warnOfUnusedEntries(state: AgentState, next: Cib): readonly string[] {
  const declared = next.properties["drift-ignore"] ?? "";
  const { here, there } = state.inspections;
  const known = [here, there].flatMap((one) => (one === null ? [] : [one.inspection]));
  if (known.length === 0 || declared === (state.cib.properties["drift-ignore"] ?? "")) return [];
  const unused = listUnusedEntries(known, declared);
  if (unused.length === 0) return [];
  const names = unused.map((entry) => `"${entry}"`).join(", ");
  const verb = unused.length === 1 ? "fits" : "fit";
  return [`Warning: drift-ignore: ${names} ${verb} nothing that is compared now`];
}

/** How a difference is named in `differsSince`. */
export function differenceKey({ kind, name }: Pick<Difference, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** Asks the disk for the texts of files; only for such as both nodes should have alike. */
export function askForFiles(
  state: AgentState,
  { asker, names }: { readonly asker: Asker; readonly names: readonly string[] },
  now: Instant,
): AgentStep {
  const { here, questions } = state.inspections;
  const facts = here?.inspection.resources.flatMap((one) => one.facts) ?? [];
  const known = new Set(facts.filter(({ kind }) => kind === "file").map(({ name }) => name));
  const wanted = names.filter((name) => known.has(name));
  if (wanted.length === 0 || questions.size >= QUESTIONS_MAX) {
    const text =
      wanted.length === 0
        ? `files ${names.map((name) => `"${name}"`).join(", ")}: none of them is among those ` +
          "that the resources of this node say they read"
        : `${QUESTIONS_MAX} questions for files already wait; try again`;
    return answer(state, { to: asker, now }, { kind: "failed", text });
  }
  const askId = state.nextId;
  const waiting = new Map([...questions, [askId, asker] as const]);
  const asked = { ...withInspections(state, { questions: waiting }), nextId: askId + 1 };
  return perform(asked, { kind: "readFiles", askId, names: wanted });
}

/** The disk has answered. */
export function acceptFiles(
  state: AgentState,
  { askId, files }: { readonly askId: number; readonly files: readonly ShownFile[] },
  now: Instant,
): AgentStep {
  const asker = state.inspections.questions.get(askId);
  if (asker === undefined) return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  const questions = new Map([...state.inspections.questions].filter(([id]) => id !== askId));
  const done = withInspections(state, { questions });
  return answer(done, { to: asker, now }, { kind: "files", files });
}

function withInspections(state: AgentState, changes: Partial<Inspections>): AgentState {
  return { ...state, inspections: { ...state.inspections, ...changes } };
}

function tellPeer(state: AgentState, inspection: Inspection | null, now: Instant): AgentStep {
  return hasPeer(state) ? send(state, { kind: "inspection", inspection }, now) : nothing(state);
}

/** Keeps since when each difference is there, and says when there are others than before. */
function noteDifferences(state: AgentState, wallMs: number): AgentStep {
  const differences = compareNodes(state)?.differences;
  if (differences === undefined) return nothing(state);
  const before = state.inspections.differsSince;
  const keys = differences.map(differenceKey);
  const differsSince = new Map(keys.map((key) => [key, before.get(key) ?? wallMs]));
  const noted = withInspections(state, { differsSince });
  const isSame = keys.length === before.size && keys.every((key) => before.has(key));
  if (isSame) return nothing(noted);
  const names = keys.slice(0, NAMES_LOGGED).join(", ");
  const level = keys.length === 0 ? "info" : "warning";
  return perform(noted, log(level, "driftChanged", { count: keys.length, names }));
}

function logReadiness(state: AgentState, before: Inspection | null, after: Inspection): AgentStep {
  const was = blockers(before?.resources ?? []);
  const is = blockers(after.resources);
  if (was.join("\n") === is.join("\n")) return nothing(state);
  const [first] = is;
  const line =
    first === undefined
      ? log("info", "readinessChanged", { isReady: true })
      : log("warning", "readinessChanged", { isReady: false, problem: first, count: is.length });
  return perform(state, line);
}

function blockers(resources: readonly ResourceInspection[]): readonly string[] {
  return resources.flatMap(({ resource, findings }) =>
    findings
      .filter(({ severity }) => severity === "blocks")
      .map(({ problem }) => `${resource}: ${problem}`),
  );
}
