/** What is not as it should be, in sentences, most urgent first. */

import { decidePresence, explainHold } from "../arbitration/index.ts";
import type { Instant } from "../base/index.ts";
import { type OperationRecord, renderRing } from "../model/index.ts";
import { describeVersions } from "./describe-versions.ts";
import { countVotes } from "./plan.ts";
import { type AgentState, hasOtherFiles, hasPeer, isMeetingOver } from "./state.ts";

/** Exit statuses of a monitor: it works, but not fully (Pacemaker's addition to OCF). */
const OCF_DEGRADED = 190;
const OCF_DEGRADED_PROMOTED = 191;

/** One sentence a matter; empty when all is well. */
export function explainWarnings(state: AgentState, now: Instant): readonly string[] {
  return [
    ...explainPeer(state, now),
    ...explainQuorum(state, now),
    ...explainDegraded(state),
    ...explainFiles(state),
    ...explainProtection(state),
    ...explainHeartbeat(state),
  ];
}

/** What is known of a peer that is no member. */
export const LOSS_WORDS = {
  started: "has not been seen since this node started",
  joined: "is not a member",
  tokenLost: "is lost: no token has come for the token timeout",
  goodbye: "has left the cluster in order",
  peerRestarted: "has restarted its agent and is coming back",
  peerUnwell: "says that its agent hangs or has ended",
  evicted: "formed a ring without this node",
} as const;

function explainPeer(state: AgentState, now: Instant): readonly string[] {
  if (state.ring === null) return ["the heartbeat process has not reported a ring yet"];
  if (hasPeer(state)) return explainMeeting(state);
  const peer = state.identity.peer.name;
  const { reason } = state.ring;
  const hold = explainHold(state.arbitration, now);
  const ring = renderRing(state.ring.ring);
  const isWaiting = countVotes(state, now).isWaiting;
  const holding = isWaiting ? null : hold;
  const isFree = reason === "peerUnwell" && decidePresence(state.arbitration) === "offline";
  const freed = isFree ? ", and it holds no address any more" : "";
  const loss = `node ${peer} ${LOSS_WORDS[reason]}${freed} (ring ${ring})`;
  const what = `${loss}; nothing can take over if this node fails`;
  const held = holding === null ? "" : `. resources of ${peer} are not taken over: ${holding}`;
  return [`${what}${held}`, ...explainLeft(state), ...explainRefused(state)];
}

/** What the peer was not told to stop may still run there. */
function explainLeft({ peerHistory, identity }: AgentState): readonly string[] {
  const peer = identity.peer.name;
  return peerHistory.resources
    .filter(({ wasLeftActive }) => wasLeftActive === true)
    .map(
      ({ resource }) =>
        `resource ${resource} was left active on ${peer}, unmanaged, and starts nowhere else ` +
        `until ${peer} is back; if it is stopped there, ` +
        `"lbctl resource refresh ${resource}" says so`,
    );
}

/** Packets come, but cannot be believed: says what to mend. */
function explainRefused(state: AgentState): readonly string[] {
  const { counters, refusedVersions } = state.heartbeat;
  const peer = state.identity.peer.name;
  const key =
    (counters?.wrongKey ?? 0) > 0
      ? [`packets with another key were refused: if they are of ${peer}, let it join again`]
      : [];
  const version =
    refusedVersions === null
      ? []
      : [`packets were refused: ${describeVersions(state.identity, refusedVersions)}`];
  const cluster =
    (counters?.foreignCluster ?? 0) > 0
      ? ["packets of another cluster were refused: is its name the same in both cluster.yaml?"]
      : [];
  return [...key, ...version, ...cluster, ...explainOwnLink(state)];
}

/** A host whose cable is out must not blame the other one. */
function explainOwnLink(state: AgentState): readonly string[] {
  return state.downNics.map(
    (nic) =>
      `this node's own link ${nic} is down: what it still shows as started here reaches nobody, ` +
      `and ${state.identity.peer.name} may have taken over`,
  );
}

function explainMeeting(state: AgentState): readonly string[] {
  const { problem } = state.meeting;
  if (isMeetingOver(state) || problem === null) return [];
  const peer = state.identity.peer.name;
  return [`no agreement with ${peer} although its tokens come: ${problem}`];
}

function explainQuorum(state: AgentState, now: Instant): readonly string[] {
  const quorum = countVotes(state, now);
  const peer = state.identity.peer.name;
  if (quorum.isWaiting) {
    const until = quorum.waitsUntilAt;
    const left = until === null ? "" : ` for ${Math.ceil((until - now) / 1000)} s more`;
    return [
      `waiting${left} for node ${peer} before anything is started; ` +
        `"lbctl quorum unblock" starts alone, when ${peer} is known to be off`,
    ];
  }
  return quorum.isQuorate ? [] : [`no quorum: 1 vote of ${quorum.votesNeeded} needed`];
}

/** What works, but not fully, such as a balancer whose members are down; in the agent's words. */
function explainDegraded(state: AgentState): readonly string[] {
  return [state.localHistory, state.peerHistory].flatMap(({ node, resources }) =>
    resources.flatMap(({ resource, records }) =>
      records.filter(isDegraded).map(({ reason }) => {
        const why = reason === "" ? "its monitor says so" : reason;
        return `resource ${resource} is degraded on ${node}: ${why}`;
      }),
    ),
  );
}

function isDegraded({ operation, outcome }: OperationRecord): boolean {
  if (operation !== "monitor" || outcome.kind !== "exited") return false;
  return outcome.status === OCF_DEGRADED || outcome.status === OCF_DEGRADED_PROMOTED;
}

function explainFiles(state: AgentState): readonly string[] {
  const peer = state.identity.peer.name;
  const aside = state.setAside.map(
    (version) =>
      `configuration ${version} was changed on the other side of a split and set aside; ` +
      "compare it in the state folder, then remove the file",
  );
  const disk = state.diskProblem === null ? [] : [`configuration on disk: ${state.diskProblem}`];
  const files = hasOtherFiles(state)
    ? [`cluster.yaml differs from that of ${peer}: neither takes over until both are the same`]
    : [];
  return [...disk, ...files, ...aside];
}

function explainProtection(state: AgentState): readonly string[] {
  const isFencing = state.cib.properties["stonith-enabled"] !== "false";
  if (!isFencing || state.cib.resources.length === 0) return [];
  return [
    "stonith-enabled is true but no fence device exists: resources of a lost node will not be " +
      "taken over, and this release has no fence devices; set stonith-enabled=false",
  ];
}

function explainHeartbeat(state: AgentState): readonly string[] {
  const { scheduling, linksUp } = state.heartbeat;
  const realtime =
    scheduling === "" || scheduling === "realtime"
      ? []
      : [`heartbeats run without realtime priority: ${scheduling}`];
  const down = hasPeer(state)
    ? linksUp.flatMap((isUp, link) => (isUp ? [] : [`link ${link} is down`]))
    : [];
  return [...down, ...realtime];
}
