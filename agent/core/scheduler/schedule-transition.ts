import type {
  NodeName,
  ResourceId,
  ResourceState,
  SchedulerInput,
  Transition,
} from "../model/index.ts";
import { assignResources } from "./assign.ts";
import { indexColocations } from "./colocation.ts";
import { describeDecisions } from "./decisions.ts";
import { emitActions } from "./emit.ts";
import { createLinks } from "./links.ts";
import { propagate } from "./propagate.ts";
import { readStates } from "./read-states.ts";
import { applyNodeScores } from "./scores.ts";
import type { PlannedResource, Situation } from "./situation.ts";
import { createSteps } from "./steps.ts";
import { unpackSituation } from "./unpack.ts";

/**
 * Decides what the cluster does next: where every resource should be, and the operations, fencing
 * and clean-up that lead there, ordered so that no resource is ever active on two nodes. A pure
 * function of its input; the same facts give the same transition in whatever order they are listed.
 * Scores, constraints and failures mean what they mean in Pacemaker.
 */
export function scheduleTransition(input: SchedulerInput): Transition {
  const situation = unpackSituation(input);
  const failures = readStates(situation);
  applyNodeScores(situation, failures);
  assignResources(situation, indexColocations(situation));
  const steps = createSteps(situation);
  const links = createLinks(situation, steps);
  propagate(links);
  const emission = emitActions(situation, { steps, links, failures });
  return {
    actions: emission.actions,
    decisions: describeDecisions(situation, steps, emission),
    states: situation.resources.map((resource) => describeState(situation, resource)),
    placements: describePlacements(situation),
    scores: describeScores(situation),
    recheckAt: failures.recheckAt,
  };
}

function describeState(situation: Situation, resource: PlannedResource): ResourceState {
  return {
    resource: resource.id,
    activeOn: resource.activeOn,
    role: describeRole(situation, resource),
    failedOn: resource.failedOn,
    isManaged: resource.isManaged,
    isBlocked: resource.isBlocked,
    isOrphan: resource.isOrphan,
    isDisabled: resource.settings.isDisabled,
    isFailureIgnored: resource.isFailureIgnored,
  };
}

function describeRole(situation: Situation, resource: PlannedResource): ResourceState["role"] {
  const roles = resource.activeOn.map((name) => resource.onNode.get(name)?.role ?? "Stopped");
  if (roles.length === 0 || situation.nodes.length === 0) return "Stopped";
  if (roles.includes("Started")) return "Started";
  return roles.includes("Starting") ? "Starting" : "Stopping";
}

function describePlacements(situation: Situation): Record<ResourceId, NodeName | null> {
  return Object.fromEntries(situation.resources.map((x) => [x.id, x.assignedNode]));
}

function describeScores(situation: Situation): Record<ResourceId, Record<NodeName, number>> {
  return Object.fromEntries(
    situation.resources.map((x) => {
      const names = situation.nodes.map((node) => node.name).filter((name) => x.scores.has(name));
      return [x.id, Object.fromEntries(names.map((name) => [name, x.scores.get(name) ?? 0]))];
    }),
  );
}
