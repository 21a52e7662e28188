import type { Cib, Clone, Group, NameValues, Primitive } from "../../model/index.ts";
import type { Working, WorkingNode, WorkingResource } from "../working.ts";
import type { RuleContext } from "./rules.ts";
import { templateOf } from "./templates.ts";
import { fillIn, resolveValues, type ValueBearer } from "./value-sets.ts";

type Definition = Primitive | Group | Clone;

/**
 * All meta attributes of a resource. First its own, then those of its parents, the nearest first,
 * then the defaults, then what else its parent has. `parents` are the definitions above it.
 */
export function resolveMeta(
  cib: Cib,
  {
    definition,
    parents,
    inherited,
  }: {
    readonly definition: Definition;
    readonly parents: readonly Definition[];
    /** All meta attributes of the parent. */
    readonly inherited: NameValues;
  },
  context: RuleContext,
): Record<string, string> {
  const agent = definition.kind === "primitive" ? definition.agent : undefined;
  const asked: RuleContext = agent === undefined ? context : { ...context, agent };
  const meta = resolveValues(metaBearers(cib, definition), asked);
  for (const parent of parents) fillIn(meta, resolveValues(metaBearers(cib, parent), asked));
  const defaults = [{ values: cib.resourceDefaults, sets: cib.resourceDefaultSets }];
  fillIn(meta, resolveValues(defaults, asked));
  fillIn(meta, inherited);
  return meta;
}

/** The parameters that the agent gets on a node; null: where no node is known. */
export function parametersOf(
  working: Pick<Working, "cib" | "wallNowS">,
  resource: WorkingResource,
  node: WorkingNode | null,
): Record<string, string> {
  const context: RuleContext = {
    nowS: working.wallNowS,
    ...(node === null ? {} : { attributes: node.attributes }),
  };
  const parameters: Record<string, string> = {};
  for (let one: WorkingResource | null = resource; one !== null; one = one.parent) {
    fillIn(parameters, resolveValues(parameterBearers(working.cib, one.definition), context));
  }
  return parameters;
}

/** The parameters of a primitive outside of any run: without rules that ask for a node. */
export function plainParameters(cib: Cib, primitive: Primitive): NameValues {
  const bearers = parameterBearers(cib, primitive);
  const parameters = resolveValues(bearers, { nowS: null });
  for (const parent of parentsOf(cib, primitive.id)) fillIn(parameters, parent.parameters ?? {});
  return parameters;
}

function metaBearers(cib: Cib, definition: Definition): readonly ValueBearer[] {
  const own = { values: definition.meta, sets: definition.metaSets };
  const template = definition.kind === "primitive" ? templateOf(cib, definition) : undefined;
  return template === undefined ? [own] : [own, { values: template.meta, sets: template.metaSets }];
}

function parameterBearers(cib: Cib, definition: Definition): readonly ValueBearer[] {
  if (definition.kind !== "primitive") {
    return [{ values: definition.parameters ?? {}, sets: undefined }];
  }
  const own = { values: definition.parameters, sets: definition.parameterSets };
  const template = templateOf(cib, definition);
  if (template === undefined) return [own];
  return [own, { values: template.parameters, sets: template.parameterSets }];
}

/** The group and the clone that hold a primitive, the nearest first. */
function parentsOf(cib: Cib, id: string): readonly (Group | Clone)[] {
  for (const resource of cib.resources) {
    if (resource.kind === "primitive") continue;
    const inner = resource.kind === "clone" ? resource.child : resource;
    if (inner.kind === "primitive") {
      if (inner.id === id) return [resource].filter((x) => x.kind === "clone");
    } else if (inner.members.some((member) => member.id === id)) {
      return resource.kind === "clone" ? [inner, resource] : [inner];
    }
  }
  return [];
}
