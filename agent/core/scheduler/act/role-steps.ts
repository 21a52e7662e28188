import { assert } from "../../base/index.ts";
import { isFutile } from "../futile-steps.ts";
import { RELATION } from "../relations.ts";
import { ROLE, type Working, type WorkingNode, type WorkingResource } from "../working.ts";
import { orderAfterUnfencing, unfenceAfterStop } from "./fence-action.ts";
import { findActionsOn } from "./find-actions.ts";
import { setReason } from "./new-action.ts";
import {
  demoteAction,
  promoteAction,
  scheduleCleanup,
  startAction,
  stopAction,
} from "./resource-actions.ts";
import type { RoleStep } from "./role-path.ts";

/** One step of a primitive: upward on `node`; downward wherever it is active. */
export interface StepRequest {
  readonly resource: WorkingResource;
  readonly node: WorkingNode | null;
  readonly isOptional: boolean;
}

/** Makes the actions of one step between two roles. */
export function takeStep(
  working: Working,
  step: Exclude<RoleStep, null>,
  request: StepRequest,
): void {
  switch (step) {
    case "start":
      startResource(working, request);
      break;
    case "stop":
      stopResource(working, request);
      break;
    case "promote":
      promoteResource(working, request);
      break;
    case "demote":
      demoteResource(working, request);
      break;
  }
}

/**
 * True on the node where a copy of a multiply active resource is the right one and stays, while
 * the others are stopped (`multiple-active=stop_unexpected`).
 */
function isExpectedOn(resource: WorkingResource, node: WorkingNode | null): boolean {
  return (
    resource.isStopUnexpected &&
    resource.isRestarting &&
    resource.nextRole > ROLE.stopped &&
    resource.assignedTo === node
  );
}

function stopResource(working: Working, { resource, ...request }: StepRequest): void {
  let { isOptional } = request;
  for (const node of resource.runningOn) {
    if (isExpectedOn(resource, node)) continue;
    const target = resource.partialMigrationTarget;
    if (target !== null) {
      if (node === target && node === resource.assignedTo) continue; // The migration goes on.
      isOptional = false; // What arrives on the old target is not wanted there.
    }
    const stop = stopAction(working, resource, { node, isOptional });
    if (resource.assignedTo === null) {
      setReason(stop, resource.nextRoleReason || "no node may run it", true);
    } else if (resource.isRestarting && resource.isStopUnexpected) {
      setReason(stop, "it is active on several nodes", true);
    }
    if (!resource.isManaged) stop.isRunnable = false;
    if (working.options.removesAfterStop) {
      scheduleCleanup(working, resource, { node, isOptional });
    }
    unfenceAfterStop(working, stop);
  }
}

function startResource(working: Working, { resource, node, isOptional }: StepRequest): void {
  assert(node !== null, `start of ${resource.id} without a node`);
  const start = startAction(working, resource, { node, isOptional: true });
  orderAfterUnfencing(working, start, RELATION.firstImpliesThen);
  // One that cannot be done stays optional, so that it does not force a stop.
  const isRequired = start.isRunnable && !isOptional && resource.isManaged;
  if (isRequired && !isFutile(working, start)) start.isOptional = false;
  if (isExpectedOn(resource, node)) start.isPseudo = true;
}

function promoteResource(working: Working, { resource, node, isOptional }: StepRequest): void {
  assert(node !== null, `promotion of ${resource.id} without a node`);
  const starts = findActionsOn(resource, node, { task: "start" });
  if (starts.some((start) => !start.isRunnable)) {
    for (const promote of findActionsOn(resource, node, { task: "promote" })) {
      promote.isRunnable = false;
    }
    return;
  }
  const isNotRequired = isOptional || isFutile(working, { resource, task: "promote", node });
  const promote = promoteAction(working, resource, { node, isOptional: isNotRequired });
  if (isExpectedOn(resource, node)) promote.isPseudo = true;
}

function demoteResource(working: Working, { resource, isOptional }: StepRequest): void {
  for (const node of resource.runningOn) {
    if (!isExpectedOn(resource, node)) demoteAction(working, resource, { node, isOptional });
  }
}
