import type { Decision } from "../model/index.ts";
import { isAvailable } from "./candidates.ts";
import { allPrimitives, shownId } from "./describe-states.ts";
import { hasPlacedSibling, isSurplus, whyElsewhere, whyHere, whyNowhere } from "./explain-place.ts";
import type { Graph } from "./graph.ts";
import { currentNode, findAction, topOf } from "./tree.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** One decision a resource, fencing and departures first, loops in the configuration last. */
export function describeDecisions(working: Working, graph: Graph): readonly Decision[] {
  return [
    ...working.nodes.flatMap((node) => describeNode(working, graph, node)),
    ...allPrimitives(working)
      .filter((each) => each.runningOn.length > 0 || !(each.isOrphan || isSurplus(working, each)))
      .map((resource) => describe(working, resource)),
    ...graph.broken.map(([first, then]): Decision => {
      const names = `${first.task} of ${nameOf(first)} and ${then.task} of ${nameOf(then)}`;
      const reason = `${names} are part of a loop of orders: the second does not wait`;
      return { what: "leave", resource: null, from: null, to: null, isBlocked: false, reason };
    }),
  ];
}

function nameOf({ resource, key }: WorkingAction): string {
  return resource === null ? key : shownId(resource);
}

function describeNode(working: Working, graph: Graph, node: WorkingNode): readonly Decision[] {
  const base = { resource: null, from: node.name, to: null };
  const own = graph.actions.find((x) => x.node === node && x.task === "stonith");
  if (own !== undefined && own.fencing !== "on") {
    const reason = `node ${node.name}: ${node.uncleanReason || own.reason}`;
    return [{ ...base, what: "fence", isBlocked: false, reason }];
  }
  if (node.isUnclean) {
    const obstacle = working.options.isFencingEnabled
      ? "; it cannot be fenced, so nothing of it is started elsewhere"
      : "; fencing is off";
    const reason = `node ${node.name}: ${node.uncleanReason}${obstacle}`;
    return [{ ...base, what: "fence", isBlocked: true, reason }];
  }
  const leaving = graph.actions.find((x) => x.node === node && x.task === "do_shutdown");
  if (leaving === undefined) return [];
  return [{ ...base, what: "shutdown", isBlocked: false, reason: `node ${node.name} leaves` }];
}

/** What the actions of one primitive come to. */
interface Outlook {
  readonly resource: WorkingResource;
  readonly from: WorkingNode | null;
  readonly to: WorkingNode | null;
  readonly stop: WorkingAction | null;
  readonly start: WorkingAction | null;
}

function describe(working: Working, resource: WorkingResource): Decision {
  const from = currentNode(resource);
  const to = resource.nextRole === ROLE.stopped ? null : resource.assignedTo;
  const stop = required(resource, "stop", from);
  const start = to === null ? null : findAction(resource, { task: "start", node: to });
  const outlook: Outlook = { resource, from, to, stop, start };
  const base = { resource: shownId(resource), from: from?.name ?? null, to: to?.name ?? null };
  if (!resource.isManaged) {
    const where = from === null ? "stays stopped" : `stays on ${from.name} untouched`;
    const reason = `${where}: ${resource.reasons.join("; ") || "it is not managed"}`;
    return { ...base, what: "leave", isBlocked: resource.isBlocked, reason };
  }
  if (from === null) return { ...base, ...describeStopped(working, outlook) };
  if (stop !== null && !stop.isRunnable && !stop.isPseudo) {
    const reason = `cannot be stopped on ${from.name}${because(stop.reason)}`;
    return { ...base, what: to === null ? "stop" : "move", isBlocked: true, reason };
  }
  return { ...base, ...describeActive(working, outlook) };
}

type Words = Pick<Decision, "what" | "isBlocked" | "reason">;

/** A stop that happens, first of all the one on the node that counts. */
function required(
  resource: WorkingResource,
  task: string,
  node: WorkingNode | null,
): WorkingAction | null {
  const own = resource.actions.filter((x) => x.task === task && !x.isOptional);
  return own.find((x) => x.node === node) ?? own[0] ?? null;
}

function because(reason: string): string {
  return reason === "" ? "" : `: ${reason}`;
}

function describeStopped(working: Working, { resource, to, start }: Outlook): Words {
  if (to === null) {
    const isWanted = resource.nextRoleReason === "" || isForLackOfNode(resource);
    const why = isWanted ? whyNowhere(working, resource) : resource.nextRoleReason;
    const isBlocked = isWanted && !resource.isOrphan && !hasPlacedSibling(working, resource);
    return { what: "leave", isBlocked, reason: `stays stopped: ${why}` };
  }
  if (start === null || !start.isRunnable) {
    const reason = `cannot start${because(start === null ? "" : whyWaiting(start))}`;
    return { what: "start", isBlocked: true, reason };
  }
  const promoted = resource.nextRole === ROLE.promoted ? " and is promoted" : "";
  const why = whyHere(working, resource, to);
  return { what: "start", isBlocked: false, reason: `starts${promoted} on ${to.name}: ${why}` };
}

