/** Reads primitives, groups, clones and templates. */
import type {
  AgentName,
  Clone,
  Group,
  OperationDefinition,
  Primitive,
  Resource,
  ResourceTemplate,
  ValueSet,
} from "../../agent/core/model/index.ts";
import { META_NAMES, OLD_DEVICE_NAMES, OLD_META_NAMES } from "./old-names.ts";
import { readOperations } from "./read-operations.ts";
import { META_DEFINITIONS, readPlainValues, readValues, type Values } from "./read-values.ts";
import { note, noteUnread, type Reading, subjectOf } from "./reading.ts";
import { attributeOf, childrenOf, type XmlElement } from "./xml-document.ts";

const AGENT_ATTRIBUTES = new Set(["id", "class", "provider", "type", "template"]);
const PRIMITIVE_CHILDREN = new Set([
  "instance_attributes",
  "meta_attributes",
  "operations",
  "utilization",
]);
const SET_OF_RESOURCES = new Set(["id"]);
const GROUP_CHILDREN = new Set(["primitive", "instance_attributes", "meta_attributes"]);
const CLONE_CHILDREN = new Set([...GROUP_CHILDREN, "group"]);

/** What a primitive and a template have in common. */
type Body = Omit<ResourceTemplate, "agent">;

/** Reads the resources section: templates first, since primitives take their agent from them. */
export function readResources(
  reading: Reading,
  section: XmlElement | null,
): { readonly templates: readonly ResourceTemplate[]; readonly resources: readonly Resource[] } {
  const templates = childrenOf(section, "template").map((element) => ({
    ...readBody(reading, element),
    agent: readAgent(reading, element),
  }));
  const byId = new Map(templates.map((template) => [template.id, template]));
  const context: Context = { reading, templates: byId };
  const resources = section?.children.flatMap((element) => readResource(context, element)) ?? [];
  return { templates, resources };
}

interface Context {
  readonly reading: Reading;
  readonly templates: ReadonlyMap<string, ResourceTemplate>;
}

function readResource(context: Context, element: XmlElement): readonly Resource[] {
  const { reading } = context;
  switch (element.name) {
    case "primitive":
      return readPrimitive(context, element);
    case "group":
      return readGroup(context, element);
    case "clone":
    case "master":
      return readClone(context, element);
    case "template":
      return [];
    case "bundle":
      note(reading, element, { kind: "outOfScope", text: "bundles of containers are not run" });
      return [];
    default:
      note(reading, element, { kind: "dropped", text: "is no kind of resource" });
      return [];
  }
}

function readPrimitive(context: Context, element: XmlElement): readonly Primitive[] {
  const { reading } = context;
  const template = attributeOf(element, "template");
  const base = template === null ? undefined : context.templates.get(template);
  if (template !== null && base === undefined) {
    const text = `has the template ${template}, which does not exist`;
    note(reading, element, { kind: "dropped", text });
    return [];
  }
  const agent = base?.agent ?? readAgent(reading, element);
  if (agent.standard === "ocf" && agent.provider === "pacemaker" && agent.type === "remote") {
    note(reading, element, { kind: "outOfScope", text: "is a remote node, which is not managed" });
    return [];
  }
  return [
    {
      kind: "primitive",
      ...readBody(reading, element),
      agent,
      ...(base === undefined ? {} : { template: base.id }),
    },
  ];
}

function readGroup(context: Context, element: XmlElement): readonly Group[] {
  const { reading } = context;
  noteUnread(reading, element, { attributes: SET_OF_RESOURCES, children: GROUP_CHILDREN });
  const members = childrenOf(element, "primitive").flatMap((each) => readPrimitive(context, each));
  if (members.length === 0) {
    note(reading, element, { kind: "dropped", text: "is a group without members" });
    return [];
  }
  return [
    {
      kind: "group",
      id: attributeOf(element, "id") ?? "",
      ...readMeta(reading, element),
      ...readSharedParameters(reading, element),
      members,
    },
  ];
}

