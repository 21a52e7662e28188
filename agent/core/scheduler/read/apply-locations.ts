import { addScores } from "../score.ts";
import {
  type Candidate,
  ROLE,
  type Working,
  type WorkingLocation,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { insert, raiseDiscovery } from "./node-scores.ts";

/** Adds the scores of every location constraint to the resources that they are about. */
export function applyLocations(working: Working): void {
  for (const location of working.locations) applyLocation(location.resource, location);
}

/**
 * Applies a location constraint to a resource and what is inside it. A group gets the scores
 * through its first member: the others follow that one, and only learn which nodes are candidates.
 */
export function applyLocation(resource: WorkingResource, location: WorkingLocation): void {
  applyToOne(resource, location);
  if (resource.variant !== "group") {
    for (const child of resource.children) applyLocation(child, location);
    return;
  }
  const without: WorkingLocation = { ...location, scores: zeroed(location.scores) };
  const isColocated = resource.group?.isColocated ?? true;
  for (const [index, member] of resource.children.entries()) {
    applyLocation(member, index > 0 && isColocated ? without : location);
  }
}

function zeroed(scores: ReadonlyMap<WorkingNode, number>): ReadonlyMap<WorkingNode, number> {
  return new Map([...scores.keys()].map((node) => [node, 0]));
}

/** A constraint for a role counts only for a resource that is to have it anyway. */
function applyToOne(resource: WorkingResource, location: WorkingLocation): void {
  const { role, scores, discovery } = location;
  if (role > ROLE.unknown && role !== resource.nextRole) return;
  for (const [node, score] of scores) {
    const entry = addScore(resource, node, score);
    const isRaised = raiseDiscovery(entry, discovery);
    if (isRaised && discovery === "exclusive") resource.hasExclusiveDiscovery = true;
  }
}

function addScore(resource: WorkingResource, node: WorkingNode, score: number): Candidate {
  const known = resource.allowed.get(node);
  if (known !== undefined) {
    known.score = addScores(known.score, score);
    return known;
  }
  const made: Candidate = { node, score, discovery: "always", count: 0 };
  insert(resource.allowed, made);
  return made;
}
