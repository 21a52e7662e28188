// What holds for every plan, whatever Pacemaker says: functions from a case and its plan to what is
// wrong, in words.

import type { Action, ResourceState, Transition } from "../../agent/core/model/index.ts";
import { baseName } from "./corpus/answer.ts";
import { closePlan, type Step } from "./corpus/precedence.ts";
import {
  allPrimitives,
  cloneOf,
  isSet,
  type Piece,
  primitivesIn,
  type Spec,
  type SpecNode,
} from "./oracle/spec.ts";

const EXIT_NOT_RUNNING = 7;

/** What of `requires` lets a resource start without the fencing of a node. */
const LESS_THAN_FENCING: ReadonlySet<string> = new Set(["nothing", "quorum"]);

/** A case and what the scheduler makes of it. */
export interface PlannedCase {
  readonly spec: Spec;
  readonly transition: Transition;
}

/** Actions that wait for each other. */
export function findCycle({ transition }: PlannedCase): readonly string[] {
  const { stuck } = closePlan(stepsOf(transition));
  return stuck.length === 0 ? [] : [`a cycle of ${stuck.join(", ")}`];
}

/** Starts where nothing may start. */
export function findForbiddenStarts({ spec, transition }: PlannedCase): readonly string[] {
  return listStarts(transition).flatMap(({ node, resource }) => {
    const own = spec.nodes.find(({ name }) => name === node);
    const reason = own === undefined ? "is no node" : whyNot(spec, own, resource);
    return reason === "" ? [] : [`${resource} starts on ${node}, which ${reason}`];
  });
}

function whyNot(spec: Spec, node: SpecNode, resource: string): string {
  if (node.presence !== "online") return `is ${node.presence}`;
  if (node.attributes["standby"] === "on" || node.transient["standby"] === "on") {
    return "is in standby";
  }
  if (node.attributes["maintenance"] === "true") return "is in maintenance";
  if (node.transient["shutdown"] !== undefined) return "is leaving";
  if (node.score === "-INFINITY") return "has a score of -INFINITY";
  const names = new Set(namesOf(spec, baseName(resource)));
  const isBan = ({ name, attributes, children }: Piece): boolean =>
    name === "rsc_location" &&
    children.length === 0 &&
    attributes["role"] === undefined &&
    attributes["score"] === "-INFINITY" &&
    attributes["node"] === node.name &&
    names.has(attributes["rsc"] ?? "");
  return spec.constraints.some(isBan) ? "is banned" : "";
}

/** The ids by which constraints can mean a primitive. */
function namesOf(spec: Spec, primitive: string): readonly string[] {
  const whole = spec.resources.find((x) => primitivesIn(x).some(({ id }) => id === primitive));
  return [primitive, ...(whole === undefined ? [] : [whole.id])];
}

interface Start {
  readonly id: number;
  readonly node: string;
  readonly resource: string;
}

function listStarts({ actions }: Transition): readonly Start[] {
  return actions.flatMap(({ id, node, task }) =>
    task.kind === "operation" && task.order.operation === "start"
      ? [{ id, node, resource: task.order.resource }]
      : [],
  );
}

/** Starts of a primitive that do not wait for the end of its copies elsewhere. */
export function findSecondCopies(planned: PlannedCase): readonly string[] {
  const { spec, transition } = planned;
  if (asksForLess(spec)) return [];
  const before = predecessors(transition);
  return listStarts(transition).flatMap(({ id, node, resource }) => {
    if (cloneOf(spec, baseName(resource)) !== null || isDevice(spec, resource)) return [];
    const state = transition.states.find((x) => x.resource === resource);
    const others = (state?.activeOn ?? []).filter((other) => other !== node);
    return others.flatMap((other) => {
      const own = spec.nodes.find(({ name }) => name === other);
      // Without fencing an unclean node is taken for gone: nothing better can be known.
      const isGone = own?.presence !== "online" && spec.properties["stonith-enabled"] !== "true";
      const ends = (before.get(id) ?? []).some((action) => endsCopy(action, resource, other));
      return ends || isGone ? [] : [`${resource} starts on ${node} and is active on ${other}`];
    });
  });
}

function endsCopy({ node, task }: Action, resource: string, on: string): boolean {
  if (node !== on) return false;
  if (task.kind === "fence") return true;
  if (task.kind !== "operation" || task.order.resource !== resource) return false;
  return task.order.operation === "stop" || task.order.operation === "migrate_to";
}

