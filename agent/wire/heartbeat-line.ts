import type { HeartbeatCommand, HeartbeatReport } from "../core/model/index.ts";

/** Longest line between the agent and its heartbeat process, in characters. */
export const HEARTBEAT_LINE_MAX = 65_536;

const COMMANDS: readonly HeartbeatCommand["kind"][] = [
  "configure",
  "alive",
  "advertise",
  "holdLease",
  "releaseLease",
  "leave",
  "leaveHolding",
];
const REPORTS: readonly HeartbeatReport["kind"][] = [
  "ready",
  "ping",
  "ringChanged",
  "peerSuspected",
  "peerHeard",
  "peerFacts",
  "linkChanged",
  "counters",
  "versionRefused",
  "leaseHeld",
  "leaseReleased",
  "leaseLost",
  "paused",
  "warning",
  "fatal",
];

/** One line, with its end, for a command or a report. */
export function encodeHeartbeatLine(line: HeartbeatCommand | HeartbeatReport): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * The command on one line, or null when it is none. Both ends are of one release and of one
 * process tree, so that beyond the kind nothing is checked.
 */
export function parseHeartbeatCommand(line: string): HeartbeatCommand | null {
  const value = parseJson(line);
  return hasKind(value, COMMANDS) ? (value as HeartbeatCommand) : null;
}

/** The report on one line, or null when it is none; checked as little as a command is. */
export function parseHeartbeatReport(line: string): HeartbeatReport | null {
  const value = parseJson(line);
  return hasKind(value, REPORTS) ? (value as HeartbeatReport) : null;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // Only a syntax error is possible.
  }
}

function hasKind(value: unknown, kinds: readonly string[]): boolean {
  if (value === null || typeof value !== "object" || !("kind" in value)) return false;
  return kinds.some((kind) => kind === value.kind);
}
