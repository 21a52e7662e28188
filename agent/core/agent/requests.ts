/** What clients ask for: answered here, done here, or passed on to the DC. */
import { type Instant, sortedText } from "../base/index.ts";
import { clearFailures, giveUpLeftActive, isFailure, releaseLocks } from "../history/index.ts";
import {
  type ApiReply,
  type ApiRequest,
  type Command,
  type NameValues,
  type NodeHistory,
  type ResourceHistory,
  type ResourceId,
  withoutNumber,
} from "../model/index.ts";
import type { Asker } from "./asker.ts";
import { beginCheck } from "./check-now.ts";
import { expandResource } from "./clone-instances.ts";
import { enqueueCommit } from "./commit.ts";
import { describeStatus } from "./describe-status.ts";
import { answer, inTurn, nothing, send } from "./effects.ts";
import { planAnew } from "./end-action.ts";
import { askForFiles } from "./inspect.ts";
import { changeHistory, forgetHere } from "./local-operations.ts";
import { planChanges } from "./plan-changes.ts";
import { beginReload } from "./reload.ts";
import { type AgentState, type AgentStep, hasPeer, isDcHere } from "./state.ts";
import { beginStopping, setAttributes, shareAttributes } from "./stopping.ts";

/** Commands that concern the node on which they are given. */
const LOCAL_COMMANDS: readonly Command["kind"][] = [
  "stopNode",
  "unblockQuorum",
  "setTransientAttributes",
];

/** How long the DC may take for a request before its client is told that nobody knows, in ms. */
const FORWARDED_MAX_MS = 120_000;

/** How many requests may wait for the DC's answer. */
export const FORWARDED_MAX = 256;

/** One request of a client on this node. */
export function acceptRequest(
  state: AgentState,
  asked: { readonly requestId: number; readonly request: ApiRequest },
  now: Instant,
): AgentStep {
  const { requestId, request } = asked;
  const asker: Asker = { from: "here", requestId };
  if (request.kind === "getStatus") {
    return answer(
      state,
      { to: asker, now },
      { kind: "status", status: describeStatus(state, now) },
    );
  }
  if (request.kind === "getCib")
    return answer(state, { to: asker, now }, { kind: "cib", cib: state.cib });
  if (request.kind === "apply" && request.isDryRun) {
    return answer(state, { to: asker, now }, planChanges(state, request, now));
  }
  if (isForPeer(state, request)) return forward(state, asked, now);
  if (isForThisNode(state, request)) return serve(state, { asker, request }, now);
  return isDcHere(state) ? serve(state, { asker, request }, now) : forward(state, asked, now);
}

/** A request that the peer passed on, since this node is the DC. */
export function serve(
  state: AgentState,
  asked: { readonly asker: Asker; readonly request: ApiRequest },
  now: Instant,
): AgentStep {
  const { asker, request } = asked;
  if (request.kind === "apply") {
    // A peer of an older release passes these on too.
    if (request.isDryRun)
      return answer(state, { to: asker, now }, planChanges(state, request, now));
    const { changes, by, atWallMs } = request;
    return enqueueCommit(state, { asker, changes, by, atWallMs }, now);
  }
  if (request.kind === "command") return command(state, { asker, command: request.command }, now);
  if (request.kind === "readFiles") {
    return askForFiles(state, { asker, names: request.names }, now);
  }
  if (request.kind === "inspectNow") return beginCheck(state, { asker, node: request.node }, now);
  return answer(
    state,
    { to: asker, now },
    { kind: "failed", text: `request ${request.kind}: not for the DC` },
  );
}

/** The DC's answer to a request that this node passed on. */
export function acceptForwardReply(
  state: AgentState,
  message: { readonly requestId: number; readonly reply: ApiReply },
): AgentStep {
  const { requestId, reply } = message;
  const isOpen = state.forwarded.some((entry) => entry.requestId === requestId);
  if (!isOpen) return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  const forwarded = state.forwarded.filter((entry) => entry.requestId !== requestId);
  return { state: { ...state, forwarded }, effects: [{ kind: "reply", requestId, reply }] };
}

/** The DC is gone: whether it did what was asked is not known, and the answer says so. */
export function failForwarded(state: AgentState): AgentStep {
  const text = `lost ${state.identity.peer.name} while it worked on this: check the configuration`;
  const effects = state.forwarded.map(
    ({ requestId }) => ({ kind: "reply", requestId, reply: { kind: "failed", text } }) as const,
  );
  return { state: { ...state, forwarded: [] }, effects };
}

/** Answers for a DC that has taken too long. */
export function settleForwarded(state: AgentState, now: Instant): AgentStep {
  const late = state.forwarded.filter(({ endsAt }) => now >= endsAt);
  if (late.length === 0) return nothing(state);
  const text = `${state.dc ?? "the DC"} has not answered: check the configuration`;
  const effects = late.map(
    ({ requestId }) => ({ kind: "reply", requestId, reply: { kind: "failed", text } }) as const,
  );
  const forwarded = state.forwarded.filter(({ endsAt }) => now < endsAt);
  return { state: { ...state, forwarded }, effects };
}