/** Recurring monitors, other than those that expect to find nothing, of what will not be active. */
export function findIdleMonitors({ transition }: PlannedCase): readonly string[] {
  const starts = new Set(listStarts(transition).map(({ node, resource }) => `${resource} ${node}`));
  return transition.actions.flatMap(({ node, task }) => {
    if (task.kind !== "operation" || task.order.operation !== "monitor") return [];
    const { resource, intervalMs, expectedStatus } = task.order;
    if (intervalMs === 0 || expectedStatus === EXIT_NOT_RUNNING) return [];
    const isActive = transition.states.some(
      (state) => baseName(state.resource) === baseName(resource) && state.activeOn.includes(node),
    );
    const comes = starts.has(`${resource} ${node}`) || isMigratedTo(transition, resource, node);
    return isActive || comes ? [] : [`${resource} is monitored on ${node} and does not run there`];
  });
}

function isMigratedTo({ actions }: Transition, resource: string, on: string): boolean {
  return actions.some(
    ({ node, task }) =>
      node === on &&
      task.kind === "operation" &&
      task.order.operation === "migrate_from" &&
      task.order.resource === resource,
  );
}

/** Starts that do not wait for the fencing of a node. */
export function findStartsBeforeFencing({ spec, transition }: PlannedCase): readonly string[] {
  const fencings = transition.actions.filter(
    ({ task }) => task.kind === "fence" && task.method !== "on",
  );
  if (fencings.length === 0 || asksForLess(spec)) return [];
  const before = predecessors(transition);
  const starts = listStarts(transition).filter(({ resource }) => !isDevice(spec, resource));
  return starts.flatMap(({ id, node, resource }) =>
    fencings
      .filter((fencing) => !before.get(id)?.includes(fencing))
      .map((fencing) => `${resource} starts on ${node} before ${fencing.node} is fenced`),
  );
}

/** A fencing device is needed for fencing, and harmless twice. */
function isDevice(spec: Spec, resource: string): boolean {
  return allPrimitives(spec).some(({ id, agent }) => id === resource && /^stonith:/.test(agent));
}

/** True where something says that it needs no fencing. */
function asksForLess(spec: Spec): boolean {
  const metas = [...spec.resources, ...allPrimitives(spec)].map(({ meta }) => meta);
  return [...metas, spec.resourceDefaults].some(({ requires = "fencing" }) =>
    LESS_THAN_FENCING.has(requires),
  );
}

function predecessors(transition: Transition): ReadonlyMap<number, readonly Action[]> {
  const { order } = closePlan(stepsOf(transition));
  const { actions } = transition;
  return new Map(
    actions.map(({ id }, index) => [
      id,
      (order[index] ?? []).flatMap((earlier) => actions[earlier] ?? []),
    ]),
  );
}

/** Points count as steps here: the indices are those of the actions. */
function stepsOf({ actions }: Transition): readonly Step[] {
  return actions.map(({ id, after }) => ({
    id,
    after,
    afterAny: [],
    isReal: true,
  }));
}

/** True where nothing keeps the scheduler from doing with the resource what it wants. */
function isFree({ spec, transition }: PlannedCase, states: readonly ResourceState[]): boolean {
  const ids = new Set(states.map(({ resource }) => resource));
  const isBlocked = transition.decisions.some(
    (x) => x.isBlocked && x.resource !== null && ids.has(x.resource),
  );
  const isHeld = states.some(
    ({ isManaged, isBlocked, isOrphan, flags = [] }) =>
      !isManaged || isBlocked || isOrphan || flags.includes("maintenance"),
  );
  // Fencing that nothing can do keeps everything from being started, and so from being moved.
  const hasDevice = allPrimitives(spec).some(({ agent }) => agent.startsWith("stonith:"));
  const canFence = spec.properties["stonith-enabled"] !== "true" || hasDevice;
  const isLeft = spec.properties["maintenance-mode"] === "true" || !spec.isQuorate;
  return !isBlocked && !isHeld && !isLeft && canFence;
}

