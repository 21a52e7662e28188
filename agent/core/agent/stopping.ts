/**
 * This node stops: its resources leave it first, then it says goodbye.
 *
 *   running ──asked──▶ emptying ──nothing held that the cluster manages──▶ left
 *                                  (what is not managed stays, and the peer is told so first)
 *      ▲                  └─a resource that cannot be stopped: refused─┐
 *      └───────────────────────────────────────────────────────────────┘
 */
import type { Instant } from "../base/index.ts";
import { markLeftActive, releaseLocks, unmarkLeftActive } from "../history/index.ts";
import { isQuiet } from "../messaging/index.ts";
import type { ApiReply, NodeHistory, NodeName, ResourceId, ResourceState } from "../model/index.ts";
import { scheduleTransition } from "../scheduler/index.ts";
import { isActive } from "./active.ts";
import type { Asker } from "./asker.ts";
import { answer, inTurn, log, nothing, perform, send } from "./effects.ts";
import { planAnew } from "./end-action.ts";
import { changeHistory } from "./local-operations.ts";
import { dropResources } from "./meet.ts";
import { isStartDoubtful, schedulerInput } from "./plan.ts";
import { type AgentState, type AgentStep, hasPeer } from "./state.ts";

/**
 * This node is to stop: it asks the DC to empty it. Asking again joins the one under way. Its
 * attributes let the scheduler empty it, and people see why; `shutdown` says since when, in
 * wall-clock seconds: so old are the locks of what it had (shutdown-lock).
 */
export function beginStopping(state: AgentState, asker: Asker | null, now: Instant): AgentStep {
  const under = state.stopping ?? {
    askers: [],
    beganAt: now,
    had: state.localHistory.resources.filter(isActive).map(({ resource }) => resource),
    hasLeft: false,
    tookMs: 0,
  };
  const askers = [...under.askers, ...(asker === null ? [] : [asker])];
  const sinceS = Math.max(1, Math.floor((now + state.wallAheadMs) / 1000));
  const shutdown = state.localHistory.attributes["shutdown"] ?? String(sinceS);
  const marked = setAttributes(state, { standby: "on", shutdown });
  return inTurn({ ...marked, stopping: { ...under, askers } }, [
    (next) => shareAttributes(next, now),
    planAnew,
  ]);
}

/** Sets attributes of this node that last until its agent restarts; "" removes one. */
export function setAttributes(
  state: AgentState,
  values: Readonly<Record<string, string>>,
): AgentState {
  const merged = Object.entries({ ...state.localHistory.attributes, ...values });
  const attributes = Object.fromEntries(merged.filter(([, value]) => value !== ""));
  return { ...state, localHistory: { ...state.localHistory, attributes }, isPlanDue: true };
}

/** Tells the peer this node's attributes. */
export function shareAttributes(state: AgentState, now: Instant): AgentStep {
  return send(state, { kind: "attributes", attributes: state.localHistory.attributes }, now);
}

/** Leaves when nothing is active here any more that the cluster manages. */
export function settleStopping(state: AgentState, now: Instant): AgentStep {
  const { stopping } = state;
  if (stopping === null || stopping.hasLeft || isBusy(state)) return nothing(state);
  const mine = state.localHistory.resources.filter(isActive).map((entry) => entry.resource);
  const { states } = scheduleTransition(schedulerInput(state, now));
  // What could not be stopped is left alone like something that is not managed, and still runs.
  const blocked = mine.find((id) => find(states, id)?.isBlocked === true);
  if (blocked !== undefined) return refuse(state, blocked, now);
  const { name } = state.identity.local;
  const managed = mine.filter((id) => isManagedOn(find(states, id), name));
  if (managed.length === 0) return leaveBehind(state, mine, now);
  // Where nothing may be planned, nobody else empties this node.
  const isOnItsOwn = hasPeer(state) ? state.meeting.problem !== null : isStartDoubtful(state, now);
  return isOnItsOwn ? dropResources(state, managed, now) : nothing(state);
}

/**
 * What is not managed stays active here. The peer has to know it before it hears the goodbye, which
 * says that nothing is held: else it would start a second copy.
 */
function leaveBehind(state: AgentState, unmanaged: readonly ResourceId[], now: Instant): AgentStep {
  const untold = state.localHistory.resources.filter(
    ({ resource, wasLeftActive }) => unmanaged.includes(resource) && wasLeftActive !== true,
  );
  if (untold.length === 0 || !hasPeer(state)) return leave(state, now);
  const names = untold.map(({ resource }) => resource).join(" ");
  return inTurn(state, [
    (next) => perform(next, log("warning", "resourcesLeftActive", { resources: names })),
    ...untold.map(({ resource }) => (next: AgentState): AgentStep => {
      const change = (history: NodeHistory) => markLeftActive(history, resource);
      return changeHistory(next, resource, { change, now });
    }),
  ]);
}

