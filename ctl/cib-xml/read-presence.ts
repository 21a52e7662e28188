/**
 * How a node stands, from its entry in the status section. The rules are those of Pacemaker 3.0's
 * scheduler: a node is asked whether it is a member of the cluster (`in_ccm`), whether its
 * controller is in the process group (`crmd`), how far it has joined (`join`) and what was expected
 * of it (`expected`). The first two are times since 2.1.7, 0 meaning no, and words before.
 */
import { parseBoolean, readBoolean } from "../../agent/core/configuration/index.ts";
import type { NameValues, NodeState } from "../../agent/core/model/index.ts";
import { readIntervalText, readWholeNumber } from "./read-scalars.ts";
import { attributeOf, type XmlElement } from "./xml-document.ts";

/** What the presence of every node depends on. */
export interface PresenceRules {
  readonly hasFencing: boolean;
  readonly fencesUnseen: boolean;
  readonly pendingTimeoutMs: number;
  /** Nodes that are online must be fenced: no quorum, and that is the policy. */
  readonly fencesWithoutQuorum: boolean;
  readonly nowMs: number;
}

/** What is known of one node. */
export interface NodeFacts {
  readonly name: string;
  /** Its entry in the status section; null when it has none. */
  readonly state: XmlElement | null;
  /** Permanent attributes, and those of the status section, which count first. */
  readonly attributes: NameValues;
}

/** Where an entry leads: whether it counts as a member, and why it has to be fenced. */
interface Standing {
  readonly isOnline: boolean;
  readonly isPending: boolean;
  readonly uncleanReason: string | null;
}

interface Evidence {
  /** Epoch in ms since when it is a member; 0: it is none; null: nobody knows. */
  readonly memberSinceMs: number | null;
  readonly isInGroup: boolean;
  readonly join: string | null;
  readonly isExpectedUp: boolean;
  readonly isLeaving: boolean;
  readonly isFencingWanted: boolean;
}

const DOWN: Standing = { isOnline: false, isPending: false, uncleanReason: null };

/** Reads the rules out of the properties and the root element. */
export function readPresenceRules(
  properties: NameValues,
  { root, isQuorate, nowMs }: { root: XmlElement; isQuorate: boolean; nowMs: number },
): PresenceRules {
  const hasFencing = readBoolean(properties, "stonith-enabled", true);
  const policy = properties["no-quorum-policy"]?.toLowerCase();
  const isPanic = readWholeNumber(attributeOf(root, "no-quorum-panic")) !== 0;
  return {
    hasFencing,
    fencesUnseen: hasFencing && readBoolean(properties, "startup-fencing", true),
    pendingTimeoutMs: readIntervalText(properties["node-pending-timeout"] ?? "0") ?? 0,
    fencesWithoutQuorum:
      hasFencing && !isQuorate && isPanic && (policy === "suicide" || policy === "fence"),
    nowMs,
  };
}

/** How one node stands. */
export function readPresence(rules: PresenceRules, facts: NodeFacts): NodeState {
  const { name, state } = facts;
  if (state === null) {
    const unseen = { name, wasNeverSeen: true, isMember: false };
    if (!rules.fencesUnseen) return { ...unseen, presence: "offline" };
    const uncleanReason = "the node has never been seen by the cluster";
    return { ...unseen, presence: "unclean", uncleanReason };
  }
  const evidence = readEvidence(rules, state, facts.attributes);
  const judged = rules.hasFencing ? judgeWithFencing(rules, evidence) : judge(evidence);
  const standing =
    rules.fencesWithoutQuorum && judged.isOnline && judged.uncleanReason === null
      ? { ...judged, uncleanReason: "the cluster does not have quorum" }
      : judged;
  return {
    name,
    presence:
      standing.uncleanReason !== null ? "unclean" : standing.isOnline ? "online" : "offline",
    ...(standing.isPending ? { isPending: true } : {}),
    ...(evidence.isLeaving ? { isLeaving: true } : {}),
    ...(standing.uncleanReason === null ? {} : { uncleanReason: standing.uncleanReason }),
    isMember: standing.isOnline,
  };
}

