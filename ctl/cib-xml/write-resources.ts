/** Writes primitives, groups, clones and templates. */
import type {
  AgentName,
  Clone,
  Group,
  NameValues,
  OperationDefinition,
  Primitive,
  Resource,
  ResourceTemplate,
} from "../../agent/core/model/index.ts";
import type { IdPool } from "./id-pool.ts";
import { writeInterval, writeValues } from "./write-values.ts";
import { type XmlTree, xml } from "./xml-text.ts";

// Options that have an attribute of their own; the schema allows others as meta attributes only.
const OPTION_ATTRIBUTES: readonly string[] = [
  "on-fail",
  "role",
  "enabled",
  "record-pending",
  "start-delay",
  "interval-origin",
  "description",
];

// An option of the model that agents get as a parameter.
const CHECK_LEVEL = "OCF_CHECK_LEVEL";

/** Templates first, then the resources in order. */
export function writeResources(
  ids: IdPool,
  templates: readonly ResourceTemplate[],
  resources: readonly Resource[],
): readonly XmlTree[] {
  return [
    ...templates.map((template) =>
      xml(
        "template",
        { id: ids.keep(template.id), ...agentAttributes(template.agent) },
        writeBody(ids, template),
      ),
    ),
    ...resources.map((resource) => writeResource(ids, resource)),
  ];
}

/** One resource with all in it. */
export function writeResource(ids: IdPool, resource: Resource): XmlTree {
  switch (resource.kind) {
    case "primitive":
      return writePrimitive(ids, resource);
    case "group":
      return writeCollective(ids, resource, resource.members);
    case "clone":
      return writeCollective(ids, resource, [resource.child]);
  }
}

function writePrimitive(ids: IdPool, primitive: Primitive): XmlTree {
  const { id, agent, template } = primitive;
  const source = template === undefined ? agentAttributes(agent) : { template };
  return xml("primitive", { id: ids.keep(id), ...source }, writeBody(ids, primitive));
}

function writeCollective(
  ids: IdPool,
  resource: Group | Clone,
  children: readonly Resource[],
): XmlTree {
  const { kind, id, meta, metaSets, parameters } = resource;
  return xml(kind, { id: ids.keep(id) }, [
    ...writeValues(ids, { name: "meta_attributes", owner: id, values: meta, sets: metaSets }),
    ...writeValues(ids, { name: "instance_attributes", owner: id, values: parameters }),
    ...children.map((child) => writeResource(ids, child)),
  ]);
}

function writeBody(ids: IdPool, body: Primitive | ResourceTemplate): readonly XmlTree[] {
  const { id: owner, operations } = body;
  return [
    ...writeValues(ids, {
      name: "instance_attributes",
      owner,
      values: body.parameters,
      sets: body.parameterSets,
    }),
    ...writeValues(ids, {
      name: "meta_attributes",
      owner,
      values: body.meta,
      sets: body.metaSets,
    }),
    ...(operations.length === 0
      ? []
      : [
          xml(
            "operations",
            {},
            operations.map((operation) => writeOperation(ids, operation)),
          ),
        ]),
    ...writeValues(ids, {
      name: "utilization",
      owner,
      values: body.utilization,
      sets: body.utilizationSets,
    }),
  ];
}

function writeOperation(ids: IdPool, operation: OperationDefinition): XmlTree {
  const { name, intervalMs, timeoutMs, optionSets = [], parameters = {} } = operation;
  const id = ids.keep(operation.id);
  const { [CHECK_LEVEL]: checkLevel, ...options } = operation.options;
  const timeout = timeoutMs === null ? null : writeInterval(timeoutMs);
  const all: NameValues = { ...(timeout === null ? {} : { timeout }), ...options };
  // An attribute counts before every set, which sets that come first must not suffer.
  const isOverridden = (option: string): boolean =>
    optionSets.some(({ score, values }) => score > 0 && values[option] !== undefined);
  const isAttribute = ([option]: readonly [string, string]): boolean =>
    (option === "timeout" || OPTION_ATTRIBUTES.includes(option)) && !isOverridden(option);
  const entries = Object.entries(all);
  const level = checkLevel === undefined ? {} : { [CHECK_LEVEL]: checkLevel };
  return xml(
    "op",
    {
      id,
      name,
      interval: writeInterval(intervalMs),
      ...Object.fromEntries(entries.filter(isAttribute)),
    },
    [
      ...writeValues(ids, {
        name: "meta_attributes",
        owner: id,
        values: Object.fromEntries(entries.filter((entry) => !isAttribute(entry))),
        sets: optionSets,
      }),
      ...writeValues(ids, {
        name: "instance_attributes",
        owner: id,
        values: { ...level, ...parameters },
      }),
    ],
  );
}

function agentAttributes({ standard, provider, type }: AgentName): XmlTree["attributes"] {
  return { class: standard, provider, type };
}
