import { INFINITY_SCORE, type OrderConstraint } from "../model/index.ts";
import { isGroup, type PlannedGroup, type PlannedResource, type Situation } from "./situation.ts";
import type { ResourceSteps, Step } from "./steps.ts";

/** What one step means for another one. */
export interface Link {
  readonly first: Step;
  readonly second: Step;
  /** Where it comes from, in words; configured orders may be given up to break a loop. */
  readonly source: string;
  readonly isConfigured: boolean;
  /** `second` begins after `first` has ended, if both are carried out. */
  readonly isOrder: boolean;
  /** A required `first` makes `second` required. */
  readonly firstImpliesThen: boolean;
  /** A required `second` makes `first` required. */
  readonly thenImpliesFirst: boolean;
  /** `second` cannot be carried out when `first` cannot. */
  readonly blocks: boolean;
  /** Stop and start of one resource: a start that cannot be carried out still means the stop. */
  readonly isRestart: boolean;
  /** An order without a stop side: `first` only matters to a resource that is to be elsewhere. */
  readonly isAsymmetrical: boolean;
}

type StepMap = ReadonlyMap<PlannedResource, ResourceSteps>;

const PLAIN = {
  isConfigured: false,
  isOrder: true,
  firstImpliesThen: false,
  thenImpliesFirst: false,
  blocks: false,
  isRestart: false,
  isAsymmetrical: false,
} as const;

/** All links: restarts, groups, configured orders, mandatory colocations; in a fixed order. */
export function createLinks(situation: Situation, steps: StepMap): readonly Link[] {
  const links: Link[] = [];
  for (const { stops, start, resource } of steps.values()) {
    for (const stop of stops) {
      // The copy that stays where it belongs is no restart; its siblings only have to go first.
      const isExpected =
        resource.settings.multipleActive === "stop_unexpected" && resource.activeOn.length > 1;
      links.push({
        ...PLAIN,
        first: stop,
        second: start,
        source: "restart",
        firstImpliesThen: !isExpected || stop.node === start.node,
        isRestart: !isExpected || stop.node === start.node,
      });
    }
  }
  for (const group of situation.groups) linkGroup(group, steps, links);
  for (const order of situation.orders) linkOrder(situation, order, { steps, links });
  linkColocations(situation, steps, links);
  linkExclusions(situation, steps, links);
  return links;
}

function linkGroup(group: PlannedGroup, steps: StepMap, links: Link[]): void {
  group.members.forEach((member, index) => {
    const previous = group.members[index - 1];
    const own = steps.get(member);
    const before = previous === undefined ? undefined : steps.get(previous);
    if (own === undefined || before === undefined) return;
    const source = `group ${group.id}`;
    links.push({
      ...PLAIN,
      first: before.start,
      second: own.start,
      source,
      firstImpliesThen: true,
      blocks: true,
    });
    for (const stop of own.stops) {
      for (const second of before.stops) {
        links.push({ ...PLAIN, first: stop, second, source, thenImpliesFirst: true });
      }
      // A member that comes up below an active one makes the active one go down first.
      if (before.stops.length === 0) {
        links.push({
          ...PLAIN,
          first: stop,
          second: before.start,
          source,
          thenImpliesFirst: true,
        });
      }
    }
  });
}

interface LinkContext {
  readonly steps: StepMap;
  readonly links: Link[];
}

function linkOrder(situation: Situation, order: OrderConstraint, context: LinkContext): void {
  const firsts = membersOf(situation.byId.get(order.first));
  const thens = membersOf(situation.byId.get(order.then));
  const isMandatory = order.strength === "Mandatory";
  const isSymmetrical = order.isSymmetrical && order.strength !== "Serialize";
  const base = { ...PLAIN, source: `order ${order.id}`, isConfigured: true };
  const forward = isMandatory
    ? isSymmetrical
      ? { ...base, firstImpliesThen: true, blocks: order.firstAction === "start" }
      : { ...base, isAsymmetrical: true }
    : base;
  const ahead = { firsts, thens, firstAction: order.firstAction, thenAction: order.thenAction };
  linkPairs(context, ahead, forward);
  if (!isSymmetrical) return;
  const back = {
    firsts: thens,
    thens: firsts,
    firstAction: inverse(order.thenAction),
    thenAction: inverse(order.firstAction),
  };
  linkPairs(context, back, isMandatory ? { ...base, thenImpliesFirst: true } : base);
}

interface Pairs {
  readonly firsts: readonly PlannedResource[];
  readonly thens: readonly PlannedResource[];
  readonly firstAction: Step["kind"];
  readonly thenAction: Step["kind"];
}

