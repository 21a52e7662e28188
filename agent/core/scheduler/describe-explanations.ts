import type { PlaceCause, PlaceExplanation, ResourceExplanation } from "../model/index.ts";
import { isAvailable } from "./candidates.ts";
import { allPrimitives, renderRole } from "./describe-states.ts";
import { causesAgainst, causesFor } from "./explain-place.ts";
import { explainPromotion } from "./explain-promotion.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingAction,
  type WorkingResource,
} from "./working.ts";

/** Why every primitive and instance is where it is, with everything that has a say in it. */
export function describeExplanations(working: Working): readonly ResourceExplanation[] {
  return allPrimitives(working)
    .filter((each) => !each.isOrphan || each.runningOn.length > 0)
    .map((resource) => ({
      resource: resource.id,
      baseId: resource.baseId,
      activeOn: resource.runningOn.map(({ name }) => name),
      goesTo: resource.nextRole === ROLE.stopped ? null : (resource.assignedTo?.name ?? null),
      role: roleWord(resource, resource.role),
      nextRole: roleWord(resource, resource.nextRole),
      isManaged: resource.isManaged,
      heldBy: holders(working, resource),
      waitsFor: waits(resource),
      places: places(working, resource),
      ...promotion(resource),
    }));
}

function promotion(resource: WorkingResource): Pick<ResourceExplanation, "promotion"> {
  const found = explainPromotion(resource);
  return found === null ? {} : { promotion: found };
}

function roleWord(resource: WorkingResource, role: Role): string {
  return role <= ROLE.stopped ? "Stopped" : renderRole(resource, role);
}

function holders(working: Working, resource: WorkingResource): readonly PlaceCause[] {
  const causes: PlaceCause[] = resource.reasons.map((text) => ({
    kind: "configuration",
    id: "",
    text,
  }));
  if (working.options.stopsAllResources) {
    const text = "stop-all-resources is on";
    causes.push({ kind: "property", id: "stop-all-resources", text });
  }
  if (!working.isQuorate && working.options.noQuorumPolicy !== "ignore") {
    const text = `there is no quorum (no-quorum-policy=${working.options.noQuorumPolicy})`;
    causes.push({ kind: "property", id: "no-quorum-policy", text });
  }
  if (working.options.isFencingEnabled && !working.hasFenceDevice) {
    const text = "fencing is on (stonith-enabled) and there is no fence device";
    causes.push({ kind: "property", id: "stonith-enabled", text });
  }
  const why = resource.nextRoleReason;
  // Why it is not managed is among the reasons above.
  const isSaid = ["", "no node can run it", "it is not managed"].includes(why);
  if (resource.nextRole === ROLE.stopped && !isSaid) {
    causes.push({ kind: "configuration", id: "", text: why });
  }
  return causes;
}

/** Actions that are needed and can not be done, and why. */
function waits(resource: WorkingResource): readonly string[] {
  const blocked = resource.actions.filter(
    (action) => !action.isRunnable && !action.isPseudo && action.node !== null,
  );
  const words = blocked
    .filter((action) => action.reason !== "")
    // A start that cannot be done counts as optional, so that nothing is stopped for it.
    .filter((action) => !action.isOptional || isMissing(resource, action))
    .map((action) => `${action.task} on ${action.node?.name ?? ""}: ${action.reason}`);
  return [...new Set(words)];
}

function isMissing(resource: WorkingResource, { task, node }: WorkingAction): boolean {
  const isWanted = resource.nextRole > ROLE.stopped && resource.assignedTo === node;
  return task === "start" && isWanted && resource.runningOn.length === 0;
}

function places(working: Working, resource: WorkingResource): readonly PlaceExplanation[] {
  return working.nodes.map((node) => {
    const score = resource.allowed.get(node)?.score ?? null;
    return {
      node: node.name,
      isPossible: score !== null && score >= 0 && isAvailable(node),
      score,
      speaksFor: causesFor(resource, node),
      speaksAgainst: causesAgainst(resource, node),
    };
  });
}
