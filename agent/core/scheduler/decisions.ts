import { sortedText } from "../base/index.ts";
import type { Decision, NodeName } from "../model/index.ts";
import { currentNode } from "./assign.ts";
import type { Emission } from "./emit.ts";
import { renderFailure } from "./failures.ts";
import { renderScore } from "./score.ts";
import type { PlannedResource, Situation } from "./situation.ts";
import type { ResourceSteps, Step } from "./steps.ts";

/** One decision a resource, fencing first, loops in the configuration last. */
export function describeDecisions(
  situation: Situation,
  steps: ReadonlyMap<PlannedResource, ResourceSteps>,
  emission: Emission,
): readonly Decision[] {
  const fences = situation.nodes
    .filter((node) => node.isUnclean)
    .map((node): Decision => {
      const obstacle = situation.options.isFencingEnabled
        ? situation.canFence
          ? ""
          : "; it cannot be fenced, so nothing of it is started elsewhere"
        : "; fencing is off";
      return {
        what: "fence",
        resource: null,
        from: node.name,
        to: null,
        isBlocked: !situation.canFence,
        reason: `node ${node.name}: ${node.uncleanReason}${obstacle}`,
      };
    });
  const resources = [...steps.values()].map((own) => describe(situation, own, emission));
  const loops = sortedText(new Set(emission.broken.map((link) => link.source)));
  return [
    ...fences,
    ...resources,
    ...loops.map((source): Decision => {
      const reason = `${source} is part of a loop of orders: one of its steps does not wait`;
      return { what: "leave", resource: null, from: null, to: null, isBlocked: false, reason };
    }),
  ];
}

function describe(situation: Situation, own: ResourceSteps, emission: Emission): Decision {
  const { resource, start, stops } = own;
  const from = currentNode(situation, resource)?.name ?? null;
  const to = start.node;
  const isUp = from !== null;
  const goesDown = stops.some((stop) => stop.isRequired);
  const comesUp = start.isRequired && start.isRunnable;
  const isStuck = stops.some((stop) => stop.isRequired && !stop.isRunnable);
  const base = { resource: resource.id, from, to };
  if (!resource.isManaged) {
    const what = "leave" as const;
    return { ...base, what, isBlocked: resource.isBlocked, reason: describeUnmanaged(resource) };
  }
  if (isStuck) {
    const stuck = stops.find((stop) => stop.isRequired && !stop.isRunnable);
    const reason = sentence(`it cannot be stopped on ${stuck?.node}`, stuck?.why ?? "");
    return { ...base, what: to === null ? "stop" : "move", isBlocked: true, reason };
  }
  if (!isUp) return describeStopped(situation, own, emission);
  if (!goesDown) {
    return { ...base, what: "leave", isBlocked: false, reason: describeStay(situation, own) };
  }
  if (!comesUp && start.isRunnable && to !== null && resource.activeOn.includes(to)) {
    const others = stops.filter((stop) => stop.isRequired).map((stop) => stop.node);
    const copies = `the copy on ${others.join(" and ")} stops`;
    const reason = sentence(`stays on ${to}; ${copies}`, stops[0]?.why ?? "");
    return { ...base, what: "stop", from: others[0] ?? from, isBlocked: false, reason };
  }
  if (!comesUp) {
    const reason = describeStop(situation, own);
    return { ...base, what: "stop", to: null, isBlocked: false, reason };
  }
  const wait = emission.deferred.has(start) ? "; it waits for an operation under way" : "";
  if (own.isMoving) {
    const what = "move" as const;
    return { ...base, what, isBlocked: false, reason: describeMove(situation, own) + wait };
  }
  const what = resource.isFailed ? "recover" : "restart";
  return { ...base, what, isBlocked: false, reason: describeRestart(own) + wait };
}

function describeUnmanaged(resource: PlannedResource): string {
  const where =
    resource.activeOn.length === 0
      ? "stays stopped"
      : `stays on ${resource.activeOn.join(" and ")}`;
  return `${where} untouched: ${resource.unmanagedReason}`;
}

function describeStopped(situation: Situation, own: ResourceSteps, emission: Emission): Decision {
  const { resource, start } = own;
  const base = { resource: resource.id, from: null, to: start.node };
  if (start.node === null) {
    const why = resource.stoppedReason ?? describeExcluded(situation, resource);
    const isBlocked = resource.stoppedReason === null;
    return { ...base, what: "leave", isBlocked, reason: `stays stopped: ${why}` };
  }
  if (!start.isRunnable) {
    return { ...base, what: "start", isBlocked: true, reason: `cannot start: ${start.why}` };
  }
  const wait = emission.deferred.has(start) ? "; it waits for an operation under way" : "";
  const reason = `starts on ${start.node}: ${describeChoice(situation, resource)}${wait}`;
  return { ...base, what: "start", isBlocked: false, reason };
}

