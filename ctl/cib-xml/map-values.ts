/** Goes over all names and values of a configuration. */
import type {
  Cib,
  Clone,
  Group,
  NameValues,
  OperationDefinition,
  Primitive,
  Resource,
  ResourceTemplate,
  ValueSet,
} from "../../agent/core/model/index.ts";

/** What some values are. `noun` is the kind of their names; `owner` bears them, "": the cluster. */
export interface ValuePlace {
  readonly noun:
    | "property"
    | "meta attribute"
    | "operation option"
    | "parameter"
    | "attribute"
    | "capacity";
  readonly owner: string;
}

/** Gives the values that take the place of others. */
export type ValueMapper = (values: NameValues, place: ValuePlace) => NameValues;

/** The configuration with all its values mapped, those in sets too. */
export function mapValues(cib: Cib, map: ValueMapper): Cib {
  const properties: ValuePlace = { noun: "property", owner: "" };
  const resources: ValuePlace = { noun: "meta attribute", owner: "resource defaults" };
  const operations: ValuePlace = { noun: "operation option", owner: "operation defaults" };
  return {
    ...cib,
    properties: map(cib.properties, properties),
    ...mapSets(map, properties, { propertySets: cib.propertySets }),
    resourceDefaults: map(cib.resourceDefaults, resources),
    ...mapSets(map, resources, { resourceDefaultSets: cib.resourceDefaultSets }),
    operationDefaults: map(cib.operationDefaults, operations),
    ...mapSets(map, operations, { operationDefaultSets: cib.operationDefaultSets }),
    nodes: cib.nodes.map((node) => {
      const attributes: ValuePlace = { noun: "attribute", owner: `node ${node.name}` };
      const capacity: ValuePlace = { noun: "capacity", owner: `node ${node.name}` };
      return {
        ...node,
        attributes: map(node.attributes, attributes),
        ...mapSets(map, attributes, { attributeSets: node.attributeSets }),
        ...mapPlain(map, capacity, { utilization: node.utilization }),
        ...mapSets(map, capacity, { utilizationSets: node.utilizationSets }),
      };
    }),
    ...(cib.templates === undefined
      ? {}
      : { templates: cib.templates.map((template) => mapBody(map, template)) }),
    resources: cib.resources.map((resource) => mapResource(map, resource)),
  };
}

function mapResource(map: ValueMapper, resource: Resource): Resource {
  if (resource.kind === "primitive") return mapBody(map, resource);
  if (resource.kind === "group") return mapGroup(map, resource);
  const { child } = resource;
  return {
    ...mapCollective(map, resource),
    child: child.kind === "group" ? mapGroup(map, child) : mapBody(map, child),
  };
}

function mapGroup(map: ValueMapper, group: Group): Group {
  return {
    ...mapCollective(map, group),
    members: group.members.map((member) => mapBody(map, member)),
  };
}

function mapCollective<Collective extends Group | Clone>(
  map: ValueMapper,
  resource: Collective,
): Collective {
  const owner = `resource ${resource.id}`;
  return {
    ...resource,
    meta: map(resource.meta, { noun: "meta attribute", owner }),
    ...mapSets(map, { noun: "meta attribute", owner }, { metaSets: resource.metaSets }),
    ...mapPlain(map, { noun: "parameter", owner }, { parameters: resource.parameters }),
  };
}

function mapBody<Body extends Primitive | ResourceTemplate>(map: ValueMapper, body: Body): Body {
  const owner = `resource ${body.id}`;
  const parameters: ValuePlace = { noun: "parameter", owner };
  const meta: ValuePlace = { noun: "meta attribute", owner };
  const capacity: ValuePlace = { noun: "capacity", owner };
  return {
    ...body,
    parameters: map(body.parameters, parameters),
    ...mapSets(map, parameters, { parameterSets: body.parameterSets }),
    meta: map(body.meta, meta),
    ...mapSets(map, meta, { metaSets: body.metaSets }),
    ...mapPlain(map, capacity, { utilization: body.utilization }),
    ...mapSets(map, capacity, { utilizationSets: body.utilizationSets }),
    operations: body.operations.map((operation) => mapOperation(map, operation)),
  };
}

function mapOperation(map: ValueMapper, operation: OperationDefinition): OperationDefinition {
  const owner = `operation ${operation.id}`;
  const options: ValuePlace = { noun: "operation option", owner };
  return {
    ...operation,
    options: map(operation.options, options),
    ...mapSets(map, options, { optionSets: operation.optionSets }),
    ...mapPlain(map, { noun: "parameter", owner }, { parameters: operation.parameters }),
  };
}

/** Sets under their member name; left out when they are. */
function mapSets<Name extends string>(
  map: ValueMapper,
  place: ValuePlace,
  named: Readonly<Record<Name, readonly ValueSet[] | undefined>>,
): Readonly<Partial<Record<Name, readonly ValueSet[]>>> {
  return mapNamed(named, (sets: readonly ValueSet[]) =>
    sets.map((set) => ({ ...set, values: map(set.values, place) })),
  );
}

/** Values under their member name; left out when they are or become empty. */
function mapPlain<Name extends string>(
  map: ValueMapper,
  place: ValuePlace,
  named: Readonly<Record<Name, NameValues | undefined>>,
): Readonly<Partial<Record<Name, NameValues>>> {
  return mapNamed(named, (values: NameValues) => map(values, place));
}

function mapNamed<Name extends string, Value>(
  named: Readonly<Record<Name, Value | undefined>>,
  map: (value: Value) => Value,
): Readonly<Partial<Record<Name, Value>>> {
  const mapped: Partial<Record<Name, Value>> = {};
  for (const name in named) {
    const value = named[name];
    if (value !== undefined) mapped[name] = map(value);
  }
  return mapped;
}
