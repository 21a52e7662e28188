import type { Constraint, ResourceId, ResourceSet } from "../model/index.ts";

/** The resources (or tags) that a constraint names, in its order, repeated where repeated. */
export function resourcesNamedIn(constraint: Constraint): readonly ResourceId[] {
  switch (constraint.kind) {
    case "location":
      return [constraint.resource];
    case "locationRules":
      if (constraint.target.kind === "resource") return [constraint.target.resource];
      return setsOf(constraint)?.flatMap(({ resources }) => resources) ?? [];
    case "colocation":
      return [constraint.resource, constraint.withResource];
    case "order":
      return [constraint.first, constraint.then];
    case "colocationSets":
    case "orderSets":
      return constraint.sets.flatMap(({ resources }) => resources);
  }
}

/** The sets of resources that a constraint is about; null when it is not about sets. */
export function setsOf(constraint: Constraint): readonly ResourceSet[] | null {
  switch (constraint.kind) {
    case "colocationSets":
    case "orderSets":
      return constraint.sets;
    case "locationRules":
      return constraint.target.kind === "sets" ? constraint.target.sets : null;
    default:
      return null;
  }
}

/** The constraint with other sets; itself when it is not about sets. */
export function withSets(constraint: Constraint, sets: readonly ResourceSet[]): Constraint {
  switch (constraint.kind) {
    case "colocationSets":
    case "orderSets":
      return { ...constraint, sets };
    case "locationRules":
      return constraint.target.kind === "sets"
        ? { ...constraint, target: { kind: "sets", sets } }
        : constraint;
    default:
      return constraint;
  }
}
