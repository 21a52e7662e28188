/** Every id of the configuration, and ids that are still free. */
import type {
  Cib,
  Constraint,
  Primitive,
  ResourceTemplate,
  Rule,
  ValueSet,
} from "../model/index.ts";
import { setsOf } from "./named-in-constraint.ts";
import { listResources } from "./resource-tree.ts";

/** One id of the configuration and what bears it. */
export interface BorneId {
  readonly id: string;
  readonly bearer: string;
  /** The same id may be borne twice when this is equal: a set that is used in two places. */
  readonly content?: unknown;
}

/** Every id of the configuration, in definition order, repeated where repeated. */
export function listIds(cib: Cib): readonly BorneId[] {
  return [
    ...idsOfSets(cib.propertySets, "a set of properties"),
    ...idsOfSets(cib.resourceDefaultSets, "a set of resource defaults"),
    ...idsOfSets(cib.operationDefaultSets, "a set of operation defaults"),
    ...cib.nodes.flatMap(({ name, attributeSets, utilizationSets }) => [
      ...idsOfSets(attributeSets, `attributes of ${name}`),
      ...idsOfSets(utilizationSets, `utilization of ${name}`),
    ]),
    ...(cib.templates ?? []).flatMap((template) => idsOfRunnable(template, "a template")),
    ...listResources(cib).flatMap((resource) =>
      resource.kind === "primitive"
        ? idsOfRunnable(resource, "a resource")
        : [
            { id: resource.id, bearer: `a ${resource.kind}` },
            ...idsOfSets(resource.metaSets, `meta attributes of ${resource.id}`),
          ],
    ),
    ...cib.constraints.flatMap(idsOfConstraint),
    ...(cib.tags ?? []).map(({ id }) => ({ id, bearer: "a tag" })),
    ...(cib.fencingLevels ?? []).map(({ id }) => ({ id, bearer: "a fencing level" })),
  ];
}

function idsOfRunnable(runnable: Primitive | ResourceTemplate, bearer: string): readonly BorneId[] {
  const { id, parameterSets, metaSets, utilizationSets, operations } = runnable;
  return [
    { id, bearer },
    ...idsOfSets(parameterSets, `parameters of ${id}`),
    ...idsOfSets(metaSets, `meta attributes of ${id}`),
    ...idsOfSets(utilizationSets, `utilization of ${id}`),
    ...operations.flatMap((operation) => [
      { id: operation.id, bearer: `operation ${operation.name} of ${id}` },
      ...idsOfSets(operation.optionSets, `options of operation ${operation.name} of ${id}`),
    ]),
  ];
}

function idsOfSets(sets: readonly ValueSet[] | undefined, bearer: string): readonly BorneId[] {
  return (sets ?? []).flatMap((set) => [
    { id: set.id, bearer, content: set },
    ...(set.rule === null ? [] : idsOfRule(set.rule, `a rule of ${set.id}`)),
  ]);
}

function idsOfRule(rule: Rule, bearer: string): readonly BorneId[] {
  const inner = rule.conditions.filter((condition) => condition.kind === "rule");
  return [
    { id: rule.id, bearer, content: rule },
    ...inner.flatMap((condition) => idsOfRule(condition, bearer)),
  ];
}

function idsOfConstraint(constraint: Constraint): readonly BorneId[] {
  const { id } = constraint;
  const rules =
    constraint.kind === "locationRules" && constraint.nodes.kind === "rules"
      ? constraint.nodes.rules
      : [];
  return [
    { id, bearer: `a constraint (${CONSTRAINT_WORDS[constraint.kind]})` },
    ...rules.flatMap(({ rule }) => idsOfRule(rule, `a rule of constraint ${id}`)),
    ...(setsOf(constraint) ?? []).map((set) => ({
      id: set.id,
      bearer: `a set of constraint ${id}`,
    })),
  ];
}

const CONSTRAINT_WORDS = {
  location: "location",
  locationRules: "location",
  colocation: "colocation",
  colocationSets: "colocation",
  order: "order",
  orderSets: "order",
} as const;

/**
 * An id made from `wanted` that nothing bears yet: foreign characters become `-`, then `-1`, `-2`.
 */
export function freeId(cib: Cib, wanted: string): string {
  return idMaker(cib)(wanted);
}

/** Makes an id from a wanted one that is free, and remembers it: the next call gives another. */
export type IdMaker = (wanted: string) => string;

/** Makes several free ids for one change. */
export function idMaker(cib: Cib): IdMaker {
  const taken = new Set(listIds(cib).map(({ id }) => id));
  return (wanted) => {
    const base = idText(wanted);
    let id = base;
    for (let suffix = 1; taken.has(id); suffix++) id = `${base}-${suffix}`;
    taken.add(id);
    return id;
  };
}

/** The text with everything that an id must not hold turned into `-`. */
export function idText(wanted: string): string {
  return wanted.replace(/[^A-Za-z0-9._-]/g, "-");
}
