import { settleOperation } from "../read/index.ts";
import type { Working, WorkingAction, WorkingNode, WorkingResource } from "../working.ts";
import { ROLE } from "../working.ts";
import { actionKey, matchKey } from "./find-actions.ts";

/** What an action is to be. `key` names it when it is no plain operation of its resource. */
export interface ActionRequest {
  readonly resource: WorkingResource | null;
  readonly node: WorkingNode | null;
  readonly task: string;
  readonly intervalMs?: number;
  readonly isOptional: boolean;
  readonly key?: string;
  readonly fencing?: WorkingAction["fencing"];
}

/** The action of that key and node, if there is one; one without a node gets this node. */
export function findExisting(working: Working, request: ActionRequest): WorkingAction | null {
  const actions = request.resource === null ? working.actions : request.resource.actions;
  return matchKey(actions, keyOf(request), request.node)[0] ?? null;
}

/** Adds an action with the settings of its operation; it is runnable until something says no. */
export function newAction(working: Working, request: ActionRequest): WorkingAction {
  const { resource, node, task, intervalMs = 0, isOptional } = request;
  const isOperation = resource?.variant === "primitive";
  const operation = isOperation
    ? settleOperation(working, resource, { task, intervalMs, node })
    : null;
  const action: WorkingAction = {
    id: working.actions.length,
    resource,
    node,
    task,
    intervalMs,
    key: keyOf(request),
    isOptional,
    isRunnable: true,
    isPseudo: false,
    isPrintedAlways: false,
    isMigratable: false,
    isMigrationAbort: false,
    isReschedule: false,
    requiredBefore: 0,
    runnableBefore: 0,
    needsOnlySome: false,
    requires: resource === null ? "nothing" : requirementOf(resource, task),
    meta: new Map(),
    onFail: operation?.onFail ?? "restart",
    roleAfterFailure: operation?.roleAfterFailure ?? ROLE.started,
    reason: "",
    before: [],
    after: [],
    isInGraph: false,
    operation,
    priority: 0,
    cancels: null,
    migration: null,
    expectedStatus: expectedStatus(request),
    fencing: request.fencing ?? null,
    fencingDelayMs: null,
  };
  working.actions.push(action);
  if (resource === null) working.named.set(action.key, action);
  else resource.actions.push(action);
  return action;
}

/** A probe may find its resource either way; everything else has to succeed. */
function expectedStatus({ task, intervalMs = 0 }: ActionRequest): number | null {
  return task === "monitor" && intervalMs === 0 ? null : 0;
}

/**
 * A point without a resource, such as "enough instances run", for others to be ordered by. It is
 * made when first asked for; it happens when something needs it.
 */
export function namedPoint(working: Working, name: string): WorkingAction {
  const known = working.named.get(name);
  if (known !== undefined) return known;
  const request = { resource: null, node: null, task: name, isOptional: true, key: name };
  const point = newAction(working, request);
  point.isPseudo = true;
  return point;
}

/** Gives an action its reason; a first one stays unless it is to be overwritten. */
export function setReason(action: WorkingAction, reason: string, overwrites = false): void {
  if (overwrites || action.reason === "") action.reason = reason;
}

function keyOf({ key, resource, task, intervalMs = 0 }: ActionRequest): string {
  if (key !== undefined) return key;
  return resource === null ? task : actionKey(resource, task, intervalMs);
}

/** Only what brings a resource up waits for quorum or for the fencing of others. */
function requirementOf(resource: WorkingResource, task: string): WorkingAction["requires"] {
  if (task !== "start" && task !== "promote") return "nothing";
  return resource.requires === "unfencing" ? "fencing" : resource.requires;
}
