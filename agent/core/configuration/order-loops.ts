import { compareText, sortedText } from "../base/index.ts";
import type { Cib, Group, OrderConstraint, Problem, ResourceId } from "../model/index.ts";
import { findGroup, listGroups } from "./edit.ts";

/**
 * At most this many loops are reported at once: one constraint too many can make a great number.
 */
export const LOOPS_REPORTED_MAX = 5;

type Verb = "start" | "stop";

/**
 * A moment in the life of a resource that an order can name. A group has a first and a last one.
 */
interface Moment {
  readonly key: string;
  readonly text: string;
}

/** `to` waits for the moment that the edge leaves, because of `reason`. */
interface Edge {
  readonly to: Moment;
  readonly reason: string;
  /** The constraint that says so; null for the order within a group. */
  readonly constraint: string | null;
}

type Graph = Map<string, Edge[]>;

/**
 * Problems of orders that wait for each other in a circle: each names the whole chain. Nothing in
 * such a loop could ever start or stop. Orders within groups count; `Serialize` has no direction
 * and does not.
 */
export function checkOrderLoops(cib: Cib, orders: readonly OrderConstraint[]): readonly Problem[] {
  const graph = buildGraph(cib, orders);
  const loops = new Map<string, readonly Edge[]>();
  const done = new Set<string>();
  for (const key of graph.keys()) {
    if (!done.has(key)) findLoops({ graph, done, loops, path: [] }, key);
  }
  return [...loops.values()].slice(0, LOOPS_REPORTED_MAX).map(renderLoop);
}

interface Search {
  readonly graph: Graph;
  readonly done: Set<string>;
  /** By the constraints in it: a symmetrical loop shows up for start and again for stop. */
  readonly loops: Map<string, readonly Edge[]>;
  readonly path: { readonly key: string; readonly edge: Edge }[];
}

// Depth first; an edge back to a moment on the path closes a loop. The depth is bounded by the
// number of resources, which `checkCib` limits before it asks for loops.
function findLoops(search: Search, key: string): void {
  for (const edge of search.graph.get(key) ?? []) {
    search.path.push({ key, edge });
    const from = search.path.findIndex((step) => step.key === edge.to.key);
    if (from >= 0) {
      keepLoop(
        search,
        search.path.slice(from).map((step) => step.edge),
      );
    } else if (!search.done.has(edge.to.key)) {
      findLoops(search, edge.to.key);
    }
    search.path.pop();
  }
  search.done.add(key);
}

function keepLoop(search: Search, loop: readonly Edge[]): void {
  const constraints = loop.map(({ constraint }) => constraint).filter((id) => id !== null);
  const name = sortedText(new Set(constraints)).join(" ");
  if (!search.loops.has(name)) search.loops.set(name, loop);
}

// The chain is turned so that it begins with the smallest name, whatever order the orders came in.
function renderLoop(loop: readonly Edge[]): Problem {
  const smallest = loop.reduce(
    (best, edge, index) => (compareText(edge.to.key, loop[best]?.to.key ?? "") < 0 ? index : best),
    0,
  );
  const turned = [...loop.slice(smallest + 1), ...loop.slice(0, smallest + 1)];
  const first = loop[smallest]?.to.text ?? "";
  const steps = turned.map(({ to, reason }) => `then ${to.text} (${reason})`);
  return {
    code: "order-loop",
    path: "order constraints",
    found: `${first}, ${steps.join(", ")}`,
    expected: "this is a loop in which nothing could start; leave out one of these constraints",
  };
}

function buildGraph(cib: Cib, orders: readonly OrderConstraint[]): Graph {
  const graph: Graph = new Map();
  for (const order of orders) {
    if (order.strength === "Serialize") continue;
    const says = { reason: order.id, constraint: order.id };
    const { first, firstAction, then, thenAction } = order;
    addEdge(graph, lastMoment(cib, firstAction, first), {
      to: firstMoment(thenAction, then),
      ...says,
    });
    if (!order.isSymmetrical) continue;
    addEdge(graph, lastMoment(cib, inverse(thenAction), then), {
      to: firstMoment(inverse(firstAction), first),
      ...says,
    });
  }
  for (const group of listGroups(cib)) {
    addGroup(graph, group, "start");
    addGroup(graph, group, "stop");
  }
  return graph;
}

function addGroup(graph: Graph, group: Group, verb: Verb): void {
  const members = verb === "start" ? group.members : group.members.toReversed();
  let before = firstMoment(verb, group.id);
  const moments = members.map((member) => firstMoment(verb, member.id));
  for (const to of [...moments, groupDone(verb, group.id)]) {
    addEdge(graph, before, { to, reason: `group ${group.id}`, constraint: null });
    before = to;
  }
}

function addEdge(graph: Graph, from: Moment, edge: Edge): void {
  const edges = graph.get(from.key);
  if (edges === undefined) graph.set(from.key, [edge]);
  else edges.push(edge);
}

function firstMoment(verb: Verb, id: ResourceId): Moment {
  return { key: `${verb} ${id}`, text: `${verb} ${id}` };
}

function lastMoment(cib: Cib, verb: Verb, id: ResourceId): Moment {
  return findGroup(cib, id) === null ? firstMoment(verb, id) : groupDone(verb, id);
}

function groupDone(verb: Verb, id: ResourceId): Moment {
  const word = verb === "start" ? "started" : "stopped";
  return { key: `${verb} ${id} done`, text: `all of ${id} ${word}` };
}

function inverse(verb: Verb): Verb {
  return verb === "start" ? "stop" : "start";
}
