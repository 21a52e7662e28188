import { compareText, sortedText } from "../base/index.ts";
import type {
  ActiveRole,
  NodeName,
  NodeStanding,
  ResourceFlag,
  ResourceState,
} from "../model/index.ts";
import { readTargetRole } from "./read/index.ts";
import { instanceOf, locationOf, primitivesBelow, topOf } from "./tree.ts";
import {
  ROLE,
  type Role,
  type Working,
  type WorkingNode,
  type WorkingResource,
} from "./working.ts";

/** Where every instance is active, and in which role: the state that a transition starts from. */
export type Activity = Map<WorkingResource, Map<WorkingNode, ActiveRole>>;

/** Where the plan started, stopped or gave a new role to a resource: failures there are over. */
export type Renewed = ReadonlyMap<WorkingResource, ReadonlySet<WorkingNode>>;

/** The activity that the histories tell of. */
export function readActivity(working: Working): Activity {
  const activity: Activity = new Map();
  for (const resource of allPrimitives(working)) {
    const role = activeRole(resource);
    activity.set(resource, new Map(resource.runningOn.map((node) => [node, role])));
  }
  return activity;
}

/** All primitives of a run as they are defined, instances of clones one by one, orphans last. */
export function allPrimitives(working: Working): readonly WorkingResource[] {
  return working.resources.flatMap(primitivesBelow).sort((a, b) => a.position - b.position);
}

function activeRole(resource: WorkingResource): ActiveRole {
  switch (resource.pendingTask) {
    case "Starting":
    case "Stopping":
    case "Promoting":
    case "Demoting":
    case "Migrating":
      return resource.pendingTask;
    default:
      return renderRole(resource, resource.role);
  }
}

/** A running copy of something promotable is promoted or unpromoted, never just started. */
export function renderRole(resource: WorkingResource, role: Role): ActiveRole {
  if (role === ROLE.promoted) return "Promoted";
  if (role === ROLE.unpromoted) return "Unpromoted";
  return topOf(resource).clone?.isPromotable === true ? "Unpromoted" : "Started";
}

/** The id under which people know an instance: its number matters only where instances differ. */
export function shownId(resource: WorkingResource): string {
  return resource.isUnique || resource.isOrphan ? resource.id : resource.baseId;
}

/** One entry for each primitive; the instances of an anonymous clone are joined. */
export function describeStates(
  working: Working,
  activity: Activity,
  renewed: Renewed = new Map(),
): readonly ResourceState[] {
  const joined = new Map<string, WorkingResource[]>();
  for (const resource of allPrimitives(working)) {
    const isActive = (activity.get(resource)?.size ?? 0) > 0;
    if (resource.isOrphan && !isActive && joined.has(shownId(resource))) continue;
    const id = resource.isOrphan && resource.parent !== null ? resource.baseId : shownId(resource);
    const list = joined.get(id);
    if (list === undefined) joined.set(id, [resource]);
    else list.push(resource);
  }
  return [...joined].map(([id, instances]) => describeState(id, instances, { activity, renewed }));
}

function describeState(
  id: string,
  instances: readonly WorkingResource[],
  { activity, renewed }: { readonly activity: Activity; readonly renewed: Renewed },
): ResourceState {
  const roles: Partial<Record<ActiveRole, NodeName[]>> = {};
  const flags = new Set<ResourceFlag>();
  const flagged = new Map<ResourceFlag, NodeName[]>();
  const activeOn = new Set<NodeName>();
  const failedOn = new Set<NodeName>();
  for (const instance of instances) {
    for (const [node, role] of activity.get(instance) ?? []) {
      roles[role] = [...(roles[role] ?? []), node.name].sort(compareText);
      activeOn.add(node.name);
    }
    const isListed = !isShownAlone(instance);
    const done = renewed.get(instance) ?? new Set();
    const on = [...(activity.get(instance)?.keys() ?? [])].map(({ name }) => name);
    for (const flag of isListed ? [] : flagsOf(instance, activity)) {
      if (FAILURE_FLAGS.has(flag) && isOver(instance, done)) continue;
      flags.add(flag);
      flagged.set(flag, [...(flagged.get(flag) ?? []), ...on]);
    }
    for (const [node, { response }] of instance.failures) {
      if (response !== "ignore" && !done.has(node)) failedOn.add(node.name);
    }
  }
  const [first] = instances;
  return {
    resource: id,
    activeOn: sortedText(activeOn),
    role: plainRole(roles),
    failedOn: sortedText(failedOn),
    isManaged: instances.every((each) => each.isManaged),
    unmanagedFor: instances.some((each) => each.isManaged)
      ? null
      : instances.every((each) => each.isInMaintenance)
        ? "maintenance"
        : "other",
    unmanagedOn: nodesWhere(instances, activity, (each) => !each.isManaged),
    inMaintenanceOn: nodesWhere(instances, activity, (each) => each.isInMaintenance),
    isBlocked: instances.some((each) => each.isBlocked),
    isOrphan: first?.isOrphan === true,
    isDisabled: first !== undefined && isDisabled(first),
    isFailureIgnored: instances.some((each) => each.isFailureIgnored),
    roles,
    flags: [...flags].sort(compareText),
    ...partlyFlagged(flagged, activeOn),
    ...(first?.lockNode === null || first === undefined ? {} : { lockedTo: first.lockNode.name }),
  };
}

const FAILURE_FLAGS: ReadonlySet<ResourceFlag> = new Set(["failed", "failure ignored"]);

