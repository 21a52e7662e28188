/**
 * Deep checks that fail: before that counts as a failure of this node, the peer is asked whether
 * they would pass from there. What fails on both alike is not this node's fault, and no move would
 * mend it: docs/decisions/0013.
 *
 *   reported ──nobody could take over──▶ degraded
 *      ├──an older peer──▶ counts as reported
 *      └──asked──▶ ──fails there too──▶ degraded
 *             ├──passes there──▶ failed, where clients are served
 *             └──no answer in time──▶ counts as reported
 */
import type { Instant } from "../base/index.ts";
import {
  compareFindings,
  type DeepComparison,
  degradedStatus,
  isOutcomeEqual,
  undegradedStatus,
} from "../history/index.ts";
import {
  type DeepFinding,
  type DeepQuestion,
  INFINITY_SCORE,
  listPrimitives,
  type OnFail,
  type OperationOrder,
  type OperationOutcome,
  type OperationReport,
} from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import { isActive } from "./active.ts";
import { cloneOf, findPrimitive } from "./clone-instances.ts";
import type { DeepQuestions, HeldReport } from "./deep-questions.ts";
import { inTurn, log, nothing, perform, send } from "./effects.ts";
import { acceptReport, isExpected } from "./local-operations.ts";
import { migrationThreshold } from "./migration-threshold.ts";
import { nodeAttributes } from "./node-attributes.ts";
import { placementsOf } from "./plan.ts";
import { finishOperation } from "./run-task.ts";
import {
  type AgentState,
  type AgentStep,
  hasPeer,
  isMeetingOver,
  type OpenOrder,
} from "./state.ts";
import { isTrue } from "./texts.ts";

/** The longest wait for the peer's answer; half of the monitor's own timeout where that is less. */
const ANSWER_MAX_MS = 10_000;
/** What the peer may use of it: its answer has to come back in time. */
const LOOK_PERCENT = 80;
/** Reports that may wait at once; one more counts as it is. */
const HELD_MAX = 32;
const REASON_MAX_CHARACTERS = 512;
/** Where a person has asked for a stop after failures, a stop it is. */
const MOVING: ReadonlySet<OnFail> = new Set(["restart", "standby"]);

/** What a deep check that failed here is found to be; `alone`: no other node could take over. */
type Verdict = DeepComparison | "alone";

/** One report of the executor; of a deep check that failed only after the peer was asked. */
export function acceptOperation(
  state: AgentState,
  report: OperationReport,
  clock: { readonly now: Instant; readonly wallMs: number },
): AgentStep {
  const { held } = state.deepQuestions;
  const position = held.findIndex((one) => one.report.orderId === report.orderId);
  const own = asHeld(state, report, clock.wallMs);
  if (own === null || (position < 0 && held.length >= HELD_MAX)) {
    return finishOperation(withoutHeld(state, position), report, clock);
  }
  const next = position < 0 ? [...held, own] : held.with(position, own);
  return nothing(withQuestions(state, { held: next }));
}

/** Asks about the next report, and ends the question that nobody will answer. */
export function settleDeepChecks(state: AgentState, now: Instant): AgentStep {
  const { asked, held } = state.deepQuestions;
  const [first] = held;
  if (first === undefined) return nothing(state);
  const goOn = (next: AgentState): AgentStep => settleDeepChecks(next, now);
  if (asked !== null) {
    const isOpen = asked.ring === state.ring && now < asked.endsAt;
    return isOpen ? nothing(state) : inTurn(state, [(next) => conclude(next, null, now), goOn]);
  }
  const open = state.orders.get(first.report.orderId);
  if (open === undefined) return goOn(withoutHeld(state, 0));
  if (canAsk(state)) return ask(state, open.order, now);
  return inTurn(state, [(next) => conclude(next, null, now), goOn]);
}

/** When the peer's answer is waited for no longer; null: none is. */
export function deepDeadline({ deepQuestions }: AgentState): Instant | null {
  return deepQuestions.asked?.endsAt ?? null;
}

