import { compareText } from "../base/index.ts";
import type {
  Group,
  NodeHistory,
  OrderConstraint,
  Primitive,
  ResourceId,
  SchedulerInput,
} from "../model/index.ts";
import { type ClusterOptions, readClusterOptions, readFlag } from "./options.ts";
import { readSettings } from "./settings.ts";
import type {
  PlannedColocation,
  PlannedGroup,
  PlannedResource,
  Situation,
  SituationNode,
} from "./situation.ts";

/** Builds the working state of one run out of its input; histories are read by `readStates`. */
export function unpackSituation(input: SchedulerInput): Situation {
  const { cib } = input;
  const options = readClusterOptions(cib.properties);
  const nodes = unpackNodes(input, options);
  const groups: PlannedGroup[] = [];
  const resources = unpackResources(input, groups);
  const byId = new Map<ResourceId, PlannedResource | PlannedGroup>();
  for (const resource of resources) byId.set(resource.id, resource);
  for (const group of groups) byId.set(group.id, group);
  for (const orphan of unpackOrphans(input, byId)) {
    resources.push(orphan);
    byId.set(orphan.id, orphan);
  }
  const hasDevice = resources.some((x) => x.primitive.agent.standard === "stonith");
  const mayFence = input.isQuorate || options.noQuorumPolicy === "ignore";
  return {
    cib,
    options,
    isQuorate: input.isQuorate,
    canFence: options.isFencingEnabled && hasDevice && mayFence,
    now: input.now,
    nodes,
    nodeByName: new Map(nodes.map((node) => [node.name, node])),
    resources,
    groups,
    byId,
    colocations: unpackColocations(input, groups, byId),
    orders: unpackOrders(input, byId),
  };
}

function unpackNodes(input: SchedulerInput, options: ClusterOptions): readonly SituationNode[] {
  const historyByNode = new Map(input.histories.map((history) => [history.node, history]));
  const attributesByNode = new Map(input.cib.nodes.map((node) => [node.name, node.attributes]));
  const nodes = input.nodes.map(({ name, presence }): SituationNode => {
    const history = presence === "offline" ? null : (historyByNode.get(name) ?? null);
    const attributes = attributesByNode.get(name) ?? {};
    // Without fencing a lost node can never be made sure of, so what it has stays untouched.
    const isHeld = presence === "held" || (presence === "unclean" && !options.isFencingEnabled);
    const isStandby = readFlag(attributes["standby"], false);
    const isStandbyForNow = readFlag(history?.attributes["standby"], false);
    return {
      name,
      isOnline: presence === "online",
      isHeld,
      isInMaintenance: options.isInMaintenance || readFlag(attributes["maintenance"], false),
      history,
      isUnclean: presence === "unclean" && !isHeld,
      uncleanReason: "it left without goodbye and may still run resources",
      standbyReason: isStandby
        ? "in standby"
        : isStandbyForNow
          ? "in standby until its agent restarts"
          : null,
      assignedCount: 0,
    };
  });
  return nodes.sort((a, b) => compareText(a.name, b.name));
}

function unpackResources(input: SchedulerInput, groups: PlannedGroup[]): PlannedResource[] {
  const { cib } = input;
  const resources: PlannedResource[] = [];
  const add = (primitive: Primitive, definition: Group | null, group: PlannedGroup | null) => {
    const layers =
      definition === null
        ? [primitive.meta, cib.resourceDefaults]
        : [primitive.meta, definition.meta, cib.resourceDefaults];
    const planned = planResource(primitive, group, layers);
    resources.push({ ...planned, position: resources.length });
    return resources.at(-1) ?? planned;
  };
  for (const resource of cib.resources) {
    if (resource.kind === "primitive") {
      add(resource, null, null);
    } else {
      const { priority } = readSettings([resource.meta, cib.resourceDefaults]);
      const group: PlannedGroup = {
        id: resource.id,
        priority,
        members: [],
        locationScores: new Map(),
        isAssigning: false,
      };
      groups.push(group);
      for (const member of resource.members) group.members.push(add(member, resource, group));
    }
  }
  return resources;
}

