// Carries a plan out in a random case: every action succeeds, and the histories say so.

import type { Answer, AnswerAction } from "./corpus/answer.ts";
import type { Precedence } from "./corpus/precedence.ts";
import { entry, historyOf, setLast } from "./oracle/feature.ts";
import type { Spec, SpecEntry, SpecNode } from "./oracle/spec.ts";

const EXIT_NOT_RUNNING = 7;

/** The case after the plan. Operations that were under way have ended as they should. */
export function carryOut(
  before: Spec,
  { actions, order }: Pick<Answer, "actions" | "order">,
): Spec {
  const spec = structuredClone(before);
  endPending(spec);
  for (const action of inOrder(actions, order)) {
    const node = spec.nodes.find(({ name }) => name === action.node);
    if (node !== undefined) perform(spec, node, action);
  }
  return spec;
}

/** Who has fewer before itself comes earlier: closed orders never contradict that. */
function inOrder(actions: readonly AnswerAction[], order: Precedence): readonly AnswerAction[] {
  return actions
    .map((action, index) => ({ action, count: order[index]?.length ?? 0 }))
    .sort((a, b) => a.count - b.count)
    .map(({ action }) => action);
}

function endPending(spec: Spec): void {
  for (const { history } of spec.nodes) {
    for (const each of history.flatMap(({ entries }) => entries)) {
      if (each.status === -1) Object.assign(each, { status: 0, rc: each.expected });
    }
  }
}

function perform(spec: Spec, node: SpecNode, action: AnswerAction): void {
  const resource = action.rsc ?? "";
  switch (action.op) {
    case "cancel": {
      const history = historyOf(spec, node, resource);
      const isKept = (x: SpecEntry): boolean =>
        x.operation !== "monitor" || x.intervalS * 1000 !== action.interval;
      history.entries = history.entries.filter(isKept);
      break;
    }
    case "clear_failcount":
      clearFailures(node, resource);
      break;
    case "delete":
    case "lrm_delete":
      node.history = node.history.filter((history) => history.resource !== resource);
      break;
    case "fence":
      if (action.detail !== "on") goDown(spec, node);
      break;
    case "shutdown":
      goDown(spec, node);
      break;
    case "notify":
      break;
    default:
      enter(spec, node, action);
  }
}

function enter(spec: Spec, node: SpecNode, { op, rsc, interval, facts }: AnswerAction): void {
  const history = historyOf(spec, node, rsc ?? "");
  const rc = facts?.expected ?? 0;
  const intervalS = (interval ?? 0) / 1000;
  // The executor refuses to monitor what it has not started; Pacemaker plans that where a start of
  // an instance turns out to be impossible late.
  if (intervalS > 0 && rc !== EXIT_NOT_RUNNING && !isStarted(history.entries)) return;
  // The executor tells a reload as the start that it stands for.
  const operation = op === "reload-agent" ? "start" : op;
  const made: SpecEntry = {
    ...entry(node, operation, { rc, expected: rc, intervalS, ageS: 1 }),
    source: facts?.source ?? null,
    target: facts?.target ?? null,
    ...(facts === undefined ? {} : { ranWith: { ...facts.parameters } }),
  };
  const endsMonitors = ["start", "stop", "migrate_to"].includes(operation);
  history.entries = history.entries.filter(
    (x) => x.isFailure || x.intervalS === 0 || (!endsMonitors && x.intervalS !== intervalS),
  );
  if (intervalS === 0) setLast(history, made);
  else history.entries.push(made);
}

function isStarted(entries: readonly SpecEntry[]): boolean {
  const last = entries.find((x) => x.intervalS === 0 && !x.isFailure);
  if (last === undefined) return false;
  if (last.operation === "monitor") return last.rc !== EXIT_NOT_RUNNING;
  return last.operation !== "stop" && last.operation !== "migrate_to";
}

function clearFailures(node: SpecNode, name: string): void {
  node.failures = node.failures.filter(({ resource }) => resource !== name);
  for (const history of node.history) {
    if (history.resource !== name) continue;
    history.entries = history.entries.filter(({ isFailure }) => !isFailure);
  }
}

/** Who comes back later has forgotten everything. */
function goDown(spec: Spec, node: SpecNode): void {
  Object.assign(node, { presence: "offline", history: [], failures: [], transient: {} });
  if (spec.dc === node.id) spec.dc = spec.nodes.find((other) => other !== node)?.id ?? null;
}
