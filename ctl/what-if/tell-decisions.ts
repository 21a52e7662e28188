/** The scheduler's decisions, as far as they tell people something. */
import {
  type Decision,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  type Transition,
  withoutNumber,
} from "../../agent/core/model/index.ts";

/**
 * The decisions without those about instances of a clone that have no node left to run on, which is
 * as it should be. An instance that stops does so for what is the matter with its node.
 */
export function tellDecisions(
  { cib }: SchedulerInput,
  transition: Transition,
): readonly Decision[] {
  const cloned = clonedIds(cib);
  return transition.decisions.flatMap((decision): readonly Decision[] => {
    const { resource, what, from } = decision;
    if (resource === null || !cloned.has(withoutNumber(resource))) return [decision];
    const isSurplus = what === "leave" && from === null && runsSomewhere(transition, resource);
    if (isSurplus) return [];
    return what === "stop" && from !== null
      ? [explainStop(transition, decision, from)]
      : [decision];
  });
}

/** Ids of the primitives of all clones. */
export function clonedIds(cib: SchedulerInput["cib"]): ReadonlySet<ResourceId> {
  const clones = cib.resources.filter(({ kind }) => kind === "clone");
  return new Set(clones.flatMap((clone) => primitivesOf(clone).map(({ id }) => id)));
}

function runsSomewhere({ decisions }: Transition, resource: ResourceId): boolean {
  return decisions.some(
    (other) => other.to !== null && other.resource !== null && isSame(other.resource, resource),
  );
}

function isSame(one: ResourceId, other: ResourceId): boolean {
  return withoutNumber(one) === withoutNumber(other);
}

function explainStop(
  { explanations = [] }: Transition,
  decision: Decision,
  from: string,
): Decision {
  const { resource } = decision;
  const against = explanations
    .filter((each) => resource !== null && isSame(each.resource, resource))
    .filter(({ activeOn, goesTo }) => activeOn.includes(from) && goesTo === null)
    .flatMap(({ places }) => places.filter(({ node }) => node === from))
    .flatMap(({ speaksAgainst }) => speaksAgainst.map(({ text }) => text));
  if (against.length === 0) return decision;
  return { ...decision, reason: `stops on ${from}: ${[...new Set(against)].join(", ")}` };
}