function describeStay(situation: Situation, own: ResourceSteps): string {
  const { resource } = own;
  const [name] = resource.activeOn;
  if (own.start.isUnderWay) return `its start on ${name} is under way`;
  const failure = name === undefined ? undefined : resource.onNode.get(name)?.failure;
  if (resource.isFailureIgnored && failure !== null && failure !== undefined) {
    return `stays on ${name}: ${renderFailure(failure)}, but on-fail is ignore`;
  }
  return `stays on ${name}: ${describeChoice(situation, resource)}`;
}

function describeStop(situation: Situation, own: ResourceSteps): string {
  const { resource, start, stops } = own;
  if (resource.stoppedReason !== null) return `stops: ${resource.stoppedReason}`;
  if (start.node === null) return `stops: ${describeExcluded(situation, resource)}`;
  const why = start.isRunnable ? (stops[0]?.why ?? "") : start.why;
  return `stops: ${why}`;
}

function describeMove(situation: Situation, { resource, start }: ResourceSteps): string {
  const from = resource.activeOn.join(" and ");
  const words = resource.activeOn.map((name) => describeNode(situation, resource, name));
  const why = words.filter((x) => x !== "");
  const reason = why.length > 0 ? why.join("; ") : describeChoice(situation, resource);
  return `moves from ${from} to ${start.node}: ${reason}`;
}

function describeRestart({ resource, start, stops }: ResourceSteps): string {
  const [name] = resource.activeOn;
  const failure = name === undefined ? undefined : resource.onNode.get(name)?.failure;
  if (resource.isFailed && failure !== null && failure !== undefined) {
    return `restarts on ${start.node}: ${renderFailure(failure)}`;
  }
  const why = stops.find((stop: Step) => stop.why !== "")?.why ?? start.why;
  return `restarts on ${start.node}: ${why}`;
}

/** Why none of the nodes will do. */
function describeExcluded(situation: Situation, resource: PlannedResource): string {
  const words = situation.nodes.map((node) => {
    const why = describeNode(situation, resource, node.name);
    return `not on ${node.name}, since ${why === "" ? "its score is below zero" : why}`;
  });
  return words.length === 0 ? "there are no nodes" : words.join("; ");
}

/** Why a node will not do for the resource; empty when it would. */
function describeNode(situation: Situation, resource: PlannedResource, name: NodeName): string {
  const node = situation.nodeByName.get(name);
  if (node === undefined) return `${name} is no member of the cluster`;
  if (node.isUnclean) return `${name} has to be fenced (${node.uncleanReason})`;
  if (node.isHeld) return `${name} may not be taken over from and cannot be reached`;
  if (!node.isOnline) return `${name} is offline`;
  if (node.isInMaintenance) return `${name} is in maintenance`;
  if (node.standbyReason !== null) return `${name} is ${node.standbyReason}`;
  const score = resource.scores.get(name);
  if (score === undefined) {
    return `symmetric-cluster is off and no location constraint names ${name}`;
  }
  return score >= 0 ? "" : (resource.notes.get(name) ?? []).join(", ");
}

/** Why the chosen node was chosen. */
function describeChoice(situation: Situation, resource: PlannedResource): string {
  const target = resource.assignedNode;
  if (target === null) return "";
  const others = situation.nodes.filter((node) => node.name !== target);
  const excluded = others.map((node) => describeNode(situation, resource, node.name));
  if (others.length > 0 && excluded.every((why) => why !== "")) return excluded.join("; ");
  const notes = resource.notes.get(target) ?? [];
  if (notes.length > 0) return notes.join(", ");
  if (resource.activeOn.includes(target)) return "nothing calls it elsewhere";
  const scoreOf = (name: NodeName) => resource.scores.get(name) ?? 0;
  const usable = others.filter((_node, index) => excluded[index] === "");
  if (usable.every((node) => scoreOf(node.name) < scoreOf(target))) {
    return `what runs with it prefers ${target} (score ${renderScore(scoreOf(target))})`;
  }
  if (resource.activeOn.length > 0) {
    return `${target} has less to run, and nothing keeps it (resource-stickiness is 0)`;
  }
  return "all nodes are equal";
}

function sentence(what: string, why: string): string {
  return why === "" ? what : `${what}: ${why}`;
}
