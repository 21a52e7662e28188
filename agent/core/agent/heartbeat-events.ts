/** What the heartbeat process reports: rings, suspicion, links, leases. */

import {
  decidePresence,
  type Loss,
  noteHeard,
  noteLoss,
  notePeerJoined,
  noteProbed,
  noteSuspicion,
  noteTargets,
  stepArbitration,
} from "../arbitration/index.ts";
import type { Instant } from "../base/index.ts";
import { openChannel } from "../messaging/index.ts";
import {
  type AgentEffect,
  type Cib,
  compareCibVersion,
  type HeartbeatReport,
  isSameRing,
  type LeftToOthers,
  listPrimitives,
  type NodeHistory,
  type ProbeAnswer,
  type ProbeTarget,
  type ResourceHistory,
  type RingReason,
  renderRing,
  type TokenFacts,
} from "../model/index.ts";
import { isActive, isExclusive } from "./active.ts";
import type { Asker } from "./asker.ts";
import { cloneOf, isForEveryNode } from "./clone-instances.ts";
import { finishCommitAlone } from "./commit.ts";
import { describeVersions } from "./describe-versions.ts";
import { inTurn, log, nothing, perform } from "./effects.ts";
import { forgetPeerInspection } from "./inspect.ts";
import { giveUpResources } from "./meet.ts";
import { listOwn, NOTHING_OWN } from "./own-at-loss.ts";
import { countVotes, historyOfGone } from "./plan.ts";
import { failForwarded } from "./requests.ts";
import {
  type AgentState,
  type AgentStep,
  type Commit,
  hasOtherFiles,
  hasPeer,
  newMeeting,
  type RefusedVersions,
} from "./state.ts";

/** One report of the heartbeat process. Lease answers go to the executor and never come here. */
export function acceptHeartbeat(
  state: AgentState,
  report: HeartbeatReport,
  now: Instant,
): AgentStep {
  const { heartbeat } = state;
  switch (report.kind) {
    case "ready": {
      const { scheduling, incarnation } = report;
      return nothing({ ...state, heartbeat: { ...heartbeat, scheduling, incarnation } });
    }
    case "ringChanged":
      return changeRing(state, report, now);
    case "peerSuspected": {
      const arbitration = noteSuspicion(state.arbitration, addressesElsewhere(state), now);
      return nothing({ ...state, arbitration });
    }
    case "peerHeard":
      return nothing({ ...state, arbitration: noteHeard(state.arbitration) });
    case "peerFacts":
      return nothing({ ...state, peerFacts: report.facts });
    case "linkChanged": {
      const linksUp = state.identity.local.addresses.map((_address, link) =>
        link === report.link ? report.isUp : (heartbeat.linksUp[link] ?? false),
      );
      return nothing({ ...state, heartbeat: { ...heartbeat, linksUp } });
    }
    case "counters":
      return nothing({ ...state, heartbeat: { ...heartbeat, counters: report.counters } });
    case "versionRefused":
      return noteVersions(state, report);
    case "leaseLost":
      return perform(state, log("warning", "leaseLost", { ip: report.ip, reason: report.reason }));
    case "paused":
      return perform(state, log("warning", "paused", { gapMs: report.gapMs }));
    case "warning":
      return perform(state, log("warning", "heartbeatWarning", { text: report.text }));
    case "ping":
    case "leaseHeld":
    case "leaseReleased":
    case "fatal": // The composition root ends the process.
      return nothing(state);
  }
}

/** The peer, or what claims to be it, speaks what this release does not. */
function noteVersions(state: AgentState, { theirs, ours }: RefusedVersions): AgentStep {
  const heartbeat = { ...state.heartbeat, refusedVersions: { theirs, ours } };
  const text = describeVersions(state.identity, { theirs, ours });
  return perform({ ...state, heartbeat }, log("warning", "versionRefused", { text }));
}

/** A probe of the service network ended. */
export function acceptProbe(
  state: AgentState,
  probed: { readonly probeId: number; readonly answers: readonly ProbeAnswer[] },
  now: Instant,
): AgentStep {
  if (state.arbitration.openProbeId !== probed.probeId) {
    return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  }
  const arbitration = noteProbed(state.arbitration, probed.answers, now);
  const noted = { ...state, arbitration };
  const [was, is] = [state.arbitration.answers[0], arbitration.answers[0]];
  const isNews = state.arbitration.peer === "lost" && is !== undefined && was?.ip !== is.ip;
  if (!isNews) return nothing(noted);
  const fields = { peer: state.identity.peer.name, ip: is.ip, answeredBy: is.answeredBy ?? "" };
  return perform(noted, log("warning", "peerHeld", fields));
}

