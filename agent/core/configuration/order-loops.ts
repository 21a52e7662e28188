import { compareText, sortedText } from "../base/index.ts";
import {
  type Cib,
  type Constraint,
  type Group,
  listPrimitives,
  type OrderAction,
  type OrderSets,
  type Problem,
  type ResourceId,
  type ResourceSet,
} from "../model/index.ts";
import { findGroup, outermostId } from "./resource-tree.ts";

/**
 * At most this many loops are reported at once: one constraint too many can make a great number.
 */
export const LOOPS_REPORTED_MAX = 5;

type Verb = OrderAction;

const INVERSE = {
  start: "stop",
  stop: "start",
  promote: "demote",
  demote: "promote",
} as const satisfies Record<Verb, Verb>;

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
  /** The constraint that says so; null for the order within a group or a clone. */
  readonly constraint: string | null;
}

type Graph = Map<string, Edge[]>;

/**
 * Problems of orders that wait for each other in a circle: each names the whole chain. Nothing in
 * such a loop could ever start or stop. Orders within groups count, and that an instance of a clone
 * is promoted after its start; `Serialize` has no direction and does not. A clone waits as a whole:
 * an order of something in it is one of the clone. Of constraints that are no orders nothing is
 * said.
 */
export function checkOrderLoops(cib: Cib, constraints: readonly Constraint[]): readonly Problem[] {
  const graph = buildGraph(cib, constraints);
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

function buildGraph(cib: Cib, constraints: readonly Constraint[]): Graph {
  const graph: Graph = new Map();
  for (const constraint of constraints) {
    for (const pair of pairsOf(constraint)) addPair(graph, cib, pair);
  }
  for (const resource of cib.resources) {
    if (resource.kind === "group") {
      addGroup(graph, resource, "start");
      addGroup(graph, resource, "stop");
    } else if (resource.kind === "clone") {
      addPromotion(graph, resource.id);
    }
  }
  return graph;
}

/** All of `firsts` before any of `thens`, in both directions of the symmetry. */
interface Pair {
  readonly constraint: string;
  readonly firsts: readonly ResourceId[];
  readonly firstAction: OrderAction;
  readonly thens: readonly ResourceId[];
  readonly thenAction: OrderAction;
  readonly isSymmetrical: boolean;
}

function pairsOf(constraint: Constraint): readonly Pair[] {
  if (constraint.kind === "orderSets") return pairsOfSets(constraint);
  if (constraint.kind !== "order" || constraint.strength === "Serialize") return [];
  const { id, first, then, firstAction, thenAction, isSymmetrical } = constraint;
  return [
    { constraint: id, firsts: [first], firstAction, thens: [then], thenAction, isSymmetrical },
  ];
}

function pairsOfSets({ id, strength, isSymmetrical, sets }: OrderSets): readonly Pair[] {
  const base = { constraint: id, isSymmetrical };
  const within = sets.flatMap((set): readonly Pair[] => {
    if (!set.isSequential || (set.strength ?? strength) === "Serialize") return [];
    const action = set.action ?? "start";
    return set.resources.slice(1).map((resource, index) => ({
      ...base,
      firsts: set.resources.slice(index, index + 1),
      firstAction: action,
      thens: [resource],
      thenAction: action,
    }));
  });
  const between = sets.slice(1).flatMap((set, index): readonly Pair[] => {
    const before = sets[index];
    // Of a set of which any one is enough, none has to wait for what comes after the set.
    if (before === undefined || strength === "Serialize" || !before.needsAll) return [];
    return [
      {
        ...base,
        firsts: isChain(before) ? before.resources.slice(-1) : before.resources,
        firstAction: before.action ?? "start",
        thens: isChain(set) ? set.resources.slice(0, 1) : set.resources,
        thenAction: set.action ?? "start",
      },
    ];
  });
  return [...within, ...between];
}

/** True when only the ends of the set are bound to other sets: somebody wrote that it is one. */
function isChain({ isSequential, saysSequential }: ResourceSet): boolean {
  return isSequential && saysSequential !== false;
}

function addPair(graph: Graph, cib: Cib, pair: Pair): void {
  const { constraint, firstAction, thenAction, isSymmetrical } = pair;
  const says = { reason: constraint, constraint };
  const firsts = pair.firsts.flatMap((id) => bearersOf(cib, id));
  const thens = pair.thens.flatMap((id) => bearersOf(cib, id));
  for (const first of firsts) {
    for (const then of thens) {
      // A tag may hold the very resource that it is ordered with, which does not wait for itself.
      if (then === first) continue;
      addEdge(graph, lastMoment(cib, firstAction, first), {
        to: firstMoment(thenAction, then),
        ...says,
      });
      if (!isSymmetrical) continue;
      addEdge(graph, lastMoment(cib, inverse(thenAction), then), {
        to: firstMoment(inverse(firstAction), first),
        ...says,
      });
    }
  }
}

/** The resources that a name stands for: of a tag, of a template, or of what is in a clone. */
function bearersOf(cib: Cib, id: ResourceId): readonly ResourceId[] {
  const tag = cib.tags?.find((each) => each.id === id);
  const ofTemplate = listPrimitives(cib).filter(({ template }) => template === id);
  const named = tag?.members ?? ofTemplate.map((primitive) => primitive.id);
  return [...new Set((named.length > 0 ? named : [id]).map((each) => outermostId(cib, each)))];
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

// An instance is promoted after it has started, and stops after it was demoted.
function addPromotion(graph: Graph, id: ResourceId): void {
  const says = { reason: `clone ${id}`, constraint: null };
  addEdge(graph, firstMoment("start", id), { to: firstMoment("promote", id), ...says });
  addEdge(graph, firstMoment("demote", id), { to: firstMoment("stop", id), ...says });
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
  const hasEnd = findGroup(cib, id) !== null && (verb === "start" || verb === "stop");
  return hasEnd ? groupDone(verb, id) : firstMoment(verb, id);
}

function groupDone(verb: Verb, id: ResourceId): Moment {
  const word = verb === "start" ? "started" : "stopped";
  return { key: `${verb} ${id} done`, text: `all of ${id} ${word}` };
}

function inverse(verb: Verb): Verb {
  return INVERSE[verb];
}
