import { isActive, isForeignInput } from "../read/index.ts";
import { isDoneByDc, topOf } from "../tree.ts";
import { ROLE, type Working, type WorkingAction, type WorkingResource } from "../working.ts";
import { requestFencing } from "./fence-action.ts";
import { type ActionRequest, findExisting, newAction, setReason } from "./new-action.ts";

/**
 * The action of that key and node, made when there is none. An action once required stays so;
 * whether it can be done is judged anew at each call, since its node may have become known.
 */
export function createAction(working: Working, request: ActionRequest): WorkingAction {
  const action = findExisting(working, request) ?? newAction(working, request);
  settleOptional(action, request.isOptional);
  if (action.resource !== null) judgeRunnable(working, action, action.resource);
  return action;
}

/** A point of a group or clone, such as `running`, for others to be ordered by. */
export function pseudoAction(
  working: Working,
  resource: WorkingResource,
  request: { readonly task: string; readonly isOptional: boolean; readonly isRunnable: boolean },
): WorkingAction {
  const { task, isOptional, isRunnable } = request;
  const action = createAction(working, { resource, node: null, task, isOptional });
  action.isPseudo = true;
  if (isRunnable) action.isRunnable = true;
  return action;
}

/** Nothing but recurring operations is asked of a resource that is not managed. */
function settleOptional(action: WorkingAction, isOptional: boolean): void {
  const { resource, node, isPseudo, intervalMs } = action;
  const isLeftAlone = resource !== null && !resource.isManaged && node !== null;
  if (isLeftAlone && !isPseudo && intervalMs === 0) action.isOptional = true;
  else if (!isOptional) action.isOptional = false;
}

function judgeRunnable(working: Working, action: WorkingAction, resource: WorkingResource): void {
  if (action.isPseudo) return;
  const { node, task } = action;
  if (node === null) {
    action.isRunnable = false;
  } else if (!isDoneByDc(action) && !node.isOnline) {
    action.isRunnable = false;
    if (resource.isManaged && task === "stop" && !node.isUnclean) {
      requestFencing(working, node, `${resource.id} has to be stopped there and cannot be`);
    }
  } else if (!isDoneByDc(action) && node.isPending) {
    action.isRunnable = false;
  } else if (action.requires === "nothing") {
    action.isRunnable = true;
  } else {
    judgeQuorum(working, action, resource);
  }
  judgeRivals(working, action, resource);
  judgeStuckCopies(working, action, resource);
}

/**
 * A copy that could not be stopped may be the promoted one: what it was is not known any more. Of a
 * history of Pacemaker the last result counts, as there.
 */
function judgeStuckCopies(
  working: Working,
  action: WorkingAction,
  resource: WorkingResource,
): void {
  if (action.task !== "promote" || !action.isRunnable || action.node === null) return;
  const limit = topOf(resource).clone?.promotedMax ?? 1;
  if (limit >= working.nodes.length || isForeignInput(working.input)) return;
  for (const other of working.byId.values()) {
    const isCopy = other !== resource && other.baseId === resource.baseId;
    const place = other.runningOn.find((node) => node !== action.node);
    if (!isCopy || !other.isBlocked || place === undefined) continue;
    action.isRunnable = false;
    const reason = `its copy on ${place.name} could not be stopped, and may be promoted`;
    setReason(action, reason, true);
  }
}

/** What a node may start that is lost and not known to be down must not start here as well. */
function judgeRivals({ nodes }: Working, action: WorkingAction, resource: WorkingResource): void {
  if (!action.isRunnable) return;
  for (const { name, leavesToOthers } of nodes) {
    if (leavesToOthers === null || !mayBeTaken(nodes.length, action, resource)) continue;
    const isPromotion = action.task === "promote";
    const left = isPromotion ? leavesToOthers.promoted : leavesToOthers.started;
    if (left.includes(resource.isUnique ? resource.id : resource.baseId)) continue;
    action.isRunnable = false;
    const verb = isPromotion ? "promoted" : "started";
    setReason(action, `it may be ${verb} by ${name}, which is lost but not known to be down`, true);
  }
}

/** True for a start or promotion that makes one too many when the other node does the same. */
function mayBeTaken(
  nodeCount: number,
  { task, node }: WorkingAction,
  resource: WorkingResource,
): boolean {
  if (resource.variant !== "primitive" || resource.isFenceDevice || node === null) return false;
  const isActiveHere = resource.runningOn.includes(node);
  const { clone } = topOf(resource);
  const isAlike = clone !== null && !resource.isUnique;
  if (task === "promote") {
    const isPromotedHere = isActiveHere && resource.role === ROLE.promoted;
    return !isPromotedHere && (clone?.promotedMax ?? 1) < nodeCount;
  }
  return task === "start" && !isActiveHere && !(isAlike && clone.max >= nodeCount);
}

/** What needs quorum can wait for it; the policy says what may go on without. */
function judgeQuorum(working: Working, action: WorkingAction, resource: WorkingResource): void {
  switch (policyFor(working, resource)) {
    case "stop":
      action.isRunnable = false;
      setReason(action, "there is no quorum", true);
      break;
    case "freeze":
      if (isActive(resource, true) && resource.nextRole <= resource.role) break;
      action.isRunnable = false;
      setReason(action, "without quorum nothing more is started (freeze)", true);
      break;
    default:
      action.isRunnable = true;
  }
}

function policyFor(working: Working, resource: WorkingResource): string {
  const policy = working.options.noQuorumPolicy;
  if (working.isQuorate) return "ignore";
  if (policy !== "demote") return policy;
  // What is promotable and runs is demoted and goes on; everything else is stopped.
  if (resource.role !== ROLE.promoted && resource.role !== ROLE.unpromoted) return "stop";
  if (resource.nextRole > ROLE.unpromoted) {
    resource.nextRole = ROLE.unpromoted;
    resource.nextRoleReason = "there is no quorum (no-quorum-policy=demote)";
  }
  return "ignore";
}
