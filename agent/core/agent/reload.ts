/**
 * A reload that a person asked for, led by the DC: all nodes check first what they would read, then
 * one node after the other reloads, the one that serves last, and never that one when another has
 * failed.
 *
 *   none ──asked──▶ checking on each node ──all passed──▶ reloading on a node ──done──▶ …
 *                        └─one failed: nothing is reloaded        │            ──▶ answered
 *                                   failed, or the membership changed: the rest is left as it is
 *
 * Without the check first, a configuration that is broken on one node alone would be found out when
 * another has reloaded already, and the two would serve differently.
 *
 * Neither leaves a record in the history: a reload that fails leaves the resource running with
 * what it had, and counted as a failure of the resource it would have what runs stopped.
 */
import { compareText, type Instant } from "../base/index.ts";
import {
  type NodeName,
  type Problem,
  type ResourceHistory,
  type ResourceId,
  withoutNumber,
} from "../model/index.ts";
import { planOperation } from "../scheduler/index.ts";
import { isActive, isPromoted, listActive } from "./active.ts";
import type { Asker } from "./asker.ts";
import { expandResource } from "./clone-instances.ts";
import { answer, inTurn, nothing, send } from "./effects.ts";
import { runTask } from "./run-task.ts";
import {
  type AgentState,
  type AgentStep,
  hasPeer,
  type OpenReload,
  type ReloadStep,
} from "./state.ts";

/** The operation by which an agent looks at what it would read, without touching what runs. */
const CHECK = "validate-all";
const MEMBERSHIP_CHANGED = "the membership changed meanwhile";

/** Begins a reload, or says why there is nothing to reload. */
export function beginReload(
  state: AgentState,
  wish: { readonly asker: Asker; readonly resource: ResourceId },
  now: Instant,
): AgentStep {
  const { asker, resource } = wish;
  const say = (text: string): AgentStep =>
    answer(state, { to: asker, now }, { kind: "failed", text });
  const problem = refuse(state, resource);
  if (problem !== null) {
    return answer(state, { to: asker, now }, { kind: "refused", problems: [problem] });
  }
  if (state.reload !== null) {
    return say(`resource "${state.reload.resource}" is being reloaded: try again after that`);
  }
  const places = listPlaces(state, resource);
  const steps = [...planSteps(state, places, CHECK), ...planSteps(state, places, "reload")];
  if (steps.length === 0) return say(`resource "${resource}" runs on no node: nothing to reload`);
  const reload: OpenReload = {
    asker,
    resource,
    transitionId: state.nextId,
    ring: state.ring,
    steps,
    begun: 0,
    ended: [],
  };
  return settleReload({ ...state, nextId: state.nextId + 1, reload }, now);
}

/** Goes on with the reload under way, and answers when it is over. */
export function settleReload(state: AgentState, now: Instant): AgentStep {
  const { reload } = state;
  if (reload === null) return nothing(state);
  if (reload.ring !== state.ring) return finish(state, reload, now);
  const hasFailed = reload.ended.some(({ isOk }) => !isOk);
  if (reload.ended.length < reload.begun) return nothing(state);
  const step = reload.steps[reload.begun];
  // All nodes are checked, also when one has failed: who mends it wants to know of all of them.
  const mustEnd = hasFailed && step?.order.operation !== CHECK;
  if (mustEnd || step === undefined) return finish(state, reload, now);
  const begun = { ...state, reload: { ...reload, begun: reload.begun + 1 } };
  return inTurn(begun, [
    (next) => beginStep(next, { step, reload }, now),
    (next) => settleReload(next, now),
  ]);
}

function beginStep(
  state: AgentState,
  { step, reload }: { readonly step: ReloadStep; readonly reload: OpenReload },
  now: Instant,
): AgentStep {
  const { transitionId, begun } = reload;
  const task = { kind: "operation", order: step.order } as const;
  const action = { id: begun, node: step.node, task, after: [] };
  return step.node === state.identity.local.name
    ? runTask(state, action, { transitionId, from: "here", now })
    : send(state, { kind: "action", transitionId, action }, now);
}

