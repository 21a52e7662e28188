/** `lbctl quorum status`, in the form of corosync-quorumtool. */
import type { ClusterStatus } from "../../agent/core/model/index.ts";
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
    `Expected votes:   ${quorum.votesExpected}`,
    `Highest expected: ${quorum.votesExpected}`,
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
