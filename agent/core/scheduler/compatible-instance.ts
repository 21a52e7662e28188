import { sortCandidates } from "./candidates.ts";
import { isAnyBlocked, locationOf, roleOf } from "./tree.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** Which instance fits: one in that role (`unknown` for each), now or after the transition. */
export interface WantedInstance {
  readonly role: Role;
  readonly isCurrent: boolean;
}

/** The instance of a clone on the node of `match`; where that has none, on its best node. */
export function findCompatibleInstance(
  working: Working,
  { match, clone }: { readonly match: WorkingResource; readonly clone: WorkingResource },
  wanted: WantedInstance,
): WorkingResource | null {
  const node = locationOf(match, wanted.isCurrent ? "current" : "next");
  if (node !== null) return findInstanceOn(clone, node, wanted);
  for (const candidate of sortCandidates(working, match.allowed.values(), null)) {
    const instance = findInstanceOn(clone, candidate.node, wanted);
    if (instance !== null) return instance;
  }
  return null;
}

function findInstanceOn(
  clone: WorkingResource,
  node: WorkingNode,
  { role, isCurrent }: WantedInstance,
): WorkingResource | null {
  const moment = isCurrent ? "current" : "next";
  const found = clone.children.find(
    (instance) =>
      (role === ROLE.unknown || roleOf(instance, moment) === role) &&
      !isAnyBlocked(instance) &&
      locationOf(instance, moment) === node,
  );
  return found ?? null;
}
