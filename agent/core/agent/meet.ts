/**
 * The two members of a new ring agree on DC, configuration and ownership.
 *
 *   ring of two ──own survey and drop done──▶ hello sent ──peer's hello──▶ DC known
 *   DC known ──DC: peer stored the CIB, peer dropped what is kept here──▶ over: the DC may plan
 */
import type { Instant } from "../base/index.ts";
import { descendsFrom, stampOf } from "../configuration/index.ts";
import { addLocks } from "../history/index.ts";
import {
  type AgentEffect,
  type Cib,
  compareCibVersion,
  type OperationOrder,
  type ResourceId,
  renderCibVersion,
} from "../model/index.ts";
import {
  decideOwnership,
  electDc,
  type Hello,
  packHistory,
  type Side,
  unpackHistory,
} from "../replication/index.ts";
import { planOperation } from "../scheduler/index.ts";
import { isActive, listActive } from "./active.ts";
import { findPrimitive, isForEveryNode } from "./clone-instances.ts";
import { inTurn, log, nothing, perform, send } from "./effects.ts";
import { beginOperation } from "./local-operations.ts";
import { type AgentState, type AgentStep, hasPeer, isDcHere, isMeetingOver } from "./state.ts";

/** Commit id of the CIB that a DC sends at the beginning of a ring. */
export const SYNC_COMMIT_ID = 0;

/** A meeting that takes longer, and longer than three token timeouts, is worth a warning. */
const MEETING_MIN_MS = 5000;

/** Says hello once per ring, as soon as this node knows what it has and wants to keep. */
export function greet(state: AgentState, now: Instant): AgentStep {
  const isReady = state.survey === "done" && !state.isDropping && state.openCommit === null;
  if (!hasPeer(state) || state.meeting.sentHello !== null || !isReady) return nothing(state);
  if (state.adopting !== null) return nothing(state);
  const hello: Hello = {
    kind: "hello",
    stamp: stampOf(state.cib),
    memberForMs: now - state.identity.startedAt,
    wasDc: isDcHere(state),
    active: listActive(state.localHistory, { cib: state.cib, now }),
    history: packHistory(state.localHistory, now),
    release: state.identity.release,
    answersDeep: true,
  };
  const greeted = { ...state, meeting: { ...state.meeting, sentHello: hello } };
  return inTurn(greeted, [(next) => send(next, hello, now), (next) => meet(next, now)]);
}

/** The peer's hello has come. Its release may be another: packets that came are understood. */
export function acceptHello(state: AgentState, hello: Hello, now: Instant): AgentStep {
  // A node that is back knows nothing of what was kept for it.
  const peerHistory = addLocks(unpackHistory(hello.history, now), state.peerHistory, isActive);
  const heard = { ...state, peerHistory, meeting: { ...state.meeting, peerHello: hello } };
  return meet(heard, now);
}

/** The DC's configuration has come: it is written first, then adopted and acknowledged. */
export function acceptCib(
  state: AgentState,
  message: { readonly commitId: number; readonly cib: Cib },
  now: Instant,
): AgentStep {
  const isOlder = compareCibVersion(message.cib.version, state.cib.version) < 0;
  if (state.dc !== state.identity.peer.name || isOlder) {
    const { commitId } = message;
    const { name } = state.identity.local;
    const problem = `refused by ${name}: not from its DC, or older than its own`;
    return send(state, { kind: "cibStored", commitId, problem }, now);
  }
  const writeId = state.nextId;
  const hasDiverged = state.cib.version.epoch > 0 && !descendsFrom(message.cib, stampOf(state.cib));
  const label = renderCibVersion(state.cib.version);
  const aside: readonly AgentEffect[] = hasDiverged
    ? [
        { kind: "setAsideCib", cib: state.cib, label: state.identity.local.name },
        log("warning", "cibSetAside", { version: label, node: state.identity.local.name }),
      ]
    : [];
  const setAside = hasDiverged ? [...state.setAside, label].slice(-16) : state.setAside;
  const adopting = { writeId, commitId: message.commitId, cib: message.cib };
  return {
    state: { ...state, nextId: writeId + 1, adopting, setAside },
    effects: [...aside, { kind: "writeCib", writeId, cib: message.cib }],
  };
}

/** The DC's configuration is on this disk, or could not be written. */
export function finishAdopting(state: AgentState, problem: string | null, now: Instant): AgentStep {
  if (state.adopting === null) return nothing(state);
  const { commitId, cib } = state.adopting;
  const adopted = { ...state, adopting: null, cib, diskProblem: problem };
  const version = renderCibVersion(cib.version);
  const line =
    problem === null
      ? log("info", "cibAdopted", { version })
      : log("error", "cibWriteFailed", { version, problem });
  const stored = (next: AgentState): AgentStep =>
    commitId === null ? nothing(next) : send(next, { kind: "cibStored", commitId, problem }, now);
  return inTurn(adopted, [(next) => perform(next, line), stored]);
}

/** The peer stored the configuration that the DC sent at the beginning of the ring. */
export function notePeerSynced(state: AgentState): AgentStep {
  return nothing({
    ...state,
    isPlanDue: true,
    meeting: { ...state.meeting, awaitsCib: false },
  });
}

/** The peer has dropped what this side keeps. */
export function notePeerDropped(state: AgentState): AgentStep {
  return nothing({
    ...state,
    isPlanDue: true,
    meeting: { ...state.meeting, awaitsDrop: false },
  });
}

