import type { Action, Decision, ResourceState, Transition } from "../../agent/core/model/index.ts";

/**
 * What the answer shows besides: how nodes stand, what a fencing or migration brings about without
 * an action of its own, and the state that the plan leads to.
 */
export type Shown = "nodes" | "implied" | "after";

/** What the answer leaves out: the reasons of decisions, or the decisions as a whole. */
export type Hidden = "reasons" | "decisions";

/** What is shown of an answer beside its usual parts, and what is not. */
export interface AnswerParts {
  readonly show?: readonly Shown[];
  readonly hide?: readonly Hidden[];
}

/** The answer in lines that people can review. */
export function renderTransition(
  transition: Transition,
  { show = [], hide = [] }: AnswerParts = {},
): object {
  const { nodeStates = [], after = [], implied = [], decisions } = transition;
  const hasReasons = !hide.includes("reasons");
  return {
    ...(show.includes("nodes")
      ? { nodes: nodeStates.map(({ name, text }) => `${name}: ${text}`) }
      : {}),
    ...(hide.includes("decisions")
      ? {}
      : { decisions: decisions.map((decision) => renderDecision(decision, hasReasons)) }),
    actions: transition.actions.map(renderAction),
    ...(show.includes("implied")
      ? { implied: implied.map((each) => `${each.operation} ${each.resource} on ${each.node}`) }
      : {}),
    states: transition.states.map(renderState),
    ...(show.includes("after") ? { after: after.map(renderState) } : {}),
    placements: transition.placements,
    scores: transition.scores,
    recheckAt: transition.recheckAt,
  };
}

function renderDecision(
  { what, resource, from, to, isBlocked, reason }: Decision,
  hasReason: boolean,
): string {
  const subject = resource ?? (what === "fence" ? from : "-");
  const decided = `${what} ${subject}${isBlocked ? " (blocked)" : ""}`;
  if (hasReason) return `${decided}: ${reason}`;
  const route = from === null ? "" : from === to || to === null ? ` on ${from}` : ` from ${from}`;
  return `${decided}${route}${to === null || to === from ? "" : ` to ${to}`}`;
}

function renderAction({ id, node, task, after }: Action): string {
  const waits = after.length === 0 ? "" : ` after ${after.join(" ")}`;
  return `${id}: ${renderTask(task)}${node === "" ? "" : ` on ${node}`}${waits}`;
}

function renderTask(task: Action["task"]): string {
  switch (task.kind) {
    case "operation":
      return renderOperation(task.order);
    case "cancel":
      return `cancel ${task.operation} of ${task.resource} every ${task.intervalMs / 1000}s`;
    case "clearFailcount":
      return `clear failcount of ${task.resource}`;
    case "deleteHistory":
      return `delete history of ${task.resource}${task.isByDc === true ? ", kept by the DC," : ""}`;
    case "fence":
      return `fence (${task.method})${renderDelay(task.delayMs)}`;
    case "shutdown":
      return "shutdown";
    case "point":
      return `point ${task.name}`;
  }
}

function renderDelay(delayMs: number | undefined): string {
  return delayMs === undefined ? "" : ` after ${delayMs} ms`;
}

type Order = Extract<Action["task"], { readonly kind: "operation" }>["order"];

function renderOperation(order: Order): string {
  const { operation, resource, intervalMs, timeoutMs, onFail, migration, meta = {} } = order;
  const isNotice = operation === "notify";
  const about = `${meta["CRM_meta_notify_type"]} ${meta["CRM_meta_notify_operation"]}`;
  const name = operation === "monitor" && intervalMs === 0 ? "probe" : operation;
  const every = intervalMs > 0 ? ` every ${intervalMs / 1000}s` : "";
  const route = migration === undefined ? "" : ` from ${migration.source} to ${migration.target}`;
  const what = `${name} ${resource}${isNotice ? ` of ${about}` : ""}${route}${every}`;
  const lock = order.lockedSinceS === undefined ? "" : ", noting the lock";
  return `${what} (timeout ${timeoutMs / 1000}s, on-fail ${onFail}${lock})`;
}

function renderState(state: ResourceState): string {
  const facts = Object.entries(state)
    .filter(([name, value]) => name.startsWith("is") && value === true)
    .map(([name]) => name);
  const locked = (state.flags ?? []).filter((flag) => flag === "LOCKED");
  const failed = state.failedOn.map((node) => `failed on ${node}`);
  return `${state.resource}: ${[renderRoles(state), ...facts, ...locked, ...failed].join(", ")}`;
}

/** The nodes by role where there is more to say than started or stopped. */
function renderRoles({ role, roles = {}, activeOn }: ResourceState): string {
  const isPlain = Object.keys(roles).every((each) => each === role);
  if (isPlain || activeOn.length === 0) return [role, ...activeOn].join(" ");
  return Object.entries(roles)
    .map(([each, nodes]) => [each, ...nodes].join(" "))
    .join(" ");
}
