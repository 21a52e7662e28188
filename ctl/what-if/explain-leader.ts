/** What would bring those that a resource follows to a node: it comes along by itself. */
import { findGroupOf, findResource, findWhole } from "../../agent/core/configuration/index.ts";
import {
  type Constraint,
  type NodeName,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { CausePlace } from "./cause-place.ts";
import type { Remedy } from "./explanation.ts";

/** Whoever leads: by the colocation that stands behind a cause, or as first member of a group. */
export function leaderOf(
  { input, resource }: Pick<CausePlace, "input" | "resource">,
  constraint: Constraint | null,
): ResourceId | null {
  const own = withoutNumber(resource);
  if (constraint?.kind === "colocation") {
    const other = findResource(input.cib, constraint.withResource);
    return other === null ? null : (primitivesOf(other)[0]?.id ?? null);
  }
  if (constraint !== null) return null;
  const [leader] = findGroupOf(input.cib, own)?.members ?? [];
  return leader === undefined || leader.id === own ? null : leader.id;
}

/** Instances of a clone are not moved by hand: the clone has them on every node that will do. */
export function moveTo(
  input: SchedulerInput,
  resource: ResourceId,
  node: NodeName,
): readonly Remedy[] {
  const whole = findWhole(input.cib, withoutNumber(resource));
  if (whole === null || whole.kind === "clone") return [];
  const command = `lbctl resource move ${whole.id} ${node}`;
  return [{ command, effect: `moves ${whole.kind === "group" ? "the group" : "it"} there` }];
}

/** The same for somebody whom `follower` goes with. */
export function moveLeader(
  { input, node }: CausePlace,
  leader: ResourceId,
  follower: ResourceId,
): readonly Remedy[] {
  const whole = findWhole(input.cib, leader)?.id ?? leader;
  const isWithin = findWhole(input.cib, withoutNumber(follower))?.id === whole;
  const effect = isWithin
    ? "moves the group there"
    : `moves ${whole} there, and ${follower} with it`;
  return moveTo(input, leader, node).map(({ command }) => ({ command, effect }));
}