/** True when something was done on every node where it had failed. */
function isOver({ runningOn, failures }: WorkingResource, done: ReadonlySet<WorkingNode>): boolean {
  return done.size > 0 && runningOn.every((node) => done.has(node) || !failures.has(node));
}

/** Nodes with an active copy of which something holds. */
function nodesWhere(
  instances: readonly WorkingResource[],
  activity: Activity,
  holds: (instance: WorkingResource) => boolean,
): readonly NodeName[] {
  const nodes = instances.filter(holds).flatMap((each) => [...(activity.get(each)?.keys() ?? [])]);
  return sortedText(new Set(nodes.map(({ name }) => name)));
}

/** The nodes of each flag that holds for some of those where the instances are. */
function partlyFlagged(
  flagged: ReadonlyMap<ResourceFlag, readonly NodeName[]>,
  activeOn: ReadonlySet<NodeName>,
): Pick<ResourceState, "flaggedOn"> {
  const partly = [...flagged]
    .map(([flag, nodes]) => [flag, sortedText(new Set(nodes))] as const)
    .filter(([, nodes]) => nodes.length > 0 && nodes.length < activeOn.size);
  return partly.length === 0 ? {} : { flaggedOn: Object.fromEntries(partly) };
}

/**
 * Whether an instance is told of by itself: those of an anonymous clone are only listed while all
 * is well with them, and those that run nowhere are not told of.
 */
function isShownAlone(resource: WorkingResource): boolean {
  const instance = instanceOf(resource);
  if (instance === null || resource.isUnique) return true;
  const parts = primitivesBelow(instance);
  const active = parts.filter((part) => part.runningOn.length > 0);
  if (active.length === 0) return false;
  const isUnwell = parts.some(
    (part) =>
      !part.isManaged ||
      part.isOrphan ||
      part.isFailed ||
      part.pendingTask !== "" ||
      part.runningOn.some((node) => node.isUnclean && !node.isOnline),
  );
  return isUnwell || active.length < parts.length || locationOf(instance, "current") === null;
}

function plainRole(roles: Partial<Record<ActiveRole, readonly NodeName[]>>): ResourceState["role"] {
  const names = Object.keys(roles);
  if (names.length === 0) return "Stopped";
  if (roles.Starting !== undefined && names.length === 1) return "Starting";
  return roles.Stopping !== undefined && names.length === 1 ? "Stopping" : "Started";
}

function flagsOf(resource: WorkingResource, activity: Activity): readonly ResourceFlag[] {
  const nodes = [...(activity.get(resource)?.keys() ?? [])];
  const flags: ResourceFlag[] = [];
  if (resource.isFailed) flags.push("failed");
  if (resource.isBlocked) flags.push("blocked");
  else if (resource.isInMaintenance) flags.push("maintenance");
  else if (!resource.isManaged) flags.push("unmanaged");
  if (isDisabled(resource)) flags.push("disabled");
  if (resource.isOrphan && nodes.length > 0) flags.push("orphan");
  if (resource.isFailureIgnored) flags.push("failure ignored");
  if (nodes.some((node) => node.isUnclean && !node.isOnline)) flags.push("UNCLEAN");
  if (resource.lockNode !== null) flags.push("LOCKED");
  return flags;
}

function isDisabled(resource: WorkingResource): boolean {
  const isInPromotable = topOf(resource).clone?.isPromotable === true;
  return readTargetRole(resource.meta, isInPromotable) !== null;
}

/** How every node stands. */
export function describeNodes(
  working: Working,
  activity: Activity,
  gone: ReadonlySet<WorkingNode>,
): readonly NodeStanding[] {
  const busy = new Set([...activity.values()].flatMap((nodes) => [...nodes.keys()]));
  const showsHealth = working.options.nodeHealthStrategy !== "none";
  return working.nodes.map((node) => {
    const health = showsHealth && !gone.has(node) ? describeHealth(node) : "";
    const text = gone.has(node) ? describeGone(node) : describeNode(node, busy.has(node));
    return { name: node.name, text: `${text}${health}` };
  });
}

function describeGone(node: WorkingNode): string {
  if (node.isStandby) return "OFFLINE (standby)";
  return node.isInMaintenance ? "OFFLINE (maintenance)" : "offline";
}

function describeNode(node: WorkingNode, isBusy: boolean): string {
  if (node.wasNeverSeen && !node.isUnclean) return "offline";
  if (node.isUnclean) {
    if (node.isOnline) return "UNCLEAN (online)";
    return node.isPending ? "UNCLEAN (pending)" : "UNCLEAN (offline)";
  }
  if (node.isPending) return "pending";
  if (node.isStandbyByFailure && node.isOnline) return "standby (on-fail)";
  if (node.isStandby) {
    if (!node.isOnline) return "OFFLINE (standby)";
    return isBusy ? "standby (with active resources)" : "standby";
  }
  if (node.isInMaintenance) return node.isOnline ? "maintenance" : "OFFLINE (maintenance)";
  return node.isOnline ? "online" : "offline";
}

function describeHealth(node: WorkingNode): string {
  const values = [...node.attributes]
    .filter(([name]) => name.startsWith("#health"))
    .map(([, value]) => value.toLowerCase());
  if (values.some((value) => value === "red" || value.startsWith("-"))) return " (health is RED)";
  const isYellow = values.some((value) => value === "yellow" || value === "0");
  return isYellow ? " (health is YELLOW)" : "";
}