function planResource(
  primitive: Primitive,
  group: PlannedGroup | null,
  layers: readonly Readonly<Record<string, string>>[],
): PlannedResource {
  return {
    id: primitive.id,
    primitive,
    group,
    position: 0,
    settings: readSettings(layers),
    isOrphan: false,
    onNode: new Map(),
    activeOn: [],
    isManaged: true,
    isBlocked: false,
    isInMaintenance: false,
    unmanagedReason: "",
    isFailed: false,
    failedOn: [],
    isFailureIgnored: false,
    stoppedReason: null,
    scores: new Map(),
    notes: new Map(),
    assignedNode: null,
    isAssigned: false,
    isAssigning: false,
    isMerging: false,
  };
}

/** Resources that some history knows and the CIB does not; in the order of their ids. */
function unpackOrphans(
  input: SchedulerInput,
  byId: ReadonlyMap<ResourceId, PlannedResource | PlannedGroup>,
): readonly PlannedResource[] {
  const offline = new Set(input.nodes.filter((x) => x.presence === "offline").map((x) => x.name));
  const known = new Set(input.nodes.map((x) => x.name));
  const orphans = new Map<ResourceId, Primitive>();
  const histories = [...input.histories].sort((a, b) => compareText(a.node, b.node));
  for (const history of histories) {
    if (offline.has(history.node) || !known.has(history.node)) continue;
    collectOrphans(history, byId, orphans);
  }
  return [...orphans.values()]
    .sort((a, b) => compareText(a.id, b.id))
    .map((primitive, index) => ({
      ...planResource(primitive, null, [input.cib.resourceDefaults]),
      position: byId.size + index,
      isOrphan: true,
    }));
}

function collectOrphans(
  history: NodeHistory,
  byId: ReadonlyMap<ResourceId, PlannedResource | PlannedGroup>,
  orphans: Map<ResourceId, Primitive>,
): void {
  for (const { resource: id, records, lastCall } of history.resources) {
    const planned = byId.get(id);
    if (planned !== undefined && !("members" in planned)) continue;
    if (records.length === 0 || (orphans.has(id) && lastCall === undefined)) continue;
    orphans.set(id, {
      kind: "primitive",
      id,
      agent: lastCall?.agent ?? UNKNOWN_AGENT,
      parameters: lastCall?.parameters ?? {},
      meta: {},
      operations: [],
    });
  }
}

/** Stands for the agent of an orphan of which no start is remembered: it cannot be stopped. */
export const UNKNOWN_AGENT = { standard: "", provider: null, type: "" } as const;

function unpackColocations(
  input: SchedulerInput,
  groups: readonly PlannedGroup[],
  byId: ReadonlyMap<ResourceId, PlannedResource | PlannedGroup>,
): readonly PlannedColocation[] {
  const colocations: PlannedColocation[] = [];
  for (const group of groups) {
    group.members.forEach((dependent, index) => {
      const primary = group.members[index - 1];
      if (primary === undefined) return;
      const id = `group ${group.id}`;
      colocations.push({ id, dependent, primary, score: 1_000_000, isInternal: true });
    });
  }
  for (const constraint of input.cib.constraints) {
    if (constraint.kind !== "colocation" || constraint.score === 0) continue;
    const dependent = byId.get(constraint.resource);
    const primary = byId.get(constraint.withResource);
    if (dependent === undefined || primary === undefined || dependent === primary) continue;
    const { id, score } = constraint;
    colocations.push({ id, dependent, primary, score, isInternal: false });
  }
  return colocations;
}

function unpackOrders(
  input: SchedulerInput,
  byId: ReadonlyMap<ResourceId, PlannedResource | PlannedGroup>,
): readonly OrderConstraint[] {
  return input.cib.constraints
    .filter((constraint) => constraint.kind === "order")
    .filter((order) => byId.has(order.first) && byId.has(order.then) && order.first !== order.then)
    .sort((a, b) => compareText(a.id, b.id));
}
