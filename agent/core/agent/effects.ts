import { type Instant, inTurn as runInTurn } from "../base/index.ts";
import { type ChannelEffect, sendText } from "../messaging/index.ts";
import type { AgentEffect, ApiReply, LogEventName } from "../model/index.ts";
import type { PeerMessage } from "../replication/index.ts";
import type { Asker } from "./asker.ts";
import type { AgentState, AgentStep, Part } from "./state.ts";

/** A step that changes nothing and does nothing. */
export function nothing(state: AgentState): AgentStep {
  return { state, effects: [] };
}

/** A step that performs effects only. */
export function perform(state: AgentState, ...effects: readonly AgentEffect[]): AgentStep {
  return { state, effects };
}

/** A line of the log. */
export function log(
  level: "info" | "warning" | "error",
  event: LogEventName,
  fields: Readonly<Record<string, string | number | boolean>>,
): AgentEffect {
  return { kind: "log", level, event, fields };
}

/** Sends a message to the peer; without a peer it is dropped, since the next hello says it all. */
export function send(state: AgentState, message: PeerMessage, now: Instant): AgentStep {
  if (state.channel === null) return nothing(state);
  const sent = sendText(state.channel, JSON.stringify(message), now);
  if (sent.kind === "refused") {
    const fields = { message: message.kind, reason: sent.reason };
    return perform(state, log("error", "messageRefused", fields));
  }
  return { state: { ...state, channel: sent.state }, effects: packetsOf(sent.effects) };
}

/** The packets among the effects of a channel. */
export function packetsOf(effects: readonly ChannelEffect[]): readonly AgentEffect[] {
  return effects.filter((effect) => effect.kind === "sendPacket");
}

/** Answers whoever asked: a client of this node, or the peer's client through the peer. */
export function answer(
  state: AgentState,
  context: { readonly to: Asker; readonly now: Instant },
  reply: ApiReply,
): AgentStep {
  const { from, requestId } = context.to;
  if (from === "gone") return nothing(state);
  if (from === "here") return perform(state, { kind: "reply", requestId, reply });
  return send(state, { kind: "forwardReply", requestId, reply }, context.now);
}

/** Runs several parts one after the other, each on the state that the former left. */
export function inTurn(state: AgentState, parts: readonly Part[]): AgentStep {
  return runInTurn<AgentState, AgentEffect>(state, parts);
}