/**
 * Gives up on this node at once, all together, what the other side has: addresses must not wait for
 * servers. Used when the other side keeps it, and when this node was outside of the ring for longer
 * than a token. Of a clone whose copies may run on every node only the promoted role is given up.
 */
export function giveUpResources(
  state: AgentState,
  resources: readonly ResourceId[],
  now: Instant,
): AgentStep {
  const plan = (id: ResourceId): OperationOrder | null => {
    const stop = planStop(state, id);
    return stop !== null && isForEveryNode(state.cib, id) ? { ...stop, operation: "demote" } : stop;
  };
  return dropBy(state, { resources, plan }, now);
}

/** Stops resources on this node at once, all together. */
export function dropResources(
  state: AgentState,
  resources: readonly ResourceId[],
  now: Instant,
): AgentStep {
  return dropBy(state, { resources, plan: (id) => planStop(state, id) }, now);
}

function dropBy(
  state: AgentState,
  drop: {
    readonly resources: readonly ResourceId[];
    readonly plan: (id: ResourceId) => OperationOrder | null;
  },
  now: Instant,
): AgentStep {
  const orders = drop.resources
    .map(drop.plan)
    .filter((order): order is OperationOrder => order !== null);
  const names = orders.map((order) => order.resource).join(" ");
  const begun = inTurn(
    { ...state, isDropping: true },
    orders.map((order) => (next: AgentState) => {
      return beginOperation(next, order, { purpose: { kind: "drop" }, now });
    }),
  );
  if (orders.length === 0) return begun;
  const line = log("warning", "resourcesDropped", { resources: names });
  return { state: begun.state, effects: [line, ...begun.effects] };
}

/** A stop with what the resource was started with: the configuration may have changed since. */
function planStop(state: AgentState, id: ResourceId): OperationOrder | null {
  const history = state.localHistory.resources.find((entry) => entry.resource === id);
  const { lastCall } = history ?? {};
  const what = lastCall === undefined ? "stop" : { stopAs: lastCall };
  const base = findPrimitive(state.cib, id)?.id ?? id;
  const order = planOperation(state.cib, base, what);
  return order === null ? null : { ...order, resource: id };
}

/** Ends the drop when its last operation has ended, and tells a keeper that waits for it. */
export function settleDrop(state: AgentState, now: Instant): AgentStep {
  if (!state.isDropping) return nothing(state);
  const isUnderWay = [...state.orders.values()].some(({ purpose }) => purpose.kind === "drop");
  if (isUnderWay) return nothing(state);
  const ended = { ...state, isDropping: false, isPlanDue: true };
  return state.meeting.sentHello === null ? nothing(ended) : send(ended, { kind: "dropped" }, now);
}

/** Says when the nodes take too long to agree: messages may not get through, or a probe hangs. */
export function settleMeeting(state: AgentState, now: Instant): AgentStep {
  const deadline = meetingDeadline(state);
  if (deadline === null || now < deadline) return nothing(state);
  const { config, peer } = state.identity;
  const { sentHello, peerHello } = state.meeting;
  const problem =
    sentHello === null
      ? "this node is still busy with what it had before"
      : peerHello === null
        ? `no word from its agent: is UDP port ${config.port + 1} open both ways?`
        : `waiting until ${peer.name} has stored the configuration and stopped what is kept here`;
  const line = log("error", "meetingStalled", { problem });
  return perform({ ...state, meeting: { ...state.meeting, problem } }, line);
}

/** When a meeting that goes on has taken too long; null: it is over, or that has been said. */
export function meetingDeadline(state: AgentState): Instant | null {
  if (isMeetingOver(state) || state.meeting.problem !== null) return null;
  const limitMs = Math.max(MEETING_MIN_MS, 3 * state.identity.config.tokenTimeoutMs);
  return state.meeting.beganAt + limitMs;
}

function meet(state: AgentState, now: Instant): AgentStep {
  const { sentHello, peerHello } = state.meeting;
  if (sentHello === null || peerHello === null) return nothing(state);
  const { local, peer } = state.identity;
  const here: Side = { nodeId: local.id, hello: sentHello };
  const there: Side = { nodeId: peer.id, hello: peerHello };
  const dc = electDc(here, there) === local.id ? local.name : peer.name;
  const ownership = decideOwnership(here, there);
  const keepsHere = ownership.keeper === local.id;
  const keepsThere = ownership.keeper === peer.id;
  const isDc = dc === local.name;
  const isSame =
    sentHello.stamp.digest === peerHello.stamp.digest &&
    renderCibVersion(sentHello.stamp.version) === renderCibVersion(peerHello.stamp.version);
  const meeting = {
    ...state.meeting,
    awaitsCib: isDc && !isSame,
    awaitsDrop: keepsHere,
  };
  const met: AgentState = { ...state, dc, meeting, isPlanDue: true };
  const sync = { kind: "cib", commitId: SYNC_COMMIT_ID, cib: state.cib } as const;
  const again: AgentEffect = { kind: "announceAgain", resources: ownership.shared };
  return inTurn(met, [
    (next) => perform(next, log("info", "dcChanged", { dc })),
    (next) => (isDc && !isSame ? send(next, sync, now) : nothing(next)),
    (next) => (keepsHere ? perform(next, again) : nothing(next)),
    (next) => (keepsThere ? giveUpResources(next, ownership.shared, now) : nothing(next)),
  ]);
}