/** The peer has found out what fails there. */
export function acceptDeepAnswer(
  state: AgentState,
  answer: { readonly askId: number; readonly finding: DeepFinding | null },
  now: Instant,
): AgentStep {
  const { asked } = state.deepQuestions;
  if (asked?.askId !== answer.askId) {
    return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
  return conclude(state, answer.finding, now);
}

/** The peer asks; one question at a time, and what this node does not know is not known. */
export function acceptDeepQuestion(
  state: AgentState,
  { askId, question }: { readonly askId: number; readonly question: DeepQuestion },
  now: Instant,
): AgentStep {
  const { resource, checkLevel, withinMs } = question;
  const primitive = findPrimitive(state.cib, resource);
  const order = primitive === null ? null : planOperation(state.cib, primitive.id, "probe");
  if (order === null || state.deepQuestions.looking !== null) {
    return send(state, { kind: "deepAnswer", askId, finding: null }, now);
  }
  const lookId = state.nextId;
  const looking = { lookId, askId, ring: state.ring };
  const asked = { ...withQuestions(state, { looking }), nextId: lookId + 1 };
  const look = { ...order, resource, checkLevel, timeoutMs: Math.max(1, withinMs) };
  return perform(asked, { kind: "lookDeep", lookId, order: look });
}

/** This node has looked for the peer. */
export function acceptDeepLook(
  state: AgentState,
  { lookId, finding }: { readonly lookId: number; readonly finding: DeepFinding | null },
  now: Instant,
): AgentStep {
  const { looking } = state.deepQuestions;
  if (looking?.lookId !== lookId) {
    return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
  const done = withQuestions(state, { looking: null });
  // The peer of another ring may have been restarted, and have given the number to another one.
  if (looking.ring !== state.ring) return nothing(done);
  return send(done, { kind: "deepAnswer", askId: looking.askId, finding }, now);
}

function asHeld(state: AgentState, report: OperationReport, wallMs: number): HeldReport | null {
  const { deep } = report;
  const open = state.orders.get(report.orderId);
  if (deep === undefined || open === undefined) return null;
  const isRecurring = open.order.operation === "monitor" && open.order.intervalMs > 0;
  return isRecurring && report.outcome.kind === "exited" ? { report, deep, wallMs } : null;
}

function canAsk(state: AgentState): boolean {
  if (isAlone(state) || state.channel === null) return false;
  return state.meeting.peerHello?.answersDeep === true;
}

/** Where nothing can move to now, a failure could only stop what still works. */
function isAlone(state: AgentState): boolean {
  if (!hasPeer(state) || !isMeetingOver(state)) return true;
  return isTrue(nodeAttributes(state, state.identity.peer.name)["standby"]);
}

function ask(state: AgentState, order: OperationOrder, now: Instant): AgentStep {
  const waitMs = Math.min(ANSWER_MAX_MS, Math.floor(order.timeoutMs / 2));
  const askId = state.nextId;
  const asked = { askId, ring: state.ring, endsAt: now + waitMs };
  const { resource, checkLevel } = order;
  const withinMs = Math.floor((waitMs * LOOK_PERCENT) / 100);
  const waiting = { ...withQuestions(state, { asked }), nextId: askId + 1 };
  const question = { resource, checkLevel, withinMs };
  return send(waiting, { kind: "askDeep", askId, question }, now);
}

/** The first report counts as what it is found to be; null: the peer said nothing. */
function conclude(state: AgentState, answer: DeepFinding | null, now: Instant): AgentStep {
  const [first] = state.deepQuestions.held;
  const freed = withoutHeld(state, 0);
  const open = first === undefined ? undefined : freed.orders.get(first.report.orderId);
  if (first === undefined || open === undefined) return nothing(freed);
  const clock = { now, wallMs: first.wallMs };
  const compared = isAlone(freed) ? "alone" : compareFindings(first.deep, answer);
  const counted = judge(freed, { held: first, verdict: compared, order: open.order });
  const isEnd = endsService(freed, { order: open.order, report: counted }, clock);
  const verdict = isEnd ? "alone" : compared;
  const report = isEnd ? judge(freed, { held: first, verdict, order: open.order }) : counted;
  if (isKnown(freed, open, report)) return nothing(freed);
  const { resource } = open.order;
  const fields = { resource, verdict, peer: state.identity.peer.name };
  return inTurn(freed, [
    (next) => perform(next, log("warning", "deepCheckJudged", fields)),
    (next) => finishOperation(next, report, clock),
  ]);
}

function judge(
  state: AgentState,
  context: {
    readonly held: HeldReport;
    readonly verdict: Verdict;
    readonly order: OperationOrder;
  },
): OperationReport {
  const { held, verdict, order } = context;
  const { report } = held;
  if (report.outcome.kind !== "exited" || verdict === "unknown") return report;
  const failed = undegradedStatus(report.outcome.status);
  const peer = state.identity.peer.name;
  if (verdict === "onlyHere") {
    // Where no client is served, a restart would mend nothing and cost the standby.
    if (!isServing(state, order)) return report;
    const isGateway = failed !== report.outcome.status;
    const stays = isGateway && !canMove(state, order);
    const why = stays ? `passes from ${peer}, but no migration-threshold` : `passes from ${peer}`;
    const reason = oneLine(`${report.reason}; ${why}`);
    return stays ? { ...report, reason } : { ...report, outcome: exited(failed), reason };
  }
  const outcome = exited(degradedStatus(order.expectedStatus));
  const words = verdict === "alike" ? describeAlike(held) : `${peer} could not take over`;
  return { ...report, outcome, reason: oneLine(`${words}: ${report.reason}`) };
}

/** Without a threshold a failure restarts the server where it is, again and again. */
function canMove({ cib }: AgentState, { resource, onFail }: OperationOrder): boolean {
  const threshold = migrationThreshold(cib, resource);
  return onFail !== "restart" || (threshold > 0 && threshold < INFINITY_SCORE);
}

function exited(status: number): OperationOutcome {
  return { kind: "exited", status };
}

function describeAlike({ report, deep }: HeldReport): string {
  const { outcome } = report;
  const groups = deep.groups ?? [];
  const isOfGateway =
    outcome.kind === "exited" && undegradedStatus(outcome.status) !== outcome.status;
  if (!isOfGateway && groups.length === 0) return "fails alike on both nodes";
  const names = groups.length === 0 ? "members" : `members of ${groups.join(", ")}`;
  return `${names} are down, seen from both nodes`;
}

/** A server that is on both nodes serves where something is that is on one. */
function isServing({ cib, localHistory }: AgentState, { resource }: OperationOrder): boolean {
  if (cloneOf(cib, resource) === null) return true;
  return localHistory.resources.some(
    (entry) =>
      isActive(entry) &&
      cloneOf(cib, entry.resource) === null &&
      findPrimitive(cib, entry.resource) !== null,
  );
}

/** True for a failure that is to move what runs, and after which something would run nowhere. */
function endsService(
  state: AgentState,
  { order, report }: { readonly order: OperationOrder; readonly report: OperationReport },
  clock: { readonly now: Instant; readonly wallMs: number },
): boolean {
  if (isExpected(order, report) || !MOVING.has(order.onFail)) return false;
  const before = placementsOf(state, clock.now);
  const after = placementsOf(acceptReport(state, report, clock).state, clock.now);
  return listPrimitives(state.cib).some(
    ({ id }) => (before[id] ?? null) !== null && (after[id] ?? null) === null,
  );
}

/** What fails is reported again and again; it is news once. */
function isKnown(
  { localHistory }: AgentState,
  { order, callId }: OpenOrder,
  { outcome, reason }: { readonly outcome: OperationOutcome; readonly reason: string },
): boolean {
  const own = localHistory.resources.find(({ resource }) => resource === order.resource);
  return (own?.records ?? []).some(
    (record) =>
      record.operation === order.operation &&
      record.intervalMs === order.intervalMs &&
      record.callId === callId &&
      record.reason === reason &&
      isOutcomeEqual(record.outcome, outcome),
  );
}

function oneLine(text: string): string {
  return text.slice(0, REASON_MAX_CHARACTERS);
}

/** Without the report at this position; the first one takes its question along. */
function withoutHeld(state: AgentState, position: number): AgentState {
  if (position < 0) return state;
  const held = state.deepQuestions.held.filter((_, index) => index !== position);
  return withQuestions(state, position === 0 ? { held, asked: null } : { held });
}

function withQuestions(state: AgentState, changes: Partial<DeepQuestions>): AgentState {
  return { ...state, deepQuestions: { ...state.deepQuestions, ...changes } };
}
