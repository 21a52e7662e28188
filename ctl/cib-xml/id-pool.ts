/** Ids for the elements that have none in the model: unique in the document, the same each time. */
import { canonicalJson } from "../../agent/core/base/index.ts";
import { type Cib, type Condition, primitivesOf } from "../../agent/core/model/index.ts";

/** Gives ids. */
export interface IdPool {
  /** An id made from the parts, joined by hyphens; a number behind it when it is taken. */
  take(...parts: readonly string[]): string;
  /** The id itself the first time, another one when it was taken before. */
  keep(id: string): string;
  /** True when an element of this id and content is there already: it can be referred to. */
  isThere(id: string, content: unknown): boolean;
}

/** A pool that knows the ids that the configuration bears by itself. */
export function idPool(cib: Cib): IdPool {
  const borne = new Set(idsOf(cib));
  const taken = new Set<string>();
  const contents = new Map<string, string>();
  const free = (id: string): string => {
    let candidate = id;
    for (let suffix = 1; taken.has(candidate) || borne.has(candidate); suffix++) {
      candidate = `${id}-${suffix}`;
    }
    taken.add(candidate);
    return candidate;
  };
  return {
    take: (...parts) => free(validId(parts.join("-"))),
    keep: (id) => {
      if (id === "" || taken.has(id)) return free(validId(id === "" ? "id" : id));
      taken.add(id);
      return id;
    },
    isThere: (id, content) => {
      const text = canonicalJson(content);
      const known = contents.get(id);
      if (known === undefined) contents.set(id, text);
      return known === text;
    },
  };
}

// XML ids begin with a letter or underscore and hold no colon, space or the like.
function validId(text: string): string {
  const id = text.replace(/[^A-Za-z0-9._-]/g, "-");
  return /^[A-Za-z_]/.test(id) ? id : `_${id}`;
}

function idsOf(cib: Cib): readonly string[] {
  const ids: string[] = [];
  const add = (...more: readonly string[]): void => {
    ids.push(...more);
  };
  for (const resource of cib.resources) {
    add(resource.id);
    if (resource.kind === "clone") add(resource.child.id);
    for (const primitive of primitivesOf(resource)) {
      add(primitive.id, ...primitive.operations.map(({ id }) => id));
    }
  }
  for (const template of cib.templates ?? []) {
    add(template.id, ...template.operations.map(({ id }) => id));
  }
  for (const constraint of cib.constraints) {
    add(constraint.id);
    if ("sets" in constraint) add(...constraint.sets.map(({ id }) => id));
    if (constraint.kind !== "locationRules") continue;
    if (constraint.target.kind === "sets") add(...constraint.target.sets.map(({ id }) => id));
    if (constraint.nodes.kind !== "rules") continue;
    for (const { rule } of constraint.nodes.rules) add(...ruleIds(rule));
  }
  add(...(cib.tags ?? []).map(({ id }) => id));
  add(...(cib.fencingLevels ?? []).map(({ id }) => id));
  for (const set of valueSetsOf(cib)) {
    add(set.id, ...(set.rule === null ? [] : ruleIds(set.rule)));
  }
  return ids;
}

function ruleIds(condition: Condition): readonly string[] {
  if (condition.kind !== "rule") return [];
  return [condition.id, ...condition.conditions.flatMap(ruleIds)];
}

function valueSetsOf(
  cib: Cib,
): readonly { readonly id: string; readonly rule: Condition | null }[] {
  const bearers = [
    ...cib.resources.flatMap((resource) => [
      resource,
      ...(resource.kind === "clone" ? [resource.child] : []),
      ...primitivesOf(resource),
    ]),
    ...(cib.templates ?? []),
  ];
  return [
    ...(cib.propertySets ?? []),
    ...(cib.resourceDefaultSets ?? []),
    ...(cib.operationDefaultSets ?? []),
    ...cib.nodes.flatMap((node) => [
      ...(node.attributeSets ?? []),
      ...(node.utilizationSets ?? []),
    ]),
    ...bearers.flatMap((bearer) => [
      ...(bearer.metaSets ?? []),
      ...("operations" in bearer
        ? [
            ...(bearer.parameterSets ?? []),
            ...(bearer.utilizationSets ?? []),
            ...bearer.operations.flatMap(({ optionSets }) => optionSets ?? []),
          ]
        : []),
    ]),
  ];
}