function readClone(context: Context, element: XmlElement): readonly Clone[] {
  const { reading } = context;
  noteUnread(reading, element, { attributes: SET_OF_RESOURCES, children: CLONE_CHILDREN });
  const isChild = ({ name }: XmlElement): boolean => name === "primitive" || name === "group";
  const [first, ...others] = element.children.filter(isChild);
  for (const other of others) {
    const text = `is the second one in ${subjectOf(element)}, which holds one resource`;
    note(reading, other, { kind: "dropped", text });
  }
  const [child] = first === undefined ? [] : readChild(context, first);
  if (child === undefined) {
    note(reading, element, { kind: "dropped", text: "is a clone of nothing" });
    return [];
  }
  const { meta, metaSets } = readMeta(reading, element);
  if (element.name === "master") {
    const text = "is a clone with the meta attribute promotable=true";
    note(reading, element, { kind: "changed", text });
  }
  return [
    {
      kind: "clone",
      id: attributeOf(element, "id") ?? "",
      meta: element.name === "master" ? { ...meta, promotable: "true" } : meta,
      ...(metaSets === undefined ? {} : { metaSets }),
      ...readSharedParameters(reading, element),
      child,
    },
  ];
}

function readChild(context: Context, element: XmlElement): readonly (Primitive | Group)[] {
  return element.name === "group" ? readGroup(context, element) : readPrimitive(context, element);
}

function readAgent(reading: Reading, element: XmlElement): AgentName {
  const standard = attributeOf(element, "class") ?? "";
  const provider = attributeOf(element, "provider");
  if (standard === "ocf" && provider === null) {
    note(reading, element, { kind: "changed", text: "has the provider heartbeat" });
  }
  return agentOf({ standard, provider, type: attributeOf(element, "type") ?? "" });
}

/** The agent that Pacemaker runs for a name: OCF agents without provider are of heartbeat. */
export function agentOf(name: AgentName): AgentName {
  if (name.standard !== "ocf" || name.provider !== null) return name;
  return { ...name, provider: "heartbeat" };
}

function readBody(reading: Reading, element: XmlElement): Body {
  noteUnread(reading, element, { attributes: AGENT_ATTRIBUTES, children: PRIMITIVE_CHILDREN });
  const isDevice = attributeOf(element, "class") === "stonith";
  const parameters = readValues(reading, element, {
    name: "instance_attributes",
    ...(reading.isOldSchema && isDevice ? { renamings: OLD_DEVICE_NAMES } : {}),
  });
  const utilization = readValues(reading, element, { name: "utilization" });
  return {
    id: attributeOf(element, "id") ?? "",
    parameters: parameters.values,
    ...withSets("parameterSets", parameters),
    ...readMeta(reading, element),
    operations: uniqueIds(reading, element, readOperations(reading, element)),
    ...(Object.keys(utilization.values).length === 0 ? {} : { utilization: utilization.values }),
    ...withSets("utilizationSets", utilization),
  };
}

function readMeta(
  reading: Reading,
  element: XmlElement,
): { readonly meta: Values["values"]; readonly metaSets?: readonly ValueSet[] } {
  const meta = readValues(reading, element, {
    name: "meta_attributes",
    renamings: reading.isOldSchema ? OLD_META_NAMES : META_NAMES,
    definitions: META_DEFINITIONS,
  });
  if (meta.values["remote-node"] !== undefined) {
    const text = `makes the guest node ${meta.values["remote-node"]}, which is not managed`;
    note(reading, element, { kind: "outOfScope", text });
  }
  return { meta: meta.values, ...withSets("metaSets", meta) };
}

function readSharedParameters(
  reading: Reading,
  element: XmlElement,
): { readonly parameters?: Values["values"] } {
  const values = readPlainValues(reading, element, { name: "instance_attributes" });
  return Object.keys(values).length === 0 ? {} : { parameters: values };
}

/** The sets under the name of a member, which is left out when there are none. */
export function withSets<Name extends string>(
  name: Name,
  { sets }: Values,
): Readonly<Partial<Record<Name, readonly ValueSet[]>>> {
  const members: Partial<Record<Name, readonly ValueSet[]>> = {};
  if (sets.length > 0) members[name] = sets;
  return members;
}

// Operations that came by reference bring the ids of the place that they came from.
function uniqueIds(
  reading: Reading,
  element: XmlElement,
  operations: readonly OperationDefinition[],
): readonly OperationDefinition[] {
  const isReference = childrenOf(element, "operations").some(
    (each) => attributeOf(each, "id-ref") !== null,
  );
  if (!isReference) return operations;
  note(reading, element, { kind: "changed", text: "has a copy of the operations it refers to" });
  const owner = attributeOf(element, "id") ?? "";
  return operations.map((operation) => ({
    ...operation,
    id: `${owner}-${operation.name}-interval-${operation.intervalMs}ms`,
  }));
}