/** Asks for addresses when that is due, and frees what the peer had once the evidence allows it. */
export function settleArbitration(state: AgentState, now: Instant): AgentStep {
  const wasHeld = decidePresence(state.arbitration) === "held";
  const asked = noteTargets(state.arbitration, addressesElsewhere(state));
  const { state: arbitration, probe } = stepArbitration(asked, now, {
    hasOtherFiles: hasOtherFiles(state),
    isDropping: state.isDropping,
  });
  const stepped = { ...state, arbitration };
  const effects: readonly AgentEffect[] = probe === null ? [] : [probe];
  const isFreed = wasHeld && decidePresence(arbitration) === "offline";
  if (!isFreed) return { state: stepped, effects };
  const peer = state.identity.peer.name;
  const freed = { ...stepped, peerHistory: historyOfGone(stepped), isPlanDue: true };
  return perform(freed, ...effects, log("warning", "takeoverAllowed", { peer }));
}

/** A lone start waits for its peer; when the wait ends, the addresses are asked for afresh. */
export function settleQuorum(state: AgentState, now: Instant): AgentStep {
  const quorum = countVotes(state, now);
  if (quorum.isQuorate === state.wasQuorate) return nothing(state);
  const changed = { ...state, wasQuorate: quorum.isQuorate, isPlanDue: true };
  const line = log("info", "quorumChanged", { isQuorate: quorum.isQuorate });
  const startsAlone = quorum.isQuorate && !hasPeer(state) && state.arbitration.reason === "started";
  if (!startsAlone) return perform(changed, line);
  const loss = lossOf(state, { reason: "started", hasPeerReleased: false });
  return perform({ ...changed, arbitration: noteLoss(state.arbitration, loss, now) }, line);
}

/** Tells the peer, through the tokens, what this node is and holds. */
export function settleFacts(state: AgentState): AgentStep {
  // Leaving is said by `leave` alone: a token that says so frees the peer to take over at once.
  const facts: TokenFacts = {
    state: "member",
    configHash: state.identity.configHash,
    cibVersion: state.cib.version,
    holds: [],
    release: state.identity.release,
  };
  if (isSameFacts(facts, state.advertised)) return nothing(state);
  return perform({ ...state, advertised: facts }, { kind: "advertise", facts });
}

function changeRing(
  state: AgentState,
  report: HeartbeatReport & { readonly kind: "ringChanged" },
  now: Instant,
): AgentStep {
  const { ring, reason, peerIncarnation } = report;
  const isSame = state.ring !== null && isSameRing(state.ring.ring, ring);
  if (isSame) return nothing({ ...state, droppedEvents: state.droppedEvents + 1 });
  const joined = report.members.length > 1;
  const changed: AgentState = {
    ...state,
    ring: { ring, hasPeer: joined, reason, peerIncarnation },
    channel: null,
    meeting: newMeeting(now),
    walk: null,
    ownAtLoss: joined ? state.ownAtLoss : findOwn(state, reason),
    isPlanDue: true,
    ...leaveFormerRing(state),
  };
  const fields = { ring: renderRing(ring), members: report.members.join(" "), reason };
  return inTurn(changed, [
    (next) =>
      perform(next, log("info", "ringChanged", fields), { kind: "writeRingSeq", seq: ring.seq }),
    (next) => (joined ? joinPeer(next) : losePeer(next, report, now)),
  ]);
}

/** Outside of the ring for a token or longer this node has nothing that is surely its own. */
function findOwn(state: AgentState, reason: RingReason): LeftToOthers {
  if (reason === "evicted") return NOTHING_OWN;
  return hasPeer(state) ? listOwn(state) : state.ownAtLoss;
}

function joinPeer(state: AgentState): AgentStep {
  const { heartbeat, ring } = state;
  if (ring === null || heartbeat.incarnation === null || ring.peerIncarnation === null) {
    return nothing(state);
  }
  const channel = openChannel({
    ring: ring.ring,
    ownIncarnation: heartbeat.incarnation,
    peerIncarnation: ring.peerIncarnation,
  });
  const arbitration = notePeerJoined(state.arbitration);
  const read = { ...heartbeat, refusedVersions: null };
  const joined = { channel, arbitration, heartbeat: read, dc: null, wereBothSeen: true };
  return nothing({ ...state, ...joined });
}

