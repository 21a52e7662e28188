/** `lbctl quorum config`, in the form of `pcs quorum config`. */
export function renderQuorumConfig(quorum: ClusterConfig["quorum"]): string {
  const { votesExpected, isTwoNode, waitsForAll, aloneAfterMs } = quorum;
  return [
    "Options:",
    `  expected_votes: ${votesExpected}`,
    `  two_node: ${isTwoNode ? 1 : 0}`,
    `  wait_for_all: ${waitsForAll ? 1 : 0}`,
    ...(aloneAfterMs === null ? [] : [`  alone_after_ms: ${aloneAfterMs}`]),
  ].join("\n");
}

/** `lbctl quorum status`, in the form of corosync-quorumtool. */
import type { ClusterConfig, ClusterStatus } from "../../agent/core/model/index.ts";
import { renderWallTime } from "./wall-time.ts";

/** Votes, flags and members as this node counts them. */
export function renderQuorum(status: ClusterStatus): string {
  const { quorum } = status;
  const local = status.nodes.find(({ name }) => name === status.localNode);
  const members = status.nodes.filter(({ isOnline }) => isOnline);
  const flags = [
    ...(quorum.isTwoNode ? ["2Node"] : []),
    ...(quorum.isQuorate ? ["Quorate"] : []),
    ...(quorum.waitsForAll ? ["WaitForAll"] : []),
    ...(quorum.isWaiting ? ["Waiting"] : []),
  ];
  // As corosync counts them, whatever the file says: two nodes have two votes.
  const { length } = status.nodes;
  const expected = quorum.isTwoNode ? Math.max(quorum.votesExpected, length) : quorum.votesExpected;
  return [
    "Quorum information",
    "------------------",
    `Date:             ${renderWallTime(status.nowWallMs)}`,
    "Quorum provider:  lb-cluster",
    `Nodes:            ${members.length}`,
    `Node ID:          ${local?.id ?? 0}`,
    `Ring ID:          ${status.ring}`,
    `Quorate:          ${quorum.isQuorate ? "Yes" : "No"}`,
    "",
    "Votequorum information",
    "----------------------",
    `Expected votes:   ${expected}`,
    `Highest expected: ${expected}`,
    `Total votes:      ${quorum.votesPresent}`,
    `Quorum:           ${quorum.votesNeeded}${quorum.isQuorate ? "" : " Activity blocked"}`,
    `Flags:            ${flags.join(" ")}`.trimEnd(),
    "",
    "Membership information",
    "----------------------",
    "    Nodeid      Votes Name",
    ...members.map(({ id, name }) => {
      const isLocal = name === status.localNode ? " (local)" : "";
      return `${String(id).padStart(10)} ${"1".padStart(10)} ${name}${isLocal}`;
    }),
  ].join("\n");
}
