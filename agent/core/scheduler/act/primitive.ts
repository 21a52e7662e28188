import { needsFencing } from "../read/index.ts";
import { activeNodes } from "../tree.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "../working.ts";
import { canMigrate, createMigration, stopAfterBrokenMigration } from "./migration.ts";
import { createRecurring } from "./recurring.ts";
import { startAction } from "./resource-actions.ts";
import { nextRoleToward, stepBetween } from "./role-path.ts";
import { takeStep } from "./role-steps.ts";

/** What is found out before the actions of a primitive are made. */
interface Course {
  readonly current: WorkingNode | null;
  isMoving: boolean;
  canMigrate: boolean;
  needsStop: boolean;
  needsPromotion: boolean;
}

/**
 * Makes all actions of one primitive: down from where it is and up again in its present role (which
 * happens only as far as something requires it), on to its next role, its recurring operations, and
 * the migration that may take the place of a stop and a start.
 */
export function createPrimitiveActions(working: Working, resource: WorkingResource): void {
  if (resource.nextRole === ROLE.unknown) {
    resource.nextRole = resource.assignedTo === null ? ROLE.stopped : ROLE.started;
  }
  const active = activeNodes(resource);
  const course: Course = {
    current: active.node,
    isMoving: false,
    canMigrate: false,
    needsStop: false,
    needsPromotion: false,
  };
  for (const node of resource.danglingMigrations) {
    stopAfterBrokenMigration(working, resource, node);
  }
  checkMove(resource, course);
  checkCopies(resource, course, active);
  if (resource.isStartPending) {
    // It is under way already: shown, so that what depends on it waits.
    const place = { node: resource.assignedTo, isOptional: true };
    startAction(working, resource, place).isPrintedAlways = true;
  }
  if (!course.isMoving) checkWhereItIs(working, resource, course);
  restart(working, resource, course);
  changeRole(working, resource);
  createRecurring(working, resource);
  if (course.canMigrate && course.current !== null) {
    createMigration(working, resource, course.current);
  }
}

function checkMove(resource: WorkingResource, course: Course): void {
  const { assignedTo, nextRole } = resource;
  if (course.current === null || assignedTo === null || course.current === assignedTo) return;
  if (nextRole < ROLE.started) return;
  course.isMoving = true;
  course.canMigrate = canMigrate(resource, course.current);
  // A migration that turns out impossible leaves the stop and the start.
  course.needsStop = true;
}

/** A migration under way goes on or is undone; several copies are dealt with as configured. */
function checkCopies(
  resource: WorkingResource,
  course: Course,
  active: { readonly all: number; readonly clean: number },
): void {
  const { partialMigrationSource: source, partialMigrationTarget: target } = resource;
  let isMultiple = false;
  if (source !== null || target !== null) {
    const goesOn =
      source !== null &&
      target !== null &&
      course.canMigrate &&
      active.all === 2 &&
      course.current === source &&
      resource.assignedTo === target;
    if (!goesOn) {
      course.needsStop = true;
      course.canMigrate = false;
      resource.partialMigrationSource = null;
      resource.partialMigrationTarget = null;
    }
  } else {
    // What does not wait for fencing is not taken to be active on a node that needs it.
    isMultiple = (needsFencing(resource) ? active.all : active.clean) > 1;
  }
  const policy = resource.multipleActive;
  resource.isStopUnexpected = isMultiple && policy === "stop_unexpected";
  if (isMultiple && (policy === "stop_start" || policy === "stop_unexpected")) {
    course.needsStop = true;
  }
}

function checkWhereItIs(working: Working, resource: WorkingResource, course: Course): void {
  if (resource.isFailed) {
    if (resource.isStopIfFailed) course.needsStop = true;
    else if (resource.nextRole === ROLE.promoted) course.needsPromotion = true;
  } else if (resource.isBlocked) {
    course.needsStop = true;
  } else if (
    resource.role > ROLE.started &&
    course.current !== null &&
    resource.assignedTo !== null
  ) {
    // A change of its parameters may have asked for a start: then it has to come down first.
    const place = { node: resource.assignedTo, isOptional: true };
    if (!startAction(working, resource, place).isOptional) course.needsStop = true;
  }
}

/** Down to a stop, and up again to the role that it has. */
function restart(working: Working, resource: WorkingResource, course: Course): void {
  resource.isRestarting = true;
  let role: Role = resource.role;
  while (role !== ROLE.stopped) {
    const next = nextRoleToward(role, ROLE.stopped);
    const step = stepBetween(role, next);
    if (step === null) break;
    const isOptional = !course.needsStop;
    takeStep(working, step, { resource, node: course.current, isOptional });
    role = next;
  }
  while (resource.role <= resource.nextRole && role !== resource.role && !resource.isBlocked) {
    const next = nextRoleToward(role, resource.role);
    const step = stepBetween(role, next);
    if (step === null) break;
    const isNeeded = course.needsStop || (next === ROLE.promoted && course.needsPromotion);
    takeStep(working, step, { resource, node: resource.assignedTo, isOptional: !isNeeded });
    role = next;
  }
  resource.isRestarting = false;
}

/** From the role that it has to the one that it is to have. */
function changeRole(working: Working, resource: WorkingResource): void {
  let role: Role = resource.role;
  while (role !== resource.nextRole) {
    const next = nextRoleToward(role, resource.nextRole);
    const step = stepBetween(role, next);
    if (step === null) break;
    takeStep(working, step, { resource, node: resource.assignedTo, isOptional: false });
    role = next;
  }
}