/** Forgets on this node what the DC or a client asked to forget. */
export function forget(
  state: AgentState,
  what: {
    readonly what: "failures" | "cleanup" | "refresh" | "restart";
    readonly resource: ResourceId | null;
  },
  now: Instant,
): AgentStep {
  const resources = targetsOf(state, what.resource);
  const parts = resources.map((resource) => (next: AgentState): AgentStep => {
    if (what.what === "failures") {
      const change = (history: NodeHistory) => clearFailures(history, resource);
      return changeHistory(next, resource, { change, now });
    }
    if (what.what === "restart") {
      const change = (history: NodeHistory) => markForRestart(history, resource);
      return changeHistory(next, resource, { change, now });
    }
    const isDue = what.what === "refresh" || hasFailed(next.localHistory, resource);
    return isDue ? forgetHere(next, resource, now) : nothing(next);
  });
  return inTurn(state, [...parts, planAnew]);
}

function isForThisNode(state: AgentState, request: ApiRequest): boolean {
  if (isOfNode(request)) return request.node === state.identity.local.name;
  return request.kind === "command" && LOCAL_COMMANDS.includes(request.command.kind);
}

/** Attributes and files belong to their node: it is asked itself, whether it is the DC or not. */
function isForPeer(state: AgentState, request: ApiRequest): boolean {
  if (isOfNode(request)) return request.node === state.identity.peer.name;
  if (request.kind !== "command" || !hasPeer(state)) return false;
  const { command } = request;
  return command.kind === "setTransientAttributes" && command.node === state.identity.peer.name;
}

/** What only the node itself can answer, whether it is the DC or not. */
function isOfNode(
  request: ApiRequest,
): request is ApiRequest & { readonly kind: "readFiles" | "inspectNow" } {
  return request.kind === "readFiles" || request.kind === "inspectNow";
}

function forward(
  state: AgentState,
  asked: { readonly requestId: number; readonly request: ApiRequest },
  now: Instant,
): AgentStep {
  const asker: Asker = { from: "here", requestId: asked.requestId };
  if (!hasPeer(state) && isOfNode(asked.request)) {
    const what = asked.request.kind === "readFiles" ? "files" : "check";
    const text = `${what} of ${asked.request.node}: the node is not here to be asked`;
    return answer(state, { to: asker, now }, { kind: "failed", text });
  }
  if (!hasPeer(state) || state.dc === null) {
    const text = "no DC yet: the nodes are still agreeing on one; try again in a moment";
    return answer(state, { to: asker, now }, { kind: "failed", text });
  }
  if (state.forwarded.length >= FORWARDED_MAX) {
    const text = `${FORWARDED_MAX} requests already wait for ${state.dc}; try again`;
    return answer(state, { to: asker, now }, { kind: "failed", text });
  }
  const endsAt = now + FORWARDED_MAX_MS;
  const forwarded = [...state.forwarded, { requestId: asked.requestId, endsAt }];
  return send(
    { ...state, forwarded },
    { kind: "forward", requestId: asked.requestId, request: asked.request },
    now,
  );
}

function command(
  state: AgentState,
  asked: { readonly asker: Asker; readonly command: Command },
  now: Instant,
): AgentStep {
  const { asker } = asked;
  const done =
    (notes: readonly string[]) =>
    (next: AgentState): AgentStep =>
      answer(next, { to: asker, now }, { kind: "done", notes });
  const wanted = asked.command;
  switch (wanted.kind) {
    case "cleanup":
    case "refresh":
      return forgetOn(state, { asker, what: wanted.kind, ...wanted }, now);
    case "failcountReset":
      return forgetOn(state, { ...wanted, asker, what: "failures" }, now);
    case "restartResource":
      return forgetOn(
        state,
        { asker, what: "restart", resource: wanted.resource, node: null },
        now,
      );
    case "reloadResource":
      return beginReload(state, { asker, resource: wanted.resource }, now);
    case "setTransientAttributes":
      return setTransient(state, { asker, ...wanted }, now);
    case "unblockQuorum":
      return inTurn({ ...state, wasUnblocked: true }, [planAnew, done([])]);
    case "stopNode":
      return inTurn(state, [
        (next) => (wanted.isWholeCluster ? send(next, { kind: "stopNode" }, now) : nothing(next)),
        (next) => beginStopping(next, asker, now),
      ]);
  }
}

function setTransient(
  state: AgentState,
  wish: { readonly asker: Asker; readonly node: string; readonly values: NameValues },
  now: Instant,
): AgentStep {
  const { local } = state.identity;
  if (wish.node !== local.name) {
    const text = `attributes of ${wish.node}: set them on that node; this is ${local.name}`;
    return answer(state, { to: wish.asker, now }, { kind: "failed", text });
  }
  return inTurn(setAttributes(state, wish.values), [
    (next) => shareAttributes(next, now),
    (next) => answer(next, { to: wish.asker, now }, { kind: "done", notes: [] }),
  ]);
}

