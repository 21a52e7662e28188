import { compareText } from "../base/index.ts";
import { INFINITY_SCORE, type LocationConstraint, type NodeName } from "../model/index.ts";
import { isThresholdReached, noteFailures, type ReadFailures } from "./read-states.ts";
import { addScores, renderScore } from "./score.ts";
import { addNote, isGroup, type PlannedResource, type Situation } from "./situation.ts";

/** Fills in the node scores of every resource, colocation apart. */
export function applyNodeScores(situation: Situation, failures: ReadFailures): void {
  for (const resource of situation.resources) {
    if (situation.options.isSymmetric || resource.isOrphan) {
      for (const node of situation.nodes) resource.scores.set(node.name, 0);
    }
  }
  applyLocations(situation);
  for (const resource of situation.resources) {
    applyResults(situation, resource, failures);
    applyStickiness(situation, resource);
    if (!resource.isManaged) {
      for (const name of resource.activeOn) addScore(resource, name, INFINITY_SCORE);
    }
  }
}

function applyLocations(situation: Situation): void {
  const locations = situation.cib.constraints
    .filter((constraint) => constraint.kind === "location")
    .sort((a, b) => compareText(a.id, b.id));
  for (const location of locations) {
    if (!situation.nodeByName.has(location.node)) continue;
    const entry = situation.byId.get(location.resource);
    if (entry === undefined) continue;
    // The score of a group counts once, on its first member; the chain passes it on to the others.
    const members = isGroup(entry) ? entry.members : [entry];
    if (isGroup(entry)) {
      const before = entry.locationScores.get(location.node) ?? 0;
      entry.locationScores.set(location.node, addScores(before, location.score));
    }
    members.forEach((member, index) => {
      addScore(member, location.node, index === 0 ? location.score : 0);
      if (index === 0) addNote(member, location.node, renderLocation(location));
    });
  }
}

function renderLocation({ id, score }: LocationConstraint): string {
  if (score < 0) return `location constraint ${id} forbids it (${renderScore(score)})`;
  return `location constraint ${id} prefers it (${renderScore(score)})`;
}

/** Failures and hard errors forbid the node on which they happened. */
function applyResults(
  situation: Situation,
  resource: PlannedResource,
  failures: ReadFailures,
): void {
  for (const node of situation.nodes) {
    const onNode = resource.onNode.get(node.name);
    if (onNode !== undefined && onNode.banReason !== null) {
      const banned = onNode.isBannedEverywhere ? situation.nodes : [node];
      for (const { name } of banned) {
        addScore(resource, name, -INFINITY_SCORE);
        addNote(resource, name, `${onNode.banReason} on ${node.name}`);
      }
    }
    const count = failures.counts.get(resource.id)?.get(node.name);
    if (count === undefined || !node.isOnline || resource.isFailureIgnored) continue;
    if (isThresholdReached(resource, count)) {
      addScore(resource, node.name, -INFINITY_SCORE);
      noteFailures(resource, node.name, count);
    }
  }
}

function applyStickiness(situation: Situation, resource: PlannedResource): void {
  const [current] = resource.activeOn;
  const { stickiness } = resource.settings;
  if (current === undefined || resource.activeOn.length > 1) return;
  if (!resource.isManaged || stickiness < 1) return;
  if (!situation.options.isSymmetric && !resource.scores.has(current)) return;
  addScore(resource, current, stickiness);
}

function addScore(resource: PlannedResource, node: NodeName, score: number): void {
  resource.scores.set(node, addScores(resource.scores.get(node) ?? 0, score));
}
