import { compareText } from "../base/index.ts";
import { INFINITY_SCORE, type NodeName } from "../model/index.ts";
import { addDependents, applyPrimary, type ColocationIndex, priorityOf } from "./colocation.ts";
import {
  canRunResources,
  isGroup,
  type PlannedColocation,
  type PlannedGroup,
  type PlannedResource,
  type Situation,
  type SituationNode,
} from "./situation.ts";

/**
 * Chooses the node of every resource: by priority, then in definition order, but always the primary
 * of a colocation before its dependents. Fills in `assignedNode`.
 */
export function assignResources(situation: Situation, index: ColocationIndex): void {
  const entries = new Set<PlannedResource | PlannedGroup>();
  for (const resource of situation.resources) entries.add(resource.group ?? resource);
  // The sort is stable: equal priorities keep the definition order.
  for (const entry of [...entries].sort((a, b) => priorityOf(b) - priorityOf(a))) {
    assignEntry({ situation, index }, entry);
  }
}

interface AssignContext {
  readonly situation: Situation;
  readonly index: ColocationIndex;
}

function assignEntry(context: AssignContext, entry: PlannedResource | PlannedGroup): void {
  if (isGroup(entry)) {
    if (entry.isAssigning) return;
    entry.isAssigning = true;
    for (const member of entry.members) assignOne(context, member);
    entry.isAssigning = false;
  } else if (entry.group !== null && !entry.group.isAssigning) {
    assignEntry(context, entry.group);
  } else {
    assignOne(context, entry);
  }
}

function assignOne(context: AssignContext, resource: PlannedResource): void {
  if (resource.isAssigned || resource.isAssigning) return;
  const { situation, index } = context;
  resource.isAssigning = true;
  const colocations = index.asDependent.get(resource) ?? [];
  for (const colocation of colocations) {
    assignEntry(context, colocation.primary);
    if (!isAdvisoryApart(colocation)) applyPrimary(situation, resource, colocation);
  }
  addDependents(situation, index, resource);
  // A wish to stay apart comes last: it yields where it would leave no node.
  for (const colocation of colocations) {
    if (isAdvisoryApart(colocation)) applyPrimary(situation, resource, colocation);
  }
  resource.assignedNode = chooseNode(situation, resource);
  resource.isAssigned = true;
  resource.isAssigning = false;
  const node =
    resource.assignedNode === null ? null : situation.nodeByName.get(resource.assignedNode);
  if (node !== undefined && node !== null) node.assignedCount++;
}

function isAdvisoryApart({ score }: PlannedColocation): boolean {
  return score < 0 && score > -INFINITY_SCORE;
}

function chooseNode(situation: Situation, resource: PlannedResource): NodeName | null {
  if (!resource.isManaged) return currentNode(situation, resource)?.name ?? null;
  if (resource.stoppedReason !== null) {
    for (const name of resource.scores.keys()) resource.scores.set(name, -INFINITY_SCORE);
    return null;
  }
  return chooseBest(situation, resource)?.name ?? null;
}

/** Where the resource is now; with several, the one that is best able to keep it. */
export function currentNode(
  situation: Situation,
  resource: PlannedResource,
): SituationNode | undefined {
  const active = resource.activeOn
    .map((name) => situation.nodeByName.get(name))
    .filter((node) => node !== undefined);
  return active.find((node) => node.isOnline && !node.isUnclean) ?? active[0];
}

/** Score, then balance, then where it is, then the name. */
function chooseBest(situation: Situation, resource: PlannedResource): SituationNode | undefined {
  const usable = situation.nodes.filter(
    (node) => canRunResources(node) && (resource.scores.get(node.name) ?? -1) >= 0,
  );
  const scoreOf = (node: SituationNode) => resource.scores.get(node.name) ?? -INFINITY_SCORE;
  const current = currentNode(situation, resource);
  const [best] = usable.sort(
    (a, b) =>
      scoreOf(b) - scoreOf(a) ||
      a.assignedCount - b.assignedCount ||
      Number(b === current) - Number(a === current) ||
      compareText(a.name, b.name),
  );
  if (best === undefined || current === undefined || scoreOf(best) <= 0) return best;
  // With a real preference an equally good current node is kept, whatever the balance says.
  return usable.includes(current) && scoreOf(current) === scoreOf(best) ? current : best;
}