interface Forgetting {
  readonly asker: Asker;
  readonly what: "failures" | "cleanup" | "refresh" | "restart";
  readonly resource: ResourceId | null;
  readonly node: string | null;
}

function forgetOn(state: AgentState, wish: Forgetting, now: Instant): AgentStep {
  const { asker, what, resource, node } = wish;
  const { local, peer } = state.identity;
  if (resource !== null && targetsOf(state, resource).length === 0) {
    const expected = 'no resource with this id; "lbctl resource" lists them';
    const problem = {
      code: "unknown-resource",
      path: `resource "${resource}"`,
      found: "",
      expected,
    };
    return answer(state, { to: asker, now }, { kind: "refused", problems: [problem] });
  }
  const isFor = (name: string): boolean => node === null || node === name;
  const cleaned = cleanedNotes(state, wish);
  return inTurn(state, [
    (next) => (isFor(peer.name) ? forgetThere(next, { what, resource }, now) : nothing(next)),
    (next) => (isFor(local.name) ? forget(next, { what, resource }, now) : nothing(next)),
    (next) => answer(next, { to: asker, now }, { kind: "done", notes: cleaned }),
  ]);
}

/**
 * A peer that is away is not asked: a refresh gives up what is kept for it (shutdown-lock). What
 * was left active there is given up only by name: a cleanup of everything is a habit, and says
 * nothing of what still runs there.
 */
function forgetThere(
  state: AgentState,
  wish: Pick<Forgetting, "what" | "resource">,
  now: Instant,
): AgentStep {
  if (hasPeer(state)) return send(state, { kind: "forget", ...wish }, now);
  if (wish.what !== "refresh" && wish.what !== "cleanup") return nothing(state);
  const ids = targetsOf(state, wish.resource);
  const unlocked =
    wish.what === "refresh" ? ids.reduce(releaseLocks, state.peerHistory) : state.peerHistory;
  const peerHistory = wish.resource === null ? unlocked : ids.reduce(giveUpLeftActive, unlocked);
  return nothing({ ...state, peerHistory, isPlanDue: true });
}

/** What pcs prints of a cleanup: one line a resource and node. */
function cleanedNotes(state: AgentState, wish: Forgetting): readonly string[] {
  if (wish.what !== "cleanup" && wish.what !== "refresh") return [];
  const nodes = state.identity.config.nodes
    .map((entry) => entry.name)
    .filter((name) => wish.node === null || wish.node === name)
    .filter((name) => name === state.identity.local.name || hasPeer(state) || isKept(state, wish));
  if (wish.resource === null) return ["Cleaned up all resources on all nodes"];
  return targetsOf(state, wish.resource).flatMap((id) =>
    nodes.map((name) => `Cleaned up ${id} on ${name}`),
  );
}

/** True where something is given up that is kept for the peer that is away. */
function isKept(state: AgentState, { what, resource }: Forgetting): boolean {
  const ids = targetsOf(state, resource);
  const isMeant = ({ resource: id, lockedSinceS, wasLeftActive }: ResourceHistory): boolean => {
    const isLocked = lockedSinceS !== undefined && what === "refresh";
    return ids.includes(id) && (isLocked || wasLeftActive === true);
  };
  return state.peerHistory.resources.some(isMeant);
}

function targetsOf(state: AgentState, resource: ResourceId | null): readonly ResourceId[] {
  const histories = [state.localHistory, state.peerHistory].flatMap((history) => history.resources);
  const known = histories.map((entry) => entry.resource);
  if (resource === null) return sortedText(new Set(known));
  const expanded = expandResource(state.cib, resource);
  if (expanded.length === 0) return known.includes(resource) ? [resource] : [];
  // Instances may have been left from a time when there were more, or when they differed.
  const left = known.filter((id) => id !== withoutNumber(id) && isOneOf(id, resource, expanded));
  return [...new Set([...expanded, ...left])];
}

/** True for an instance of what is asked for, when that is not an instance itself. */
function isOneOf(id: ResourceId, asked: ResourceId, expanded: readonly ResourceId[]): boolean {
  if (asked !== withoutNumber(asked)) return id === asked;
  return expanded.some((each) => withoutNumber(each) === withoutNumber(id));
}

function hasFailed(history: NodeHistory, resource: ResourceId): boolean {
  const hasCount = history.failcounts.some((entry) => entry.resource === resource);
  const entry = history.resources.find((found) => found.resource === resource);
  const isFailed = entry?.records.some(isFailure);
  return hasCount || isFailed === true;
}

/**
 * A start record whose digest no longer fits makes the scheduler restart the resource; without the
 * word which parameters need a restart, nothing less will do.
 */
function markForRestart(history: NodeHistory, resource: ResourceId): NodeHistory {
  const resources = history.resources.map((entry) =>
    entry.resource === resource
      ? {
          ...entry,
          records: entry.records.map(({ restart: _, ...record }) => {
            return { ...record, digest: "restart" };
          }),
        }
      : entry,
  );
  return { ...history, resources };
}