function isBusy(state: AgentState): boolean {
  const isWriting = state.openCommit !== null || state.adopting !== null;
  const isSurveying = state.survey !== "done" && state.ring !== null;
  // The goodbye would overtake what was said before it, and end the ring in which it counts.
  const isTalking = state.channel !== null && !isQuiet(state.channel);
  return state.walk !== null || isWriting || isSurveying || state.isDropping || isTalking;
}

function leave(state: AgentState, now: Instant): AgentStep {
  return inTurn(state, [
    (next) => answerAll(next, { kind: "done", notes: [] }, now),
    (next) => sayGoodbye(next, now),
  ]);
}

function sayGoodbye(state: AgentState, now: Instant): AgentStep {
  const { stopping } = state;
  if (stopping === null) return nothing(state);
  const tookMs = now - stopping.beganAt;
  const left = { ...state, stopping: { ...stopping, askers: [], hasLeft: true, tookMs } };
  const { moved, stopped, stayed } = sortLeft(left);
  const line = log("info", "stopping", {
    tookMs,
    ...(moved === "" ? {} : { moved }),
    ...(stopped === "" ? {} : { stopped }),
    ...(stayed === "" ? {} : { stayed }),
  });
  return perform(left, line, { kind: "leave" }, { kind: "exit" });
}

/** One line about a leave, for the supervisor: how it goes, or how it went. */
export function describeLeave(state: AgentState): string {
  const { stopping } = state;
  const peer = state.identity.peer.name;
  if (stopping === null) return "";
  if (!stopping.hasLeft)
    return `stopping: ${nameSome(stopping.had, "what runs here")} leaves first`;
  const { moved, stopped, stayed } = sortLeft(state);
  const parts = [
    moved === "" ? "" : `${moved} moved to ${peer}`,
    stopped === "" ? "" : `${stopped} stopped here`,
    stayed === "" ? "" : `${stayed} left running, not managed`,
  ].filter((part) => part !== "");
  const what = parts.length === 0 ? "nothing ran here" : parts.join("; ");
  return `left the cluster in order after ${stopping.tookMs} ms: ${what}`;
}

/** What has become of that which was active when the leave began, as names. */
function sortLeft(state: AgentState) {
  const had = state.stopping?.had ?? [];
  const activeIn = ({ resources }: NodeHistory): ReadonlySet<ResourceId> =>
    new Set(resources.filter(isActive).map(({ resource }) => resource));
  const [here, there] = [activeIn(state.localHistory), activeIn(state.peerHistory)];
  const names = (ids: readonly ResourceId[]): string => ids.join(" ");
  return {
    moved: names(had.filter((id) => !here.has(id) && there.has(id))),
    stopped: names(had.filter((id) => !here.has(id) && !there.has(id))),
    stayed: names(had.filter((id) => here.has(id))),
  };
}

function nameSome(ids: readonly ResourceId[], none: string): string {
  return ids.length === 0 ? none : ids.join(" ");
}

/**
 * A node that cannot let go of a resource stays: a goodbye would free the peer to start it. What
 * has stopped already is kept for nobody, and may run anywhere.
 */
function refuse(state: AgentState, blocked: ResourceId, now: Instant): AgentStep {
  const { name } = state.identity.local;
  const text =
    `node ${name} keeps running: resource "${blocked}" could not be stopped; ` +
    `repair it and run "lbctl resource cleanup ${blocked}", then stop the node again`;
  const unmarked = setAttributes(state, { standby: "", shutdown: "" });
  const kept = state.localHistory.resources.filter(
    ({ lockedSinceS, wasLeftActive }) => lockedSinceS !== undefined || wasLeftActive === true,
  );
  return inTurn(unmarked, [
    ...kept.map(({ resource }) => (next: AgentState): AgentStep => {
      const change = (history: NodeHistory) =>
        unmarkLeftActive(releaseLocks(history, resource), resource);
      return changeHistory(next, resource, { change, now });
    }),
    (next) => answerAll(next, { kind: "failed", text }, now),
    (next) => nothing({ ...next, stopping: null }),
    (next) => shareAttributes(next, now),
  ]);
}

function answerAll(state: AgentState, reply: ApiReply, now: Instant): AgentStep {
  const askers = state.stopping?.askers ?? [];
  return inTurn(
    state,
    askers.map((to) => (next: AgentState) => answer(next, { to, now }, reply)),
  );
}

/** Copies of a clone are managed or not, each by itself. */
function isManagedOn(found: ResourceState | undefined, node: NodeName): boolean {
  if (found === undefined) return true;
  return found.activeOn.includes(node) ? !found.unmanagedOn.includes(node) : found.isManaged;
}

function find(states: readonly ResourceState[], id: ResourceId): ResourceState | undefined {
  return states.find((entry) => entry.resource === id);
}
