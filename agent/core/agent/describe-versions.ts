import type { ProtocolVersions } from "../model/index.ts";
import type { Identity, RefusedVersions } from "./state.ts";

/** Which of the two nodes is the older one, and what to do; for the log and for status. */
export function describeVersions(
  { local, peer, release }: Identity,
  { theirs, ours }: RefusedVersions,
): string {
  const isOlderHere = theirs.oldest > ours.newest;
  const [older, newer] = isOlderHere ? [local.name, peer.name] : [peer.name, local.name];
  return (
    `${peer.name} speaks protocol ${renderVersions(theirs)}, this node (release ${release}) ` +
    `${renderVersions(ours)}: they cannot form a cluster; update lb-cluster on ${older} to the ` +
    `release of ${newer}`
  );
}

function renderVersions({ oldest, newest }: ProtocolVersions): string {
  return oldest === newest ? `${oldest}` : `${oldest} to ${newest}`;
}