function whyWaiting(action: WorkingAction): string {
  if (action.reason !== "") return action.reason;
  const obstacle = action.before.find(({ other }) => !other.isRunnable && !other.isOptional)?.other;
  if (obstacle === undefined || obstacle.node === null) return "";
  const { name, isPending } = obstacle.node;
  const why = isPending ? `, which is not ready yet` : "";
  return `${obstacle.task} of ${nameOf(obstacle)} comes first on ${name}${why}`;
}

function isForLackOfNode({ nextRoleReason }: WorkingResource): boolean {
  return nextRoleReason === "no node can run it";
}

function describeActive(working: Working, outlook: Outlook): Words {
  const { resource, from, to, stop, start } = outlook;
  const fromName = from?.name ?? "";
  if (to === null) {
    const why = whyStopped(working, resource) || stop?.reason || "";
    return { what: "stop", isBlocked: false, reason: `stops on ${fromName}${because(why)}` };
  }
  if (start?.isPseudo === true && start.isMigratable && from !== to) {
    const why = from === null ? "" : whyElsewhere(working, resource, from);
    const reason = `migrates from ${fromName} to ${to.name}${because(why)}`;
    return { what: "migrate", isBlocked: false, reason };
  }
  if (from !== to) {
    const why = from === null ? "" : whyElsewhere(working, resource, from);
    const reason = `moves from ${fromName} to ${to.name}${because(why || (stop?.reason ?? ""))}`;
    return { what: "move", isBlocked: start?.isRunnable === false, reason };
  }
  if (stop === null || stop.isOptional) return describeStay(working, outlook);
  if (stop.node !== null && stop.node !== from) {
    const reason = `stops on ${stop.node.name}, stays on ${fromName}${because(stop.reason)}`;
    return { what: "stop", isBlocked: false, reason };
  }
  if (start?.isRunnable === false) {
    return { what: "stop", isBlocked: false, reason: `stops${because(start.reason)}` };
  }
  const failure = from === null ? undefined : resource.failures.get(from);
  const several = resource.runningOn.length > 1 ? "it is active on several nodes" : "";
  const begun = resource.pendingTask === "" ? "" : "what is under way there has to be begun anew";
  const why = failure?.words ?? (stop.reason || start?.reason || several || begun);
  const what = resource.isFailed ? "recover" : "restart";
  return { what, isBlocked: false, reason: `restarts on ${fromName}${because(why)}` };
}

function whyStopped(working: Working, resource: WorkingResource): string {
  if (resource.isOrphan && resource.parent !== null) return "its clone has fewer instances now";
  if (isForLackOfNode(resource)) return whyNowhere(working, resource);
  return resource.nextRoleReason;
}

function describeStay(working: Working, { resource, from, to }: Outlook): Words {
  const name = from?.name ?? "";
  const reload = resource.actions.find((x) => x.task === "reload-agent" && !x.isOptional);
  if (reload !== undefined) {
    return { what: "reload", isBlocked: false, reason: `reloads on ${name}: ${reload.reason}` };
  }
  const change = describeRoleChange(resource, name);
  if (change !== null) return change;
  if (resource.isFailureIgnored && from !== null) {
    const failure = resource.failures.get(from)?.words ?? "a failure";
    const reason = `stays on ${name}: ${failure}, but on-fail is ignore`;
    return { what: "leave", isBlocked: false, reason };
  }
  const why = to === null || !isAvailable(to) ? "" : whyHere(working, resource, to);
  const role = renderRoleWord(resource, resource.role);
  return { what: "leave", isBlocked: false, reason: `stays ${role}on ${name}${because(why)}` };
}

function describeRoleChange(resource: WorkingResource, name: string): Words | null {
  const { nextRoleReason: why } = resource;
  const isDemotedFirst = resource.actions.some((x) => x.task === "demote" && !x.isOptional);
  for (const task of ["promote", "demote"] as const) {
    const action = resource.actions.find((x) => x.task === task && !x.isOptional);
    if (action === undefined) continue;
    const isBlocked = !action.isRunnable;
    const again = isDemotedFirst ? "is demoted and promoted again" : "is promoted";
    const words = task === "promote" ? again : "is demoted";
    return { what: task, isBlocked, reason: `${words} on ${name}${because(action.reason || why)}` };
  }
  return null;
}

function renderRoleWord(resource: WorkingResource, role: Role): string {
  if (topOf(resource).clone?.isPromotable !== true) return "";
  return role === ROLE.promoted ? "promoted " : "unpromoted ";
}