function linkPairs(
  { steps, links }: LinkContext,
  pairs: Pairs,
  shape: Omit<Link, "first" | "second">,
): void {
  const { firsts, thens, firstAction, thenAction } = pairs;
  for (const firstResource of firsts) {
    for (const first of stepsOf(steps.get(firstResource), firstAction)) {
      for (const thenResource of thens) {
        if (thenResource === firstResource) continue;
        for (const second of stepsOf(steps.get(thenResource), thenAction)) {
          links.push({ ...shape, first, second });
        }
      }
    }
  }
}

/** A dependent cannot start when its primary should start and cannot. */
function linkColocations(situation: Situation, steps: StepMap, links: Link[]): void {
  for (const colocation of situation.colocations) {
    if (colocation.score < INFINITY_SCORE || colocation.isInternal) continue;
    const [primary] = membersOf(colocation.primary);
    const first = primary === undefined ? undefined : steps.get(primary)?.start;
    if (first === undefined || !first.resource.isManaged) continue;
    for (const dependent of membersOf(colocation.dependent)) {
      const second = steps.get(dependent)?.start;
      if (second === undefined || second === first) continue;
      const source = `colocation ${colocation.id}`;
      links.push({ ...PLAIN, first, second, source, isOrder: false, blocks: true });
    }
  }
}

/** Of two that must stay apart, one comes to a node only after the other has left it. */
function linkExclusions(situation: Situation, steps: StepMap, links: Link[]): void {
  for (const colocation of situation.colocations) {
    if (colocation.score > -INFINITY_SCORE) continue;
    const source = `colocation ${colocation.id}`;
    const pairs = [
      [colocation.dependent, colocation.primary],
      [colocation.primary, colocation.dependent],
    ] as const;
    for (const [leaving, coming] of pairs) {
      for (const member of membersOf(leaving)) {
        for (const first of steps.get(member)?.stops ?? []) {
          for (const other of membersOf(coming)) {
            const second = steps.get(other)?.start;
            if (second === undefined || second.node !== first.node) continue;
            links.push({ ...PLAIN, isConfigured: true, first, second, source });
          }
        }
      }
    }
  }
}

/** A resource for whose stop another step waits. */
export interface AwaitedStop {
  readonly resource: PlannedResource;
  /** True when only its stop on the very node of the waiting step matters. */
  readonly onSameNode: boolean;
}

/** Which stops each step waits for, by `start ID` or `stop ID`, active or not. */
export function stopSuccessors(situation: Situation): ReadonlyMap<string, readonly AwaitedStop[]> {
  const after = new Map<string, AwaitedStop[]>();
  const add = (key: string, awaited: AwaitedStop) => {
    const list = after.get(key);
    if (list === undefined) after.set(key, [awaited]);
    else list.push(awaited);
  };
  for (const { members } of situation.groups) {
    members.forEach((resource, index) => {
      const before = members[index - 1];
      if (before !== undefined) add(`stop ${before.id}`, { resource, onSameNode: false });
    });
  }
  for (const order of situation.orders) {
    const first = membersOf(situation.byId.get(order.first));
    const second = membersOf(situation.byId.get(order.then));
    const isSymmetrical = order.isSymmetrical && order.strength !== "Serialize";
    if (order.firstAction === "stop") addAll(first, order.thenAction, second);
    if (isSymmetrical && order.thenAction === "start") {
      addAll(second, inverse(order.firstAction), first);
    }
  }
  for (const { dependent, primary, score } of situation.colocations) {
    if (score > -INFINITY_SCORE) continue;
    for (const a of membersOf(dependent)) {
      for (const b of membersOf(primary)) {
        add(`start ${b.id}`, { resource: a, onSameNode: true });
        add(`start ${a.id}`, { resource: b, onSameNode: true });
      }
    }
  }
  return after;

  function addAll(
    stopped: readonly PlannedResource[],
    action: Step["kind"],
    waiting: readonly PlannedResource[],
  ): void {
    for (const resource of stopped) {
      for (const { id } of waiting) add(`${action} ${id}`, { resource, onSameNode: false });
    }
  }
}

function stepsOf(own: ResourceSteps | undefined, kind: Step["kind"]): readonly Step[] {
  if (own === undefined) return [];
  return kind === "start" ? [own.start] : own.stops;
}

function membersOf(entry: PlannedResource | PlannedGroup | undefined): readonly PlannedResource[] {
  if (entry === undefined) return [];
  return isGroup(entry) ? entry.members : [entry];
}

function inverse(action: Step["kind"]): Step["kind"] {
  return action === "start" ? "stop" : "start";
}
