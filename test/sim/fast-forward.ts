// Skips quiet time without leaving anything out of what is tested.
//
// When nothing has happened for a while, the two heartbeat processes repeat one round of tokens for
// ever: packets of a calm network take the same time each, so the states at one instant and a token
// interval later differ in nothing but instants and sequence numbers, which have grown by the
// interval and by one. Then k rounds are one step: everything of the heartbeats (states, tokens on
// their way, timers) is moved by k intervals and k numbers. Anything else that is planned (agents,
// disks, operations, faults, requests) ends the skip before it comes, nothing of it is moved. So a
// run with skips and one without are the same, event by event, but for the rounds themselves; a
// test compares both.

import { isCalm, type Membership, tokenIntervalMs } from "../../agent/core/membership/index.ts";
import type { Token } from "../../agent/core/model/index.ts";
import type { HeartbeatProcess } from "./heartbeat-process.ts";
import type { Host } from "./host.ts";
import { type Network, otherSide } from "./network.ts";
import type { Timeline } from "./timeline.ts";

/** What may be skipped, and how long it was quiet. */
export interface Quiet {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly hosts: readonly [Host, Host];
  readonly tokenTimeoutMs: number;
  /** When a process began or ended, or a host changed, for the last time. */
  readonly changedAtMs: number;
}

/** Rounds that are left before the next event, so that it is met in the ordinary way. */
const ROUNDS_LEFT = 2;

/** Skips up to shortly before `limitMs`, if all is quiet; returns the time that was skipped. */
export function skipQuiet(quiet: Quiet, limitMs: number): number {
  const { timeline, hosts } = quiet;
  const intervalMs = steadyIntervalMs(hosts);
  if (intervalMs === null) return 0;
  const rounds = Math.floor((limitMs - timeline.nowMs) / intervalMs) - ROUNDS_LEFT;
  if (rounds < 1 || !isQuiet(quiet)) return 0;
  const by = { rounds, ms: rounds * intervalMs };
  const shifted = hosts.map((host) => shiftedState(quiet, host, by));
  hosts.forEach((host, side) => {
    const state = shifted[side];
    if (host.heartbeat !== null && state !== undefined && state !== null) {
      host.heartbeat.shift(state);
    }
  });
  for (const flight of quiet.network.flights) flight.token = shiftToken(flight.token, rounds);
  timeline.shiftBeats(by.ms);
  timeline.nowMs += by.ms;
  return by.ms;
}

function isQuiet({ timeline, network, hosts, tokenTimeoutMs, changedAtMs }: Quiet): boolean {
  const settleMs = 2 * tokenTimeoutMs + 100;
  const sinceMs = timeline.nowMs - settleMs;
  if (!network.isCalm || network.changedAtMs > sinceMs || changedAtMs > sinceMs) return false;
  return hosts.every(({ heartbeat, isPaused }) => {
    if (isPaused) return false;
    return heartbeat === null || (isSteady(heartbeat) && heartbeat.disturbedAtMs <= sinceMs);
  });
}

/** Between the rounds of every running process; null when it will change, or is not the same. */
function steadyIntervalMs(hosts: Quiet["hosts"]): number | null {
  const intervals = hosts.flatMap((host) => {
    if (host.heartbeat === null) return [];
    const { membership } = host.heartbeat;
    const now = host.clockMs();
    const isSteadyPace = membership.wellSince === null || isCalm(membership, now);
    return [isSteadyPace ? tokenIntervalMs(membership, now) : null];
  });
  const [first = null] = intervals;
  return intervals.every((interval) => interval === first) ? first : null;
}

function isSteady({ life, membership }: HeartbeatProcess): boolean {
  const { farewellsLeft, proposal, isSuspected } = membership;
  return life.isRunning && farewellsLeft === null && proposal === null && !isSuspected;
}

interface Shift {
  readonly rounds: number;
  readonly ms: number;
}

function shiftedState(quiet: Quiet, host: Host, by: Shift): Membership | null {
  const own = host.heartbeat;
  if (own === null) return null;
  const { network, hosts } = quiet;
  const other = hosts[otherSide(host.side)].heartbeat;
  const isHeard = other !== null && network.carriesTokens(otherSide(host.side));
  const isLife = isHeard && network.carriesTokens(host.side);
  const { membership } = own;
  const links = membership.links.map((link) => ({
    ...link,
    lifeAt: isLife && link.lifeAt !== null ? link.lifeAt + by.ms : link.lifeAt,
    heard: link.heard.map((heard) =>
      isHeard && heard.incarnation === other.incarnation
        ? { ...heard, sequence: heard.sequence + by.rounds, at: heard.at + by.ms }
        : heard,
    ),
  }));
  const { peer } = membership;
  const shiftedPeer =
    isLife && peer !== null && peer.incarnation === other.incarnation
      ? { ...peer, sequence: peer.sequence + by.rounds, lifeAt: peer.lifeAt + by.ms }
      : peer;
  return {
    ...membership,
    links,
    peer: shiftedPeer,
    sequence: membership.sequence + by.rounds,
    sent: membership.sent.map(({ sequence, at }) => {
      return { sequence: sequence + by.rounds, at: at + by.ms };
    }),
    nextTokenAt: membership.nextTokenAt + by.ms,
    lastStepAt: membership.lastStepAt + by.ms,
  };
}

/** After so long a silence of anything else, all echoes are of the incarnations of now. */
function shiftToken(token: Token, rounds: number): Token {
  const echoes = token.echoes.map((echo) => ({ ...echo, sequence: echo.sequence + rounds }));
  return { ...token, sequence: token.sequence + rounds, echoes };
}
