/** This node in one line, for the supervisor that started it. */
import type { Instant } from "../base/index.ts";
import { isActive } from "./active.ts";
import { LOSS_WORDS } from "./describe-warnings.ts";
import { nodeAttributes } from "./node-attributes.ts";
import { countVotes } from "./plan.ts";
import { type AgentState, hasPeer, isMeetingOver } from "./state.ts";
import { describeLeave } from "./stopping.ts";
import { isTrue } from "./texts.ts";

/** A start that takes longer counts as one: whoever waits for it should see what it waits for. */
const START_MAX_MS = 30_000;

/**
 * True once this node has joined its peer, or knows that it is alone: it has looked at what runs
 * here, and has agreed with the peer, or has heard none for a token timeout. A meeting that stalls
 * is no reason to wait for longer, nor is anything else after 30 s.
 */
export function isSettled(state: AgentState, now: Instant): boolean {
  const { config, startedAt } = state.identity;
  if (state.ring === null) return false;
  const ageMs = now - startedAt;
  if (ageMs >= START_MAX_MS) return true;
  if (state.survey !== "done") return false;
  if (hasPeer(state)) return isMeetingOver(state) || state.meeting.problem !== null;
  return state.ring.reason !== "started" || ageMs >= config.tokenTimeoutMs;
}

/** What this node is doing and with whom, such as `member with ip2, runs virtual_ip webserver`. */
export function describeNode(state: AgentState, now: Instant): string {
  if (state.stopping !== null) return describeLeave(state);
  const peer = state.identity.peer.name;
  if (!isSettled(state, now)) return describeStart(state);
  const own = describeOwn(state);
  if (!hasPeer(state)) {
    if (countVotes(state, now).isWaiting) return `waiting for ${peer} before anything is started`;
    const reason = state.ring?.reason ?? "started";
    return `alone, ${own}: node ${peer} ${LOSS_WORDS[reason]}`;
  }
  const { problem } = state.meeting;
  if (!isMeetingOver(state) && problem !== null) return `no agreement with ${peer}: ${problem}`;
  return `member with ${peer}, ${own}`;
}

function describeStart(state: AgentState): string {
  const peer = state.identity.peer.name;
  if (state.survey !== "done") return "starting: looking at what is active on this node";
  return hasPeer(state) ? `starting: agreeing with ${peer}` : `starting: listening for ${peer}`;
}

function describeOwn(state: AgentState): string {
  const active = state.localHistory.resources.filter(isActive).map(({ resource }) => resource);
  const isStandby = isTrue(nodeAttributes(state, state.identity.local.name)["standby"]);
  if (active.length > 0) return `runs ${active.join(" ")}`;
  return isStandby ? "in standby" : "runs nothing";
}