function readEvidence(rules: PresenceRules, state: XmlElement, attributes: NameValues): Evidence {
  const shutdown = attributes["shutdown"];
  const isLeaving = shutdown !== undefined && shutdown !== "0";
  return {
    memberSinceMs: readMemberSince(attributeOf(state, "in_ccm"), rules.nowMs),
    isInGroup: isInGroup(attributeOf(state, "crmd")),
    join: attributeOf(state, "join"),
    isExpectedUp: (attributeOf(state, "expected") ?? "down") !== "down",
    isLeaving,
    isFencingWanted: isFencingWanted(attributes["terminate"] ?? ""),
  };
}

/** Without fencing a node is a member in full or it is down. */
function judge({ memberSinceMs, isInGroup, join, isExpectedUp, isLeaving }: Evidence): Standing {
  if (memberSinceMs === null || memberSinceMs <= 0) return DOWN;
  if (isInGroup) return { ...DOWN, isOnline: join === "member" };
  const isUnexpected = isExpectedUp && !isLeaving;
  return { ...DOWN, uncleanReason: isUnexpected ? "the peer is unexpectedly down" : null };
}

/** With fencing everything that is not known to be down in order has to be fenced. */
function judgeWithFencing(rules: PresenceRules, evidence: Evidence): Standing {
  const { memberSinceMs, isInGroup, join } = evidence;
  // A dead node cannot be shut down: only its controller counts.
  if (evidence.isLeaving) return { ...DOWN, isOnline: isInGroup };
  if (memberSinceMs === null) {
    return { ...DOWN, uncleanReason: "the peer has not been seen by the cluster" };
  }
  const isMember = memberSinceMs > 0;
  const unclean = (uncleanReason: string): Standing => ({
    isOnline: isMember,
    isPending: false,
    uncleanReason,
  });
  const pending: Standing = { isOnline: isMember, isPending: true, uncleanReason: null };
  if (join === "banned") return unclean("the peer failed the criteria of membership");
  if (evidence.isFencingWanted) {
    const wasFenced = !isMember && !isInGroup && join === "down";
    return wasFenced ? DOWN : unclean("fencing was requested");
  }
  if (!evidence.isExpectedUp) {
    if (isPendingTooLong(rules, memberSinceMs, isInGroup)) {
      return unclean("the peer took too long to join");
    }
    return isMember || isInGroup ? pending : DOWN;
  }
  if (!isMember) return unclean("the peer is no longer part of the cluster");
  if (!isInGroup) return unclean("the peer process is no longer available");
  if (join === "member") return { ...DOWN, isOnline: true };
  return join === "pending" || join === "down"
    ? pending
    : unclean("the peer was in an unknown state");
}

function isPendingTooLong(
  { pendingTimeoutMs, nowMs }: PresenceRules,
  memberSinceMs: number,
  isInGroup: boolean,
): boolean {
  if (pendingTimeoutMs === 0 || memberSinceMs <= 0 || isInGroup) return false;
  return nowMs >= memberSinceMs + pendingTimeoutMs;
}

function readMemberSince(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const isMember = parseBoolean(text);
  // Since now, as far as anybody knows; and a member even at the beginning of time.
  if (isMember !== null) return isMember ? Math.max(nowMs, 1) : 0;
  return /^\d{1,15}$/.test(text) ? Number(text) * 1000 : null;
}

function isInGroup(text: string | null): boolean {
  if (text === null) return false;
  return text.toLowerCase() === "online" || (/^\d{1,15}$/.test(text) && Number(text) > 0);
}

function isFencingWanted(text: string): boolean {
  return parseBoolean(text) ?? (/^\d{1,15}$/.test(text) && Number(text) > 0);
}
