/**
 * A reload that a person asked for, led by the DC: one node after the other, the one that serves
 * last, and never that one when another has failed.
 *
 *   none ──asked──▶ reloading on a node ──done──▶ on the next one ──▶ … ──▶ answered
 *                        └─failed, or the membership changed: the rest is left as it is ──┘
 *
 * A reload leaves no record in the history: one that fails leaves the resource running with what it
 * had, and counted as a failure of the resource it would have what runs stopped.
 */
import { compareText, type Instant } from "../base/index.ts";
import {
  type OperationOrder,
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
  const steps = planSteps(state, resource);
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
  if (reload.ended.length < reload.begun && !hasFailed) return nothing(state);
  const step = reload.steps[reload.begun];
  if (hasFailed || step === undefined) return finish(state, reload, now);
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
  const notes = ended.flatMap(({ isOk }, index) => {
    const { node, order } = steps[index] ?? {};
    return isOk ? [`Reloaded ${order?.resource} on ${node}`] : [];
  });
  const over = { ...state, reload: null };
  if (notes.length === steps.length) {
    return answer(over, { to: asker, now }, { kind: "done", notes });
  }
  const failed = ended.find(({ isOk }) => !isOk);
  const at = steps[notes.length]?.node ?? "";
  const why =
    failed === undefined
      ? "the membership changed meanwhile: nobody knows how it ended"
      : failed.reason || "failed";
  const left = [...new Set(steps.slice(notes.length + 1).map(({ node }) => node))];
  const rest = left.length === 0 ? "" : `; not reloaded on ${left.join(", ")}`;
  const before = notes.length === 0 ? "" : `; before that: ${notes.join(", ")}`;
  const text = `reload of "${resource}" on ${at}: ${why}${rest}${before}`;
  return answer(over, { to: asker, now }, { kind: "failed", text });
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

/** Where it runs: unpromoted before promoted, where less is held before where more is. */
function planSteps(state: AgentState, resource: ResourceId): readonly ReloadStep[] {
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
    .flatMap(({ node, entry }) => {
      const order = orderOf(state, entry.resource);
      return order === null ? [] : [{ node, order }];
    });
}

function orderOf(state: AgentState, id: ResourceId): OperationOrder | null {
  const order = planOperation(state.cib, withoutNumber(id), "reload");
  return order === null ? null : { ...order, resource: id, onFail: "ignore" };
}
