/** What a change would do to what runs, told by comparing two simulations to their ends. */
import {
  type Action,
  type Decision,
  type NodeHistory,
  type NodeName,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { Happening } from "./carry-out-transition.ts";
import { runSteps, type SimulatedStep, type Simulation, STEPS_MAX } from "./run-steps.ts";
import { clonedIds, tellDecisions } from "./tell-decisions.ts";
import { usualTimeMs } from "./usual-time.ts";

/** What happens to one resource, or to a node where `resource` is null. */
export interface Effect {
  readonly what:
    | "start"
    | "stop"
    | "restart"
    | "move"
    | "migrate"
    | "promote"
    | "demote"
    | "reload"
    | "fence"
    | "shutdown";
  readonly resource: ResourceId | null;
  readonly from: NodeName | null;
  readonly to: NodeName | null;
  /** How long each operation took last time, in order; null: it has never run. */
  readonly usual: readonly { readonly operation: string; readonly usualMs: number | null }[];
  /** One sentence for people; empty when nothing is known. */
  readonly reason: string;
}

/** The difference that a change makes. */
export interface PlannedEffects {
  readonly effects: readonly Effect[];
  /** What happens with the change or without it. */
  readonly anyway: readonly Effect[];
  /** What would happen without the change, and does not with it. */
  readonly averted: readonly Effect[];
  /** What cannot be done at the end, and could be or did not have to be before. */
  readonly blocked: readonly Decision[];
  /** From the first operation to the last, where all have run before; null: one never has. */
  readonly usualTotalMs: number | null;
  /** False: it would not come to rest within `STEPS_MAX` plans. */
  readonly comesToRest: boolean;
}

/** Exit status of a probe where the present says that something runs. */
type Found = (resource: ResourceId, node: NodeName) => number | null;

/** Compares the present as it would go on with what would follow after the change. */
export function planEffects(present: SchedulerInput, changed: SchedulerInput): PlannedEffects {
  const without = runSteps(present, { stepsMax: STEPS_MAX });
  const found = whatRuns(without);
  const after = runSteps(changed, { stepsMax: STEPS_MAX, found });
  // What is deleted was a clone, and what is new is one: either has a place on each node.
  const cloned = new Set([...clonedIds(present.cib), ...clonedIds(changed.cib)]);
  const effects = listEffects(after, changed, cloned);
  const otherwise = listEffects(without, present, cloned);
  const isIn = (list: readonly Effect[], effect: Effect): boolean =>
    list.some((other) => keyOf(other) === keyOf(effect));
  const decided = tellDecisions(after.end, after.next);
  const wasBlocked = new Set(
    without.next.decisions.filter(isBlocked).map(({ resource }) => resource),
  );
  return {
    effects: effects.filter((effect) => !isIn(otherwise, effect)),
    anyway: effects.filter((effect) => isIn(otherwise, effect)),
    averted: otherwise.filter((effect) => !isIn(effects, effect)),
    blocked: decided.filter(
      (decision) =>
        isBlocked(decision) &&
        !wasBlocked.has(decision.resource) &&
        !(decision.what === "leave" && isStopped(effects, decision)),
    ),
    usualTotalMs: sumTimes(after.steps),
    comesToRest: after.next.actions.length === 0 || after.steps.length < STEPS_MAX,
  };
}

/** That it stops, and why, is said already: that it stays stopped then is no news. */
function isStopped(effects: readonly Effect[], { resource, from }: Decision): boolean {
  return (
    from === null && effects.some((each) => each.what === "stop" && each.resource === resource)
  );
}

function isBlocked({ isBlocked: isSaid }: Decision): boolean {
  return isSaid;
}

function keyOf({ what, resource, from, to }: Effect): string {
  return [what, resource, from, to].join(" ");
}

/** A resource whose history is forgotten runs on, and a probe would find it. */
function whatRuns({ steps: [first] }: Simulation): Found {
  const states = first?.transition.states ?? [];
  return (resource, node) => {
    const state = states.find(
      (each) => each.resource === withoutNumber(resource) || each.resource === resource,
    );
    if (state === undefined || !state.activeOn.includes(node)) return null;
    return state.roles?.Promoted?.includes(node) === true ? 8 : 0;
  };
}

/** In the order in which they come to their ends: what follows something else comes behind it. */
function listEffects(
  { steps }: Simulation,
  { histories }: SchedulerInput,
  cloned: ReadonlySet<ResourceId>,
): readonly Effect[] {
  const done = steps.flatMap(({ input, transition, happenings }) => {
    const decisions = tellDecisions(input, transition);
    return happenings
      .filter(({ outcome }) => outcome !== "skipped")
      .map((happening) => ({ happening, decisions }));
  });
  const operations = new Map<string, Doing[]>();
  const endsAt = new Map<string, number>();
  for (const [index, { happening, decisions }] of done.entries()) {
    const doing = readDoing(happening, decisions);
    if (doing === null) continue;
    // Instances of a clone do not move: each node has its own.
    const isCloned = doing.resource !== null && cloned.has(withoutNumber(doing.resource));
    const key = isCloned ? `${doing.resource} ${doing.node}` : (doing.resource ?? doing.node);
    operations.set(key, [...(operations.get(key) ?? []), doing]);
    endsAt.set(key, index);
  }
  return [...operations]
    .sort(([one], [other]) => (endsAt.get(one) ?? 0) - (endsAt.get(other) ?? 0))
    .flatMap(([, list]) => joinDoings(list, histories));
}

/** One operation that matters to people. */
interface Doing {
  readonly operation: string;
  readonly resource: ResourceId | null;
  readonly node: NodeName;
  readonly reason: string;
}

const TOLD = [
  "start",
  "stop",
  "promote",
  "demote",
  "migrate_to",
  "migrate_from",
  "reload",
  "reload-agent",
];

function readDoing({ action }: Happening, decisions: readonly Decision[]): Doing | null {
  const { node, task } = action;
  if (task.kind === "fence" || task.kind === "shutdown") {
    if (task.kind === "fence" && task.method === "on") return null;
    const own = decisions.find((each) => each.resource === null && each.from === node);
    return { operation: task.kind, resource: null, node, reason: own?.reason ?? "" };
  }
  if (task.kind !== "operation" || !TOLD.includes(task.order.operation)) return null;
  const { operation, resource } = task.order;
  const about = decisions.filter((each) => each.resource === resource && each.what !== "leave");
  const own = about.find(({ from, to }) => from === node || to === node) ?? about[0];
  return { operation, resource, node, reason: own?.reason ?? "" };
}

/** The operations of one resource as what they come to. */
function joinDoings(
  doings: readonly Doing[],
  histories: readonly NodeHistory[],
): readonly Effect[] {
  const first = (operation: string): Doing | undefined =>
    doings.find((each) => each.operation === operation);
  const lastOf = (operation: string): Doing | undefined =>
    doings.findLast((each) => each.operation === operation);
  const effect = (what: Effect["what"], parts: readonly (Doing | undefined)[]): Effect => {
    const used = parts.filter((part) => part !== undefined);
    const [begin] = used;
    const isArrival = what === "start" || what === "promote";
    const end = used.at(-1);
    return {
      what,
      resource: begin?.resource ?? null,
      from: isArrival ? null : (begin?.node ?? null),
      to: what === "stop" || begin?.resource === null ? null : (end?.node ?? null),
      usual: used.flatMap(({ operation, resource, node }) =>
        resource === null
          ? []
          : [{ operation, usualMs: usualTimeMs(histories, { resource, operation, node }) }],
      ),
      reason: begin?.reason ?? "",
    };
  };
  const effects: Effect[] = [];
  for (const what of ["fence", "shutdown"] as const) {
    const doing = first(what);
    if (doing !== undefined) effects.push(effect(what, [doing]));
  }
  const [migration, stop, start] = [first("migrate_to"), first("stop"), lastOf("start")];
  const arrival = lastOf("migrate_from");
  if (migration !== undefined) {
    effects.push(effect("migrate", [migration, arrival ?? migration]));
  } else if (stop !== undefined && start !== undefined) {
    effects.push(effect(stop.node === start.node ? "restart" : "move", [stop, start]));
  } else if (stop !== undefined) {
    effects.push(effect("stop", [stop]));
  } else if (start !== undefined) {
    effects.push(effect("start", [start]));
  }
  const [promote, demote] = [lastOf("promote"), first("demote")];
  if (promote !== undefined) effects.push(effect("promote", [promote]));
  else if (demote !== undefined && stop === undefined) effects.push(effect("demote", [demote]));
  const reload = first("reload") ?? first("reload-agent");
  if (reload !== undefined) effects.push(effect("reload", [reload]));
  return effects;
}

/** The longest chain of operations that wait for each other, in each step, by their usual times. */
function sumTimes(steps: readonly SimulatedStep[]): number | null {
  let sumMs = 0;
  for (const { input, transition } of steps) {
    const longestMs = longestPathMs(transition.actions, input.histories);
    if (longestMs === null) return null;
    sumMs += longestMs;
  }
  return sumMs;
}

function longestPathMs(
  actions: readonly Action[],
  histories: readonly NodeHistory[],
): number | null {
  const endsAtMs = new Map<number, number>();
  let longestMs = 0;
  // An action comes after those that it waits for, so their ends are known.
  for (const { id, node, task, after } of actions) {
    let ownMs: number | null = 0;
    if (task.kind === "operation" && TOLD.includes(task.order.operation)) {
      const { resource, operation } = task.order;
      ownMs = usualTimeMs(histories, { resource, operation, node });
    }
    // Nobody knows how long a fencing takes.
    if (ownMs === null || task.kind === "fence") return null;
    const beganMs = Math.max(0, ...after.map((other) => endsAtMs.get(other) ?? 0));
    endsAtMs.set(id, beganMs + ownMs);
    longestMs = Math.max(longestMs, beganMs + ownMs);
  }
  return longestMs;
}