function losePeer(
  state: AgentState,
  report: HeartbeatReport & { readonly kind: "ringChanged" },
  now: Instant,
): AgentStep {
  const { reason, hasPeerReleased } = report;
  const alone = { ...state, dc: state.identity.local.name };
  const parts = [failForwarded, (next: AgentState) => finishCommitAlone(next, now)];
  if (reason === "started") return inTurn(alone, parts);
  const loss = lossOf(state, { reason, hasPeerReleased });
  const arbitration = noteLoss(state.arbitration, loss, now);
  const isGone = decidePresence(arbitration) === "offline";
  const peerHistory = isGone ? historyOfGone({ ...state, arbitration }) : state.peerHistory;
  const lost = { ...alone, arbitration, peerHistory, peerFacts: isGone ? null : state.peerFacts };
  // Outside of the ring for a token or longer: the peer may have taken over. First drop, then ask.
  const mine = state.localHistory.resources
    .filter((entry) => isActive(entry) && mayBeTooMany(state.cib, entry))
    .map((entry) => entry.resource);
  const drop = (next: AgentState): AgentStep => giveUpResources(next, mine, now);
  // After its own goodbye a node has nothing but what it leaves as it is on purpose.
  const hasLeft = state.stopping?.hasLeft === true;
  return inTurn(lost, [...parts, ...(reason === "evicted" && !hasLeft ? [drop] : [])]);
}

/** True unless the other node does no harm by running the same meanwhile. */
function mayBeTooMany(cib: Cib, entry: ResourceHistory): boolean {
  return isExclusive(cib, entry) || !isForEveryNode(cib, entry.resource);
}

type OfFormerRing = Pick<
  AgentState,
  "orders" | "commits" | "openCommit" | "stopping" | "reload" | "inspections" | "adopting"
>;

/** What the core still knows of a ring that has ended must not act in the next one. */
function leaveFormerRing(state: AgentState): OfFormerRing {
  const { openCommit, stopping, adopting, reload } = state;
  const inspections = forgetPeerInspection(state.inspections);
  const orders = new Map(
    [...state.orders].map(([id, open]) => {
      const isAction = open.purpose.kind === "action";
      return [id, isAction ? { ...open, purpose: { kind: "former" } as const } : open];
    }),
  );
  const forget = (asker: Asker): Asker =>
    asker.from === "peer" ? { ...asker, from: "gone" } : asker;
  const questions = [...inspections.questions].map(([id, asker]) => [id, forget(asker)] as const);
  const checks = inspections.checks.map((open) => ({ ...open, asker: forget(open.asker) }));
  const forgetIn = (commit: Commit): Commit => ({ ...commit, asker: forget(commit.asker) });
  return {
    orders,
    commits: state.commits.map(forgetIn),
    openCommit: openCommit && { ...openCommit, commit: forgetIn(openCommit.commit) },
    stopping: stopping && { ...stopping, askers: stopping.askers.map(forget) },
    reload: reload && { ...reload, asker: forget(reload.asker) },
    inspections: { ...inspections, questions: new Map(questions), checks },
    // It may be on the disk any moment: then it is in force, although nobody waits for it.
    adopting: adopting && { ...adopting, commitId: null },
  };
}

function lossOf(
  state: AgentState,
  report: { readonly reason: RingReason; readonly hasPeerReleased: boolean },
): Loss {
  return {
    reason: report.reason,
    hasReleased: report.hasPeerReleased,
    targets: addressesElsewhere(state),
    turns: report.reason === "started" ? state.identity.local.id : 1,
  };
}

/**
 * Addresses that may be somewhere else: all of the configuration that are not active here. What the
 * peer's history shows is not enough: its last words may be lost. A resource that is to stay
 * stopped counts only while the history shows it active: its address may belong to somebody else.
 */
function addressesElsewhere(state: AgentState): readonly ProbeTarget[] {
  const namesOf = (history: NodeHistory): readonly string[] =>
    history.resources.filter(isActive).map((entry) => entry.resource);
  const [mine, theirs] = [namesOf(state.localHistory), namesOf(state.peerHistory)];
  return (
    listPrimitives(state.cib)
      .filter((primitive) => primitive.agent.type === "IPaddr2" && !mine.includes(primitive.id))
      // Of an address that every node has, an answer tells nothing.
      .filter(({ id }) => cloneOf(state.cib, id) === null)
      .filter(({ id, meta }) => meta["target-role"] !== "Stopped" || theirs.includes(id))
      .flatMap(({ parameters: { ip, nic } }) => (ip === undefined ? [] : [{ ip, nic: nic ?? "" }]))
  );
}

function isSameFacts(a: TokenFacts, b: TokenFacts | null): boolean {
  if (b === null) return false;
  return a.state === b.state && compareCibVersion(a.cibVersion, b.cibVersion) === 0;
}