/** In a state at rest: more instances than a clone may have, or copies of a primitive. */
export function findTooManyCopies({ spec, transition }: PlannedCase): readonly string[] {
  return allPrimitives(spec).flatMap(({ id }) => {
    const states = transition.states.filter(({ resource }) => baseName(resource) === id);
    if (!isFree({ spec, transition }, states)) return [];
    const places = states.flatMap(({ roles = {} }) => Object.values(roles).flat());
    const promoted = states.flatMap(({ roles = {} }) => roles.Promoted ?? []);
    const clone = cloneOf(spec, id);
    if (clone === null) return places.length > 1 ? [`${id} runs on ${places.join(" and ")}`] : [];
    const most = Number(clone.meta["clone-max"] ?? spec.nodes.length);
    const mostPromoted = Number(clone.meta["promoted-max"] ?? 1);
    const mostHere = isSet(clone, "globally-unique")
      ? Number(clone.meta["clone-node-max"] ?? 1)
      : 1;
    const crowded = spec.nodes.filter(
      ({ name }) => places.filter((place) => place === name).length > mostHere,
    );
    return [
      ...(places.length > most ? [`${places.length} instances of ${id}, at most ${most}`] : []),
      ...(promoted.length > mostPromoted ? [`${promoted.length} of ${id} are promoted`] : []),
      ...crowded.map(({ name }) => `too many instances of ${id} on ${name}`),
    ];
  });
}

/** In a state at rest: mandatory colocations and orders that do not hold. */
export function findBrokenConstraints({ spec, transition }: PlannedCase): readonly string[] {
  return spec.constraints.flatMap((constraint) => {
    const { name, attributes, children } = constraint;
    if (children.length > 0) return [];
    if (name === "rsc_colocation") return checkColocation({ spec, transition }, attributes);
    if (name === "rsc_order") return checkOrder({ spec, transition }, attributes);
    return [];
  });
}

type Attributes = Piece["attributes"];

function checkColocation({ spec, transition }: PlannedCase, attributes: Attributes) {
  const { rsc = "", "with-rsc": other = "", score } = attributes;
  const hasMore = ["rsc-role", "with-rsc-role", "node-attribute"].some((key) => attributes[key]);
  if (hasMore || (score !== "INFINITY" && score !== "-INFINITY")) return [];
  if (contradictsItself(spec)) return [];
  const [own, primary] = [placesOf(spec, transition, rsc), placesOf(spec, transition, other)];
  if (own === null || primary === null || own.length === 0) return [];
  const isTogether = own.every((node) => primary.includes(node));
  const isApart = own.every((node) => !primary.includes(node));
  const holds = score === "INFINITY" ? isTogether : isApart;
  const words = `${rsc} on ${own.join(" ")}, ${other} on ${primary.join(" ")}`;
  return holds ? [] : [`colocation ${score}: ${words}`];
}

/**
 * True where two colocations of the same two resources ask for different things. Such a pair never
 * comes to rest where its primary is chosen for the sake of its dependent and the reverse.
 */
export function contradictsItself({ constraints }: Spec): boolean {
  const pairs = constraints
    .filter(({ name, attributes }) => name === "rsc_colocation" && attributes["rsc"] !== undefined)
    .map(({ attributes }) => [attributes["rsc"], attributes["with-rsc"]].sort().join(" "));
  return new Set(pairs).size < pairs.length;
}

function checkOrder({ spec, transition }: PlannedCase, attributes: Attributes): readonly string[] {
  const { first = "", then: second = "" } = attributes;
  const { kind = "Mandatory", symmetrical = "true", "first-action": action } = attributes;
  if (kind !== "Mandatory" || symmetrical !== "true" || (action ?? "start") !== "start") return [];
  if ((attributes["then-action"] ?? "start") !== "start") return [];
  const [own, other] = [placesOf(spec, transition, second), placesOf(spec, transition, first)];
  if (own === null || other === null || own.length === 0 || other.length > 0) return [];
  return [`order: ${second} runs without ${first}`];
}

/**
 * Where a primitive or the last member of a group runs; the first one for what it has to be with.
 * Null: something keeps the scheduler from moving it, or it is no such thing.
 */
function placesOf(spec: Spec, transition: Transition, id: string): readonly string[] | null {
  const resource = spec.resources.find((each) => each.id === id);
  if (resource === undefined || resource.kind === "clone") return null;
  const members = primitivesIn(resource);
  const states = members.flatMap(
    (member) => transition.states.find((state) => state.resource === member.id) ?? [],
  );
  if (!isFree({ spec, transition }, states)) return null;
  return states.at(-1)?.activeOn ?? [];
}
