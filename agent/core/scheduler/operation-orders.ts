import type { NameValues, OperationOrder, ResourceId } from "../model/index.ts";
import {
  type AgentCall,
  buildOrder,
  parametersOf,
  settleOperation,
  toResolved,
} from "./read/index.ts";
import { topOf } from "./tree.ts";
import type { Working, WorkingAction, WorkingResource } from "./working.ts";

/** The complete order for the node that carries out an action of a primitive. */
export function orderOf(
  working: Working,
  action: WorkingAction,
  resource: WorkingResource,
): OperationOrder | null {
  const { primitive } = resource;
  if (primitive === null) return null;
  const { task, intervalMs } = action;
  const settings = action.operation ?? settleOperation(working, resource, { task, intervalMs });
  const call = callFor(working, action, { ...resource, agent: primitive.agent });
  const named = { ...primitive, id: idFor(resource) };
  const order = buildOrder(named, toResolved(settings), call);
  const meta = metaOf(action, resource);
  const isProbe = task === "monitor" && intervalMs === 0;
  return {
    ...order,
    expectedStatus: isProbe ? null : (action.expectedStatus ?? 0),
    ...(Object.keys(meta).length > 0 ? { meta } : {}),
    ...(action.migration === null ? {} : { migration: migrationOf(action.migration) }),
    ...(keepsLock(action, resource) ? { lockedSinceS: resource.lockTimeS } : {}),
  };
}

/** True where the node notes that the resource is kept for it; on leaving, only by the stop. */
function keepsLock({ node, task }: WorkingAction, { lockNode }: WorkingResource): boolean {
  if (lockNode === null || node !== lockNode) return false;
  return task === "stop" || (task === "monitor" && !node.isLeaving);
}

function migrationOf({ source, target }: NonNullable<WorkingAction["migration"]>) {
  return { source: source.name, target: target.name };
}

/** A stop runs with what the start ran with: a changed address must not stay behind. */
function callFor(
  working: Working,
  action: WorkingAction,
  resource: WorkingResource & { readonly agent: AgentCall["agent"] },
): AgentCall {
  const { node, task } = action;
  const last = node?.history?.resources.find((x) => x.resource === idFor(resource))?.lastCall;
  const isOwn = last !== undefined && Object.keys(last.parameters).length > 0;
  if (task === "stop" && (isOwn || (resource.isOrphan && last !== undefined))) return last;
  return { agent: resource.agent, parameters: parametersOf(working, resource, node) };
}

/** The id by which a node knows the resource: instances that do not differ share one. */
export function idFor(resource: WorkingResource): ResourceId {
  return resource.isUnique ? resource.id : (resource.historyId ?? resource.baseId);
}

/** What agents of clones are told besides their parameters, under the names that they know. */
function metaOf(action: WorkingAction, resource: WorkingResource): NameValues {
  const { clone, isNotified, isUnique } = topOf(resource);
  const own: Record<string, string> = Object.fromEntries(action.meta);
  if (clone === null && action.meta.size === 0) return {};
  const facts: Record<string, string> = {};
  if (clone !== null) {
    facts["clone"] = resource.id.slice(resource.id.lastIndexOf(":") + 1);
    facts["clone_max"] = String(clone.max);
    facts["clone_node_max"] = String(clone.nodeMax);
    facts["globally_unique"] = String(isUnique);
    facts["notify"] = String(isNotified);
    if (clone.isPromotable) {
      facts["promoted_max"] = String(clone.promotedMax);
      facts["promoted_node_max"] = String(clone.promotedNodeMax);
    }
  }
  const named = Object.entries({ ...facts, ...own });
  return Object.fromEntries(named.map(([name, value]) => [`CRM_meta_${name}`, value]));
}
