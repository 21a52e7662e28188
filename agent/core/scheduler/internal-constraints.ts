import { INFINITY_SCORE } from "../model/index.ts";
import { namedPoint, needsUnfencing, unfencingOf } from "./act/index.ts";
import { isInPromotable } from "./assign.ts";
import { addOrdering, taskOrderer } from "./orderings.ts";
import { RELATION } from "./relations.ts";
import { instanceNumber, topOf } from "./tree.ts";
import { addColocation } from "./unpack-colocations.ts";
import {
  ROLE,
  type Working,
  type WorkingAction,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

const {
  ordered,
  firstImpliesThen,
  firstImpliesThenGraphed,
  thenImpliesFirst,
  thenImpliesFirstGraphed,
  unrunnableFirstBlocks,
} = RELATION;

/** Adds what the nature of resources demands: stop before start, members one after the other. */
export function addInternalConstraints(working: Working): void {
  for (const resource of working.resources) addFor(working, resource);
}

function addFor(working: Working, resource: WorkingResource): void {
  switch (resource.variant) {
    case "primitive":
      addForPrimitive(working, resource);
      break;
    case "group":
      addForGroup(working, resource);
      break;
    case "clone":
      addForClone(working, resource);
      break;
  }
}

function addForPrimitive(working: Working, resource: WorkingResource): void {
  const bind = taskOrderer(working);
  if (!resource.isManaged) return;
  const restart = ordered | firstImpliesThen | RELATION.intermediateStop;
  bind([resource, "stop"], [resource, "start"], restart);
  if (isInPromotable(resource) || resource.role > ROLE.unpromoted) {
    const { promotedImpliesFirst } = RELATION;
    bind([resource, "demote"], [resource, "stop"], promotedImpliesFirst);
    bind([resource, "start"], [resource, "promote"], unrunnableFirstBlocks);
  }
  const cancelsDelete = RELATION.ifOnSameNode | RELATION.thenCancelsFirst;
  bind([resource, "lrm_delete"], [resource, "monitor"], cancelsDelete);
  if (!resource.isFenceDevice && needsUnfencing(resource)) orderByUnfencing(working, resource);
  if (resource.container !== null) keepInside(working, resource, resource.container);
  if (working.options.placementStrategy !== "default" && resource.utilization.size > 0) {
    orderByLoad(working, resource);
  }
}

/** What runs inside of something else needs that, and goes where it goes (`container`). */
function keepInside(working: Working, resource: WorkingResource, container: WorkingResource): void {
  const bind = taskOrderer(working);
  const up = firstImpliesThen | unrunnableFirstBlocks;
  bind([container, "start"], [resource, "start"], up);
  bind([resource, "stop"], [container, "stop"], thenImpliesFirst);
  addColocation(working, {
    id: `container:${container.id}`,
    dependent: resource,
    primary: container,
    dependentRole: ROLE.unknown,
    primaryRole: ROLE.unknown,
    score: INFINITY_SCORE,
    isInfluential: true,
    attribute: "#uname",
    isInternal: true,
  });
}

/** A node is unfenced between the stop and the start of what needs that. */
function orderByUnfencing(working: Working, resource: WorkingResource): void {
  const { ifOnSameNode, firstImpliesSameNodeThen } = RELATION;
  for (const { node } of resource.allowed.values()) {
    const unfence = { action: unfencingOf(working, node) };
    const [stop, start] = [
      { resource, task: "stop" },
      { resource, task: "start" },
    ];
    addOrdering(working, { first: stop, next: unfence, relation: ordered | ifOnSameNode });
    const relation = firstImpliesSameNodeThen | ifOnSameNode;
    addOrdering(working, { first: unfence, next: start, relation });
  }
}

/** The point at which everything that leaves a node has left it. */
function loadStopped(working: Working, node: WorkingNode): WorkingAction {
  const point = namedPoint(working, `load_stopped_${node.name}`);
  point.node = node;
  point.isOptional = false;
  return point;
}

/** Nothing arrives on a node before what leaves it has made room. */
function orderByLoad(working: Working, resource: WorkingResource): void {
  const relation = RELATION.ifOnSameNodeOrTarget;
  for (const node of resource.runningOn) {
    const first = { resource, task: "stop" };
    addOrdering(working, { first, next: { action: loadStopped(working, node) }, relation });
  }
  for (const { node } of resource.allowed.values()) {
    const first = { action: loadStopped(working, node) };
    for (const task of ["start", "migrate_to"]) {
      addOrdering(working, { first, next: { resource, task }, relation });
    }
  }
}

function addForGroup(working: Working, group: WorkingResource): void {
  const bind = taskOrderer(working);
  bind([group, "stop"], [group, "stopped"], unrunnableFirstBlocks);
  bind([group, "stopped"], [group, "start"], ordered);
  bind([group, "start"], [group, "running"], unrunnableFirstBlocks);
  const isPromotable = topOf(group).clone?.isPromotable === true;
  let previous: WorkingResource | null = null;
  let lastActive: WorkingResource | null = null;
  for (const member of group.children) {
    addForMember(working, { group, member, previous, lastActive, isPromotable });
    if (member.runningOn.length > 0) lastActive = member;
    previous = member;
  }
}

interface Place {
  readonly group: WorkingResource;
  readonly member: WorkingResource;
  readonly previous: WorkingResource | null;
  readonly lastActive: WorkingResource | null;
  readonly isPromotable: boolean;
}

function addForMember(working: Working, place: Place): void {
  const bind = taskOrderer(working);
  const { group, member, previous, isPromotable } = place;
  const isOrdered = group.group?.isOrdered !== false;
  addForPrimitive(working, member);
  if (previous !== null && group.group?.isColocated !== false) {
    addColocation(working, {
      id: `group:${group.id}`,
      dependent: member,
      primary: previous,
      dependentRole: ROLE.unknown,
      primaryRole: ROLE.unknown,
      score: INFINITY_SCORE,
      isInfluential: member.isCritical,
      attribute: "#uname",
      isInternal: true,
    });
  }
  const isFirst = previous === null && isOrdered;
  const down = isFirst ? thenImpliesFirstGraphed | ordered : thenImpliesFirstGraphed;
  const downDone = isFirst ? firstImpliesThen : firstImpliesThenGraphed;
  const upDone = unrunnableFirstBlocks | firstImpliesThen | firstImpliesThenGraphed;
  if (isPromotable) {
    bind([group, "demote"], [member, "demote"], down);
    bind([member, "demote"], [group, "demoted"], downDone);
    bind([member, "promote"], [group, "promoted"], upDone);
    bind([group, "promote"], [member, "promote"], thenImpliesFirstGraphed);
  }
  bind([group, "stop"], [member, "stop"], down);
  bind([member, "stop"], [group, "stopped"], downDone);
  bind([group, "start"], [member, "start"], thenImpliesFirstGraphed);
  bind([member, "start"], [group, "running"], upDone);
  if (!isOrdered) orderUnorderedMember(working, place);
  else if (previous !== null) orderAfterPrevious(working, { ...place, previous });
  stopInSequence(working, place);
}

function orderUnorderedMember(working: Working, { group, member, isPromotable }: Place): void {
  const bind = taskOrderer(working);
  const relation = firstImpliesThen | unrunnableFirstBlocks | thenImpliesFirstGraphed;
  bind([group, "start"], [member, "start"], relation);
  if (isPromotable) bind([group, "promote"], [member, "promote"], relation);
}

function orderAfterPrevious(
  working: Working,
  { member, previous, isPromotable }: Place & { readonly previous: WorkingResource },
): void {
  const bind = taskOrderer(working);
  const up = firstImpliesThen | unrunnableFirstBlocks;
  bind([previous, "start"], [member, "start"], up);
  const stop = ordered | RELATION.intermediateStop;
  bind([member, "stop"], [previous, "stop"], stop);
  // A new member before running ones: those have to leave before it comes.
  if (member.runningOn.length > 0 && previous.runningOn.length === 0) {
    const relation = thenImpliesFirst | unrunnableFirstBlocks;
    bind([member, "stop"], [previous, "start"], relation);
  }
  if (!isPromotable) return;
  bind([previous, "promote"], [member, "promote"], up);
  bind([member, "demote"], [previous, "demote"], ordered);
}

/** A group with a hole in it shuts down in sequence as well. */
function stopInSequence(working: Working, { group, member, previous, lastActive }: Place): void {
  const bind = taskOrderer(working);
  if (member.runningOn.length === 0 || group.group?.isOrdered === false) return;
  if (previous === null || previous.runningOn.length > 0 || lastActive === null) return;
  bind([member, "stop"], [lastActive, "stop"], ordered);
}

function addForClone(working: Working, clone: WorkingResource): void {
  const bind = taskOrderer(working);
  bind([clone, "stopped"], [clone, "start"], ordered);
  bind([clone, "start"], [clone, "running"], unrunnableFirstBlocks);
  bind([clone, "stop"], [clone, "stopped"], unrunnableFirstBlocks);
  const isPromotable = clone.clone?.isPromotable === true;
  if (isPromotable) {
    bind([clone, "demoted"], [clone, "stop"], ordered);
    bind([clone, "running"], [clone, "promote"], unrunnableFirstBlocks);
  }
  const isOrdered = clone.clone?.isOrdered === true;
  if (isOrdered) clone.children.sort((a, b) => instanceNumber(a) - instanceNumber(b));
  clone.children.forEach((instance, index) => {
    addFor(working, instance);
    addForInstance(working, clone, instance);
    if (!isOrdered) return;
    for (const later of clone.children.slice(index + 1)) {
      bind([instance, "start"], [later, "start"], ordered);
      bind([later, "stop"], [instance, "stop"], ordered);
    }
  });
  if (isPromotable) addForPromotable(working, clone, isOrdered);
}

function addForInstance(working: Working, clone: WorkingResource, instance: WorkingResource): void {
  const bind = taskOrderer(working);
  const begin = unrunnableFirstBlocks | thenImpliesFirstGraphed;
  bind([clone, "start"], [instance, "start"], begin);
  bind([instance, "start"], [clone, "running"], firstImpliesThenGraphed);
  bind([clone, "stop"], [instance, "stop"], thenImpliesFirstGraphed);
  bind([instance, "stop"], [clone, "stopped"], firstImpliesThenGraphed);
}

function addForPromotable(working: Working, clone: WorkingResource, isOrdered: boolean): void {
  const bind = taskOrderer(working);
  for (const [first, then] of [
    ["stopped", "start"],
    ["stopped", "promote"],
    ["demoted", "stop"],
    ["demoted", "start"],
    ["demoted", "promote"],
    ["running", "promote"],
    ["demote", "demoted"],
  ] as const) {
    bind([clone, first], [clone, then], ordered);
  }
  let previous: WorkingResource | null = null;
  for (const instance of clone.children) {
    bind([instance, "demote"], [instance, "promote"], ordered);
    bind([clone, "promote"], [instance, "promote"], ordered);
    bind([instance, "promote"], [clone, "promoted"], ordered);
    bind([clone, "demote"], [instance, "demote"], thenImpliesFirstGraphed);
    bind([instance, "demote"], [clone, "demoted"], firstImpliesThenGraphed);
    if (isOrdered && previous !== null) {
      bind([previous, "promote"], [instance, "promote"], ordered);
      bind([instance, "demote"], [previous, "demote"], ordered);
    }
    previous = instance;
  }
}
