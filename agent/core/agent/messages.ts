/** Messages of the peer, in order, from the member of this ring. */
import type { Instant } from "../base/index.ts";
import { assert } from "../base/index.ts";
import { receivePacket } from "../messaging/index.ts";
import type { ActionTask, MessagePacket } from "../model/index.ts";
import {
  type PeerMessage,
  replaceResource,
  unpackFailcounts,
  unpackResource,
} from "../replication/index.ts";
import { noteWrittenThere } from "./commit.ts";
import { acceptDeepAnswer, acceptDeepQuestion } from "./deep-checks.ts";
import { inTurn, nothing, packetsOf, send } from "./effects.ts";
import { noteActionEnd, planAnew } from "./end-action.ts";
import { acceptPeerInspection } from "./inspect.ts";
import { acceptCib, acceptHello, notePeerDropped, notePeerSynced, SYNC_COMMIT_ID } from "./meet.ts";
import { acceptForwardReply, forget, serve } from "./requests.ts";
import { runTask } from "./run-task.ts";
import type { AgentState, AgentStep } from "./state.ts";
import { beginStopping } from "./stopping.ts";

/** One packet of the message channel; packets of another ring are dropped by the channel. */
export function acceptPacket(state: AgentState, packet: MessagePacket, now: Instant): AgentStep {
  if (state.channel === null) return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  const received = receivePacket(state.channel, packet, now);
  const texts = received.effects.flatMap((effect) =>
    effect.kind === "deliverText" ? [effect.text] : [],
  );
  const broken = received.effects.find((effect) => effect.kind === "broken");
  assert(
    broken === undefined,
    `message channel of ring ${state.ring?.ring.seq}: ${broken?.reason}`,
  );
  const ring = state.ring;
  const parts = texts.map((text) => (next: AgentState): AgentStep => {
    // A message may end the ring for this node: the rest of the packet then belongs to the past.
    return next.ring === ring ? acceptMessage(next, parseMessage(text), now) : nothing(next);
  });
  const taken = inTurn({ ...state, channel: received.state }, parts);
  const effects = [...packetsOf(received.effects), ...taken.effects];
  return { state: taken.state, effects };
}

function acceptMessage(state: AgentState, message: PeerMessage, now: Instant): AgentStep {
  switch (message.kind) {
    case "hello":
      return acceptHello(state, message, now);
    case "cib":
      return acceptCib(state, message, now);
    case "cibStored":
      return message.commitId === SYNC_COMMIT_ID
        ? notePeerSynced(state)
        : noteWrittenThere(state, { ...message, now });
    case "action":
      return acceptAction(state, message, now);
    case "actionDone":
      return noteActionEnd(state, message);
    case "history":
      return acceptHistory(state, message, now);
    case "attributes": {
      const peerHistory = { ...state.peerHistory, attributes: message.attributes };
      return planAnew({ ...state, peerHistory });
    }
    case "inspection":
      return acceptPeerInspection(state, message.inspection, now);
    case "askDeep":
      return acceptDeepQuestion(state, message, now);
    case "deepAnswer":
      return acceptDeepAnswer(state, message, now);
    case "dropped":
      return notePeerDropped(state);
    case "forward":
      return serve(
        state,
        { asker: { from: "peer", requestId: message.requestId }, ...message },
        now,
      );
    case "forwardReply":
      return acceptForwardReply(state, message);
    case "stopNode":
      return beginStopping(state, null, now);
    case "forget":
      return forget(state, message, now);
    default: // A newer release may say what this one does not understand.
      return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
}

function acceptAction(
  state: AgentState,
  message: PeerMessage & { readonly kind: "action" },
  now: Instant,
): AgentStep {
  const { transitionId, action } = message;
  const isForMe = action.node === state.identity.local.name && action.task.kind !== "fence";
  const mayRun = isForMe && state.dc === state.identity.peer.name && !state.isDropping;
  if (mayRun) return runTask(state, action, { transitionId, from: "peer", now });
  const refused = { kind: "actionDone", transitionId, actionId: action.id, isOk: false } as const;
  return send(state, refused, now);
}

function acceptHistory(
  state: AgentState,
  message: PeerMessage & { readonly kind: "history" },
  now: Instant,
): AgentStep {
  const { resource } = message;
  const history = message.history === null ? null : unpackResource(message.history, now);
  const failcounts = unpackFailcounts(message.failcounts, now);
  const peerHistory = replaceResource(state.peerHistory, resource, { history, failcounts });
  const isExpected =
    state.walk?.actions.some(
      ({ id, node, task }) =>
        node === state.identity.peer.name &&
        state.walk?.begun.has(id) === true &&
        !state.walk.done.has(id) &&
        taskResource(task) === resource,
    ) ?? false;
  const next = { ...state, peerHistory };
  return isExpected ? nothing(next) : planAnew(next);
}

function taskResource(task: ActionTask): string | null {
  if (task.kind === "operation") return task.order.resource;
  return "resource" in task ? task.resource : null;
}

/** The text is authentic, in a protocol that both speak: it was sealed by the peer's agent. */
function parseMessage(text: string): PeerMessage {
  const message: PeerMessage = JSON.parse(text);
  return message;
}