function finish(state: AgentState, reload: OpenReload, now: Instant): AgentStep {
  const { asker, steps, ended, resource } = reload;
  const over = { ...state, reload: null };
  if (ended.length === steps.length && ended.every(({ isOk }) => isOk)) {
    const notes = listNotes(reload);
    return answer(over, { to: asker, now }, { kind: "done", notes });
  }
  const isChecking = steps[reload.begun - 1]?.order.operation === CHECK;
  const words = isChecking ? explainCheck(reload) : explainReload(reload);
  const text = `reload of "${resource}" ${words}`;
  return answer(over, { to: asker, now }, { kind: "failed", text });
}

/** What the check found where it failed; what was not asked any more is not told as good. */
function explainCheck({ steps, ended }: OpenReload): string {
  const nodesOf = (isWanted: boolean): readonly string[] =>
    ended.flatMap(({ isOk }, index) => (isOk === isWanted ? (steps[index]?.node ?? []) : []));
  const problems = ended.flatMap(({ isOk, reason }, index) =>
    isOk ? [] : [`on ${steps[index]?.node ?? ""}: ${reason || "the check failed"}`],
  );
  const why = problems.length === 0 ? [MEMBERSHIP_CHANGED] : problems;
  const passed = [...new Set(nodesOf(true))];
  const rest = passed.length === 0 ? "" : `; ${passed.join(", ")} passed the check`;
  return `not begun, nothing was reloaded: ${why.join("; ")}${rest}`;
}

function explainReload(reload: OpenReload): string {
  const { steps, ended } = reload;
  const notes = listNotes(reload);
  const [failed] = ended.filter(({ isOk }) => !isOk);
  const reloads = steps.filter(({ order }) => order.operation !== CHECK);
  const at = reloads[notes.length]?.node ?? "";
  const why =
    failed === undefined
      ? `${MEMBERSHIP_CHANGED}: nobody knows how it ended`
      : failed.reason || "failed";
  const left = [...new Set(reloads.slice(notes.length + 1).map(({ node }) => node))];
  const rest = left.length === 0 ? "" : `; not reloaded on ${left.join(", ")}`;
  const before = notes.length === 0 ? "" : `; before that: ${notes.join(", ")}`;
  return `on ${at}: ${why}${rest}${before}`;
}

/** What has been reloaded. */
function listNotes({ steps, ended }: OpenReload): readonly string[] {
  return ended.flatMap(({ isOk }, index) => {
    const { node, order } = steps[index] ?? {};
    return isOk && order?.operation !== CHECK ? [`Reloaded ${order?.resource} on ${node}`] : [];
  });
}

function refuse(state: AgentState, resource: ResourceId): Problem | null {
  const bases = new Set(expandResource(state.cib, resource).map(withoutNumber));
  const path = `resource "${resource}"`;
  if (bases.size === 1) return null;
  return bases.size === 0
    ? {
        code: "unknown-resource",
        path,
        found: "",
        expected: 'no resource with this id; "lbctl resource" lists them',
      }
    : {
        code: "bad-resource",
        path,
        found: "is a group",
        expected: `one of its members: ${[...bases].join(", ")}`,
      };
}

interface Place {
  readonly node: NodeName;
  readonly resource: ResourceId;
}

/** Where it runs: unpromoted before promoted, where less is held before where more is. */
function listPlaces(state: AgentState, resource: ResourceId): readonly Place[] {
  const ids = new Set(expandResource(state.cib, resource));
  const { localHistory, peerHistory, cib } = state;
  const histories = hasPeer(state) ? [localHistory, peerHistory] : [localHistory];
  const places = histories.flatMap((history) => {
    const own = history.resources.filter((entry) => ids.has(entry.resource) && isActive(entry));
    const held = listActive(history, { cib, now: 0 }).filter((each) => !ids.has(each.resource));
    return own.map((entry) => ({ node: history.node, entry, held: held.length }));
  });
  const rank = ({ entry }: { readonly entry: ResourceHistory }): number =>
    isPromoted(entry) ? 1 : 0;
  return places
    .toSorted((a, b) => rank(a) - rank(b) || a.held - b.held || compareText(a.node, b.node))
    .map(({ node, entry }) => ({ node, resource: entry.resource }));
}

function planSteps(
  state: AgentState,
  places: readonly Place[],
  what: typeof CHECK | "reload",
): readonly ReloadStep[] {
  return places.flatMap(({ node, resource }) => {
    const order = planOperation(state.cib, withoutNumber(resource), what);
    return order === null ? [] : [{ node, order: { ...order, resource, onFail: "ignore" } }];
  });
}
